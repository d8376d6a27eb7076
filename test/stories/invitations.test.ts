/** Invitations taken up over real HTTP, and sessions that act in a workspace. */

import { ROLE_PERMISSIONS } from '@headgate/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Person, personAt } from '../fixtures/person.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const AUTH = '/api/v1/auth';
const PASSWORD = 'correct horse battery';

let server: TestServer;
let ada: Person;

const signedIn = async (email: string, at = server): Promise<Person> => {
  const person = personAt(at);
  const answer = await person.ask('POST', `${AUTH}/login`, { email, password: PASSWORD });
  expect(answer.status).toBe(200);
  return person;
};

beforeAll(async () => {
  server = await startServer({ signUp: { kind: 'invitation' }, limits: { even: 5 } });
  await server.house.store.accounts.superuser('ada@example.com', PASSWORD, Date.now());
  ada = await signedIn('ada@example.com');
});
afterAll(() => server.close());

const invite = async (email: string, role = 'editor', by = ada): Promise<string> => {
  const made = await by.ask('POST', '/api/v1/invitations', { email, role });
  expect(made.status).toBe(201);
  return (made.json as { token: string }).token;
};

describe('an invitation', () => {
  test('makes the account of its address once, by a form, with the role it says; the session acts in the workspace', async () => {
    const path = `${AUTH}/invitations/${await invite('bo@example.com')}`;
    const bo = personAt(server);
    expect((await bo.page(path)).text).toContain('bo@example.com');
    expect((await bo.form(path, { name: 'Bo', password: 'password123' })).status).toBe(422);
    const done = await bo.form(path, { name: 'Bo', password: PASSWORD });
    expect([done.status, done.headers.location]).toEqual([303, '/']);
    expect((await bo.ask('GET', `${AUTH}/workspaces`)).json).toMatchObject({
      workspaces: [{ id: 'default', role: 'editor' }],
    });
    expect((await bo.ask('POST', '/api/v1/flows', { draft: { headgate: 1, name: 'Mine', steps: [] } })).status).toBe(
      201,
    );
    expect((await bo.ask('POST', '/api/v1/invitations', { email: 'x@example.com', role: 'viewer' })).status).toBe(403);
    const again = personAt(server);
    expect((await again.form(path, { name: 'Eve', password: PASSWORD })).status).toBe(404);
    expect((await again.page(path)).status).toBe(404);
  });

  test('of somebody who has an account is taken up by that account’s session, and by nobody who merely holds the token', async () => {
    await server.house.store.accounts.create({ email: 'cy@example.com', name: 'Cy', password: PASSWORD }, Date.now());
    const path = `${AUTH}/invitations/${await invite('cy@example.com', 'viewer')}`;
    const thief = personAt(server);
    expect((await thief.ask('POST', path, { name: 'Eve', password: 'a password of the thief' })).status).toBe(401);
    expect((await ada.ask('POST', path, {})).status).toBe(401);
    const cy = await signedIn('cy@example.com');
    const cookie = [...cy.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    // GUI-07: the cookie alone accepts nothing.
    expect((await server.ask('POST', path, { headers: { cookie }, body: {} })).status).toBe(401);
    expect((await cy.page(path)).text).toContain('Accept');
    expect((await cy.ask('POST', path, {})).status).toBe(201);
    expect((await cy.ask('GET', '/api/v1/flows')).status).toBe(200);
    // The password of before is the password still.
    await signedIn('cy@example.com');
  });

  test('that was taken back, ran out, or was made up does nothing', async () => {
    const token = await invite('di@example.com');
    const { invitations } = (await ada.ask('GET', '/api/v1/invitations')).json as {
      invitations: { id: string; email: string }[];
    };
    const id = invitations.find(({ email }) => email === 'di@example.com')?.id ?? '';
    expect((await ada.ask('DELETE', `/api/v1/invitations/${id}`)).status).toBe(204);
    for (const one of [token, `hgi_${'A'.repeat(43)}`])
      expect(
        (await personAt(server).ask('POST', `${AUTH}/invitations/${one}`, { name: 'D', password: PASSWORD })).status,
      ).toBe(404);
    expect(await server.house.store.accounts.userByEmail('di@example.com')).toBeNull();
  });

  test('makes no account where the policy is closed, unless who manages the instance sent it', async () => {
    const closed = await startServer({ limits: { even: 5 } });
    try {
      await closed.house.store.accounts.superuser('ada@example.com', PASSWORD, Date.now());
      const chief = await signedIn('ada@example.com', closed);
      const owner = await invite('bo@example.com', 'owner', chief);
      const bo = personAt(closed);
      expect((await bo.ask('POST', `${AUTH}/invitations/${owner}`, { name: 'Bo', password: PASSWORD })).status).toBe(
        201,
      );
      const next = await invite('cy@example.com', 'viewer', bo);
      const refused = await personAt(closed).ask('POST', `${AUTH}/invitations/${next}`, {
        name: 'Cy',
        password: PASSWORD,
      });
      expect([refused.status, (refused.json as { code: string }).code]).toEqual([403, 'signup.closed']);
    } finally {
      await closed.close();
    }
  });
});

describe('a session that acts in a workspace', () => {
  test('acts in the one that was chosen, of those the account is a member of', async () => {
    await server.key({ workspace: 'second' });
    const { store } = server.house;
    const user = await store.accounts.userByEmail('ada@example.com');
    await store.in('second').members.add({ user: user?.id ?? '', role: 'viewer', created: Date.now(), by: 'test' });
    await server.key({ workspace: 'third' });
    const list = async () =>
      ((await ada.ask('GET', `${AUTH}/workspaces`)).json as { workspaces: { id: string; chosen: boolean }[] })
        .workspaces;
    // Where none was chosen it is the one she has been in the longest, and the list says so.
    expect(await list()).toMatchObject([
      { id: 'default', chosen: true },
      { id: 'second', chosen: false },
    ]);
    expect((await ada.ask('POST', `${AUTH}/workspaces/third`)).status).toBe(404);
    expect((await ada.ask('POST', `${AUTH}/workspaces/second`)).status).toBe(204);
    expect((await list()).find(({ chosen }) => chosen)?.id).toBe('second');
    expect((await ada.ask('POST', '/api/v1/flows', { draft: { headgate: 1, name: 'No', steps: [] } })).status).toBe(
      403,
    );
    expect((await ada.ask('POST', `${AUTH}/workspaces/default`)).status).toBe(204);
    expect((await ada.ask('POST', '/api/v1/flows', { draft: { headgate: 1, name: 'Yes', steps: [] } })).status).toBe(
      201,
    );
  });

  test('AZ-10 TOK-09 may nothing more at once when it ends, or when the account is suspended', async () => {
    const path = `${AUTH}/invitations/${await invite('ed@example.com')}`;
    const ed = personAt(server);
    expect((await ed.ask('POST', path, { name: 'Ed', password: PASSWORD })).status).toBe(201);
    expect((await ed.ask('GET', '/api/v1/flows')).status).toBe(200);
    const user = await server.house.store.accounts.userByEmail('ed@example.com');
    const suspended = await ada.ask('PATCH', `/api/v1/users/${user?.id}`, { state: 'suspended' });
    expect(suspended.status).toBe(200);
    expect((await ed.ask('GET', '/api/v1/flows')).status).toBe(401);
    expect(
      (await personAt(server).ask('POST', `${AUTH}/login`, { email: 'ed@example.com', password: PASSWORD })).status,
    ).toBe(401);
    expect((await ada.ask('GET', '/api/v1/flows')).status).toBe(200);
  });
});

describe('where sign-up is closed', () => {
  let closed: TestServer;
  beforeAll(async () => {
    closed = await startServer({ limits: { even: 5 } });
    await closed.house.store.accounts.superuser('ada@example.com', PASSWORD, Date.now());
  });
  afterAll(() => closed.close());
  const made = async (key: string, email: string) => {
    const answer = await closed.ask('POST', '/api/v1/invitations', { key, body: { email, role: 'viewer' } });
    expect(answer.status, answer.text).toBe(201);
    const { link, account } = answer.json as { link: string; account: string | null };
    return { path: new URL(link).pathname, account };
  };

  test('who invites is told at once that it makes no account, and so is who opens it, before a password is typed', async () => {
    const key = await closed.key({ permissions: ['member.manage', ...ROLE_PERMISSIONS.viewer] });
    const { path, account } = await made(key.plain, 'bo@example.com');
    expect(account).toBeNull();
    const bo = personAt(closed);
    const page = await bo.page(path);
    expect(page.status).toBe(403);
    expect(page.text).toContain('somebody who manages the instance');
    expect(page.text).not.toContain('name="password"');
    expect((await bo.ask('POST', path, { name: 'Bo', password: PASSWORD })).json).toMatchObject({
      code: 'signup.closed',
    });
  });

  test('a key that manages the instance, as the superuser’s does, invites anybody, as its administrators do', async () => {
    const key = await closed.key({ workspace: 'default' });
    const { path, account } = await made(key.plain, 'cy@example.com');
    expect(account).toBe('active');
    const cy = personAt(closed);
    expect((await cy.page(path)).text).toContain('name="password"');
    expect((await cy.form(path, { name: 'Cy', password: PASSWORD })).status).toBe(303);
    expect((await cy.ask('GET', '/api/v1/flows')).status).toBe(200);
  });
});
