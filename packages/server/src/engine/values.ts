/**
 * Values of runs: inline while small, spilled to sealed blobs when large, always read through here.
 *
 * V1 A value heavier than SPILL leaves memory for a blob; what stays is its id. Recently used ones are kept in a cache
 *    bounded by weight, so that memory does not grow with the data of a run.
 * V2 A value heavier than HEAVIEST is a Problem: a structure that doubles by reference is stopped before it is written.
 */

import { randomBytes } from 'node:crypto';
import { type Held, type Problem, problem } from '@headgate/core';

/** Weights are about characters of JSON. */
export const SPILL = 64 * 1024;
export const HEAVIEST = 64 * 1024 * 1024;
const CACHE = 96 * 1024 * 1024;

/**
 * About how many characters the value's JSON has; stops counting above `cap`. A value reached twice counts twice, since
 * it is written twice. Iterative: depth costs no stack.
 */
export const weigh = (value: unknown, cap: number): number => {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  let weight = 0;
  const stack: unknown[] = [value];
  while (stack.length > 0 && weight <= cap) {
    const v = stack.pop();
    if (typeof v === 'string') weight += v.length + 3;
    else if (typeof v !== 'object' || v === null) weight += 6;
    else if (Array.isArray(v)) {
      weight += 2 + v.length;
      if (weight <= cap)
        for (const x of v)
          if (typeof x === 'string') weight += x.length + 2;
          else stack.push(x);
    } else {
      weight += 2;
      for (const key of Object.keys(v)) {
        weight += key.length + 4;
        const x: unknown = (v as Record<string, unknown>)[key];
        if (typeof x === 'string') weight += x.length + 2;
        else stack.push(x);
      }
    }
  }
  return weight;
};

export type Spilled = { readonly id: string; readonly bytes: Uint8Array };

/** Reads a sealed blob back; given by the opening half of the vault. */
export type ReadBlob = (workspace: string, id: string) => Uint8Array;

export class Values {
  readonly #read: ReadBlob;
  readonly #cache = new Map<string, { value: unknown; weight: number; pinned: boolean }>();
  #weight = 0;

  constructor(read: ReadBlob) {
    this.#read = read;
  }

  /** Holds a value: inline, or as a blob to be written with the next group. */
  hold(value: unknown, spilled: Spilled[]): { held: Held } | { problem: Problem } {
    const weight = weigh(value, HEAVIEST);
    if (weight <= SPILL) return { held: { value } };
    if (weight > HEAVIEST) {
      return {
        problem: problem(
          'value.too_large',
          `A step's value may be ${HEAVIEST / 1024 / 1024} MB of JSON at most; this one is larger`,
          {
            fix: 'Keep only the fields that later steps read, work on fewer items at a time, or pass files by reference.',
          },
        ),
      };
    }
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
