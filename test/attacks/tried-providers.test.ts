/** A provider that is tried: a question that leaves the server, with a key, as every other. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openModelServer, type ModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { firstAt, type Inmate } from '../fixtures/household.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

let models: ModelServer;
let server: TestServer;
let ada: Inmate;

beforeAll(async () => {
  models = await openModelServer();
  server = await startServer({ egressAllow: models.host });
  ada = await firstAt(server);
  for (const name of ['local', 'other'])
    expect(
      (await ada.ask('PUT', '/api/v1/model-providers', { name, kind: 'openai-compatible', baseUrl: models.url }))
        .status,
    ).toBe(200);
});
afterAll(async () => {
  await server.close();
  await models.close();
});

const tried = async (name: string) =>
  (await ada.ask('POST', `/api/v1/model-providers/${name}/test`)).json as { ok: boolean; problem: { code: string } };
const onRecord = async (): Promise<readonly string[]> => {
  const { records } = (await ada.ask('GET', '/api/v1/audit?limit=200')).json as {
    records: { action: string; object: string; decision: string }[];
  };
  return records
    .filter(({ action }) => action === 'power.model')
    .map(({ object, decision }) => `${object} ${decision}`)
    .toSorted();
};

test('OPS-03 a provider that the workspace lets nobody ask is not tried, on record; twin: one that it lets is', async () => {
  const policy = { denied: ['model: local/*'] };
  expect((await ada.ask('PUT', '/api/v1/workspace/policy', policy)).status).toBe(200);
  const before = models.asked.length;
  expect(await tried('local')).toMatchObject({ ok: false, problem: { code: 'policy.denied' } });
  expect(models.asked.length).toBe(before);
  expect((await tried('other')).problem?.code).not.toBe('policy.denied');
  expect(models.asked.length).toBe(before + 1);
  expect(await onRecord()).toEqual(['model: local/* deny', 'model: other/* allow']);
});
