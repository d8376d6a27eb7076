/** A graph proposes, the vectors decide: what is found with it is what going through all finds. */

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clustered, seeded } from '../testing/clusters.ts';
import { Graph } from './graph.ts';
import { Neighbours } from './near.ts';
import { type Near, Vectors } from './vectors.ts';

const SIZE = 48;
const MANY = 9_000;
const TOP = 10;

const next = clustered(SIZE, 60, 7);
const ALL = Array.from({ length: MANY }, (_, n) => ({ n: n + 1, vector: next() }));
const QUESTIONS = Array.from({ length: 40 }, next);

let dir: string;
let file: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-graph-'));
  file = join(dir, 'a.graph');
  const graph = new Graph(SIZE);
  for (let at = 0; at < MANY; at += 500) graph.add(ALL.slice(at, at + 500));
  graph.save(file);
});
afterAll(() => rmSync(dir, { recursive: true }));

const both = (): readonly [withGraph: Neighbours, exact: Vectors] => {
  const near = new Neighbours(SIZE);
  const exact = new Vectors(SIZE);
  for (const { n, vector } of ALL) {
    near.add(n, vector);
    exact.add(n, vector);
  }
  near.use(Graph.load(file, SIZE));
  return [near, exact];
};

/** How much of what is nearest was found; and all that was found is right. */
const recall = (found: readonly Near[], wanted: readonly Near[]): number => {
  expect(found).toHaveLength(wanted.length);
  const right = new Map(wanted.map(({ n, similarity }) => [n, similarity]));
  let hit = 0;
  for (const { n, similarity } of found) {
    const known = right.get(n);
    if (known === undefined) continue;
    expect(similarity).toBe(known);
    hit += 1;
  }
  return wanted.length === 0 ? 1 : hit / wanted.length;
};

test('with any conditions, deletions and additions: 0.99 of what going through all finds, and nothing that is not to be found', () => {
  const random = fc.record({
    seed: fc.integer(),
    // Shares of the base that conditions let in, that was deleted, and how many came since.
    lets: fc.constantFrom(null, 0.01, 0.2, 0.3, 0.5, 0.7, 0.95),
    gone: fc.constantFrom(0, 0.02, 0.3, 0.9),
    came: fc.constantFrom(0, 1, 400),
  });
  fc.assert(
    fc.property(random, ({ seed, lets, gone, came }) => {
      const [near, exact] = both();
      const dice = seeded(seed);
      const live = new Set(ALL.filter(() => dice() >= gone).map(({ n }) => n));
      near.keep(live);
      exact.keep(live);
      const more = clustered(SIZE, 60, 7);
      for (let at = 1; at <= came; at += 1) {
        const vector = more();
        near.add(MANY + at, vector);
        exact.add(MANY + at, vector);
        live.add(MANY + at);
      }
      const among = lets === null ? null : new Set([...live].filter(() => dice() < lets));
      let sum = 0;
      for (const question of QUESTIONS) {
        const found = near.nearest(question, TOP, among);
        for (const { n } of found) expect(live.has(n) && among?.has(n) !== false).toBe(true);
        sum += recall(found, exact.nearest(question, TOP, among));
      }
      expect(sum / QUESTIONS.length).toBeGreaterThanOrEqual(0.99);
    }),
    { numRuns: 25 },
  );
}, 120_000);

test('conditions that let in what is far from the question alone are met by going through all', () => {
  const [near, exact] = both();
  const [question] = QUESTIONS;
  if (question === undefined) throw new Error('no question');
  const far = exact.nearest(question, MANY, null).slice(4_000);
  const among = new Set(far.map(({ n }) => n));
  expect(near.nearest(question, TOP, among)).toEqual(far.slice(0, TOP));
});

test('a graph of another state of the base makes nothing be found that is not there, nor says it is nearer than it is', () => {
  const [near, exact] = both();
  const wrong = new Graph(SIZE);
  // Each number has another one's vector, and many are of no piece at all.
  wrong.add(ALL.map(({ n, vector }) => ({ n: n * 2, vector })));
  near.use(wrong);
  expect(near.stale).toBe(true);
  const similar = new Map(exact.nearest(QUESTIONS[0] ?? new Float32Array(SIZE), MANY, null).map((one) => [one.n, one]));
  const found = near.nearest(QUESTIONS[0] ?? new Float32Array(SIZE), TOP, null);
  expect(found).toHaveLength(TOP);
  for (const one of found) expect(one).toEqual(similar.get(one.n));
});

test('a new graph is wanted when a tenth of the base is not as the graph has it', () => {
  const [near] = both();
  expect(near.stale).toBe(false);
  near.keep(new Set(ALL.slice(0, MANY * 0.95).map(({ n }) => n)));
  expect(near.stale).toBe(false);
  near.keep(new Set(ALL.slice(0, MANY * 0.85).map(({ n }) => n)));
  expect(near.stale).toBe(true);
});

test('a file that is none of ours, is damaged, or is of vectors of another size is refused before it is read', () => {
  const junk = join(dir, 'junk.graph');
  const whole = readFileSync(file);
  expect(() => Graph.load(file, SIZE * 2)).toThrow('not whole');
  writeFileSync(junk, 'x'.repeat(5_000));
  expect(() => Graph.load(junk, SIZE)).toThrow(/no such file/);
  copyFileSync(`${file}.seal`, `${junk}.seal`);
  expect(() => Graph.load(junk, SIZE)).toThrow('not whole');
  for (const damaged of [whole.subarray(0, whole.length - 1), Buffer.from(whole).fill(255, 8, 40)]) {
    writeFileSync(junk, damaged);
    expect(() => Graph.load(junk, SIZE)).toThrow('not whole');
  }
  writeFileSync(junk, whole);
  expect(Graph.load(junk, SIZE).count).toBe(MANY);
});
