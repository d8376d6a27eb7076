/**
 * What is nearest to a question among the vectors of one base: by going through all of them, or, where the base is large, by
 * going through what its graph proposes and what the graph does not have yet.
 *
 * NE1 What is found is live and fits the conditions, and its similarity is that of its own vector: a graph that is old, or of
 *     another state of the base, may propose worse, and never makes anything be found that is not to be.
 * NE2 Where too few of the proposals are left, all are gone through.
 */

import type { Graph } from './graph.ts';
import { type Near, Vectors } from './vectors.ts';

/** Proposals at least, and how many for each that is wanted. */
const LEAST = 64;
const WIDE = 2;
/** With more proposals than this, going through all is no slower. */
const WIDEST = 4_000;
/** Where conditions leave a smaller part than this, it is gone through at once: what is nearest of it may lie far. */
const PART = 0.25;
/** A part of the base that a graph may have wrong before there is to be a new one. */
const STALE = 0.1;

export class Neighbours {
  readonly #vectors: Vectors;
  #graph: Graph | null = null;
  /** Those that the graph does not have. */
  readonly #loose = new Set<number>();

  /** `size`: numbers of one vector. */
  constructor(size: number) {
    this.#vectors = new Vectors(size);
  }

  get size(): number {
    return this.#vectors.size;
  }
  get count(): number {
    return this.#vectors.count;
  }

  /** What its vectors take of memory. */
  get bytes(): number {
    return this.#vectors.bytes;
  }

  has(n: number): boolean {
    return this.#vectors.has(n);
  }

  /** Takes in a vector that is new. */
  add(n: number, vector: Float32Array): void {
    this.#vectors.add(n, vector);
    if (this.#graph !== null && this.#vectors.has(n) && this.#graph.without([n]).length > 0) this.#loose.add(n);
  }

  /** Lets go of all that are not among these. */
  keep(live: ReadonlySet<number>): void {
    this.#vectors.keep(live);
    for (const n of this.#loose) if (!live.has(n)) this.#loose.delete(n);
  }

  /** The graph that proposes from now on. */
  use(graph: Graph | null): void {
    if (graph === this.#graph) return;
    this.#graph = graph;
    this.#loose.clear();
    for (const n of graph?.without(this.#vectors.numbers()) ?? []) this.#loose.add(n);
  }

  /** Is it time for a new graph? */
  get stale(): boolean {
    if (this.#graph === null) return true;
    const live = this.count - this.#loose.size;
    const wrong = this.#loose.size + this.#graph.count - live;
    return wrong > this.count * STALE;
  }

  /** The nearest, the nearest first. `among`: only these; null: all. */
  nearest(to: Float32Array, most: number, among: ReadonlySet<number> | null): readonly Near[] {
    if (to.length !== this.size) return [];
    const exact = (): readonly Near[] => this.#vectors.nearest(to, most, among);
    if (this.#graph === null || this.count === 0) return exact();
    // As many more as there are in the graph that may not be found.
    const may = among === null ? 1 : among.size / this.count;
    if (may < PART) return exact();
    const live = Math.max(1, this.count - this.#loose.size) / Math.max(1, this.#graph.count);
    const wide = Math.ceil((Math.max(LEAST, most * WIDE) * (among === null ? 1 : WIDE)) / (may * live));
    if (wide > WIDEST) return exact();
    const fits = (n: number): boolean => this.#vectors.has(n) && among?.has(n) !== false;
    const proposed = this.#graph.nearest(to, wide).filter((n) => fits(n) && !this.#loose.has(n));
    if (proposed.length < most) return exact();
    for (const n of this.#loose) if (fits(n)) proposed.push(n);
    return this.#vectors.nearest(to, most, new Set(proposed));
  }
}
