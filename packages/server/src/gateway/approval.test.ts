/** Environments where promotions are approved: what one who may promote, and nothing else, cannot change there alone. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

test('EN3 one who may promote alone changes neither values nor the approval of what is approved', async () => {
  const { plain: key } = await server.key();
  const { plain: promoter } = await server.key({ permissions: ['environment.manage', 'flow.read'] });
  const made = await server.ask('POST', '/api/v1/projects', { key, body: { name: 'P' } });
  const at = `/api/v1/projects/${(made.json as { id: string }).id}/environments`;
  expect((await server.ask('POST', at, { key, body: { name: 'prod', approval: true } })).status).toBe(201);
  const set = async () => {
    const { json } = await server.ask('GET', `${at}/prod/vars`, { key });
    const { revision } = json as { revision: number };
    return server.ask('PUT', `${at}/prod/vars`, { key: promoter, body: { revision, vars: { a: 1 } } });
  };
  expect((await set()).json).toMatchObject({ code: 'environment.guarded' });
  const off = (as: string) => server.ask('PATCH', `${at}/prod`, { key: as, body: { approval: false } });
  expect((await off(promoter)).status).toBe(403);
  expect((await off(key)).json).toMatchObject({ approval: false });
  expect((await set()).status).toBe(200);
});
