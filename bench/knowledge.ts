/**
 * What a search by meaning takes in a large knowledge base: `node --conditions=headgate-source bench/knowledge.ts [vectors] [--json]`.
 * Vectors of 384 numbers in clusters as models make them, seeded; 200 questions of the same kind. In one run: going through
 * all, then with the graph, first the comparison alone, then as a whole store answers (a thread that searches, a condition on
 * what may be found, the texts of the hits). Recall is of the first ten, beside going through all.
 */

import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_CHUNKER } from '@headgate/core';
import { Graph } from '../packages/server/src/store/knowledge/graph.ts';
import { Neighbours } from '../packages/server/src/store/knowledge/near.ts';
import { graphPath } from '../packages/server/src/store/knowledge/shelf.ts';
import type { Near } from '../packages/server/src/store/knowledge/vectors.ts';
import { openStore } from '../packages/server/src/store/open.ts';
import { clustered } from '../packages/server/src/store/testing/clusters.ts';
import { KEY } from '../packages/server/src/store/testing/kit.ts';

const args = process.argv.slice(2);
const MANY = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 100_000);
const SIZE = 384;
const TOP = 10;
const PORTION = 500;
const OF_DOCUMENT = 10_000;

const next = clustered(SIZE, Math.max(1, MANY / 100), 11);
const all = Array.from({ length: MANY }, next);
const questions = Array.from({ length: 200 }, next);

const at = (times: number[], part: number): number =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
const timed = async <T>(ask: (question: Float32Array) => T | Promise<T>) => {
  const found: T[] = [];
  const times: number[] = [];
  for (const question of questions) {
    const began = performance.now();
    found.push(await ask(question));
    times.push(performance.now() - began);
  }
  return { found, p50: at(times, 0.5), p99: at(times, 0.99) };
};
const recall = <T>(found: readonly (readonly T[])[], wanted: readonly (readonly T[])[]): number => {
  let hits = 0;
  for (const [one, right] of wanted.entries()) hits += right.filter((each) => found[one]?.includes(each)).length;
  return hits / wanted.flat().length;
};
const numbers = (found: readonly (readonly Near[])[]): readonly (readonly number[])[] =>
  found.map((near) => near.map(({ n }) => n));
const resident = (): number => process.memoryUsage().rss;
const MB = 1024 * 1024;

const near = new Neighbours(SIZE);
for (const [n, vector] of all.entries()) near.add(n + 1, vector);
const exact = await timed((question) => near.nearest(question, TOP, null));
const before = resident();
const building = performance.now();
const graph = new Graph(SIZE);
for (let from = 0; from < MANY; from += 100)
  graph.add(all.slice(from, from + 100).map((vector, index) => ({ n: from + index + 1, vector })));
const built = (performance.now() - building) / 1000;
const memory = (resident() - before) / MB;
near.use(graph);
const fast = await timed((question) => near.nearest(question, TOP, null));
const deep = await timed((question) => near.nearest(question, 50, null));
near.use(null);
const deepExact = await timed((question) => near.nearest(question, 50, null));
const few = new Set(all.flatMap((_, n) => (n % 3 === 0 ? [n + 1] : [])));
const fewExact = await timed((question) => near.nearest(question, TOP, few));
near.use(graph);
const fewFast = await timed((question) => near.nearest(question, TOP, few));

const dir = mkdtempSync(join(tmpdir(), 'headgate-bench-'));
const options = { dir, key: KEY, clock: () => Date.now() };
let store = await openStore({ ...options, graphFrom: Number.MAX_SAFE_INTEGER });
const knowledge = () => store.in('default').knowledge;
const base = 'kb_bench';
await knowledge().create({
  ...{ id: base, project: 'default', name: 'bench', model: 'bench', chunker: DEFAULT_CHUNKER, readers: null },
  ...{ by: 'bench', at: 1 },
});
const filling = performance.now();
for (let from = 0; from < MANY; from += OF_DOCUMENT) {
  const id = `doc_${from}`;
  const named = { id, ref: id, name: id, path: id, type: 'text/plain', hash: 'h', meta: {}, body: '' };
  await knowledge().put(base, '', [named], 1);
  const work = await knowledge().next(base, 0);
  if (work === null) throw new Error('no document');
  for (let one = from; one < Math.min(from + OF_DOCUMENT, MANY); one += PORTION) {
    const pieces = all.slice(one, Math.min(one + PORTION, from + OF_DOCUMENT)).map((vector, index) => ({
      ...{ text: `piece ${one + index} of ${id}`, start: 0, end: 1, page: null, row: null, heading: null },
      ...{ hash: String(one + index), vec: new Uint8Array(vector.slice().buffer) },
    }));
    if (!(await knowledge().addPieces(work, pieces))) throw new Error('no pieces');
  }
  if (!(await knowledge().finish(work, 1, null))) throw new Error('not read');
}
const filled = (performance.now() - filling) / 1000;
const ask = async (vector: Float32Array): Promise<readonly string[]> => {
  const found = await knowledge().search({
    ...{ project: 'default', base, by: { reader: 'bench' }, vector, words: null, where: [], top: TOP, minScore: 0 },
  });
  if (found?.ok !== true) throw new Error(JSON.stringify(found));
  return found.value.map(({ text }) => text);
};
const [first = new Float32Array(SIZE)] = questions;
await ask(first);
const wholeExact = await timed(ask);
await store.close();
store = await openStore({ ...options, graphFrom: Math.min(50_000, MANY) });
await ask(first);
const waiting = performance.now();
const file = graphPath(join(dir, 'graphs'), base);
while (!existsSync(`${file}.seal`)) await new Promise((resolve) => setTimeout(resolve, 50));
const stored = (performance.now() - waiting) / 1000;
// The first that finds it reads it.
await ask(first);
await new Promise((resolve) => setTimeout(resolve, 500));
await ask(first);
const whole = await timed(ask);
const bytes = statSync(file).size;
await store.close();
rmSync(dir, { recursive: true });

const rows = [
  ['first 10, all compared', exact, 1],
  ['first 10, graph', fast, recall(numbers(fast.found), numbers(exact.found))],
  ['first 50, all compared', deepExact, 1],
  ['first 50, graph', deep, recall(numbers(deep.found), numbers(deepExact.found))],
  ['a third may be found, all of it compared', fewExact, 1],
  ['a third may be found, graph', fewFast, recall(numbers(fewFast.found), numbers(fewExact.found))],
  ['a whole store, all compared', wholeExact, 1],
  ['a whole store, graph', whole, recall(whole.found, wholeExact.found)],
] as const;
if (args.includes('--json')) {
  const told = rows.map(([name, { p50, p99 }, right]) => ({ name, p50, p99, recall: right }));
  console.log(JSON.stringify({ vectors: MANY, rows: told, built, stored, memory, file: bytes / MB }));
} else {
  console.log(`${MANY} vectors of ${SIZE} numbers, ${filled.toFixed(0)} s to fill a store`);
  for (const [name, { p50, p99 }, right] of rows)
    console.log(`${name.padEnd(44)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, recall ${right.toFixed(4)}`);
  console.log(`graph: ${built.toFixed(1)} s to build, ${stored.toFixed(1)} s from a question in a store to its file,`);
  console.log(
    `  ${memory.toFixed(0)} MB in memory beside ${((MANY * SIZE * 4) / MB).toFixed(0)} MB of vectors, ${(bytes / MB).toFixed(0)} MB as a file`,
  );
  console.log(
    `all compared to graph: ${(exact.p50 / fast.p50).toFixed(0)} times in the comparison, ${(wholeExact.p50 / whole.p50).toFixed(0)} times in a store`,
  );
}
