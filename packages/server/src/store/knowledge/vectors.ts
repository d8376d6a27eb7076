/**
 * The vectors of one base in memory, and the nearest of them by going through all: exact, whatever is left out by conditions.
 * Vectors have length 1, so that the product of two is the cosine of their angle.
 */

export type Near = { readonly n: number; readonly similarity: number };

/** A heap of the nearest so far, the farthest of them on top. */
class Nearest {
  readonly #most: number;
  readonly #rows: Int32Array;
  readonly #scores: Float64Array;
  #size = 0;

  constructor(most: number) {
    this.#most = most;
    this.#rows = new Int32Array(most);
    this.#scores = new Float64Array(most);
  }

  /** What a score must exceed to come in. */
  get least(): number {
    return this.#size < this.#most ? Number.NEGATIVE_INFINITY : (this.#scores[0] ?? 0);
  }

  add(row: number, score: number): void {
    if (this.#size < this.#most) {
      let at = this.#size;
      this.#size += 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if ((this.#scores[parent] ?? 0) <= score) break;
        this.#move(parent, at);
        at = parent;
      }
      this.#put(at, row, score);
      return;
    }
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && (this.#scores[child + 1] ?? 0) < (this.#scores[child] ?? 0)) child += 1;
      if ((this.#scores[child] ?? 0) >= score) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, row, score);
  }

  #put(at: number, row: number, score: number): void {
    this.#rows[at] = row;
    this.#scores[at] = score;
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#rows[from] ?? 0, this.#scores[from] ?? 0);
  }

  list(): { row: number; score: number }[] {
    return Array.from({ length: this.#size }, (_, at) => ({
      row: this.#rows[at] ?? 0,
      score: this.#scores[at] ?? 0,
    })).toSorted((a, b) => b.score - a.score);
  }
}

/** Rows that there is room for at first. */
const ROOM = 256;

export class Vectors {
  readonly #size: number;
  #data: Float32Array;
  #ids: Float64Array;
  #count = 0;
  readonly #places = new Map<number, number>();

  /** `size`: numbers of one vector. */
  constructor(size: number) {
    this.#size = size;
    this.#data = new Float32Array(ROOM * size);
    this.#ids = new Float64Array(ROOM);
  }

  get size(): number {
    return this.#size;
  }
  get count(): number {
    return this.#count;
  }

  /** What is taken of memory. */
  get bytes(): number {
    return this.#data.byteLength + this.#ids.byteLength;
  }

  has(n: number): boolean {
    return this.#places.has(n);
  }

  add(n: number, vector: Float32Array): void {
    if (vector.length !== this.#size || this.has(n)) return;
    if (this.#count === this.#ids.length) {
      const data = new Float32Array(this.#data.length * 2);
      data.set(this.#data);
      this.#data = data;
      const ids = new Float64Array(this.#ids.length * 2);
      ids.set(this.#ids);
      this.#ids = ids;
    }
    this.#data.set(vector, this.#count * this.#size);
    this.#ids[this.#count] = n;
    this.#places.set(n, this.#count);
    this.#count += 1;
  }

  /** Lets go of all that are not among these; the last takes the place of one that goes. */
  keep(live: ReadonlySet<number>): void {
    for (let at = this.#count - 1; at >= 0; at -= 1) {
      const n = this.#ids[at] ?? 0;
      if (live.has(n)) continue;
      this.#places.delete(n);
      const last = this.#count - 1;
      if (at !== last) {
        this.#data.copyWithin(at * this.#size, last * this.#size, (last + 1) * this.#size);
        const moved = this.#ids[last] ?? 0;
        this.#ids[at] = moved;
        this.#places.set(moved, at);
      }
      this.#count = last;
    }
  }

  /** The numbers of all. */
  numbers(): number[] {
    return Array.from(this.#ids.subarray(0, this.#count));
  }

  /** The nearest, the nearest first. `among`: only these; null: all. */
  nearest(to: Float32Array, most: number, among: ReadonlySet<number> | null): readonly Near[] {
    if (to.length !== this.#size) return [];
    const heap = new Nearest(Math.max(1, most));
    const take = (row: number): void => {
      const score = this.#similarity(row, to);
      if (score > heap.least) heap.add(row, score);
    };
    if (among === null) for (let row = 0; row < this.#count; row += 1) take(row);
    else
      for (const n of among) {
        const row = this.#places.get(n);
        if (row !== undefined) take(row);
      }
    return heap.list().map(({ row, score }) => ({ n: this.#ids[row] ?? 0, similarity: score }));
  }

  #similarity(row: number, to: Float32Array): number {
    const size = this.#size;
    const data = this.#data;
    const from = row * size;
    // Four sums: they do not wait for one another.
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = 0;
    for (; i + 3 < size; i += 4) {
      a += (data[from + i] as number) * (to[i] as number);
      b += (data[from + i + 1] as number) * (to[i + 1] as number);
      c += (data[from + i + 2] as number) * (to[i + 2] as number);
      d += (data[from + i + 3] as number) * (to[i + 3] as number);
    }
    for (; i < size; i += 1) a += (data[from + i] as number) * (to[i] as number);
    return a + b + c + d;
  }
}

/** Numbers of four bytes, the least first, whatever the machine. */
export const vectorOf = (bytes: Uint8Array): Float32Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength >> 2 }, (_, i) => view.getFloat32(i * 4, true));
};
