import { readService, type Service } from '@headgate/core';
import { afterEach, expect, test } from 'vitest';
import { countingServer, type Ground, openGround } from './testing/ground.ts';

let g: Ground | undefined;
const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  await g?.close();
  g = undefined;
  for (const one of close.splice(0)) await one();
});

const feed = (base: string): Service => {
  const read = readService({
    service: 1,
    name: 'feed',
    title: 'Feed',
    summary: 'Tells things.',
    auth: { kind: 'bearer' },
    base,
    operations: [
      {
        id: 'list',
        title: 'list events',
        summary: 'Gives events, the newest first.',
        method: 'GET',
        path: '/events',
        input: { topic: { in: 'query', schema: { type: 'string' } } },
        paging: { kind: 'page', items: '/events', as: 'page', size: { as: 'size', most: 3 } },
      },
    ],
    triggers: [
      {
        kind: 'poll',
        id: 'new_event',
        title: 'when something happens',
        summary: 'New events.',
        operation: 'list',
        item: '/id',
        order: 'newest',
      },
    ],
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.service;
};

/** A service with events that the test adds; `fail` answers with a status instead. */
const peer = async () => {
  const state = { events: [] as { id: number }[], fail: 0, asked: [] as string[], keys: [] as unknown[] };
  const server = await countingServer((_n, request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    state.asked.push(url.search);
    state.keys.push(request.headers.authorization);
    const page = Number(url.searchParams.get('page') ?? 1);
    const all = state.events.toReversed();
    response.writeHead(state.fail === 0 ? 200 : state.fail, {
      'content-type': 'application/json',
      'retry-after': '120',
    });
    response.end(JSON.stringify({ events: all.slice((page - 1) * 3, page * 3) }));
  });
  close.push(server.close);
  return { ...server, state };
};

const flow = (more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: 'Hear',
  triggers: [
    {
      id: 'hear',
      kind: 'service.trigger@1',
      with: { service: 'feed', trigger: 'new_event', secret: 'feed', every: '10s', input: { topic: 'a' }, ...more },
    },
  ],
  steps: [{ id: 'keep', kind: 'set@1', with: { value: '{{ input.id }}' } }],
  output: '{{ steps.keep }}',
});

const until = async (true_: () => Promise<boolean> | boolean): Promise<void> => {
  const end = Date.now() + 15_000;
  while (!(await true_())) {
    if (Date.now() > end) throw new Error('it never was');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** What every run came to, the oldest first: a run that is still under way is waited for. */
const runs = async (of: Ground) => {
  const { rows } = await of.store.in('default').runs.list({ limit: 100 });
  return Promise.all(
    rows.toReversed().map(async ({ id }) => {
      await until(async () => ((await of.engine.view('default', id))?.ended ?? null) !== null);
      return (await of.engine.view('default', id))?.output;
    }),
  );
};

const ground = async (url: string, host: string, powers?: readonly string[]) => {
  g = await openGround(undefined, undefined, undefined, undefined, undefined, [feed(url)]);
  const { secrets } = g.store.in('default');
  await secrets.put({
    project: 'default',
    name: 'feed',
    origins: [url],
    value: 'feed-canary-1',
    owner: 'owner',
    at: 1,
  });
  const grants = (powers ?? [`net: GET ${host}/events`, `secret: use feed for ${url}`]).map((power) => ({
    step: 'hear',
    power,
  }));
  return { of: g, grants };
};

test('what is new at a service starts a run each, the oldest first, over pages; what was there before starts none', async () => {
  const { url, host, state } = await peer();
  state.events = [{ id: 1 }, { id: 2 }];
  const { of, grants } = await ground(url, host);
  await of.publish(flow(), { grants });
  await until(() => state.asked.length > 0);
  expect(state.keys[0]).toBe('Bearer feed-canary-1');
  expect(state.asked[0]).toContain('topic=a');
  for (let id = 3; id <= 10; id += 1) state.events.push({ id });
  of.clock.shift(11_000);
  await until(async () => (await runs(of)).length === 8);
  expect(await runs(of)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  // Asked again, nothing is new, and one page is enough to see it.
  const asked = state.asked.length;
  of.clock.shift(11_000);
  await until(() => state.asked.length > asked);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect((await runs(of)).length).toBe(8);
  expect(state.asked.length).toBe(asked + 1);
}, 40_000);

test('PL1 a memory survives the end of the process: nothing starts twice, nothing is left out', async () => {
  const { url, host, state } = await peer();
  const { of, grants } = await ground(url, host);
  state.events = [{ id: 1 }];
  await of.publish(flow({ from: 'all' }), { grants });
  await until(async () => (await runs(of)).length === 1);
  state.events.push({ id: 2 });
  g = await of.reopen();
  const again = g;
  await until(async () => (await runs(again)).length === 2);
  expect(await runs(again)).toEqual([1, 2]);
}, 40_000);

test('PL2 nothing is asked that was not lent to the trigger, and each decision is on record', async () => {
  const { url, host, state } = await peer();
  const { of, grants } = await ground(url, host, [`net: GET ${host}/events`]);
  await of.publish(flow(), { grants });
  await until(() => of.logs.some(({ data }) => data['code'] === 'grant.missing'));
  expect(state.asked).toEqual([]);
  const { rows } = await of.store.in('default').audit.list({ limit: 20 });
  expect(
    rows.filter((row) => row.actor === 'trigger:hear').map(({ action, decision, step }) => [action, decision, step]),
  ).toEqual([
    ['power.secret', 'deny', 'hear'],
    ['power.net', 'allow', 'hear'],
  ]);
}, 40_000);

test('PL3 a service that has had too many calls is left alone as long as it says', async () => {
  const { url, host, state } = await peer();
  const { of, grants } = await ground(url, host);
  state.fail = 429;
  await of.publish(flow(), { grants });
  await until(() => state.asked.length === 1);
  await until(() => of.logs.some(({ data }) => data['code'] === 'service.limited'));
  of.clock.shift(60_000);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(state.asked.length).toBe(1);
  state.fail = 0;
  of.clock.shift(61_000);
  await until(() => state.asked.length === 2);
}, 40_000);
