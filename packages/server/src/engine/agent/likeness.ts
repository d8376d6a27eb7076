/**
 * Which earlier turns are most like a question, by the model for embeddings that comes with the server: nothing leaves it, and
 * nothing is charged.
 *
 * LK1 Vectors are kept in memory alone, by a hash of their text, and so many of them: nothing of what was said lies open.
 */

import { createHash } from 'node:crypto';
import { type AgentPast, problem, type Problem } from '@headgate/core';

type Embed = (texts: readonly string[], signal: AbortSignal) => Promise<readonly (readonly number[])[]>;

/** Characters of what is asked, and of an answer, that count: more than the model reads. */
const COUNTS = 600;
const MOST_KEPT = 4_000;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
};

const textOf = ({ asked, answered }: AgentPast): string => `${asked.slice(0, COUNTS)}\n${answered.slice(0, COUNTS)}`;

export class Likeness {
  readonly #embed: Embed;
  readonly #kept = new Map<string, Float32Array>();

  constructor(embed: Embed) {
    this.#embed = embed;
  }

  /** The turns most like what is asked, so many and so long at most, in their order. */
  async most<T extends AgentPast>(
    asked: string,
    all: readonly T[],
    turns: number,
    characters: number,
    signal: AbortSignal,
  ): Promise<{ readonly most: readonly T[] } | { readonly problem: Problem }> {
    if (all.length === 0 || turns < 1) return { most: [] };
    let vectors: readonly Float32Array[];
    try {
      vectors = await this.#vectors([asked.slice(0, COUNTS), ...all.map(textOf)], signal);
    } catch {
      return { problem: UNLIKE };
    }
    const [question, ...others] = vectors;
    if (question === undefined) return { problem: UNLIKE };
    const ranked = others.map((one, i) => ({ i, near: dot(question, one) })).toSorted((a, b) => b.near - a.near);
    const chosen = new Set<number>();
    let left = characters;
    for (const { i } of ranked) {
      const one = all[i];
      if (one === undefined || chosen.size >= turns) break;
      const size = one.asked.length + one.answered.length;
      if (size > left) continue;
      left -= size;
      chosen.add(i);
    }
    return { most: all.filter((_, i) => chosen.has(i)) };
  }

  async #vectors(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]> {
    const hashes = texts.map(hashOf);
    const missing = texts.filter((_, i) => !this.#kept.has(hashes[i] ?? ''));
    const made = missing.length === 0 ? [] : await this.#embed(missing, signal);
    const fresh = new Map(missing.map((text, i) => [hashOf(text), Float32Array.from(made[i] ?? [])]));
    const found = hashes.map((hash) => fresh.get(hash) ?? this.#kept.get(hash) ?? new Float32Array(0));
    for (const [i, hash] of hashes.entries()) {
      // Looked at last is let go of last.
      this.#kept.delete(hash);
      this.#kept.set(hash, found[i] ?? new Float32Array(0));
    }
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
    return found;
  }
}

const UNLIKE = problem('agent.memory', 'Earlier turns could not be compared with what is asked', {
  retry: 'yes',
  fix: 'Run it again; or let the agent remember the last turns, by `memory: "window"`.',
});
