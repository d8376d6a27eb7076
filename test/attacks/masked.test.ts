/** What the guard masked comes back from a client: refused, and never stored in the place of the value. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';

const CANARY = 'canary-4f0c1b7729d8e6a3-Qw';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  ({ plain: key } = await server.key());
  const body = { name: 'plain', value: CANARY, origins: ['https://a.example'] };
  expect((await server.ask('PUT', '/api/v1/secrets', { key, body })).status).toBeLessThan(300);
});
afterAll(() => server.close());

describe('SEC-01 what a client got masked and sends back', () => {
  const draft = (authorization: string, name = 'Round trip'): unknown => ({
    headgate: 1,
    name,
    steps: [
      {
        id: 'get',
        kind: 'http.request@1',
        with: { method: 'GET', url: 'https://a.example/', headers: { authorization } },
      },
    ],
  });

  test('SEC-01 is refused with its step and field, and does not take the place of the value', async () => {
    const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft: draft(`Bearer ${CANARY}`) } });
    const { id } = made.json as { id: string };
    const read = async () =>
      (await server.ask('GET', `/api/v1/flows/${id}`, { key })).json as { revision: number; draft: unknown };
    // The guard takes up what was stored beside everything else.
    await expect.poll(async () => JSON.stringify((await read()).draft)).toMatch(/\[secret[ \]]/);
    const got = await read();
    const at = { step: 'get', field: 'with.headers.authorization' };
    const body = { revision: got.revision, draft: got.draft };
    const back = await server.ask('PUT', `/api/v1/flows/${id}/draft`, { key, body });
    expect(back.status).toBe(422);
    expect(back.json).toMatchObject({ code: 'flow.invalid', at, problems: [{ code: 'secret.masked', at }] });
    expect((await read()).revision).toBe(got.revision);
    const checked = await server.ask('POST', '/api/v1/flows/check', { key, body: { draft: got.draft } });
    expect(checked.json).toMatchObject({ ok: false, problems: [{ code: 'secret.masked', at }] });
    const anew = await server.ask('POST', '/api/v1/flows', { key, body: { draft: got.draft } });
    expect(anew.status).toBe(422);
    const named = await server.ask('PATCH', `/api/v1/flows/${id}`, { key, body: { name: 'Is [secret plain]' } });
    expect(named.status).toBe(422);
  });

  test('SEC-01 twin: a draft without a label is saved as it is', async () => {
    const body = { draft: draft('Bearer of [secrets] and [key notes]') };
    expect((await server.ask('POST', '/api/v1/flows', { key, body })).status).toBe(201);
  });
});
