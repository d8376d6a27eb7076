/** Evaluations over HTTP, with a real server: begun, looked at, held against an earlier one, stopped, deleted. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let key = '';
beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

type Seen = { readonly id: string; readonly state: string; readonly rows: readonly { readonly run: string | null }[] };

const post = async <T>(path: string, body: unknown): Promise<T> => {
  const answer = await server.ask('POST', path, { key, body });
  expect([answer.status, answer.status < 300 ? '' : answer.text]).toEqual([201, '']);
  return answer.json as T;
};

const until = async (path: string, fits: (seen: Seen) => boolean): Promise<Seen> => {
  for (const end = Date.now() + 15_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const seen = (await server.ask('GET', path, { key })).json as Seen;
    if (fits(seen) || Date.now() > end) return seen;
  }
};

const draftOf = (text: string) => ({
  headgate: 1,
  name: 'Greets',
  steps: [
    { id: 'wait', kind: 'wait@1', with: { for: '{{ input.for ?? "1ms" }}' } },
    { id: 'greet', kind: 'set@1', after: ['wait'], with: { value: text } },
  ],
  output: '{{ steps.greet }}',
});

test('an evaluation is begun, looked at, held against an earlier one, stopped and deleted', async () => {
  const { id: flow } = await post<{ id: string }>('/api/v1/flows', { draft: draftOf('Hi {{ input.name }}') });
  await post(`/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  const quick = [{ name: 'Ada', input: { name: 'Ada' }, expected: 'Hello Ada' }];
  const data = await post<{ id: string }>('/api/v1/datasets', { name: 'quick', rows: quick });
  const path = `/api/v1/flows/${flow}/evaluations`;
  const scores = [{ kind: 'exact' }];
  const over = ({ state }: Seen): boolean => state !== 'running';

  const first = await post<Seen>(path, { dataset: data.id, scores });
  expect(await until(`${path}/${first.id}`, over)).toMatchObject({
    state: 'done',
    sum: { rows: 1, done: 1, passed: 0, failed: 1, means: [0] },
    rows: [{ name: 'Ada', passed: false, scores: [{ score: 0, why: 'output: expected "Hello Ada", got "Hi Ada"' }] }],
  });
  const draft = await server.ask('PUT', `/api/v1/flows/${flow}/draft`, {
    key,
    body: { revision: 1, draft: draftOf('Hello {{ input.name }}') },
  });
  expect(draft.status, draft.text).toBe(200);
  const second = await post<Seen>(path, { dataset: data.id, scores, draft: true });
  expect(await until(`${path}/${second.id}`, over)).toMatchObject({ state: 'done', version: null, sum: { passed: 1 } });
  const compared = await server.ask('GET', `${path}/${second.id}/comparison?with=${first.id}`, { key });
  expect(compared.json).toMatchObject({ scores: ['exact'], rows: [{ name: 'Ada', verdict: 'better' }] });

  const slow = [{ name: 'Eve', input: { name: 'Eve', for: '1h' }, expected: 'Hi Eve' }];
  const long = await post<{ id: string }>('/api/v1/datasets', { name: 'slow', rows: slow });
  const third = await post<Seen>(path, { dataset: long.id, scores });
  const one = `${path}/${third.id}`;
  const { rows } = await until(one, (seen) => typeof seen.rows[0]?.run === 'string');
  expect((await server.ask('DELETE', one, { key })).json).toMatchObject({ code: 'evaluation.open' });
  const stopped = await server.ask('POST', `${one}/stop`, { key });
  expect([stopped.status, stopped.json]).toMatchObject([200, { state: 'stopped', sum: { done: 0 } }]);
  const run = `/api/v1/runs/${rows[0]?.run}`;
  expect(await until(run, ({ state }) => state === 'cancelled')).toMatchObject({ state: 'cancelled' });
  expect((await server.ask('POST', `${one}/stop`, { key })).json).toMatchObject({ code: 'evaluation.over' });
  expect((await server.ask('DELETE', one, { key })).status).toBe(204);
  expect((await server.ask('GET', one, { key })).status).toBe(404);
  // The runs of an evaluation are the flow's, and stay.
  expect((await server.ask('GET', run, { key })).status).toBe(200);
  const left = (await server.ask('GET', path, { key })).json as { evaluations: Seen[] };
  expect(left.evaluations.map(({ id }) => id)).toEqual([second.id, first.id]);
  const page = (await server.ask('GET', `${path}?limit=1`, { key })).json as { evaluations: Seen[]; next: string };
  const rest = (await server.ask('GET', `${path}?limit=1&cursor=${page.next}`, { key })).json as typeof page;
  expect([page, rest].flatMap(({ evaluations }) => evaluations.map(({ id }) => id))).toEqual([second.id, first.id]);
  expect(rest.next).toBeUndefined();

  const unknown = await server.ask('POST', path, { key, body: { dataset: data.id, scores, workspace: 'other' } });
  expect(unknown.status).toBe(422);
  const bulky = { type: 'object', description: 'x'.repeat(10_001), properties: {} };
  const large = await server.ask('POST', path, {
    key,
    body: { dataset: data.id, scores: [{ kind: 'schema', schema: bulky }] },
  });
  expect([large.status, large.text.includes('10000 bytes')]).toEqual([422, true]);
  const reader = (await server.key({ permissions: ['run.read', 'flow.read'] })).plain;
  const refused = await server.ask('POST', path, { key: reader, body: { dataset: data.id, scores } });
  expect(refused.status).toBe(403);
  expect((await server.ask('GET', `${path}/${first.id}`, { key: reader })).status).toBe(200);
});
