/**
 * A graph (HNSW, Malkov and Yashunin, 2018) over the vectors of one base, by usearch: a few hundred comparisons find what is
 * probably nearest. It only proposes: near.ts has each proposal's similarity from the vector itself.
 *
 * GR1 One graph is of one base. No other base's vectors are in it, nor are they compared with a question.
 * GR2 A file is given to usearch only when it is, byte for byte, what was written here: with any other it may end the process.
 * GR3 Vectors are in it as whole numbers of a byte each, a quarter of their size; what that loses is lost of the proposals alone.
 */

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Index, MetricKind, ScalarKind } from 'usearch';

/** Neighbours of a vector, and how many are held in view while one is added and while one is looked for. */
const SHAPE = { connectivity: 16, expansion_add: 64, expansion_search: 64 } as const;

const LARGEST = 127;

/** What is written beside a graph: its shape, and the hash of its file. */
const seal = (path: string): string => `${path}.seal`;
const sealOf = (path: string, size: number): string =>
  JSON.stringify({ format: 1, size, ...SHAPE, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') });

/** A vector as bytes: its largest number is 127. Only its direction counts for the graph, and stays. */
const bytesOf = (vector: Float32Array, into: Int8Array, at: number): void => {
  let most = 0;
  for (const one of vector) most = Math.max(most, Math.abs(one));
  const scale = most === 0 ? 0 : LARGEST / most;
  for (let i = 0; i < vector.length; i += 1) into[at + i] = Math.round((vector[i] ?? 0) * scale);
};

export class Graph {
  readonly #index: Index;
  readonly #size: number;

  /** `size`: numbers of one vector. */
  constructor(size: number) {
    this.#size = size;
    const kind = { metric: MetricKind.Cos, quantization: ScalarKind.I8, multi: false };
    this.#index = new Index({ dimensions: size, ...kind, ...SHAPE });
  }

  /** From a file that `save` wrote; throws when it is another, or of vectors of another size. */
  static load(path: string, size: number): Graph {
    if (readFileSync(seal(path), 'utf8') !== sealOf(path, size)) throw new Error('the graph is not whole');
    const graph = new Graph(size);
    graph.#index.load(path);
    return graph;
  }

  get count(): number {
    return this.#index.size();
  }

  /** Takes in vectors, all of this graph's size, each under its number. */
  add(items: readonly { readonly n: number; readonly vector: Float32Array }[]): void {
    if (items.length === 0) return;
    const bytes = new Int8Array(items.length * this.#size);
    for (const [at, { vector }] of items.entries()) bytesOf(vector, bytes, at * this.#size);
    this.#index.add(
      BigUint64Array.from(items, ({ n }) => BigInt(n)),
      // A matrix as one row after the other, as the native part takes it.
      bytes,
      1,
    );
  }

  /** Those of the numbers that it does not have. */
  without(numbers: readonly number[]): number[] {
    if (numbers.length === 0) return [];
    const there = this.#index.contains(BigUint64Array.from(numbers, BigInt));
    return numbers.filter((_, at) => (Array.isArray(there) ? there[at] !== true : !there));
  }

  /** The numbers of what is probably nearest, at most so many. */
  nearest(to: Float32Array, most: number): number[] {
    const bytes = new Int8Array(this.#size);
    bytesOf(to, bytes, 0);
    const { keys } = this.#index.search(bytes, Math.max(1, Math.min(most, this.count)), 1);
    return Array.from(keys, Number);
  }

  /** Writes it to a file, and its seal beside it. */
  save(path: string): void {
    const part = `${path}.part`;
    this.#index.save(part);
    const file = openSync(part, 'r+');
    fsyncSync(file);
    closeSync(file);
    writeFileSync(`${seal(path)}.part`, sealOf(part, this.#size));
    // A crash between the two leaves a graph that its seal does not fit, which is none.
    renameSync(part, path);
    renameSync(`${seal(path)}.part`, seal(path));
  }
}
