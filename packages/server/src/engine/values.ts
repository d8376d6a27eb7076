/**
 * Values of runs: inline while small, spilled to sealed blobs when large, always read through here.
 *
 * V1 A value heavier than SPILL leaves memory for a blob; what stays is its id. Recently used ones are kept in a cache
 *    bounded by weight, so that memory does not grow with the data of a run.
 * V2 A value heavier than HEAVIEST is a Problem: a structure that doubles by reference is stopped before it is written,
 *    and writing or reading one value never holds the loop up for long.
 * V3 A value nested deeper than DEEPEST is a Problem, wherever it came from (an answer of another server, a repeat that
 *    wraps its last result): JSON of any depth may come in, but writing it costs stack.
 * V4 A value of more than MOST_PARTS lists, objects and what is in them is a Problem, however short its JSON: making,
 *    writing and forgetting each costs more than its characters do.
 */

import { randomBytes } from 'node:crypto';
import { type Held, type Problem, problem } from '@headgate/core';

/** Weights are about characters of JSON. */
export const SPILL = 64 * 1024;
export const HEAVIEST = 16 * 1024 * 1024;
const CACHE = 96 * 1024 * 1024;
/** Levels of lists and objects within each other. */
export const DEEPEST = 200;

/** Values within one value: a few times what comes from outside at once (json.ts), since steps put answers together. */
export const MOST_PARTS = 1_000_000;

/** How many values there are in one, itself not counted, up to a bit above `most`. */
const partsOf = (value: unknown, most: number): number => {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  const open: object[] = [value];
  for (let at = open.pop(); at !== undefined && count <= most; at = open.pop()) {
    const inner: readonly unknown[] = Array.isArray(at) ? at : Object.values(at);
    count += inner.length;
    for (const part of inner) if (typeof part === 'object' && part !== null) open.push(part);
  }
  return count;
};

/**
 * About how many characters the value's JSON has; stops counting above `cap`. A value reached twice counts twice, since
 * it is written twice. Infinity when it is nested deeper than DEEPEST.
 */
export const weigh = (value: unknown, cap: number): number => {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  return within(value, cap, 1);
};

/** The depth is bounded, so walking down costs a bounded part of the stack. */
const within = (value: object, cap: number, depth: number): number => {
  if (depth > DEEPEST) return Number.POSITIVE_INFINITY;
  let weight = 2;
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    weight += list.length;
    for (let i = 0; i < list.length && weight <= cap; i += 1) weight += one(list[i], cap - weight, depth);
    return weight;
  }
  for (const [key, member] of Object.entries(value)) {
    weight += key.length + 4 + one(member, cap - weight, depth);
    if (weight > cap) break;
  }
  return weight;
};

const one = (value: unknown, cap: number, depth: number): number =>
  typeof value === 'string'
    ? value.length + 2
    : typeof value === 'object' && value !== null
      ? within(value, cap, depth + 1)
      : 6;

export type Spilled = { readonly id: string; readonly bytes: Uint8Array };

/** Reads a sealed blob back; given by the opening half of the vault. */
export type ReadBlob = (workspace: string, id: string) => Uint8Array;

/** Why a step's value cannot be held, or null. */
export const refused = (value: unknown, weight = weigh(value, HEAVIEST)): Problem | null => {
  if (weight === Number.POSITIVE_INFINITY)
    return problem('value.too_deep', `A step's value may be nested ${DEEPEST} levels deep; this one is deeper`, {
      fix: 'Make it flatter, or keep only the part that later steps read.',
    });
  if (weight > HEAVIEST)
    return problem(
      'value.too_large',
      `A step's value may be ${HEAVIEST / 1024 / 1024} MB of JSON at most; this one is larger`,
      { fix: 'Keep only the fields that later steps read, work on fewer items at a time, or pass files by reference.' },
    );
  if (weight > MOST_PARTS && partsOf(value, MOST_PARTS) > MOST_PARTS)
    return problem('value.too_many', `A step's value may hold ${MOST_PARTS} values at most; this one holds more`, {
      fix: 'Keep only the fields that later steps read, or work on fewer items at a time.',
    });
  return null;
};

export class Values {
  readonly #read: ReadBlob;
  readonly #cache = new Map<string, { value: unknown; weight: number; pinned: boolean }>();
  #weight = 0;
  /** Weight of all values held so far: who watches it sees how much came meanwhile. */
  taken = 0;

  constructor(read: ReadBlob) {
    this.#read = read;
  }

  /** Holds a value: inline, or as a blob to be written with the next group. */
  hold(value: unknown, spilled: Spilled[]): { held: Held } | { problem: Problem } {
    // JSON has no undefined: nothing at all would be read back from the journal.
    if (value === undefined) return { held: { value: null } };
    const weight = weigh(value, HEAVIEST);
    const why = refused(value, weight);
    if (why !== null) return { problem: why };
    this.taken += weight;
    if (weight <= SPILL) return { held: { value } };
    const id = `b${randomBytes(16).toString('hex')}`;
    const bytes = Buffer.from(JSON.stringify(value) ?? 'null');
    spilled.push({ id, bytes });
    this.#keep(id, value, weight, true);
    return { held: { blob: id, size: bytes.length } };
  }

  /** The value itself. A blob is read at once: expressions are synchronous, and the cache holds what was just written. */
  read(workspace: string, held: Held | undefined): unknown {
    if (held === undefined) return null;
    if ('value' in held) return held.value;
    const known = this.#cache.get(held.blob);
    if (known !== undefined) {
      this.#cache.delete(held.blob);
      this.#cache.set(held.blob, known);
      return known.value;
    }
    const value: unknown = JSON.parse(Buffer.from(this.#read(workspace, held.blob)).toString('utf8'));
    this.#keep(held.blob, value, held.size, false);
    return value;
  }

  /** Its JSON, for readers: what is durable is not taken into the cache for them. */
  text(workspace: string, held: Held): string {
    if ('value' in held) return JSON.stringify(held.value) ?? 'null';
    return Buffer.from(this.#read(workspace, held.blob)).toString('utf8');
  }

  /** A blob that is durable may leave the cache. */
  written(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.#cache.get(id);
      if (entry !== undefined) entry.pinned = false;
    }
    this.#trim();
  }

  #keep(id: string, value: unknown, weight: number, pinned: boolean): void {
    this.#cache.set(id, { value, weight, pinned });
    this.#weight += weight;
    this.#trim();
  }

  #trim(): void {
    if (this.#weight <= CACHE) return;
    for (const [id, entry] of this.#cache) {
      if (this.#weight <= CACHE) return;
      if (entry.pinned) continue;
      this.#cache.delete(id);
      this.#weight -= entry.weight;
    }
  }
}
