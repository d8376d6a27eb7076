/** What strangers get out of flows that they may start: visitors of public ones, and whoever has the address of a webhook. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let key: string;
const W = 'strangers';
const INSIDE = 'internal.corp.example';

beforeAll(async () => {
  server = await startServer();
  key = (await server.key({ workspace: W })).plain;
});
afterAll(() => server.close());

const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
  server.ask(method, `/api/v1/${path}`, { key, ...(body === undefined ? {} : { body }) });

/** A published flow that strangers may start, as a visitor and by a webhook that waits. */
const open = async (steps: readonly object[], more: object = {}) => {
  const triggers = [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }];
  const made = await ask('POST', 'flows', { draft: { headgate: 1, name: 'Open', triggers, steps, ...more } });
  const { id } = made.json as { id: string };
  const published = await ask('POST', `flows/${id}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  expect((await ask('PATCH', `flows/${id}`, { visibility: 'public' })).status).toBe(200);
  const { webhooks } = published.json as { webhooks: { url: string }[] };
  const path = new URL(webhooks[0]?.url ?? '').pathname;
  const visit = (input: unknown = {}) => server.ask('POST', `/api/v1/public/${id}/runs`, { body: { input } });
  const hook = (body: unknown = {}) => server.ask('POST', path, { body });
  return { id, visit, hook };
};

const problemOf = async (flow: string): Promise<unknown> => {
  const { runs } = (await ask('GET', `runs?flow=${flow}&limit=1`)).json as { runs: { id: string }[] };
  return ((await ask('GET', `runs/${runs[0]?.id}`)).json as { problem: unknown }).problem;
};

describe('API-10 a run that a stranger started', () => {
  test('API-10 and that failed tells him neither hosts nor steps nor why; its people read all of it', async () => {
    const { id, visit, hook } = await open([
      { id: 'secretstep', kind: 'http.request@1', with: { method: 'GET', url: `https://${INSIDE}/` } },
    ]);
    const [visited, hooked] = [await visit(), await hook()];
    expect(visited.json).toMatchObject({ state: 'failed', problem: { code: 'run.failed' } });
    expect(hooked).toMatchObject({ status: 422, json: { code: 'run.failed' } });
    for (const { text } of [visited, hooked])
      for (const told of [INSIDE, 'secretstep', 'egress', id]) expect(text).not.toContain(told);
    const whole = JSON.stringify(await problemOf(id));
    for (const told of [INSIDE, 'secretstep', 'egress']) expect(whole).toContain(told);
  });

  test('API-10 tells him what its author worded for callers, and not by which step', async () => {
    const { visit, hook } = await open([
      { id: 'refuse', kind: 'stop@1', with: { problem: 'name.empty', text: 'A name is needed' } },
    ]);
    const worded = { code: 'name.empty', text: 'A name is needed' };
    const [visited, hooked] = [await visit(), await hook()];
    expect(visited.json).toMatchObject({ state: 'failed', problem: worded });
    expect(hooked).toMatchObject({ status: 422, json: worded });
    for (const { text } of [visited, hooked]) expect(text).not.toContain('refuse');
  });

  test('API-10 tells him nothing that another flow worded, though a step there has the name of one here', async () => {
    const inner = [{ id: 'refuse', kind: 'stop@1', with: { problem: 'inner.kept', text: 'Kept inside' } }];
    await ask('POST', 'flows', { draft: { headgate: 1, name: 'Inner', steps: inner } }).then(async ({ json }) =>
      ask('POST', `flows/${(json as { id: string }).id}/publish`, {}),
    );
    const { visit, hook, id } = await open([
      { id: 'call', kind: 'flow.call@1', with: { flow: 'Inner', input: {} } },
      { id: 'refuse', kind: 'stop@1', after: ['call'], with: { problem: 'outer.never', text: 'Never' } },
    ]);
    for (const answer of [await visit(), await hook()]) {
      expect(answer.text).toContain('run.failed');
      for (const told of ['inner.kept', 'Kept inside', 'outer.never']) expect(answer.text).not.toContain(told);
    }
    expect(JSON.stringify(await problemOf(id))).toContain('inner.kept');
  });

  test('API-10 and that he began with the wrong input tells which field; twin: a mapping that fails is no business of his', async () => {
    const input = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
    const steps = [{ id: 'greet', kind: 'set@1', with: { value: 'Hello {{ input.name }}' } }];
    const { visit, hook } = await open(steps, { input, output: '{{ steps.greet }}' });
    for (const answer of [await visit({ name: 5 }), await hook({ name: 5 })]) {
      expect([answer.status, (answer.json as { code: string }).code]).toEqual([422, 'input.invalid']);
      expect(answer.text).toContain('name');
    }
    expect((await visit({ name: 'Ada' })).json).toEqual({ state: 'done', output: 'Hello Ada' });
    expect((await hook({ name: 'Ada' })).json).toBe('Hello Ada');
    const triggers = [
      { id: 'hook', kind: 'webhook@1', with: { answer: 'sync', input: '{{ trigger.body.hidden.deeper }}' } },
    ];
    const mapped = await open(steps, { triggers });
    const answer = await mapped.hook({});
    expect([answer.status, (answer.json as { code: string }).code]).toEqual([422, 'input.invalid']);
    expect(answer.text).not.toContain('hidden');
  });
});

describe('API-10 a run that a stranger could not start', () => {
  test('API-10 tells neither the quota nor what is used of it; its people hear which, and later it runs', async () => {
    const { id, visit, hook } = await open([{ id: 'one', kind: 'set@1', with: { value: 1 } }]);
    const limits = server.house.store.in(W).limits;
    const quota = (day: number | undefined) =>
      limits.setQuota({ quota: day === undefined ? {} : { runs: { day } }, updated: Date.now(), by: 'test' });
    expect((await visit()).status).toBe(200);
    await quota(1);
    await expect.poll(async () => (await visit()).status).toBe(429);
    for (const answer of [await visit(), await hook()]) {
      expect([answer.status, (answer.json as { code: string }).code]).toEqual([429, 'flow.busy']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      for (const told of ['quota', 'workspace', 'day', ' 1 ']) expect(answer.text).not.toContain(told);
    }
    const own = await ask('POST', `flows/${id}/runs`, { input: {} });
    expect(own).toMatchObject({ status: 429, json: { code: 'quota.runs' } });
    await quota(undefined);
    await expect.poll(async () => (await visit()).status).toBe(200);
  });

  test('API-10 tells no budget of the flow either', async () => {
    const { visit, hook } = await open([{ id: 'one', kind: 'set@1', with: { value: 1 } }], {
      settings: { budget: { runs: { day: 1 } } },
    });
    expect((await visit()).status).toBe(200);
    for (const answer of [await visit(), await hook()]) {
      expect([answer.status, (answer.json as { code: string }).code]).toEqual([429, 'flow.busy']);
      expect(answer.text).not.toContain('budget');
    }
  });
});
