import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { breaches, startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;
beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

type Health = { trigger: string; live: boolean; next: string | null; last: { id: string } | null; failing: unknown };

const draft = {
  headgate: 1,
  name: 'Wakes',
  input: { type: 'object', properties: {}, additionalProperties: true },
  triggers: [
    { id: 'nightly', kind: 'schedule@1', with: { cron: '0 3 * * *', zone: 'Europe/Paris' } },
    { id: 'hook', kind: 'webhook@1', with: { answer: 'sync', input: '{{ {} }}' } },
    {
      id: 'mail',
      kind: 'service.trigger@1',
      with: { service: 'slack', trigger: 'new_message', secret: 'gone', input: { channel: 'C1' } },
    },
  ],
  steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }],
};

const fares = async (flow: string): Promise<readonly Health[]> => {
  const answer = await server.ask('GET', `/api/v1/flows/${flow}/triggers`, { key });
  expect(breaches(ROUTES.listTriggers, answer)).toEqual([]);
  return (answer.json as { triggers: Health[] }).triggers;
};

test('the triggers of a flow tell when they look, what they started, and why one fails, once it is published', async () => {
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  expect(await fares(id)).toEqual([]);
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  expect(published.status, published.text).toBe(201);
  const { webhooks } = published.json as { webhooks: { url: string }[] };
  expect((await server.ask('POST', new URL(webhooks[0]?.url ?? '').pathname)).status).toBe(200);
  await expect
    .poll(async () => (await fares(id)).find(({ trigger }) => trigger === 'mail')?.failing)
    .toMatchObject({ times: 1, problem: { code: expect.stringMatching(/secret|connection/) } });
  const [nightly, hook, mail] = await fares(id);
  expect(nightly).toMatchObject({ trigger: 'nightly', live: true, last: null, failing: null });
  expect(Date.parse(nightly?.next ?? '')).toBeGreaterThan(0);
  expect(hook).toMatchObject({ trigger: 'hook', next: null, failing: null, last: { state: 'done' } });
  expect(mail).toMatchObject({ looked: expect.any(String), next: expect.any(String) });
  const list = await server.ask('GET', '/api/v1/flows', { key });
  expect(breaches(ROUTES.listFlows, list)).toEqual([]);
  expect((list.json as { flows: object[] }).flows).toMatchObject([
    { id, failing: true, triggers: [{ id: 'nightly' }, { id: 'hook' }, { id: 'mail' }], last: { id: hook?.last?.id } },
  ]);
  // Who may see flows and no runs is told of none.
  const reader = (await server.key({ permissions: ['flow.read'] })).plain;
  const seen = (await server.ask('GET', '/api/v1/flows', { key: reader })).json;
  expect(seen).toMatchObject({ flows: [{ id, last: null }] });
  const health = (await server.ask('GET', `/api/v1/flows/${id}/triggers`, { key: reader })).json as {
    triggers: Health[];
  };
  expect(health.triggers.map(({ last }) => last)).toEqual([null, null, null]);
  // Switched off, nothing waits.
  expect((await server.ask('PATCH', `/api/v1/flows/${id}`, { key, body: { enabled: false } })).status).toBe(200);
  await expect
    .poll(async () => (await fares(id)).map(({ live, next }) => ({ live, next })))
    .toEqual([1, 2, 3].map(() => ({ live: false, next: null })));
});

test('AZ-01 triggers of another workspace’s flow answer like those of none', async () => {
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  const other = (await server.key({ workspace: 'other' })).plain;
  const theirs = await server.ask('GET', `/api/v1/flows/${id}/triggers`, { key: other });
  const never = await server.ask('GET', '/api/v1/flows/flow_00000000000000000000000000/triggers', { key: other });
  expect([theirs.status, theirs.text]).toEqual([404, never.text]);
});
