/** Attacks by invitations: what outlives who sent them, and accounts that they make beside the sign-up policy. */

import { ROLE_PERMISSIONS } from '@headgate/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUTH, firstAt, type Inmate, invite, joinAt, ownKey, PASSWORD } from '../fixtures/household.ts';
import { personAt } from '../fixtures/person.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';
import type { SignUpPolicy } from '../../packages/server/src/gateway/accounts/policy.ts';

const NEW = { name: 'New', password: PASSWORD };
const limits = { even: 5, tries: 100_000, networkTries: 100_000 };

let server: TestServer;
let ada: Inmate;
let count = 0;

const mail = (name: string): string => `${name}${(count += 1)}@example.com`;
const takeUp = async (token: string, at = server): Promise<number> =>
  (await personAt(at).ask('POST', `${AUTH}/invitations/${token}`, NEW)).status;

beforeAll(async () => {
  server = await startServer({ signUp: { kind: 'invitation' }, limits });
  ada = await firstAt(server);
});
afterAll(() => server.close());

describe('AZ-10 an invitation gives what its sender may still give', () => {
  const ends: readonly (readonly [string, (sender: Inmate) => Promise<number>])[] = [
    ['made less', async ({ id }) => (await ada.ask('PUT', `/api/v1/members/${id}`, { role: 'viewer' })).status],
    ['removed', async ({ id }) => (await ada.ask('DELETE', `/api/v1/members/${id}`)).status],
    ['suspended', async ({ id }) => (await ada.ask('PATCH', `/api/v1/users/${id}`, { state: 'suspended' })).status],
  ];

  test.each(ends)('AZ-10 nothing, once its sender was %s: no role, and no account either', async (_how, end) => {
    const sender = await joinAt(server, ada, mail('sender'), { role: 'admin' });
    const [first, second, email] = [mail('first'), mail('second'), mail('puppet')];
    const before = await invite(sender, first, { role: 'admin' });
    const token = await invite(sender, email, { role: 'admin' });
    const low = await invite(sender, second, { role: 'viewer' });
    // Twin: while the sender stands, it gives what it says.
    expect(await takeUp(before)).toBe(201);
    expect(await end(sender)).toBeLessThan(300);
    expect([await takeUp(token), await takeUp(low)]).toEqual([404, 404]);
    expect((await personAt(server).page(`${AUTH}/invitations/${token}`)).status).toBe(404);
    expect((await personAt(server).ask('POST', `${AUTH}/login`, { email, password: PASSWORD })).status).toBe(401);
  });

  test('AZ-10 a member who was made less does not let himself into a project by an invitation of before', async () => {
    const made = await ada.ask('POST', '/api/v1/projects', { name: 'Deep' });
    const { id: project } = made.json as { id: string };
    const sender = await joinAt(server, ada, mail('self'), { role: 'admin' });
    const token = await invite(sender, sender.email, { role: null, projects: [{ project, role: 'admin' }] });
    await ada.ask('PUT', `/api/v1/members/${sender.id}`, { role: 'viewer' });
    expect((await sender.ask('POST', `${AUTH}/invitations/${token}`, {})).status).toBe(404);
    expect((await sender.ask('PUT', '/api/v1/secrets', { project, name: 'x', value: 'y-y-y-y-y' })).status).toBe(403);
  });

  test('AZ-10 what a key sent is over when the key is revoked; twin: until then it counts', async () => {
    const sender = await joinAt(server, ada, mail('keyed'), { role: 'admin' });
    const all = ['member.manage', ...ROLE_PERMISSIONS.viewer];
    const { id, key } = await ownKey(sender, all);
    const send = async (): Promise<string> => {
      const body = { email: mail('bykey'), role: 'viewer' };
      const made = await server.ask('POST', '/api/v1/invitations', { key, body });
      expect(made.status).toBe(201);
      return (made.json as { token: string }).token;
    };
    const [good, late] = [await send(), await send()];
    expect(await takeUp(good)).toBe(201);
    expect((await sender.ask('DELETE', `/api/v1/me/keys/${id}`)).status).toBe(204);
    expect(await takeUp(late)).toBe(404);
  });

  test('AZ-10 a role of the workspace’s own that was made greater meanwhile is given by nobody who does not hold it', async () => {
    const made = await ada.ask('POST', '/api/v1/roles', { name: 'Small', permissions: ['flow.read'] });
    const { id: role } = made.json as { id: string };
    const sender = await joinAt(server, ada, mail('roles'), { role: 'admin' });
    const token = await invite(sender, mail('grown'), { role });
    await ada.ask('PATCH', `/api/v1/roles/${role}`, { permissions: ['flow.read', 'workspace.manage'] });
    expect(await takeUp(token)).toBe(404);
  });
});

describe('TOK-09 an invitation and the account it makes', () => {
  test('TOK-09 taken back while it is taken up, it leaves no account behind', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      const email = mail('race');
      const made = await ada.ask('POST', '/api/v1/invitations', { email, role: 'viewer' });
      const { id, token } = made.json as { id: string; token: string };
      const taking = takeUp(token);
      await new Promise((resolve) => setTimeout(resolve, 3 * round));
      await ada.ask('DELETE', `/api/v1/invitations/${id}`);
      const taken = await taking;
      const there = (await server.house.store.accounts.userByEmail(email)) !== null;
      outcomes.add(`${taken} ${there ? 'account' : 'none'}`);
    }
    expect([...outcomes].every((one) => one === '201 account' || one === '404 none')).toBe(true);
  });
});

describe('TOK-09 an invitation makes no account that the policy would not', () => {
  const at = async (signUp: SignUpPolicy, work: (at: TestServer, first: Inmate, member: Inmate) => Promise<void>) => {
    const one = await startServer({ signUp, limits });
    try {
      const first = await firstAt(one);
      await work(one, first, await joinAt(one, first, 'admin@example.com', { role: 'admin' }));
    } finally {
      await one.close();
    }
  };

  test('TOK-09 under `approval` it waits for an administrator; twin: invited by one it does not', () =>
    at({ kind: 'approval' }, async (one, first, member) => {
      const email = 'ceo@victim.example';
      const path = `${AUTH}/invitations/${await invite(member, email, { role: 'viewer' })}`;
      const refused = await personAt(one).ask('POST', path, NEW);
      expect([refused.status, (refused.json as { code: string }).code]).toEqual([403, 'auth.pending']);
      const user = await one.house.store.accounts.userByEmail(email);
      expect(user?.state).toBe('pending');
      await first.ask('PATCH', `/api/v1/users/${user?.id}`, { state: 'active' });
      expect((await personAt(one).ask('POST', `${AUTH}/login`, { email, password: PASSWORD })).status).toBe(200);
    }));

  test('TOK-09 under `domain:` it is of these domains; twin: one of them joins', () =>
    at({ kind: 'domain', domains: ['corp.example'] }, async (one, _first, member) => {
      const outside = await invite(member, 'ceo@victim.example', { role: 'viewer' });
      expect(await takeUp(outside, one)).toBe(403);
      expect(await one.house.store.accounts.userByEmail('ceo@victim.example')).toBeNull();
      expect(await takeUp(await invite(member, 'bo@corp.example', { role: 'viewer' }), one)).toBe(201);
    }));
});
