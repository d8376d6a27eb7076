import type { IncomingMessage } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { countingServer, type Ground, openGround } from './testing/ground.ts';

let g: Ground;
const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  await g.close();
  for (const one of close.splice(0)) await one();
});

type Peer = {
  items: string[];
  asked: IncomingMessage[];
  /** When, by the clock of the server. */
  times: number[];
  body: (() => Buffer) | null;
  status: number;
  headers: Record<string, string>;
};

const rss = (items: readonly string[]): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>${items
    .toReversed()
    .map((id) => `<item><guid>${id}</guid><title>About ${id} &amp; more</title></item>`)
    .join('')}</channel></rss>`;

/** A feed that says when it did not change. */
const peer = async () => {
  const state: Peer = { items: [], asked: [], times: [], body: null, status: 200, headers: {} };
  const server = await countingServer((_n, request, response) => {
    state.asked.push(request);
    state.times.push(g.clock.now());
    const tag = `"${state.items.length}"`;
    if (state.status === 200 && state.body === null && request.headers['if-none-match'] === tag) {
      response.writeHead(304);
      return void response.end();
    }
    response.writeHead(state.status, {
      ...{ 'content-type': 'application/rss+xml', etag: tag },
      ...{ 'last-modified': 'Fri, 27 Nov 2026 10:00:00 GMT' },
      ...state.headers,
    });
    response.end(state.body === null ? rss(state.items) : state.body());
  });
  close.push(server.close);
  return { ...server, state };
};

const flow = (url: string, more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: 'Hear',
  triggers: [{ id: 'hear', kind: 'rss@1', with: { url, every: '10s', ...more } }],
  steps: [{ id: 'keep', kind: 'set@1', with: { value: '{{ input }}' } }],
  output: '{{ steps.keep }}',
});

const lent = (host: string) => [{ step: 'hear', power: `net: GET ${host}/feed` }];

const until = async (is: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 20));
};

/** Lets time pass until it is so. */
const pass = (is: () => Promise<boolean> | boolean): Promise<void> =>
  until(() => {
    g.clock.shift(3_000);
    return is();
  });

/** What the runs were told, the oldest first, once so many are over. */
const told = async (least: number): Promise<Record<string, unknown>[]> => {
  const all = async () => (await g.store.in('default').runs.list({ limit: 200 })).rows;
  await pass(async () => {
    const rows = await all();
    return rows.length >= least && rows.every(({ ended }) => ended !== null);
  });
  const views = await Promise.all((await all()).map(({ id }) => g.engine.view('default', id)));
  return views.map((view) => view?.output as Record<string, unknown>).toReversed();
};
const ids = async (least: number) => (await told(least)).map(({ id }) => id);
const health = async (id: string) => (await g.engine.triggers('default', id))[0];

test('each new entry starts a run, the oldest first; what was there before starts none, and an unchanged feed is not read', async () => {
  const { url, host, state } = await peer();
  state.items = ['a', 'b'];
  g = await openGround();
  const id = await g.publish(flow(`${url}/feed`), { grants: lent(host) });
  await until(async () => (await g.store.engine.memory(id, 'hear', 'default')) !== null);
  state.items.push('c', 'd');
  expect(await told(2)).toMatchObject([
    { id: 'c', title: 'About c & more', feed: { title: 'News', link: null } },
    { id: 'd' },
  ]);
  const [, second] = state.asked;
  expect(second?.headers).toMatchObject({
    'if-none-match': '"2"',
    'if-modified-since': 'Fri, 27 Nov 2026 10:00:00 GMT',
  });
  const before = state.asked.length;
  await pass(() => state.asked.length > before + 2);
  g = await g.reopen();
  state.items.push('e');
  expect(await ids(3)).toEqual(['c', 'd', 'e']);
  // An entry that was forgotten and comes back is no new one.
  state.items = ['e', 'a', 'f'];
  expect(await ids(4)).toEqual(['c', 'd', 'e', 'f']);
}, 60_000);

test('feeds in other alphabets are read as they say, and what is no feed, refuses or asks for patience is told', async () => {
  const { url, host, state } = await peer();
  const latin = Buffer.from(
    '<?xml version="1.0" encoding="windows-1252"?><rss><channel><item><guid>1</guid><title>caf\xe9 \x80</title></item></channel></rss>',
    'latin1',
  );
  state.body = () => latin;
  g = await openGround();
  const id = await g.publish(flow(`${url}/feed`, { from: 'all' }), { grants: lent(host) });
  expect((await told(1))[0]).toMatchObject({ title: 'café €' });
  const fails = async (change: Partial<Peer>, code: string): Promise<void> => {
    Object.assign(state, { status: 200, body: null, headers: {} }, change);
    await pass(async () => (await health(id))?.failing?.problem.code === code);
  };
  await fails({ body: () => Buffer.from('<html><body/></html>') }, 'feed.unknown');
  await fails({ body: () => Buffer.from('<!DOCTYPE x [<!ENTITY a "b">]><rss>&a;</rss>') }, 'xml.doctype');
  await fails({ body: () => Buffer.from('{"a": 1}') }, 'feed.unknown');
  await fails({ body: () => Buffer.from('<rss>') }, 'xml.syntax');
  await fails({ body: () => Buffer.alloc(9 * 1024 * 1024, 32) }, 'egress.too_large');
  await fails({ status: 429, headers: { 'retry-after': '300' } }, 'feed.status');
  const [refused = 0] = state.times.slice(-1);
  const count = state.asked.length;
  Object.assign(state, { status: 200, body: () => latin });
  await pass(async () => (await health(id))?.failing === null);
  // It was left alone as long as it said.
  expect((state.times[count] ?? 0) - refused).toBeGreaterThanOrEqual(300_000);
  expect(await told(1)).toHaveLength(1);
}, 60_000);

test('CAP-01 SSRF-06 nothing is asked without the power, and a redirect leads nowhere that was not lent', async () => {
  const other = await peer();
  const { url, host, state } = await peer();
  other.state.items = ['secret'];
  Object.assign(state, { status: 302, headers: { location: `${other.url}/feed` } });
  g = await openGround();
  const bare = await g.publish(flow(`${url}/feed`, { from: 'all' }), { grants: [] });
  await until(async () => (await health(bare))?.failing?.problem.code === 'grant.missing');
  expect(state.asked).toHaveLength(0);
  const led = await g.publish(flow(`${url}/feed`, { from: 'all' }), { grants: lent(host) });
  await until(async () => ((await health(led))?.failing ?? null) !== null);
  expect([state.asked.length > 0, other.state.asked.length]).toEqual([true, 0]);
  expect((await g.store.in('default').runs.list({ limit: 10 })).rows).toEqual([]);
}, 60_000);
