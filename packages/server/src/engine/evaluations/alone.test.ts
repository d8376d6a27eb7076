/**
 * What evaluations do beside scoring: their rows neither replace each other nor call anybody, wait for no person, hold to the
 * quota, and end, whatever fails or is cut off.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EvalScore, Principal } from '@headgate/core';
import { begin, dataset, GREET, look, SLOW, until } from '../testing/evaluations.ts';
import { type Ground, openGround, OWNER } from '../testing/ground.ts';

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());

const EXACT: readonly EvalScore[] = [{ kind: 'exact' }];
const runsOf = async (flow: string) => (await g.store.in('default').runs.list({ flow, limit: 50 })).rows;
const written = (statement: string): void => {
  const db = new DatabaseSync(join(g.dir, 'headgate.db'), { timeout: 5_000 });
  db.exec(statement);
  db.close();
};
const notices = (flow: string): number => {
  const db = new DatabaseSync(join(g.dir, 'headgate.db'), { readOnly: true });
  const rows = db.prepare("select id from notice where kind = 'run.failed' and flow = ?").all(flow);
  db.close();
  return rows.length;
};

test('rows of a flow that is debounced do not take the place of each other; twin: other runs of it do', async () => {
  const flow = await g.publish({ ...GREET('{{ input.name }}'), settings: { debounce: { for: '1h' } } });
  const rows = ['a', 'b', 'c'].map((name) => ({ name, input: { name }, expected: { text: name } }));
  const seen = await until(g, flow, await begin(g, flow, await dataset(g, rows), EXACT));
  expect(seen).toMatchObject({ state: 'done', sum: { rows: 3, done: 3, passed: 3 } });
  const [first, second] = [
    await g.run(flow, { name: 'a' }, { wait: 0 }),
    await g.run(flow, { name: 'b' }, { wait: 0 }),
  ];
  await g.until(first.id, 'cancelled');
  expect((await g.engine.view('default', second.id))?.state).toBe('queued');
});

test('rows that fail call neither the error flow nor people, nor does what they called; twin: another run does', async () => {
  const told = await g.publish({ ...GREET('told'), name: 'Told by evaluations' });
  const fails = {
    headgate: 1,
    name: 'Fails',
    steps: [{ id: 's', kind: 'stop@1', with: { problem: 'oops', text: 'Oops' } }],
    settings: { errorFlow: told },
  };
  const grants = [{ step: '*', power: `flow: call ${told}` }];
  const flow = await g.publish(fails, { grants });
  const caller = await g.publish(
    {
      ...{ headgate: 1, name: 'Calls what fails' },
      steps: [{ id: 'c', kind: 'flow.call@1', with: { flow, input: {} } }],
    },
    { grants: [{ step: 'c', power: `flow: call ${flow}` }] },
  );
  const data = await dataset(g, [
    { name: 'a', input: {}, expected: 1 },
    { name: 'b', input: {}, expected: 1 },
  ]);
  for (const one of [flow, caller]) {
    const seen = await until(g, one, await begin(g, one, data, EXACT));
    expect(seen).toMatchObject({ state: 'done', sum: { failed: 2 } });
  }
  const run = await g.run(flow);
  await expect.poll(() => runsOf(told)).toHaveLength(1);
  await g.until((await runsOf(told))[0]?.id ?? '', 'done');
  expect((await runsOf(told)).map(({ idempotencyKey }) => idempotencyKey)).toEqual([`error:${run.id}`]);
  expect([notices(flow), notices(caller)]).toEqual([1, 0]);
});

test('EW4 a row that waits for a person is not scored and says why, its run is cancelled, and the others go on', async () => {
  const asks = await g.publish(
    {
      headgate: 1,
      name: 'Asks',
      steps: [
        { id: 'need', kind: 'if@1', with: { when: '{{ input.score == null }}' } },
        { id: 'ask', kind: 'ask@1', after: ['need.true'], with: { title: 'Good?', who: { link: true } } },
      ],
      output: 'answered',
      settings: { concurrency: 1 },
    },
    { grants: [{ step: 'ask', power: 'ask: *' }] },
  );
  const caller = await g.publish(
    {
      ...{ headgate: 1, name: 'Calls what asks' },
      steps: [{ id: 'c', kind: 'flow.call@1', with: { flow: asks, input: {} } }],
    },
    { grants: [{ step: 'c', power: `flow: call ${asks}` }] },
  );
  const data = await dataset(g, [
    { name: 'asked', input: {}, expected: 'answered', criteria: 'Good.' },
    { name: 'plain', input: { score: 1 }, expected: 'answered' },
  ]);
  const seen = await until(g, asks, await begin(g, asks, data, EXACT));
  expect(seen).toMatchObject({ state: 'done', sum: { rows: 2, done: 2, passed: 1, failed: 0, means: [1] } });
  const why = 'waiting for a person: not scored';
  expect(seen.rows[0]).toMatchObject({ state: 'done', passed: null, scores: [{ score: null, pass: null, why }] });
  await g.until(seen.rows[0]?.run ?? '', 'cancelled');

  const above = await until(g, caller, await begin(g, caller, await dataset(g, [{ name: 'one', input: {} }]), EXACT));
  expect(above.rows[0]).toMatchObject({ state: 'done', scores: [{ score: null, why }] });
  for (const { id } of [...(await runsOf(caller)), ...(await runsOf(asks))].filter(({ state }) => state !== 'done'))
    await g.until(id, 'cancelled');

  // A judge that asks: only what it would have said is missing.
  const plain = await g.publish({ ...GREET('x'), output: 'answered' });
  const judged = await until(g, plain, await begin(g, plain, data, [...EXACT, { kind: 'judge', flow: asks }]));
  expect(judged).toMatchObject({ state: 'done', sum: { done: 2, passed: 2, means: [1, null] } });
  const judgeWhy = 'the flow that judges waits for a person: not scored';
  expect(judged.rows[0]?.scores[1]).toEqual({ score: null, pass: null, why: judgeWhy });
  await g.until(judged.rows[0]?.judge ?? '', 'cancelled');
});

test('DOS-09 an evaluation that the quota has no room for is refused, and begins when there is', async () => {
  const flow = await g.publish(GREET('x'));
  const data = await dataset(g, [{ name: 'one', input: 'x'.repeat(50_000) }]);
  const { limits } = g.store.in('default');
  const { bytes } = await limits.usage(g.clock.now());
  await limits.setQuota({ quota: { bytes: bytes + 40_000 }, updated: 1, by: 'test' });
  const ask = { principal: OWNER, id: 'ev_full', flow, dataset: data, which: {}, scores: EXACT, atOnce: 1 };
  const code = async (): Promise<unknown> => {
    const done = await g.engine.evaluations.begin(ask);
    return done === null || done.ok ? 'began' : done.problem.code;
  };
  expect(await code()).toBe('quota.bytes');
  await limits.setQuota({ quota: {}, updated: 2, by: 'test' });
  await expect.poll(code).toBe('began');
  await until(g, flow, 'ev_full');
});

test('it ends as incomplete when who began it may not run the flow any more', async () => {
  const flow = await g.publish(SLOW);
  const { keys } = g.store.in('default');
  const principal: Principal = { ...OWNER, id: 'key_leaver' };
  await keys.create({
    ...{ id: principal.id, workspace: 'default', name: 'leaver', hash: 'leaver', permissions: OWNER.permissions },
    ...{ projects: null, flows: null, expires: null, revoked: null, created: 1, used: null },
  });
  const rows = ['1h', '1ms'].map((wait, i) => ({ name: `r${i}`, input: { name: 'x', for: wait }, expected: 'x' }));
  const id = await begin(g, flow, await dataset(g, rows), EXACT, { atOnce: 1, principal });
  const seen = await until(g, flow, id, (now) => now.rows[0]?.run !== null);
  await g.until(seen.rows[0]?.run ?? '', 'waiting');
  await keys.revoke(principal.id, g.clock.now());
  g.clock.shift(2 * 3_600_000);
  const ended = await until(g, flow, id);
  expect(ended).toMatchObject({ state: 'incomplete', problem: { code: 'evaluation.revoked' }, sum: { done: 1 } });
  expect(ended.rows[1]).toMatchObject({ state: 'waiting', run: null });
});

test('EW2 EW3 EW5 what was cut off is gone on with or cancelled, and what fails unexpectedly is tried for ten minutes and then said', async () => {
  const flow = await g.publish(SLOW);
  const data = await dataset(g, [{ name: 'r', input: { name: 'x', for: '1h' }, expected: 'x' }]);
  const stopped = await begin(g, flow, data, EXACT);
  const other = await begin(g, flow, data, EXACT);
  const [mine, others] = [stopped, other].map((id) => until(g, flow, id, (now) => now.rows[0]?.run !== null));
  const run = (await mine)?.rows[0]?.run ?? '';
  const kept = (await others)?.rows[0]?.run ?? '';
  for (const one of [run, kept]) await g.until(one, 'waiting');
  const { evaluations } = g.store.in('default');
  // As the server leaves it that dies in the middle of stopping one, and just before it begins a run.
  await evaluations.end(stopped, 'stopped', null, 1);
  const of = await evaluations.byId(other);
  if (of === null) throw new Error('no evaluation');
  const { state: _now, problem: _why, ended: _when, sum: _none, ...made } = of;
  await evaluations.begin({ ...made, id: 'ev_cut' }, [{ name: 'r', input: { name: 'x', for: '1ms' }, expected: 'x' }]);
  await evaluations.starts('ev_cut', 0, 'r_given');
  // What is sealed of its row does not open: a fault of the disk.
  await evaluations.begin({ ...made, id: 'ev_broken' }, [{ name: 'r', input: {} }]);
  written("update evaluation_row set box = x'00' where evaluation = 'ev_broken'");
  g = await g.reopen();
  await g.until(run, 'cancelled');
  expect(await until(g, flow, 'ev_cut')).toMatchObject({ state: 'done', rows: [{ run: 'r_given', passed: true }] });
  expect((await look(g, flow, stopped)).state).toBe('stopped');
  expect((await g.engine.view('default', kept))?.state).toBe('waiting');

  const failed = () => g.logs.filter(({ text }) => text === 'an evaluation failed unexpectedly').length;
  await expect.poll(failed, { timeout: 10_000 }).toBeGreaterThan(0);
  const broken = () => g.store.in('default').evaluations.byId('ev_broken');
  expect((await broken())?.state).toBe('running');
  g.clock.shift(600_000);
  await expect.poll(async () => (await broken())?.state, { timeout: 10_000 }).toBe('incomplete');
  expect((await broken())?.problem?.code).toBe('evaluation.failed');
}, 30_000);
