/**
 * The builds of graphs, one at a time in a thread of its own, and their files.
 *
 * BD1 The file of a base that is deleted is deleted with it, and no build that is under way writes it again.
 */

import { Worker } from 'node:worker_threads';
import type { BuildSettings } from './messages.ts';
import { dropGraph, graphPath, keepGraphs } from './shelf.ts';

/** Milliseconds after a build that came to nothing (a full disk) before there is another of its base. */
const PATIENCE = 600_000;

const source = (): URL =>
  new URL(import.meta.url.endsWith('.ts') ? './build-worker.ts' : './build-worker.js', import.meta.url);

type Under = { readonly base: string; readonly worker: Worker; readonly ended: Promise<void> };

export class Builds {
  readonly #path: string;
  readonly #folder: string;
  readonly #built: (base: string) => void;
  readonly #clock: () => number;
  readonly #failed = new Map<string, number>();
  #under: Under | null = null;
  #closed = false;

  /** `built` is told of each base that has a new graph. */
  constructor(of: { path: string; folder: string; clock: () => number; built: (base: string) => void }) {
    this.#path = of.path;
    this.#folder = of.folder;
    this.#clock = of.clock;
    this.#built = of.built;
  }

  /** Begins a build, unless one is under way: it is asked for again with the next question. */
  want(workspace: string, base: string): void {
    if (this.#closed || this.#under !== null) return;
    const failed = this.#failed.get(base);
    if (failed !== undefined && Math.abs(this.#clock() - failed) < PATIENCE) return;
    const file = graphPath(this.#folder, base);
    const workerData: BuildSettings = { path: this.#path, file, workspace, base };
    const worker = new Worker(source(), { name: 'graph', workerData });
    worker.unref();
    let fault = false;
    worker.on('error', () => {
      fault = true;
    });
    const ended = new Promise<void>((resolve) => {
      worker.on('exit', (code) => {
        if (this.#under?.worker === worker) {
          this.#under = null;
          if (fault || code !== 0) this.#failed.set(base, this.#clock());
          else this.#built(base);
        }
        resolve();
      });
    });
    this.#under = { base, worker, ended };
  }

  /** The base is gone. */
  async drop(base: string): Promise<void> {
    if (this.#under?.base === base) await this.#stop();
    dropGraph(this.#folder, base);
    this.#failed.delete(base);
    this.#built(base);
  }

  /** Only these bases are there. */
  async keep(bases: readonly string[]): Promise<void> {
    if (this.#under !== null && !bases.includes(this.#under.base)) await this.#stop();
    if (this.#under === null) keepGraphs(this.#folder, bases);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#stop();
  }

  async #stop(): Promise<void> {
    const under = this.#under;
    this.#under = null;
    await under?.worker.terminate();
    await under?.ended;
  }
}
