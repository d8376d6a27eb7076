import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunRow } from '../store/ports.ts';
import { type Ground, openGround } from './testing/ground.ts';

let g: Ground;
beforeEach(async () => {
  g = await openGround();
});
afterEach(async () => {
  await g.close();
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const flow = (cron: string, missed?: string) => ({
  headgate: 1,
  name: 'A flow',
  triggers: [{ id: 'often', kind: 'schedule@1', with: { cron, ...(missed === undefined ? {} : { missed }) } }],
  steps: [{ id: 's', kind: 'set@1', with: { value: '{{ trigger.due }}' } }],
});

const runsOf = async (id: string): Promise<RunRow[]> => {
  const { rows } = await g.store.in('default').runs.list({ limit: 500, flow: id });
  return rows;
};
const outputs = async (id: string): Promise<unknown[]> => {
  const rows = await runsOf(id);
  return Promise.all(rows.map(async (row) => (await g.engine.view('default', row.id))?.output));
};
/** Until the state of the trigger says that all up to now was looked at. */
const settled = async (id: string, period = MINUTE): Promise<void> => {
  for (let i = 0; i < 300; i += 1) {
    const row = (await g.store.engine.triggers('schedule@1')).find((one) => one.flow === id);
    const { last } = (row?.state ?? {}) as { last?: number };
    if (last !== undefined && last > g.clock.now() - period - 30_000) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the schedule was not looked at');
};
const missed = (): unknown[] =>
  g.logs
    .filter((line) => line.text === 'a schedule missed its times')
    .map((line) => [line.data['count'], line.data['rule']]);

/** The machine sleeps: the clock goes on, and nothing ran meanwhile. */
const sleep = async (id: string, ms: number, period?: number): Promise<void> => {
  await settled(id, period);
  g.clock.shift(ms);
  await settled(id, period);
};

test('skip: after hours asleep at most the latest due time of the last minute starts, and the others are told of', async () => {
  const id = await g.publish(flow('* * * * *', 'skip'));
  await sleep(id, 5 * HOUR);
  const count = (await runsOf(id)).length;
  expect(count).toBeLessThanOrEqual(2);
  expect(missed()).toHaveLength(1);
  expect(Number((missed() as number[][])[0]?.[0])).toBeGreaterThanOrEqual(298);
});

test('once: one run for all that passed', async () => {
  const id = await g.publish(flow('0 * * * *', 'once'));
  await sleep(id, 5 * HOUR, HOUR);
  expect(await runsOf(id)).toHaveLength(1);
  expect(missed()).toEqual([[4, 'once']]);
});

test('all: a run for each, in order and each once, also when the server is opened again in between', async () => {
  const id = await g.publish(flow('0 * * * *', 'all'));
  await settled(id, HOUR);
  g.clock.shift(5 * HOUR);
  g = await g.reopen();
  await settled(id, HOUR);
  const due = (await outputs(id)).toReversed().map((text) => Date.parse(String(text)));
  expect(due).toHaveLength(5);
  expect(due.every((at, i) => at % HOUR === 0 && (i === 0 || at - (due[i - 1] ?? 0) === HOUR))).toBe(true);
  g = await g.reopen();
  await settled(id, HOUR);
  expect(await runsOf(id)).toHaveLength(5);
});

test('a schedule of every second that slept for a month is caught up with at once, whatever its rule', async () => {
  for (const rule of ['skip', 'once']) {
    const id = await g.publish(flow('* * * * * *', rule));
    await sleep(id, 30 * 24 * HOUR);
    expect((await runsOf(id)).length).toBeLessThanOrEqual(10);
  }
});

test('a schedule that cannot be kept is told of, and keeps neither the others nor the start', async () => {
  const bad = { cron: '* * * * *', zone: 'Mars/X' };
  await g.publish({ ...flow('* * * * *'), triggers: [{ id: 'often', kind: 'schedule@1', with: bad }] });
  const id = await g.publish(flow('0 * * * *', 'once'));
  g = await g.reopen();
  expect(g.logs.filter((line) => line.text === 'a schedule cannot be kept')).toHaveLength(1);
  await sleep(id, 2 * HOUR, HOUR);
  expect(await runsOf(id)).toHaveLength(1);
});

test('a clock that was far ahead and is put right does not silence a schedule, and starts no due time twice', async () => {
  const id = await g.publish(flow('* * * * *'));
  await sleep(id, 24 * HOUR);
  const before = (await runsOf(id)).length;
  g.clock.shift(-24 * HOUR);
  g = await g.reopen();
  g.clock.shift(2 * MINUTE);
  for (let i = 0; (await runsOf(id)).length === before; i += 1) {
    if (i > 300) throw new Error('the schedule is silent');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const due = await outputs(id);
  expect(new Set(due).size).toBe(due.length);
});
