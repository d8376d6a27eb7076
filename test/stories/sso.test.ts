/** Single sign-on against a real provider on loopback: who gets in, who does not, and what a stolen address is worth. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSignOn } from '../../packages/server/src/egress/sign-on/sign-on.ts';
import { personAt, type Person } from '../fixtures/person.ts';
import { startProvider, type TestProvider } from '../fixtures/provider.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const AUTH = '/api/v1/auth';
const BACK = `http://127.0.0.1${AUTH}/sso/callback`;

let provider: TestProvider;
let server: TestServer;

beforeAll(async () => {
  provider = await startProvider(BACK, {
    ada: { email: 'Ada@example.com', verified: true, name: 'Ada' },
    bo: { email: 'bo@example.com', verified: true, name: 'Bo' },
    eve: { email: 'ada@example.com', verified: false, name: 'Eve' },
    out: { email: 'out@elsewhere.example', verified: true, name: 'Out' },
  });
  server = await startServer({
    signOn: openSignOn({ ...provider, title: 'Corp' }, () => Date.now()),
    signUp: { kind: 'domain', domains: ['example.com'] },
  });
  await server.house.store.accounts.superuser('ada@example.com', 'correct horse battery', Date.now());
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

/** Begins here and signs in there; answers the person and the address that the provider sent back to. */
const there = async (login: string): Promise<{ person: Person; path: string }> => {
  const person = personAt(server);
  expect((await person.page(`${AUTH}/login`)).text).toContain('Sign in with Corp');
  const begun = await person.page(`${AUTH}/sso`);
  expect(begun.status).toBe(303);
  const back = new URL(await provider.signIn(begun.headers.location ?? '', login));
  return { person, path: back.pathname + back.search };
};

const me = async (person: Person) => (await person.ask('GET', `${AUTH}/me`)).json;

describe('who comes back from the provider', () => {
  test('signs in to the account with the proved address, and the session says how', async () => {
    const { person, path } = await there('ada');
    const back = await person.page(path);
    expect([back.status, back.headers.location]).toEqual([303, '/']);
    expect(await me(person)).toMatchObject({ email: 'ada@example.com', administrator: true });
    expect((await person.ask('GET', `${AUTH}/sessions`)).text).toContain('"how":"sso:provider"');
    expect(server.house.door.counters().requests).toBe(0);
  });

  test('gets an account when the policy gives one to the address, and none otherwise', async () => {
    const bo = await there('bo');
    expect((await bo.person.page(bo.path)).status).toBe(303);
    expect(await me(bo.person)).toMatchObject({ email: 'bo@example.com', administrator: false, name: 'Bo' });
    const out = await there('out');
    expect((await out.person.page(out.path)).status).toBe(401);
    expect(await server.house.store.accounts.userByEmail('out@elsewhere.example')).toBeNull();
  });

  test('does not get into an account by an address that the provider does not vouch for', async () => {
    const { person, path } = await there('eve');
    expect((await person.page(path)).status).toBe(401);
    expect((await person.ask('GET', `${AUTH}/me`)).status).toBe(401);
  });
});

describe('the way back', () => {
  test('GUI-07 an address made for somebody else signs nobody in, with a step of one’s own or with none', async () => {
    const attacker = await there('bo');
    const victim = personAt(server);
    expect((await victim.page(attacker.path)).status).toBe(401);
    await victim.page(`${AUTH}/sso`);
    expect((await victim.page(attacker.path)).status).toBe(401);
    expect((await victim.ask('GET', `${AUTH}/me`)).status).toBe(401);
    // Twin: in the browser that began it the same address works.
    expect((await attacker.person.page(attacker.path)).status).toBe(303);
  });

  test('TOK-09 it works once, and begins a session with an id of its own', async () => {
    const { person, path } = await there('ada');
    const step = person.cookies.get('headgate-step-local') ?? '';
    await person.page(path);
    const again = personAt(server);
    again.cookies.set('headgate-step-local', step);
    expect((await again.page(path)).status).toBe(401);
    expect((await again.ask('GET', `${AUTH}/me`)).status).toBe(401);
  });

  test.each(['', '?code=x', '?state=x', '?error=access_denied', '?code=x&state=y&iss=https://evil.example'])(
    'a made-up one (%s) is refused without a word about why',
    async (query) => {
      const person = personAt(server);
      await person.page(`${AUTH}/sso`);
      const answer = await person.ask('GET', `${AUTH}/sso/callback${query}`);
      expect([answer.status, (answer.json as { code: string }).code]).toEqual([401, 'sso.failed']);
    },
  );

  test('a provider that is another one, or is not there, is a refusal', async () => {
    const gone = await startServer({
      signOn: openSignOn({ ...provider, issuer: 'http://127.0.0.1:9', title: 'Gone' }, () => Date.now()),
    });
    try {
      expect((await gone.ask('GET', `${AUTH}/sso`)).status).toBe(401);
    } finally {
      await gone.close();
    }
    const none = await startServer();
    try {
      expect((await none.ask('GET', `${AUTH}/sso`)).status).toBe(409);
    } finally {
      await none.close();
    }
  });

  test('SSRF-01 a provider whose description leads to a private address is not followed there', async () => {
    const asked: string[] = [];
    const hidden = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    });
    await new Promise<void>((resolve) => hidden.listen(0, '127.0.0.1', () => resolve()));
    const secret = (hidden.address() as AddressInfo).port;
    const evil = createServer((_request, response) => {
      const issuer = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `http://127.0.0.1:${secret}/admin`,
          jwks_uri: `http://127.0.0.1:${secret}/jwks`,
        }),
      );
    });
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', () => resolve()));
    try {
      const signOn = openSignOn(
        { ...provider, issuer: `http://127.0.0.1:${(evil.address() as AddressInfo).port}`, title: 'Evil' },
        () => Date.now(),
      );
      const begun = await signOn.begin(BACK);
      if (!begun.ok) throw new Error(begun.problem.text);
      const { pending } = begun.value;
      const query = `code=x&state=${pending.state}`;
      expect(await signOn.finish(BACK, query, pending)).toMatchObject({ ok: false });
      expect(asked).toEqual([]);
    } finally {
      for (const one of [hidden, evil]) {
        one.closeAllConnections();
        one.close();
      }
    }
  });
});
