/**
 * Attacks on how a connection to an outside service is made: an answer that somebody else began, that is brought twice, that
 * comes from another provider, or that carries a code of another; an address that leads elsewhere. Against a real server of
 * OAuth on loopback; each has its twin.
 */

import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from '@headgate/core/step';
import { startOauthService, type OauthService } from '../fixtures/oauth-service.ts';
import { type Person, personAt } from '../fixtures/person.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const BACK = 'http://127.0.0.1/api/v1/connect/callback';
const PASSWORD = 'correct horse battery';

let service: OauthService;
let server: TestServer;
let ada: Person;

const signedIn = async (email: string): Promise<Person> => {
  const person = personAt(server);
  const done = await person.ask('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  expect([done.status, done.text]).toEqual([200, expect.any(String)]);
  return person;
};

beforeAll(async () => {
  service = await startOauthService(BACK);
  server = await startServer({ egressAllow: '127.0.0.1' });
  for (const email of ['ada@example.com', 'eve@example.com'])
    await server.house.store.accounts.superuser(email, PASSWORD, Date.now());
  ada = await signedIn('ada@example.com');
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

/** The address of consent, for who begins. */
const begin = async (name: string, who: Person = ada): Promise<string> => {
  const begun = await who.ask('POST', `/api/v1/connections/${name}/connect`, {});
  expect([begun.status, begun.text]).toEqual([200, expect.any(String)]);
  return z.object({ url: z.string() }).parse(begun.json).url;
};

/** Begins, agrees there, and stands before the way back, which it answers. */
const there = async (name: string, login = 'ada'): Promise<URL> =>
  new URL(await service.signIn(await begin(name), login));

const pathOf = ({ pathname, search }: URL): string => pathname + search;
const stateOf = async (name: string): Promise<unknown> =>
  z.looseObject({ state: z.string() }).parse((await ada.ask('GET', `/api/v1/connections/${name}`)).json).state;
const codeOf = (answer: { json: unknown }): unknown => z.looseObject({ code: z.string() }).parse(answer.json).code;

describe('GUI-07 the way back from a service', () => {
  test('GUI-07 what one person began, nobody finishes in another session, of another person or of his own', async () => {
    await make('hers');
    for (const email of ['eve@example.com', 'ada@example.com']) {
      const back = await there('hers');
      const other = await signedIn(email);
      expect(codeOf(await other.ask('GET', pathOf(back)))).toBe('connection.state');
      // And it is spent by that: who brought it may have read it.
      expect(codeOf(await ada.ask('GET', pathOf(back)))).toBe('connection.state');
    }
    const nobody = await there('hers');
    expect((await personAt(server).ask('GET', pathOf(nobody))).status).toBe(401);
    expect(await stateOf('hers')).toBe('new');
    // Twin: in the session that began it the same kind of answer connects.
    const back = await there('hers');
    expect((await ada.page(pathOf(back))).status).toBe(200);
    expect(await stateOf('hers')).toBe('connected');
  });

  test('GUI-07 a victim who follows the link of an attacker connects nothing of his to what the attacker began', async () => {
    await make('bait');
    const eve = await signedIn('eve@example.com');
    const link = await begin('bait', eve);
    const back = new URL(await service.signIn(link, 'ada'));
    expect(codeOf(await ada.ask('GET', pathOf(back)))).toBe('connection.state');
    expect(await stateOf('bait')).toBe('new');
  });

  test('GUI-07 an answer works once', async () => {
    await make('once');
    const back = await there('once');
    expect((await ada.page(pathOf(back))).status).toBe(200);
    const asked = service.given('authorization_code') + service.refused();
    expect(codeOf(await ada.ask('GET', pathOf(back)))).toBe('connection.state');
    expect(service.given('authorization_code') + service.refused()).toBe(asked);
    expect(await stateOf('once')).toBe('connected');
  });

  test('GUI-07 an answer with no state, an empty one or one that was made up asks nobody for anything', async () => {
    await make('guessed');
    const back = await there('guessed');
    const asked = service.given('authorization_code') + service.refused();
    for (const state of [null, '', 'A'.repeat(43)]) {
      const forged = new URL(back);
      if (state === null) forged.searchParams.delete('state');
      else forged.searchParams.set('state', state);
      expect(codeOf(await ada.ask('GET', pathOf(forged)))).toBe('connection.state');
    }
    expect(service.given('authorization_code') + service.refused()).toBe(asked);
    expect((await ada.page(pathOf(back))).status).toBe(200);
  });

  test('GUI-07 a code of another’s sign-in, carried into one’s own answer, gets no token: the verifier does not fit', async () => {
    await make('injected');
    const stolen = await there('injected', 'victim');
    const mine = await there('injected');
    mine.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    expect(codeOf(await ada.ask('GET', pathOf(mine)))).toBe('connection.failed');
    expect(await stateOf('injected')).toBe('new');
  });

  test('GUI-07 an answer that names another provider is refused and its code goes nowhere', async () => {
    await make('mixed', { issuer: service.issuer });
    await make('unnamed');
    for (const name of ['mixed', 'unnamed']) {
      const back = await there(name);
      expect(back.searchParams.get('iss')).toBe(service.issuer);
      back.searchParams.set('iss', 'https://evil.example');
      const asked = service.given('authorization_code') + service.refused();
      expect(codeOf(await ada.ask('GET', pathOf(back)))).toBe('connection.issuer');
      expect(service.given('authorization_code') + service.refused()).toBe(asked);
      // Twin: the provider it was begun at may name itself.
      expect((await ada.page(pathOf(await there(name)))).status).toBe(200);
    }
  });

  test('GUI-07 an answer for a connection that was made anew under the same name is for none', async () => {
    await make('anew');
    const back = await there('anew');
    expect((await ada.ask('DELETE', '/api/v1/connections/anew')).status).toBe(204);
    await make('anew', { tokenUrl: `${service.issuer}/token?another` });
    const asked = service.given('authorization_code') + service.refused();
    expect(codeOf(await ada.ask('GET', pathOf(back)))).toBe('connection.state');
    expect(service.given('authorization_code') + service.refused()).toBe(asked);
    expect(await stateOf('anew')).toBe('new');
  });

  test('GUI-10 it sends the browser nowhere, and the service gets one address to go back to, whatever Host is asked for', async () => {
    await make('exact');
    const begun = await ada.ask('POST', '/api/v1/connections/exact/connect', {}, { host: 'localhost' });
    const url = new URL(z.object({ url: z.string() }).parse(begun.json).url);
    expect(url.searchParams.get('redirect_uri')).toBe(BACK);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    const answer = await ada.page(
      `/api/v1/connect/callback?state=x&error=access_denied&error_uri=https://evil.example`,
    );
    expect([answer.status, answer.headers.location]).toEqual([409, undefined]);
    expect(answer.text).not.toContain('evil.example');
    const done = await ada.page(pathOf(await there('exact')));
    expect([done.status, done.headers.location]).toEqual([200, undefined]);
  });

  test('AZ-10 who may store no secrets any more when he comes back connects nothing', async () => {
    await make('late');
    const eve = await signedIn('eve@example.com');
    const back = new URL(await service.signIn(await begin('late', eve), 'ada'));
    const { members } = server.house.store.in('default');
    const account = await server.house.store.accounts.userByEmail('eve@example.com');
    await members.setRole(account?.id ?? '', 'viewer');
    expect((await eve.ask('GET', pathOf(back))).status).toBe(403);
    expect(await stateOf('late')).toBe('new');
  });
});

describe('what a connection is made of', () => {
  test('a key begins nothing that a person has to agree to', async () => {
    await make('keyed');
    const { plain } = await server.key();
    const begun = await server.ask('POST', '/api/v1/connections/keyed/connect', { key: plain, body: {} });
    expect([begun.status, codeOf(begun)]).toEqual([409, 'connection.browser']);
  });

  test.each([
    ['authorizeUrl', 'javascript:alert(1)'],
    ['authorizeUrl', 'http://a.example/authorize'],
    ['tokenUrl', 'http://169.254.169.254/token'],
    ['tokenUrl', 'https://user:password@a.example/token'],
    ['revokeUrl', 'file:///etc/passwd'],
  ])('SSRF-10 %s that is %s is refused', async (field, url) => {
    const client = { grant: 'code', ...service.client, [field]: url };
    const made = await ada.ask('POST', '/api/v1/connections', { name: 'odd', client, origins: [service.api] });
    expect(made.status).toBe(422);
  });

  test.each(['redirect_uri', 'state', 'code_challenge', 'client_id', 'response_type'])(
    'GUI-10 a parameter of one’s own cannot be %s, which the protocol puts there',
    async (name) => {
      const client = { grant: 'code', ...service.client, parameters: { [name]: 'https://evil.example' } };
      const made = await ada.ask('POST', '/api/v1/connections', { name: 'odd', client, origins: [service.api] });
      expect(made.status).toBe(422);
    },
  );

  test('SSRF-01 a token address inside is not called where nobody opened it', async () => {
    const closed = await startServer();
    try {
      await closed.house.store.accounts.superuser('ada@example.com', PASSWORD, Date.now());
      const { plain: key } = await closed.key();
      const client = { ...service.client, grant: 'client' };
      const body = { name: 'inside', client, origins: [service.api] };
      expect((await closed.ask('POST', '/api/v1/connections', { key, body })).status).toBe(201);
      const begun = await closed.ask('POST', '/api/v1/connections/inside/connect', { key, body: {} });
      expect([begun.status, codeOf(begun)]).toEqual([422, 'connection.failed']);
      expect(service.given('client_credentials')).toBe(0);
      // Twin: where it is opened, it connects.
      await make('outside', { grant: 'client' });
      expect((await ada.ask('POST', '/api/v1/connections/outside/connect', {})).json).toEqual({ next: 'done' });
      expect(service.given('client_credentials')).toBe(1);
    } finally {
      await closed.close();
    }
  });
});

test('WH-10 an event names the address to reply to: the token goes there only where the connection was made for it', async () => {
  const { plain: key } = await server.key();
  await make('reply', { grant: 'client' });
  expect((await ada.ask('POST', '/api/v1/connections/reply/connect', {})).status).toBe(200);
  const heard: (string | undefined)[] = [];
  const listener = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.end('{}');
  });
  await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', ready));
  const address = listener.address();
  const evil = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const draft = {
    headgate: 1,
    name: 'Replies',
    triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync', input: { to: '{{ trigger.body.to }}' } } }],
    input: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] },
    steps: [{ id: 'call', kind: 'http.request@1', with: { method: 'GET', url: '{{ input.to }}', secret: 'reply' } }],
    output: '{{ steps.call.body }}',
  };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = z.looseObject({ id: z.string() }).parse(made.json);
  // As much as can be lent: any address, and the connection for whatever origin it may go to.
  const grant = [
    { step: 'call', power: 'net: GET *' },
    { step: 'call', power: 'secret: use reply for *' },
  ];
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant } });
  expect([published.status, published.text]).toEqual([201, expect.any(String)]);
  const hooks = z.looseObject({ webhooks: z.array(z.looseObject({ url: z.string() })) }).parse(published.json).webhooks;
  const deliver = (to: string) =>
    server.ask('POST', new URL(hooks[0]?.url ?? '').pathname, { body: { to: `${to}/orders` } });
  expect((await deliver(evil)).status).toBe(422);
  expect(heard).toEqual([]);
  const seen = service.seen().length;
  expect((await deliver(service.api)).json).toEqual({ orders: 3 });
  expect(service.seen().slice(seen)).toEqual([expect.stringMatching(/^Bearer ./)]);
  listener.close();
});
