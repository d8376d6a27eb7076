/** Connections to a real server of OAuth on loopback: agreed to in a browser, renewed under load, taken back, given back. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from '@headgate/core/step';
import { startOauthService, type OauthService } from '../fixtures/oauth-service.ts';
import { type Person, personAt } from '../fixtures/person.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const BACK = 'http://127.0.0.1/api/v1/connect/callback';
const PASSWORD = 'correct horse battery';

let service: OauthService;
let server: TestServer;
let ada: Person;
let key = '';

beforeAll(async () => {
  service = await startOauthService(BACK);
  server = await startServer({ egressAllow: '127.0.0.1' });
  await server.house.store.accounts.superuser('ada@example.com', PASSWORD, Date.now());
  ada = personAt(server);
  expect((await ada.ask('POST', '/api/v1/auth/login', { email: 'ada@example.com', password: PASSWORD })).status).toBe(
    200,
  );
  ({ plain: key } = await server.key());
});
afterAll(async () => {
  await server.close();
  await service.close();
});

const make = async (name: string, more: Record<string, unknown> = {}): Promise<void> => {
  const client = { grant: 'code', ...service.client, ...more };
  const made = await ada.ask('POST', '/api/v1/connections', { name, client, origins: [service.api] });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
};

/** Begins it, agrees at the service, and comes back to us. */
const agree = async (name: string) => {
  const begun = await ada.ask('POST', `/api/v1/connections/${name}/connect`, {});
  expect([begun.status, begun.text]).toEqual([200, expect.any(String)]);
  const back = new URL(await service.signIn(z.object({ url: z.string() }).parse(begun.json).url, 'ada'));
  return ada.page(back.pathname + back.search);
};

const shown = async (name: string) => (await ada.ask('GET', `/api/v1/connections/${name}`)).json;

/** A flow that calls the API of the service with a connection, published with what it needs. */
const flow = async (secret: string, more: Record<string, unknown> = {}): Promise<string> => {
  const step = { id: 'call', kind: 'http.request@1', with: { method: 'GET', url: `${service.api}/orders`, secret } };
  const draft = { headgate: 1, name: `Orders by ${secret}`, steps: [step], output: '{{ steps.call.body }}', ...more };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = z.object({ id: z.string() }).parse(made.json);
  const put = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  expect([put.status, put.text]).toEqual([201, expect.any(String)]);
  return id;
};

const run = async (id: string) => {
  const answer = await server.ask('POST', `/api/v1/flows/${id}/runs`, { key, body: { input: {}, wait: 30 } });
  return z
    .object({ id: z.string(), state: z.string(), output: z.unknown(), problem: z.looseObject({}).nullish() })
    .parse(answer.json);
};

test('a connection that was agreed to in the browser sends its token to its own origin, and is seen nowhere', async () => {
  await make('shop');
  expect(await shown('shop')).toMatchObject({ state: 'new', grant: 'code', origins: [service.api], problem: null });
  const id = await flow('shop');
  expect((await run(id)).problem).toMatchObject({ code: 'connection.unconnected' });
  const back = await agree('shop');
  expect([back.status, back.text]).toEqual([200, expect.stringContaining('shop is connected')]);
  expect(await shown('shop')).toMatchObject({ state: 'connected', renewed: true, connected: expect.any(String) });
  const done = await run(id);
  expect(done).toMatchObject({ state: 'done', output: { orders: 3 } });
  const journal = await server.ask('GET', `/api/v1/runs/${done.id}/journal`, { key });
  const kept = readdirSync(server.dir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
  const listed = await ada.ask('GET', '/api/v1/connections');
  const audit = await server.ask('GET', '/api/v1/audit?limit=100', { key });
  expect(audit.text).toContain('connection.token');
  expect(service.made().length).toBeGreaterThanOrEqual(2);
  for (const token of [...service.made(), service.clientSecret])
    for (const text of [journal.text, listed.text, audit.text, server.log(), back.text, ...kept])
      expect(text.includes(token)).toBe(false);
});

test('a connection is sent to no other origin, not even where it is lent for one', async () => {
  await make('narrow');
  await agree('narrow');
  const url = `${service.issuer}/me`;
  const step = { id: 'call', kind: 'http.request@1', with: { method: 'GET', url, secret: 'narrow' } };
  const id = await flow('narrow', { steps: [step] });
  expect((await run(id)).problem).toMatchObject({ code: 'secret.missing' });
});

test('a token that ended under fifty runs at a time is renewed once, and none of them fails', async () => {
  service.lasts(1);
  await make('busy');
  await agree('busy');
  const id = await flow('busy');
  const { expires } = z.object({ expires: z.string() }).parse(await shown('busy'));
  await expect.poll(() => Date.now() > Date.parse(expires), { timeout: 5_000 }).toBe(true);
  service.lasts(3600);
  const before = service.given('refresh_token');
  const all = await Promise.all(Array.from({ length: 50 }, () => run(id)));
  expect(all.map(({ state }) => state)).toEqual(Array.from({ length: 50 }, () => 'done'));
  expect(service.given('refresh_token') - before).toBe(1);
  expect(service.refused()).toBe(0);
});

test('what the service took back is a Problem that says so, one alert, and holds again when it is connected anew', async () => {
  await make('gone');
  await agree('gone');
  const id = await flow('gone');
  const telling = await flow('gone', {
    name: 'Told',
    triggers: [{ id: 'told', kind: 'alert@1', with: { on: ['connection.reconnect'] } }],
    steps: [{ id: 'note', kind: 'set@1', with: { value: '{{ input }}' } }],
    output: '{{ steps.note }}',
  });
  expect((await run(id)).state).toBe('done');
  await service.takeBack();
  const asked = service.refused();
  const all = await Promise.all(Array.from({ length: 20 }, () => run(id)));
  for (const one of all)
    expect(one).toMatchObject({ state: 'failed', problem: { code: 'connection.reconnect', at: { step: 'call' } } });
  expect(service.refused() - asked).toBe(1);
  expect(await shown('gone')).toMatchObject({
    state: 'reconnect',
    problem: { code: 'connection.reconnect', text: expect.stringContaining('the service took it back') },
  });
  const told = async () =>
    z
      .object({ runs: z.array(z.looseObject({ id: z.string(), state: z.string() })) })
      .parse((await server.ask('GET', `/api/v1/runs?flow=${telling}`, { key })).json).runs;
  await expect.poll(async () => (await told()).map(({ state }) => state)).toEqual(['done']);
  const [alert] = await told();
  expect((await server.ask('GET', `/api/v1/runs/${alert?.id ?? ''}`, { key })).json).toMatchObject({
    output: { event: 'connection.reconnect', connection: 'gone', flow: id, problem: { code: 'connection.reconnect' } },
  });
  await agree('gone');
  expect(await shown('gone')).toMatchObject({ state: 'connected', problem: null });
  expect((await run(id)).state).toBe('done');
});

test('a service is connected in a browser where no web app is served, too: the way back is of the API', async () => {
  const bare = await startServer({ egressAllow: '127.0.0.1', web: false });
  try {
    await bare.house.store.accounts.superuser('ada@example.com', PASSWORD, Date.now());
    const person = personAt(bare);
    const login = { email: 'ada@example.com', password: PASSWORD };
    expect((await person.ask('POST', '/api/v1/auth/login', login)).status).toBe(200);
    const body = { name: 'bare', client: { grant: 'code', ...service.client }, origins: [service.api] };
    expect((await person.ask('POST', '/api/v1/connections', body)).status).toBe(201);
    const begun = await person.ask('POST', '/api/v1/connections/bare/connect', {});
    const back = new URL(await service.signIn(z.object({ url: z.string() }).parse(begun.json).url, 'ada'));
    const told = await person.page(back.pathname + back.search);
    expect([told.status, told.text]).toEqual([200, expect.stringContaining('bare is connected')]);
    expect((await person.ask('GET', '/api/v1/connections/bare')).json).toMatchObject({ state: 'connected' });
  } finally {
    await bare.close();
  }
});

test('a connection for one environment is there for its runs alone', async () => {
  const made = await ada.ask('POST', '/api/v1/projects/default/environments', { name: 'prod' });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  const body = {
    ...{ name: 'placed', environment: 'prod', origins: [service.api] },
    client: { ...service.client, grant: 'client' },
  };
  expect((await ada.ask('POST', '/api/v1/connections', body)).status).toBe(201);
  const at = { environment: 'prod' };
  expect((await ada.ask('POST', '/api/v1/connections/placed/connect', at)).json).toEqual({ next: 'done' });
  expect((await ada.ask('GET', '/api/v1/connections/placed?environment=prod')).json).toMatchObject({
    state: 'connected',
    environment: 'prod',
  });
  // A run in `default` finds none.
  expect((await run(await flow('placed'))).problem).toMatchObject({ code: 'secret.missing' });
});
