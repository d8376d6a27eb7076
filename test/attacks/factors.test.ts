/** Two factors where they are insisted on: by the whole instance, or by one workspace. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../packages/server/src/store/accounts/testing/totp.ts';
import { newDevice } from '../fixtures/authenticator.ts';
import { AUTH, firstAt, type Inmate, joinAt, ownKey, PASSWORD, signIn } from '../fixtures/household.ts';
import { type Person, personAt } from '../fixtures/person.ts';
import type { Answer } from '../fixtures/send.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const ORIGIN = 'http://localhost';
const LIMITS = { tries: 1_000_000, networkTries: 1_000_000, even: 5 };

const codeIn = (answer: Answer): unknown => (answer.json as { code?: string }).code ?? answer.status;
const list = (person: Person): Promise<Answer> => person.ask('GET', '/api/v1/flows');

/** Sets codes up; answers the address an authenticator takes. */
const enrol = async (person: Person): Promise<string> => {
  const { uri } = (await person.ask('POST', `${AUTH}/totp`, { password: PASSWORD })).json as { uri: string };
  expect((await person.ask('POST', `${AUTH}/totp/confirm`, { code: codeOf(uri) })).status).toBe(204);
  return uri;
};

describe('where two factors are insisted on by a workspace', () => {
  let server: TestServer;
  let ada: Inmate;
  let plain: string;
  beforeAll(async () => {
    server = await startServer({ publicUrl: ORIGIN, signUp: { kind: 'invitation' }, limits: LIMITS });
    ada = await firstAt(server);
    ({ plain } = await server.key());
  });
  afterAll(() => server.close());

  const insist = (on: boolean): Promise<Answer> =>
    server.ask('PATCH', '/api/v1/workspace', { key: plain, body: { twoFactors: on } });

  test('AZ-10 who came in by a password reaches the own account alone, from the next request on, until codes are set up', async () => {
    const bo = await joinAt(server, ada, 'bo@example.com', { role: 'editor' });
    const { key } = await ownKey(bo, ['flow.read']);
    expect((await list(bo)).status).toBe(200);
    expect((await insist(true)).json).toMatchObject({ twoFactors: true });
    expect(codeIn(await list(bo))).toBe('factor.needed');
    for (const [method, path] of [
      ['POST', '/api/v1/flows'],
      ['GET', '/api/v1/runs'],
      ['POST', '/api/v1/me/keys'],
      ['POST', '/api/v1/tickets'],
    ] as const)
      expect([path, codeIn(await bo.ask(method, path, {}))]).toEqual([path, 'factor.needed']);
    const query = new URLSearchParams({ response_type: 'code', client_id: 'x', redirect_uri: 'https://a.example/cb' });
    const page = await bo.ask('GET', `/api/v1/oauth/authorize?${query.toString()}`);
    expect([page.status, page.text.includes('Two factors are insisted on')]).toEqual([403, true]);
    expect((await bo.ask('GET', `${AUTH}/me`)).status).toBe(200);
    // Keys are no sign-in.
    expect((await server.ask('GET', '/api/v1/flows', { key })).status).toBe(200);
    // The form leads there.
    const form = await personAt(server).form(`${AUTH}/login`, { email: bo.email, password: PASSWORD });
    expect([form.status, form.headers.location]).toEqual([303, `${AUTH}/totp`]);

    const uri = await enrol(bo);
    expect((await list(bo)).status).toBe(200);
    const again = personAt(server);
    expect((await again.ask('POST', `${AUTH}/login`, { email: bo.email, password: PASSWORD })).json).toEqual({
      state: 'code',
    });
    // The next code: the one before was used to confirm.
    const next = codeOf(uri, Date.now() + 30_000);
    expect((await again.ask('POST', `${AUTH}/login/code`, { code: next })).status).toBe(200);
    expect((await list(again)).status).toBe(200);
    // Taking them away again closes the door again.
    expect((await bo.ask('POST', `${AUTH}/totp/remove`, { password: PASSWORD })).status).toBe(204);
    expect(codeIn(await list(bo))).toBe('factor.needed');
    expect((await insist(false)).json).toMatchObject({ twoFactors: false });
    expect((await list(bo)).status).toBe(200);
  });

  test('AZ-10 twin: a passkey is enough, and other workspaces do not ask', async () => {
    const cy = await joinAt(server, ada, 'cy@example.com', { role: 'editor' });
    const made = await ada.ask('POST', '/api/v1/workspaces', { name: 'Other', to: cy.id });
    const { id } = made.json as { id: string };
    await insist(true);
    const device = newDevice(ORIGIN);
    const begun = await cy.ask('POST', `${AUTH}/passkeys/options`, { password: PASSWORD });
    const { challenge } = (begun.json as { options: { challenge: string } }).options;
    const answer = { name: 'mine', response: device.make(challenge) };
    expect((await cy.ask('POST', `${AUTH}/passkeys`, answer)).status).toBe(201);
    expect(codeIn(await list(cy))).toBe('factor.needed');
    expect((await cy.ask('POST', `${AUTH}/workspaces/${id}`)).status).toBe(204);
    expect((await list(cy)).status).toBe(200);
    const strong = personAt(server);
    const options = await strong.ask('POST', `${AUTH}/login/passkey/options`);
    const asked = (options.json as { options: { challenge: string } }).options.challenge;
    expect((await strong.ask('POST', `${AUTH}/login/passkey`, { response: device.use(asked) })).status).toBe(200);
    expect((await list(strong)).status).toBe(200);
    await insist(false);
  });

  test('AZ-05 neither a member below an owner nor who came in by a password alone takes it back', async () => {
    const di = await joinAt(server, ada, 'di@example.com', { role: 'admin' });
    expect((await di.ask('PATCH', '/api/v1/workspace', { twoFactors: true })).status).toBe(403);
    await insist(true);
    expect(codeIn(await ada.ask('PATCH', '/api/v1/workspace', { twoFactors: false }))).toBe('factor.needed');
    await insist(false);
  });
});

describe('where two factors are insisted on by the instance', () => {
  test('AZ-10 administrators are asked as well, in every workspace, and codes let them in', async () => {
    const server = await startServer({ publicUrl: ORIGIN, twoFactors: true, limits: LIMITS });
    try {
      const ada = await firstAt(server);
      for (const path of ['/api/v1/flows', '/api/v1/users', '/api/v1/instance/workspaces'])
        expect([path, codeIn(await ada.ask('GET', path))]).toEqual([path, 'factor.needed']);
      await enrol(ada);
      for (const path of ['/api/v1/flows', '/api/v1/users', '/api/v1/instance/workspaces'])
        expect([path, (await ada.ask('GET', path)).status]).toEqual([path, 200]);
    } finally {
      await server.close();
    }
  });

  test('twin: without the setting a password is enough', async () => {
    const server = await startServer({ publicUrl: ORIGIN, limits: LIMITS });
    try {
      await firstAt(server);
      expect((await list(await signIn(server, 'ada@example.com'))).status).toBe(200);
    } finally {
      await server.close();
    }
  });
});
