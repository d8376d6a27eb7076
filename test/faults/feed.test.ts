/**
 * SIGKILL in the middle of bursts of entries of a feed: a real server process, killed again and again while
 * it starts runs, and every entry has exactly one run in the end.
 */

import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyIn, newHome, type Served } from '../stories/command.ts';

const ITEMS = 200;
const KILLS = 4;

let api: Server;
let url = '';
let upTo = 0;
/** Entries whose runs called out, as they came. */
const reached: string[] = [];
let heard: () => void = () => undefined;
beforeAll(async () => {
  api = createServer((request, response) => {
    const path = request.url ?? '';
    response.writeHead(200, { 'content-type': path === '/feed' ? 'application/rss+xml' : 'application/json' });
    if (path.startsWith('/reached/')) {
      reached.push(path.slice('/reached/'.length));
      heard();
      return response.end('{}');
    }
    const items = Array.from(
      { length: upTo },
      (_, i) => `<item><guid>item-${upTo - i}</guid><title>${upTo - i}</title></item>`,
    );
    return response.end(`<rss><channel>${items.join('')}</channel></rss>`);
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const address = api.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  api.closeAllConnections();
  api.close();
});

const flow = () => ({
  headgate: 1,
  name: 'Hear',
  triggers: [
    {
      id: 'hear',
      kind: 'rss@1',
      with: { url: `${url}/feed`, every: '10s', from: 'all' },
    },
  ],
  steps: [
    { id: 'tell', kind: 'http.request@1', with: { method: 'GET', url: `${url}/reached/{{ input.title }}` } },
    { id: 'keep', kind: 'set@1', after: ['tell'], with: { value: '{{ input.title }}' } },
  ],
  output: '{{ steps.keep }}',
});

/** Resolves when so many calls came in. */
const calls = (count: number): Promise<void> =>
  new Promise((resolve) => {
    heard = () => {
      if (reached.length >= count) resolve();
    };
    heard();
  });

type Row = { readonly id: string; readonly state: string };

const allRuns = async (server: Served, key: string, of: string): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (let cursor = ''; ; ) {
    const page = await server.ask('GET', `/api/v1/runs?flow=${of}&limit=200${cursor}`, { key });
    const { runs, next } = page.json as { runs: Row[]; next?: string | null };
    rows.push(...runs);
    if (next === undefined || next === null) return rows;
    cursor = `&cursor=${next}`;
  }
};

test('a server that is killed in the middle of bursts has one run for every entry in the end', async () => {
  const home = newHome();
  try {
    const env = { HEADGATE_EGRESS_ALLOW: '127.0.0.1' };
    const key = keyIn(await home.superuser());
    let server = await home.serve([], { env });
    const made = (await server.ask('POST', '/api/v1/flows', { key, body: { draft: flow() } })).json as { id: string };
    upTo = ITEMS / 2;
    const published = await server.ask('POST', `/api/v1/flows/${made.id}/publish`, { key, body: { grant: 'needed' } });
    expect(published.status).toBe(201);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await calls(reached.length + 20 + kill * 7);
      server.signal('SIGKILL');
      await server.ended;
      // More came about while nobody asked.
      upTo = Math.min(ITEMS, upTo + ITEMS / 4);
      server = await home.serve([], { env });
    }
    let rows: readonly Row[] = [];
    const end = Date.now() + 60_000;
    for (;;) {
      rows = await allRuns(server, key, made.id);
      if (rows.length >= ITEMS && rows.every((row) => row.state === 'done')) break;
      if (Date.now() > end) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(rows.filter((row) => row.state !== 'done')).toEqual([]);
    const outputs: number[] = [];
    for (const { id } of rows)
      outputs.push(
        Number(((await server.ask('GET', `/api/v1/runs/${id}`, { key })).json as { output: string }).output),
      );
    expect(outputs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: ITEMS }, (_, i) => i + 1));
    await server.stop();
  } finally {
    await home.leave();
  }
}, 180_000);
