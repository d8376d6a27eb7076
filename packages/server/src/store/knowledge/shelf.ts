/**
 * Graphs of bases as files beside the database, as the thread that searches has them. They are made again from the database
 * whenever they are not there, so that no backup has them and none is missed after a crash.
 *
 * SH1 A file's name is made of its base's id alone, and cannot lead out of the folder, whatever the id is.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from './graph.ts';

const nameOf = (base: string): string => `${createHash('sha256').update(base).digest('hex')}.graph`;

export const graphPath = (folder: string, base: string): string => join(folder, nameOf(base));

/** Deletes the graphs of all bases but these, and what a build that broke off left. */
export const keepGraphs = (folder: string, bases: readonly string[]): void => {
  if (!existsSync(folder)) return;
  const kept = new Set(bases.map(nameOf).flatMap((name) => [name, `${name}.seal`]));
  for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name), { force: true });
};

export const dropGraph = (folder: string, base: string): void => {
  const path = graphPath(folder, base);
  for (const end of ['', '.part', '.seal', '.seal.part']) rmSync(`${path}${end}`, { force: true });
};

/** What has graphs: `of` null: there is none yet. */
export type Graphs = {
  of(base: string, size: number): Graph | null;
  /** A base is to have a new one. */
  want(workspace: string, base: string): void;
  /** Lets go of it in memory: it is read from its file again when it is asked for. */
  forget(base: string): void;
};

/** Usearch is loaded with the first large base: where there is none for the machine, all is searched exactly. */
const loaded = async () => import('./graph.ts').catch(() => null);

export class Shelf implements Graphs {
  readonly #folder: string;
  readonly #told: (workspace: string, base: string) => void;
  readonly #graphs = new Map<string, Graph | null>();
  #module: Awaited<ReturnType<typeof loaded>> | undefined;

  constructor(folder: string, told: (workspace: string, base: string) => void) {
    this.#folder = folder;
    this.#told = told;
  }

  /** Makes ready what reads graphs; before it is, there are none. */
  async open(): Promise<void> {
    this.#module ??= await loaded();
  }

  of(base: string, size: number): Graph | null {
    const known = this.#graphs.get(base);
    if (known !== undefined) return known;
    if (this.#module === undefined) void this.open();
    if (this.#module === undefined || this.#module === null) return null;
    const graph = this.#read(this.#module, graphPath(this.#folder, base), size);
    this.#graphs.set(base, graph);
    return graph;
  }

  want(workspace: string, base: string): void {
    if (this.#module !== null) this.#told(workspace, base);
  }

  forget(base: string): void {
    this.#graphs.delete(base);
  }

  #read(module: NonNullable<Awaited<ReturnType<typeof loaded>>>, path: string, size: number): Graph | null {
    if (!existsSync(path)) return null;
    try {
      return module.Graph.load(path, size);
    } catch {
      // No file of ours, or of another release: the one that is built next takes its place.
      return null;
    }
  }
}
