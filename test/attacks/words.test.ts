/**
 * Secrets that are words of ours. The guard hides known values wherever they stand; what somebody stores must not hide the
 * names of fields, the markup of pages or the files of the web app, and with them the product, from everybody else.
 */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';

const WORDS = [
  'password',
  'function',
  'stylesheet',
  'viewport',
  'revision',
  'type="submit"',
  'codes-confirm',
  'created"',
  'cancelled',
  'step.waiting',
  'run.cancelled',
  'flow.publish',
  'input.invalid',
  'presence',
];

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  const { plain } = await server.key({ workspace: 'other' });
  for (const [i, value] of WORDS.entries()) {
    const put = await server.ask('PUT', '/api/v1/secrets', { key: plain, body: { name: `theirs${i}`, value } });
    expect(put.status, put.text).toBeLessThan(300);
  }
  // Known from here on: the guard has taken them up.
  const checked = async (): Promise<string> => {
    const draft = { headgate: 1, name: 'x', steps: [], password: 1 };
    return (await server.ask('POST', '/api/v1/flows/check', { key: plain, body: { draft } })).text;
  };
  await vi.waitFor(async () => expect(await checked()).toContain('[secret theirs0]'), 10_000);
});
afterAll(() => server.close());

test('DOS-08 a secret of one workspace that is a word of ours changes no page and no file of the web app', async () => {
  const login = (await server.ask('GET', '/api/v1/auth/login')).text;
  expect(login).toContain('name="password" type="password"');
  expect(login).toContain('type="submit"');
  const shell = (await server.ask('GET', '/flows')).text;
  expect(shell).toContain('<link rel="stylesheet"');
  expect(shell).toContain('<meta name="viewport"');
  const path = /src="(\/assets\/[^"]+)"/.exec(shell)?.[1] ?? '';
  const built = readFileSync(new URL(`../../packages/web/dist/app${path}`, import.meta.url), 'utf8');
  expect(built).toContain('function');
  expect((await server.ask('GET', path)).text).toBe(built);
  expect((await server.ask('GET', '/api/v1/reference')).text).toContain('password');
  const refused = await server.ask('POST', '/api/v1/auth/login', {
    headers: {
      accept: 'text/html',
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
    },
    body: 'email=a@example.com&password=x',
  });
  // Its sentence may lose the word; where to try again stays.
  expect(refused.text).toContain('/api/v1/auth/login');
  expect(refused.text).not.toContain('theirs');
});

test('DOS-08 nor the name of any field in an answer to others', async () => {
  const draft = { headgate: 1, name: 'Mine', steps: [] };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  expect(made.json).toMatchObject({ revision: 1 });
  const { id } = made.json as { id: string };
  const read = await server.ask('GET', `/api/v1/flows/${id}`, { key });
  expect(read.json).toMatchObject({ id, revision: 1, name: 'Mine' });
});

test('SEC-02 twin: as a value, in a field or in what a page shows, it is hidden still, and its name is told to no stranger', async () => {
  const draft = { headgate: 1, name: 'about revision and password', steps: [] };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = made.json as { id: string };
  const { text } = await server.ask('GET', `/api/v1/flows/${id}`, { key });
  expect(text).not.toContain('about revision');
  expect(text).not.toContain('and password');
  expect(text).not.toContain('theirs');
  const tells = {
    headgate: 1,
    name: 'Asks',
    steps: [
      { id: 'tell', kind: 'set@1', with: { value: '{{ run.resume.ask }}' } },
      { id: 'ask', kind: 'wait.event@1', after: ['tell'], with: { note: 'about revision 7' } },
    ],
  };
  const asks = (await server.ask('POST', '/api/v1/flows', { key, body: { draft: tells } })).json as { id: string };
  const run = await server.ask('POST', `/api/v1/flows/${asks.id}/runs`, { key, body: { draft: true, wait: 0.3 } });
  const journal = await server.ask('GET', `/api/v1/runs/${(run.json as { id: string }).id}/journal`, { key });
  const link = /\/api\/v1\/resume\/[A-Za-z0-9_-]+/.exec(journal.text)?.[0] ?? 'no link';
  const asked = (await server.ask('GET', link, { headers: { accept: 'text/html' } })).text;
  expect(asked).toContain('about [secret] 7');
  const page = await server.ask('GET', '/docs?q=revision', {});
  expect(page.text).not.toContain('value="revision"');
  for (const path of ['/api/v1/auth/login', '/docs?q=revision', '/api/v1/runs?password=1'])
    expect((await server.ask('GET', path)).text, path).not.toContain('theirs');
});

test('DOS-08 nor a word that a contract lists for a field, in answers and in streams; twin: elsewhere it is hidden', async () => {
  const steps = [{ id: 'nap', kind: 'wait@1', with: { for: '1h' } }];
  const draft = { headgate: 1, name: 'was cancelled', description: 'step.waiting', steps };
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  const run = await server.ask('POST', `/api/v1/flows/${id}/runs`, { key, body: { draft: true } });
  const { id: started } = run.json as { id: string };
  const events = server.ask('GET', `/api/v1/runs/${started}/events`, { key });
  expect((await server.ask('POST', `/api/v1/runs/${started}/cancel`, { key, body: {} })).json).toMatchObject({
    state: 'cancelled',
  });
  expect((await server.ask('GET', `/api/v1/runs/${started}`, { key })).json).toMatchObject({ state: 'cancelled' });
  const listed = (await server.ask('GET', '/api/v1/runs?state=cancelled', { key })).json;
  expect(listed).toMatchObject({ runs: [{ state: 'cancelled' }] });
  const { text } = await events;
  for (const part of [
    'event: step.waiting\n',
    '"type":"step.waiting"',
    'event: run.cancelled\n',
    '"type":"run.cancelled"',
  ])
    expect(text).toContain(part);
  expect(text).not.toContain('[secret');
  const journal = (await server.ask('GET', `/api/v1/runs/${started}/journal`, { key })).json as {
    events: { type: string }[];
  };
  expect(journal.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['step.waiting', 'run.cancelled']));
  const roles = (await server.ask('GET', '/api/v1/roles', { key })).json as {
    roles: { id: string; permissions: string[] }[];
  };
  expect(roles.roles.find((role) => role.id === 'owner')?.permissions).toContain('flow.publish');
  const refused = await server.ask('POST', '/api/v1/flows', { key, body: { nothing: 1 } });
  expect(refused.json).toMatchObject({ status: 422, code: 'input.invalid' });
  const read = (await server.ask('GET', `/api/v1/flows/${id}`, { key })).json as {
    name: string;
    draft: { description: string };
  };
  for (const told of [read.name, read.draft.description]) {
    expect(told).toContain('[secret');
    for (const word of WORDS) expect(told).not.toContain(word);
  }
});

test('SEC-02 signs like our own marks, in what anybody wrote, stay as they are', async () => {
  const name = 'about revision \uE0003\uE001 \uE0001234567.4\uE001';
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft: { headgate: 1, name, steps: [] } } });
  const read = await server.ask('GET', `/api/v1/flows/${(made.json as { id: string }).id}`, { key });
  expect((read.json as { name: string }).name).toMatch(/^about \[secret\] \uE0003\uE001 \uE0001234567\.4\uE001$/);
});
