/** What numbers of a tenant's own tell about the others: cursors and ids of records count the rows of nobody else. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
const keys: string[] = [];
beforeAll(async () => {
  server = await startServer();
  for (const workspace of ['one', 'two']) keys.push((await server.key({ workspace })).plain);
});
afterAll(() => server.close());

const make = async (key: string | undefined, count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) {
    const draft = { headgate: 1, name: `F${i}`, steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };
    const made = await server.ask('POST', '/api/v1/flows', { key: key ?? '', body: { draft } });
    const { id } = made.json as { id: string };
    const run = await server.ask('POST', `/api/v1/flows/${id}/runs`, {
      key: key ?? '',
      body: { draft: true, wait: 10 },
    });
    expect(run.status).toBe(200);
  }
};
type Page = { next?: string; flows?: { id: string }[]; runs?: { id: string }[]; records?: { id: number }[] };
const page = async (path: string, cursor?: string): Promise<Page> =>
  (
    await server.ask('GET', `/api/v1/${path}?limit=1${cursor === undefined ? '' : `&cursor=${cursor}`}`, {
      key: keys[0] ?? '',
    })
  ).json as Page;

test.each(['flows', 'runs', 'audit'] as const)(
  'AZ-12 cursors of %s tell nothing of what others made in between; twin: they lead through all of one’s own, once',
  async (path) => {
    await make(keys[0], 2);
    await make(keys[1], 3);
    await make(keys[0], 2);
    const seen: unknown[] = [];
    const cursors: number[] = [];
    for (let cursor: string | undefined; ; ) {
      const { next, flows, runs, records } = await page(path, cursor);
      for (const { id } of flows ?? runs ?? records ?? []) seen.push(id);
      if (next === undefined) break;
      cursors.push(Number(next));
      cursor = next;
    }
    expect(seen.length).toBeGreaterThanOrEqual(4);
    expect(new Set(seen).size).toBe(seen.length);
    const whole = (await server.ask('GET', `/api/v1/${path}?limit=200`, { key: keys[0] ?? '' })).json as Page;
    expect((whole.flows ?? whole.runs ?? whole.records ?? []).map(({ id }) => id)).toEqual(seen);
    // Rows were counted in the tens; what is shown is of another order, and no two are near each other.
    const shown = path === 'audit' ? [...cursors, ...seen.map(Number)] : cursors;
    for (const one of shown) expect(one).toBeGreaterThan(100_000);
    const sorted = [...new Set(shown)].toSorted((a, b) => a - b);
    for (const [i, one] of sorted.entries()) if (i > 0) expect(one - (sorted[i - 1] ?? 0)).toBeGreaterThan(1_000);
  },
);

test('AZ-12 a cursor of another tenant, or one that was made up, is a place in one’s own list and no more', async () => {
  const theirs = (await server.ask('GET', '/api/v1/flows?limit=1', { key: keys[1] ?? '' })).json as Page;
  const own = ((await page('flows')).flows ?? []).concat(
    ((await server.ask('GET', '/api/v1/flows?limit=200', { key: keys[0] ?? '' })).json as Page).flows ?? [],
  );
  const known = new Set(own.map(({ id }) => id));
  for (const cursor of [theirs.next ?? '1', '0', '1', '999999999999999', '281474976710655']) {
    const answer = await server.ask('GET', `/api/v1/flows?cursor=${cursor}`, { key: keys[0] ?? '' });
    expect(answer.status, cursor).toBe(200);
    for (const { id } of (answer.json as Page).flows ?? []) expect(known.has(id)).toBe(true);
  }
});
