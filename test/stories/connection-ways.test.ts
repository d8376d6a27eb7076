/** Ways to connect and to end it, against a real server of OAuth: device codes, client credentials, dead tokens, crashes. */

import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from '@headgate/core/step';
import { startOauthService, type OauthService } from '../fixtures/oauth-service.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const BACK = 'http://127.0.0.1/api/v1/connect/callback';

let service: OauthService;
let server: TestServer;
let key = '';

beforeAll(async () => {
  service = await startOauthService(BACK);
  server = await startServer({ egressAllow: '127.0.0.1' });
  ({ plain: key } = await server.key());
});
afterAll(async () => {
  await server.close();
  await service.close();
});

const make = async (name: string, grant: string, more: Record<string, unknown> = {}): Promise<void> => {
  const client = { ...service.client, grant, ...more };
  const made = await server.ask('POST', '/api/v1/connections', { key, body: { name, client, origins: [service.api] } });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
};

const connect = async (name: string) => {
  const begun = await server.ask('POST', `/api/v1/connections/${name}/connect`, { key, body: {} });
  expect([begun.status, begun.text]).toEqual([200, expect.any(String)]);
  return begun.json;
};

const shown = async (name: string) =>
  z
    .looseObject({ state: z.string(), expires: z.string().nullable(), problem: z.looseObject({}).nullable() })
    .parse((await server.ask('GET', `/api/v1/connections/${name}`, { key })).json);

const flow = async (secret: string, method = 'GET'): Promise<string> => {
  const body = method === 'POST' ? { body: { ordered: 1 } } : {};
  const step = { id: 'call', kind: 'http.request@1', with: { method, url: `${service.api}/orders`, secret, ...body } };
  const draft = { headgate: 1, name: `Orders by ${secret}`, steps: [step], output: '{{ steps.call.body }}' };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = z.object({ id: z.string() }).parse(made.json);
  expect((await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } })).status).toBe(
    201,
  );
  return id;
};

const run = async (id: string) => {
  const answer = await server.ask('POST', `/api/v1/flows/${id}/runs`, { key, body: { input: {}, wait: 30 } });
  return z
    .object({ id: z.string(), state: z.string(), output: z.unknown(), problem: z.looseObject({}).nullish() })
    .parse(answer.json);
};

const listening = async (one: Server): Promise<string> => {
  await new Promise<void>((ready) => one.listen(0, '127.0.0.1', ready));
  const address = one.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
};

/** Connects with a code for another device, and types it in there. */
const byDevice = async (name: string): Promise<void> => {
  const next = z.object({ next: z.literal('device'), complete: z.string() }).parse(await connect(name));
  await service.typeIn(next.complete, 'ada');
  await expect.poll(async () => (await shown(name)).state, { timeout: 15_000 }).toMatch(/^(connected|expiring)$/);
};

test('a code that is typed in on another device connects, and the token is used and renewed like any other', async () => {
  await make('tv', 'device');
  const next = await connect('tv');
  expect(next).toMatchObject({ next: 'device', code: expect.any(String), url: `${service.issuer}/device` });
  // Begun again: the code before is asked for no more, and the newer one counts.
  await byDevice('tv');
  expect((await run(await flow('tv'))).output).toEqual({ orders: 3 });
}, 30_000);

test('a client that is its own account connects at once, and gets a new token when its token ended', async () => {
  service.lasts(1);
  await make('robot', 'client');
  expect(await connect('robot')).toEqual({ next: 'done' });
  const id = await flow('robot');
  const { expires } = await shown('robot');
  await expect.poll(() => Date.now() > Date.parse(expires ?? ''), { timeout: 5_000 }).toBe(true);
  service.lasts(3600);
  const before = service.given('client_credentials');
  const all = await Promise.all(Array.from({ length: 10 }, () => run(id)));
  expect(all.every(({ state }) => state === 'done')).toBe(true);
  expect(service.given('client_credentials') - before).toBe(1);
});

describe('a token that the service calls invalid before its time', () => {
  test('is renewed once, and the call is sent again with what it carried', async () => {
    await make('early', 'device');
    await byDevice('early');
    const id = await flow('early', 'POST');
    await service.endTokens();
    const [before, calls] = [service.given('refresh_token'), service.bodies().length];
    const all = await Promise.all(Array.from({ length: 20 }, () => run(id)));
    expect(all.map(({ state }) => state)).toEqual(Array.from({ length: 20 }, () => 'done'));
    expect(service.given('refresh_token') - before).toBe(1);
    const sent = service.bodies().slice(calls);
    // Twenty that were answered, and as many again as were refused: each with its body.
    expect(sent.length).toBeGreaterThan(20);
    expect(sent.length).toBeLessThanOrEqual(40);
    expect(new Set(sent)).toEqual(new Set(['{"ordered":1}']));
  }, 30_000);

  test('has to be connected anew where nothing renews it', async () => {
    service.renewable(false);
    await make('short', 'device');
    await byDevice('short');
    service.renewable(true);
    expect(await shown('short')).toMatchObject({ state: 'expiring', renewed: false });
    const id = await flow('short');
    expect((await run(id)).state).toBe('done');
    await service.endTokens();
    expect((await run(id)).problem).toMatchObject({ code: 'connection.reconnect' });
    expect((await shown('short')).problem).toMatchObject({ text: expect.stringContaining('refused its token') });
  }, 30_000);
});

test('SSRF-08 another server that the service redirects to has no say in whether the token holds', async () => {
  const other = createServer((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' });
    response.end();
  });
  const there = await listening(other);
  const front = createServer((_request, response) => {
    response.writeHead(302, { location: `${there}/in` });
    response.end();
  });
  const here = await listening(front);
  const client = { ...service.client, grant: 'client' };
  const body = { name: 'sent', client, origins: [here, there] };
  expect((await server.ask('POST', '/api/v1/connections', { key, body })).status).toBe(201);
  expect(await connect('sent')).toEqual({ next: 'done' });
  const before = service.given('client_credentials');
  const step = { id: 'call', kind: 'http.request@1', with: { method: 'GET', url: `${here}/x`, secret: 'sent' } };
  const draft = { headgate: 1, name: 'Redirected', steps: [step] };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = z.object({ id: z.string() }).parse(made.json);
  const grant = [
    { step: 'call', power: 'net: GET *' },
    { step: 'call', power: 'secret: use sent for *' },
  ];
  expect((await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant } })).status).toBe(201);
  expect((await run(id)).problem).toMatchObject({ code: 'http.status' });
  expect(service.given('client_credentials')).toBe(before);
  for (const one of [other, front]) one.close();
});

test('a service that is down is no refusal: the run fails and may be tried again, and the connection holds', async () => {
  await make('down', 'client', { tokenUrl: 'http://127.0.0.1:9/token' });
  const begun = await server.ask('POST', '/api/v1/connections/down/connect', { key, body: {} });
  expect(begun.json).toMatchObject({ code: 'connection.failed' });
  expect((await shown('down')).state).toBe('new');
});

test('when the server stopped between the answer of a service and its record, the next run says that this happened', async () => {
  await make('torn', 'device');
  await byDevice('torn');
  const id = await flow('torn');
  const { connections } = server.house.store.in('default');
  const row = await connections.get({ project: 'default', name: 'torn', environment: '*' });
  // As a crash leaves it: that it is asked for is on record, and the service has replaced what we hold.
  expect(await connections.asking(row?.id ?? '', 1)).toBe(false);
  await service.takeBack();
  const done = await run(id);
  expect(done.problem).toMatchObject({ code: 'connection.reconnect' });
  expect(String(done.problem?.['text'])).toContain('this server stopped before the answer was kept');
}, 30_000);

test('what ends gives its tokens back to the service, and what was said of it in answers stays hidden', async () => {
  await make('ends', 'device');
  await byDevice('ends');
  const id = await flow('ends');
  expect((await run(id)).state).toBe('done');
  const [bearer = ''] = service
    .seen()
    .slice(-1)
    .map((one) => one?.replace('Bearer ', '') ?? '');
  expect(bearer).not.toBe('');
  const ended = await server.ask('POST', '/api/v1/connections/ends/disconnect', { key, body: {} });
  expect(ended.json).toEqual({ revoked: true });
  expect(await service.holds(bearer)).toBe(false);
  expect((await run(id)).problem).toMatchObject({ code: 'connection.unconnected' });
  expect(server.house.engine.guard.redact(`it was ${bearer}`)).not.toContain(bearer);
  await byDevice('ends');
  const [, fresh = ''] = [await run(id), service.seen().slice(-1)[0]?.replace('Bearer ', '')];
  expect(await service.holds(fresh)).toBe(true);
  expect((await server.ask('DELETE', '/api/v1/connections/ends', { key })).status).toBe(204);
  expect(await service.holds(fresh)).toBe(false);
  expect((await run(id)).problem).toMatchObject({ code: 'secret.missing' });
}, 30_000);

test('a secret that is stored in the place of a connection is a secret, and no connection is left', async () => {
  await make('turned', 'client');
  const put = { name: 'turned', value: 'a plain value of it', origins: [service.api] };
  expect((await server.ask('PUT', '/api/v1/secrets', { key, body: put })).status).toBe(200);
  expect((await server.ask('GET', '/api/v1/connections/turned', { key })).status).toBe(404);
  expect((await server.ask('GET', '/api/v1/secrets/turned', { key })).json).toMatchObject({ kind: 'plain' });
  const again = { name: 'turned', client: { ...service.client, grant: 'client' }, origins: [service.api] };
  expect((await server.ask('POST', '/api/v1/connections', { key, body: again })).json).toMatchObject({
    code: 'name.taken',
  });
});
