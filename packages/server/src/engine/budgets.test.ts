/** Budgets and quotas over a real engine and store, by step kinds that the loader reads from a folder. */

import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { PERMISSIONS, type Quota } from '@headgate/core';
import { type Ground, openGround } from './testing/ground.ts';

vi.setConfig({ testTimeout: 60_000 });

const KINDS = fileURLToPath(new URL('./testing/kinds', import.meta.url));

let ground: Ground;
afterEach(() => ground.close());
const open = async (): Promise<void> => {
  ground = await openGround(undefined, (j) => j, KINDS);
};

const think = (id: string, tokens: number, more: object = {}, rest: object = {}) => ({
  id,
  kind: 'think@1',
  with: { most: tokens, tokens, ...more },
  ...rest,
});
const thinks = (steps: readonly object[], budget?: object) => ({
  headgate: 1,
  name: 'Thinks',
  steps,
  ...(budget === undefined ? {} : { settings: { budget } }),
});
const setQuota = async (quota: Quota): Promise<void> => {
  await ground.store.in('default').limits.setQuota({ quota, updated: 1, by: 'test' });
  // The engine hears of it as of every change of the store.
  await new Promise((resolve) => setTimeout(resolve, 100));
};
const usage = () => ground.store.in('default').limits.usage(ground.clock.now());

test('LLM-10 a run stops at its budget with what was done kept, and goes on from there once the budget is raised', async () => {
  await open();
  const steps = [
    think('one', 400),
    think('two', 400, {}, { after: ['one'], onProblem: 'continue' }),
    think('three', 1, {}, { after: ['two'] }),
  ];
  const flow = await ground.publish(thinks(steps, { tokens: { run: 700 } }));
  const run = await ground.run(flow);
  expect(run).toMatchObject({
    state: 'failed',
    problem: {
      code: 'budget.tokens',
      at: { flow, step: 'two' },
      text: expect.stringContaining('may use 700 tokens; 400 are used'),
    },
  });
  expect(await ground.types(run.id)).toContain('step.done one');
  expect((await usage()).day).toMatchObject({ runs: 1, tokens: 400 });
  const again = await ground.engine.rerun({
    principal: { kind: 'key', id: 'owner', workspace: 'default', permissions: PERMISSIONS },
    run: run.id,
    mode: { failed: true },
    version: await republish(flow, thinks(steps, { tokens: { run: 1_000 } })),
  });
  if (!again.ok) throw new Error(again.problem.text);
  await ground.until(again.value.id, 'done');
  // `one` was taken over, and is not charged again.
  expect((await usage()).day).toMatchObject({ runs: 2, tokens: 400 + 401 });
});

const republish = async (flow: string, doc: object): Promise<number> => {
  const row = await ground.store.in('default').flows.publish({
    flow,
    hash: `h${Math.random()}`,
    doc,
    note: null,
    by: 'owner',
    at: ground.clock.now(),
    grants: [],
    triggers: [],
  });
  return row?.version ?? 0;
};

test('LLM-10 steps at the same time share what is left: a hundred that want ten of fifty make five', async () => {
  await open();
  const flow = await ground.publish(
    thinks(
      [
        {
          id: 'all',
          kind: 'each@1',
          with: {
            over: Array.from({ length: 100 }, (_, i) => i),
            concurrency: 50,
            onItem: 'collect',
            steps: [think('one', 10)],
          },
        },
      ],
      { tokens: { day: 50 } },
    ),
  );
  const run = await ground.run(flow);
  expect(run).toMatchObject({ state: 'failed', problem: { code: 'budget.tokens', at: { step: 'one' } } });
  // What was under way when the run stopped is charged as it ends.
  await vi.waitFor(async () => expect((await usage()).day.tokens).toBe(50), { timeout: 5_000 });
  expect((await ground.engine.start(starting(flow))).ok).toBe(false);
});

const starting = (flow: string, id = 'owner') => ({
  principal: { kind: 'key' as const, id, workspace: 'default', permissions: PERMISSIONS },
  flow,
  which: {},
  input: {},
  trigger: { kind: 'api@1' },
  wait: 5_000,
});

test('a failed attempt is charged, too, and one that failed is in the journal with what it used', async () => {
  await open();
  const flow = await ground.publish(
    thinks([think('one', 30, { fails: true, money: 7 }, { retry: { max: 2, delay: '1ms' } })]),
  );
  expect(await ground.run(flow)).toMatchObject({ state: 'failed', problem: { code: 'think.wrong' } });
  expect((await usage()).day).toEqual({ runs: 1, tokens: 90, money: 21 });
});

test('a kind that declares no use is charged for nothing, whatever it says', async () => {
  await open();
  const flow = await ground.publish(thinks([{ id: 'one', kind: 'boast@1' }], { tokens: { run: 5 } }));
  const run = await ground.run(flow);
  expect(run.state).toBe('done');
  expect((await usage()).day).toEqual({ runs: 1, tokens: 0, money: 0 });
  const page = await ground.engine.journal('default', run.id, 0, 100);
  expect(JSON.stringify(page?.events)).not.toContain('1000000');
});

test('DOS-09 quotas hold over a stop like a crash: what was counted is what is on disk, not one more or less', async () => {
  await open();
  const flow = await ground.publish(thinks([think('one', 5)]));
  const waits = await ground.publish({
    headgate: 1,
    name: 'Waits',
    steps: [{ id: 'w', kind: 'wait@1', with: { for: '1h' } }],
  });
  for (let i = 0; i < 4; i += 1) await ground.run(flow);
  const waiting = await ground.run(waits, {}, { wait: 0 });
  await setQuota({ runs: { day: 6 }, concurrent: 1 });
  const before = await usage();
  expect(before).toMatchObject({ day: { runs: 5, tokens: 20 }, open: 1 });
  ground = await ground.reopen();
  expect(await usage()).toEqual(before);
  const refused = await ground.engine.start(starting(flow));
  expect(refused).toMatchObject({ ok: false, problem: { code: 'quota.concurrent' } });
  await ground.engine.cancel(starting(flow).principal, waiting.id);
  await ground.until(waiting.id, 'cancelled');
  expect((await ground.engine.start(starting(flow))).ok).toBe(true);
  expect(await ground.engine.start(starting(flow))).toMatchObject({ ok: false, problem: { code: 'quota.runs' } });
  expect((await usage()).day).toMatchObject({ runs: 6, tokens: 25 });
});

test('DOS-09 stored bytes are those of journals and files, and go down when runs are deleted', async () => {
  await open();
  const flow = await ground.publish({
    headgate: 1,
    name: 'Large',
    steps: [{ id: 'big', kind: 'set@1', with: { value: '{{ input.text }}' } }],
  });
  const run = await ground.run(flow, { text: 'x'.repeat(600_000) });
  expect(run.state).toBe('done');
  const { bytes } = await usage();
  expect(bytes).toBeGreaterThan(600_000);
  await setQuota({ bytes: bytes - 1 });
  expect(await ground.engine.start(starting(flow))).toMatchObject({ ok: false, problem: { code: 'quota.bytes' } });
  expect(await ground.store.in('default').runs.remove(run.id)).toBe(true);
  expect((await usage()).bytes).toBe(0);
  expect((await ground.engine.start(starting(flow))).ok).toBe(true);
});

test('a budget of a key counts what that key starts, and no other', async () => {
  await open();
  const flow = await ground.publish(thinks([think('one', 5)]));
  await ground.store.in('default').keys.create({
    id: 'key_small',
    workspace: 'default',
    name: 'small',
    hash: 'h',
    permissions: PERMISSIONS,
    projects: null,
    flows: null,
    expires: null,
    revoked: null,
    created: 1,
    used: null,
    budget: { runs: { day: 2 } },
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (let i = 0; i < 2; i += 1) expect((await ground.engine.start(starting(flow, 'key_small'))).ok).toBe(true);
  expect(await ground.engine.start(starting(flow, 'key_small'))).toMatchObject({
    ok: false,
    problem: { code: 'budget.runs', text: expect.stringContaining('This key') },
  });
  expect((await ground.engine.start(starting(flow))).ok).toBe(true);
});
