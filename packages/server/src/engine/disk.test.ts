import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Problem, problem } from '@headgate/core';
import { countingServer, type Ground, openGround, OWNER } from './testing/ground.ts';

const FULL = problem('disk.full', 'The disk of this server is nearly full', { retry: 'after', retryAfter: 30_000 });

let g: Ground;
let full: Problem | null = null;
/** How often somebody asked whether there is room. */
let asked = 0;
beforeEach(async () => {
  full = null;
  g = await openGround(undefined, undefined, undefined, undefined, () => {
    asked += 1;
    return full;
  });
});
afterEach(async () => {
  await g.close();
});

const flow = (name: string, steps: unknown[], more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name,
  steps,
  ...more,
});
const say = { id: 'say', kind: 'set@1', with: { value: 1 } };
const start = (id: string) =>
  g.engine.start({ principal: OWNER, flow: id, which: {}, input: {}, trigger: { kind: 'api@1' }, wait: 10_000 });
const published = (doc: unknown, grants: { step: string; power: string }[] = []) => g.publish(doc, { grants });
const rowsOf = async (id: string) => (await g.store.in('default').runs.list({ limit: 100, flow: id })).rows;

test('DOS-09 a nearly full disk lets no run begin, by whatever entrance, says so to who asks and in its readiness, and takes runs again when there is room', async () => {
  const id = await published(flow('Plain', [say], { triggers: [{ id: 'hook', kind: 'webhook@1' }] }));
  const before = await g.run(id);
  expect([before.state, g.engine.ready()]).toEqual(['done', []]);
  const token = (await g.store.in('default').flows.hooks(id))[0]?.token ?? '';
  const call = (headers: Record<string, string> = {}) =>
    g.engine.hook({
      token,
      method: 'POST',
      path: '',
      query: {},
      headers: { 'content-type': 'application/json', ...headers },
      raw: Buffer.from('{}'),
    });
  full = FULL;
  expect(await start(id)).toEqual({ ok: false, problem: FULL });
  expect(await g.engine.rerun({ principal: OWNER, run: before.id, mode: { all: true } })).toEqual({
    ok: false,
    problem: FULL,
  });
  // Whoever says that his call came through webhooks gets no further by it.
  for (const hops of ['0', '3']) {
    const answer = await call({ 'x-headgate-hops': hops });
    expect([answer.status, answer.headers['retry-after'], JSON.parse(answer.body)]).toMatchObject([
      429,
      '60',
      { code: 'flow.busy' },
    ]);
  }
  expect(g.engine.ready()).toEqual(['room on the disk: no new run begins']);
  expect(await rowsOf(id)).toHaveLength(1);
  full = null;
  expect(g.engine.ready()).toEqual([]);
  expect(await start(id)).toMatchObject({ ok: true, value: { run: { state: 'done' } } });
  expect((await call()).status).toBe(202);
});

test('what is under way comes to its end on a nearly full disk: it wakes, calls flows, and its failure is told', async () => {
  const callee = await published(flow('Callee', [say], { output: '{{ steps.say }}' }));
  const told = await published(flow('Told', [say]));
  const caller = await published(
    flow(
      'Caller',
      [
        { id: 'nap', kind: 'wait@1', with: { for: '2s' } },
        { id: 'call', kind: 'flow.call@1', after: ['nap'], with: { flow: 'Callee', input: {} } },
        { id: 'stop', kind: 'stop@1', after: ['call'], with: { problem: 'made.up', text: 'as asked' } },
      ],
      { settings: { errorFlow: 'Told' } },
    ),
    [
      { step: 'call', power: 'flow: call Callee' },
      { step: '*', power: 'flow: call Told' },
    ],
  );
  const run = await g.run(caller, {}, { wait: 0 });
  full = FULL;
  expect(await start(callee)).toEqual({ ok: false, problem: FULL });
  expect(await g.until(run.id, 'failed')).toMatchObject({ problem: { code: 'made.up' } });
  expect((await rowsOf(callee)).map(({ state }) => state)).toEqual(['done']);
  await expect.poll(async () => (await rowsOf(told)).map(({ state }) => state)).toEqual(['done']);
});

test('a due time that comes while the disk is nearly full is not used up: it starts its run once there is room', async () => {
  const id = await published(
    flow('Often', [{ id: 's', kind: 'set@1', with: { value: '{{ trigger.due }}' } }], {
      triggers: [{ id: 'often', kind: 'schedule@1', with: { cron: '0 * * * *' } }],
    }),
  );
  const last = async (): Promise<number> => {
    const row = (await g.store.engine.triggers('schedule@1')).find((one) => one.flow === id);
    return Number((row?.state as { last?: number } | null)?.last ?? 0);
  };
  await expect.poll(last).toBeGreaterThan(0);
  const began = await last();
  full = FULL;
  const before = asked;
  const due = Math.ceil((g.clock.now() + 5_000) / 3_600_000) * 3_600_000;
  g.clock.shift(due - g.clock.now() + 1_000);
  await expect.poll(() => asked).toBeGreaterThan(before);
  expect([await rowsOf(id), await last()]).toEqual([[], began]);
  full = null;
  await expect.poll(async () => (await rowsOf(id)).length, { timeout: 15_000 }).toBe(1);
  expect((await g.engine.view('default', (await rowsOf(id))[0]?.id ?? ''))?.output).toBe(new Date(due).toISOString());
  await expect.poll(last).toBe(due);
});

test('a due time for which there was no room in its minute counts as missed, and is told of', async () => {
  const id = await published(
    flow('Often', [say], { triggers: [{ id: 'often', kind: 'schedule@1', with: { cron: '0 * * * *' } }] }),
  );
  const missed = () =>
    g.logs
      .filter(({ text, data }) => text === 'a schedule missed its times' && data['flow'] === id)
      .map(({ data }) => data['count']);
  await expect
    .poll(async () =>
      (await g.store.engine.triggers('schedule@1')).some((row) => row.flow === id && row.state !== null),
    )
    .toBe(true);
  full = FULL;
  const before = asked;
  const due = Math.ceil((g.clock.now() + 5_000) / 3_600_000) * 3_600_000;
  g.clock.shift(due - g.clock.now() + 1_000);
  await expect.poll(() => asked).toBeGreaterThan(before);
  expect(missed()).toEqual([]);
  g.clock.shift(90_000);
  await expect.poll(missed, { timeout: 15_000 }).toEqual([1]);
  expect(await rowsOf(id)).toEqual([]);
});

test('DOS-09 nothing is fetched into files while the disk is nearly full; what is small and text goes on', async () => {
  const server = await countingServer((n, _q, response) => {
    response.writeHead(200, { 'content-type': n % 2 === 1 ? 'application/octet-stream' : 'text/plain' });
    response.end('some bytes');
  });
  const get = (after: string[] = []) => ({
    kind: 'http.request@1',
    with: { method: 'GET', url: server.url },
    ...(after.length === 0 ? {} : { after }),
  });
  const id = await published(
    flow('Fetch', [
      { id: 'nap', kind: 'wait@1', with: { for: '1s' } },
      { id: 'bytes', onProblem: 'continue', ...get(['nap']) },
      { id: 'text', ...get(['bytes']) },
      { id: 'out', kind: 'set@1', after: ['text'], with: { value: '{{ [problems.bytes?.code, steps.text.body] }}' } },
    ]),
    [{ step: '*', power: `net: * ${server.host}` }],
  );
  const run = await g.run(id, {}, { wait: 0 });
  full = FULL;
  expect((await g.until(run.id, 'done')).output).toEqual(['disk.full', 'some bytes']);
  await server.close();
});
