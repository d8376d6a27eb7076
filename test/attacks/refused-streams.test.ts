/** Answers of a chat as streams, asked by clients of others: one that is refused has begun nothing. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let key: string;
let flow: string;

beforeAll(async () => {
  server = await startServer({ limits: { streams: 1 } });
  key = (await server.key({ user: 'u_ann', role: 'owner' })).plain;
  const draft = {
    headgate: 1,
    name: 'Slow',
    triggers: [{ id: 'chat', kind: 'chat@1', with: { model: 'slow' } }],
    steps: [{ id: 'hold', kind: 'wait@1', with: { for: '1h' } }],
  };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  flow = (made.json as { id: string }).id;
  const published = await server.ask('POST', `/api/v1/flows/${flow}/publish`, { key, body: { grant: 'needed' } });
  expect(published.status, published.text).toBe(201);
});
afterAll(() => server.close());

const runs = async (): Promise<number> =>
  ((await server.ask('GET', `/api/v1/runs?flow=${flow}`, { key })).json as { runs: unknown[] }).runs.length;

describe('DOS-08 streams of one key', () => {
  test('DOS-08 one that is too many is refused before it begins a run, by every door; twin: the one that is let in begins one', async () => {
    const left = new AbortController();
    const ask = (path: string, body: object) =>
      fetch(server.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify(body),
        signal: left.signal,
      });
    const message = { model: 'slow', messages: [{ role: 'user', content: 'Hello' }], stream: true };
    const open = await ask('/v1/chat/completions', message);
    expect(open.status).toBe(200);
    expect(await runs()).toBe(1);
    for (const [path, body] of [
      ['/v1/chat/completions', message],
      ['/v1/responses', { model: 'slow', input: 'Hello', stream: true }],
      [`/api/v1/run/${flow}?stream=true`, { input_value: 'Hello' }],
    ] as const)
      expect([path, (await ask(path, body)).status]).toEqual([path, 429]);
    expect(await runs()).toBe(1);
    left.abort();
    await open.text().catch(() => undefined);
  });
});
