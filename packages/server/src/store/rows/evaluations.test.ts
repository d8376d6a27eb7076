/** What datasets and evaluations store is counted, and what rows came to stands beside them. */

import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { EVAL_LIMITS, type EvalRow } from '@headgate/core';
import type { EvaluationMade } from '../evaluation.ts';
import type { Store } from '../ports.ts';
import { migrate } from '../schema/migrate.ts';
import { NAMES } from '../schema/migrations/list.ts';
import { kitIn, NOW } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const ROWS: readonly EvalRow[] = [
  { name: 'a', input: 'x'.repeat(1_000), expected: 1 },
  { name: 'b', input: 'x'.repeat(1_000) },
];
const made = (id: string, flow = 'flow_a'): EvaluationMade => ({
  ...{ id, flow, version: 1, hash: 'h', environment: 'default', dataset: 'ds', datasetName: 'd', datasetVersion: 1 },
  ...{ scores: [{ kind: 'exact' }, { kind: 'similarity' }], atOnce: 1, principal: 'x', created: NOW },
});
const scored = (score: number | null) => ({ score, pass: score === null ? null : score === 1, why: 'y'.repeat(500) });

const of = (store: Store) => store.in('default');
const open = async (dir = kit.dir()): Promise<Store> => {
  const store = await kit.store({ dir });
  await of(store).flows.create({
    ...{ id: 'flow_a', project: 'default', owner: 'x', name: 'a', draft: {}, draftHash: 'h', at: NOW },
  });
  return store;
};
/** What is in the database, which what is in memory has to be the same as. */
const stored = async (store: Store): Promise<number> => {
  const { bytes } = await of(store).limits.usage(NOW);
  expect(store.engine.limits.bytes('default')).toBe(bytes);
  return bytes;
};

test('DOS-09 datasets and evaluations count for what a workspace stores, once, until they go', async () => {
  const store = await open();
  const { datasets, evaluations, flows, deletedFlows } = of(store);
  const empty = await stored(store);
  const dataset = { id: 'ds', project: 'default', name: 'd', by: 'x', at: NOW };
  await datasets.create({ ...dataset, rows: ROWS });
  const one = (await stored(store)) - empty;
  expect(one).toBeGreaterThan(2_000);
  expect(one).toBeLessThan(3_000);
  await datasets.put('default', 'ds', { ...dataset, rows: [...ROWS, { name: 'c', input: 'x'.repeat(1_000) }] });
  expect((await stored(store)) - empty - one).toBeGreaterThan(1_000);
  await datasets.put('default', 'ds', { ...dataset, rows: ROWS });
  expect((await stored(store)) - empty).toBe(one);

  await evaluations.begin(made('ev_1'), ROWS);
  const begun = await stored(store);
  expect(begun - empty - one).toBeGreaterThan(2_000);
  expect(await evaluations.settle('ev_1', 0, [scored(1), scored(null)], true)).toBe(true);
  const settled = await stored(store);
  expect(settled - begun).toBeGreaterThan(1_000);
  // Written once, and so counted once.
  expect(await evaluations.settle('ev_1', 0, [scored(0), scored(0)], false)).toBe(false);
  expect(await stored(store)).toBe(settled);
  expect(await evaluations.remove('flow_a', 'ev_1')).toBe('open');
  await evaluations.end('ev_1', 'done', null, NOW);
  expect(await evaluations.remove('flow_a', 'ev_1')).toBe('done');
  expect((await stored(store)) - empty).toBe(one);
  expect(await datasets.remove('default', 'ds')).toBe(true);
  expect(await datasets.remove('default', 'ds')).toBe(false);
  expect(await stored(store)).toBe(empty);

  // What makes room for the next takes its bytes along, and so does a flow that is removed.
  for (let n = 0; n <= EVAL_LIMITS.kept; n += 1) {
    await evaluations.begin(made(`ev_of_${n}`), [{ name: 'a', input: 1 }]);
    await evaluations.end(`ev_of_${n}`, 'done', null, NOW);
  }
  const each = ((await stored(store)) - empty) / EVAL_LIMITS.kept;
  expect(each).toBe(Math.round(each));
  for (const id of ['flow_b', 'flow_c']) {
    await flows.create({ id, project: 'default', owner: 'x', name: id, draft: {}, draftHash: 'h', at: NOW });
    await evaluations.begin(made(`ev_${id}`, id), ROWS);
  }
  for (const id of ['flow_a', 'flow_b', 'flow_c']) await deletedFlows.add(id, id === 'flow_c' ? NOW + 9 : NOW);
  expect(await stored(store)).toBeGreaterThan(empty + 2_000);
  expect(await store.engine.removeDeletedFlows(NOW + 1, 9)).toBe(2);
  expect(await deletedFlows.remove('flow_c')).toBe(true);
  expect(await stored(store)).toBe(empty);
});

test('what rows came to is added up as they end, pages follow each other, and the schema counts what was there before it', async () => {
  const dir = kit.dir();
  const store = await open(dir);
  const { datasets, evaluations } = of(store);
  await datasets.create({ id: 'ds', project: 'default', name: 'd', rows: ROWS, by: 'x', at: NOW });
  for (const id of ['ev_1', 'ev_2', 'ev_3']) await evaluations.begin(made(id), ROWS);
  await evaluations.settle('ev_1', 0, [scored(1), scored(null)], true);
  await evaluations.settle('ev_1', 1, [scored(0.25), scored(null)], false);
  await evaluations.settle('ev_2', 1, [scored(null), scored(null)], null);
  const sums = [
    { rows: 2, done: 0, passed: 0, failed: 0, means: [null, null] },
    { rows: 2, done: 1, passed: 0, failed: 0, means: [null, null] },
    { rows: 2, done: 2, passed: 1, failed: 1, means: [0.625, null] },
  ];
  const first = await evaluations.list({ flow: 'flow_a', limit: 2 });
  expect(first.rows.map(({ id }) => id)).toEqual(['ev_3', 'ev_2']);
  const rest = await evaluations.list({ flow: 'flow_a', limit: 2, cursor: first.next ?? '' });
  expect([rest.rows.map(({ id }) => id), rest.next]).toEqual([['ev_1'], null]);
  expect([...first.rows, ...rest.rows].map(({ sum }) => sum)).toEqual(sums);

  const before = await stored(store);
  await store.close();
  expect((await migrate(dir, NAMES.indexOf('0041-evaluation-sums'))).ok).toBe(true);
  const again = await kit.store({ dir });
  expect(await stored(again)).toBe(before);
  const all = await of(again).evaluations.list({ flow: 'flow_a', limit: 9 });
  expect(all.rows.map(({ sum }) => sum)).toEqual(sums);
  await of(again).evaluations.settle('ev_2', 0, [scored(0.5), scored(0.5)], false);
  expect((await of(again).evaluations.get('flow_a', 'ev_2'))?.sum).toMatchObject({
    done: 2,
    failed: 1,
    means: [0.5, 0.5],
  });
});
