/** Attacks around the end of a membership: what comes back with the next one, and what a removal takes that its maker may not. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstAt, type Inmate, invite, joinAt, ownKey, signIn } from '../fixtures/household.ts';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let ada: Inmate;
const flow = (steps: readonly object[] = []) => ({ draft: { headgate: 1, name: 'Own', steps } });
const idOf = (answer: Answer): string => (answer.json as { id: string }).id;
const api = (path: string): string => `/api/v1/${path}`;

beforeAll(async () => {
  server = await startServer({
    signUp: { kind: 'invitation' },
    limits: { even: 5, tries: 100_000, networkTries: 100_000 },
  });
  ada = await firstAt(server);
});
afterAll(() => server.close());

describe('AZ-10 somebody who was removed and is let in again', () => {
  test('AZ-10 gets back neither tokens nor lent powers; twin: until then they counted', async () => {
    const bo = await joinAt(server, ada, 'bo@example.com', { role: 'admin' });
    const heir = await joinAt(server, ada, 'heir@example.com', { role: 'editor' });
    const wish = { name: 't', permissions: ['flow.read'], renewable: 86_400 };
    const { token } = (await bo.ask('POST', api('tokens'), wish)).json as { token: string };
    const { key } = await ownKey(bo, ['token.manage', 'flow.read']);
    const made = await server.ask('POST', api('tokens'), { key, body: wish });
    const { token: second } = made.json as { token: string };
    const id = idOf(await bo.ask('POST', api('flows'), flow()));
    const lent = { grants: [{ step: '*', power: 'net: GET lent.example:443' }] };
    expect((await bo.ask('POST', api(`flows/${id}/grants`), lent)).status).toBeLessThan(300);
    const good = async (one: string) => (await server.ask('GET', api('flows'), { key: one })).status;
    const granted = async () =>
      ((await ada.ask('GET', api(`flows/${id}/powers`))).json as { granted: { void?: boolean }[] }).granted;
    expect([await good(token), await good(second), (await granted()).length]).toEqual([200, 200, 1]);
    expect((await ada.ask('DELETE', api(`members/${bo.id}?successor=${heir.id}`))).status).toBe(200);
    expect(
      (await bo.ask('POST', `/api/v1/auth/invitations/${await invite(ada, bo.email, { role: 'admin' })}`, {})).status,
    ).toBe(201);
    expect([await good(token), await good(second)]).toEqual([401, 401]);
    expect((await granted()).map((one) => one.void)).toEqual([true]);
    expect((await (await signIn(server, bo.email)).ask('GET', api('flows'))).status).toBe(200);
  });
});

describe('AZ-10 an invitation that was open when somebody was removed', () => {
  test('AZ-10 lets him in no more, whoever sent it; twin: others’ go on, and he comes back by a new one', async () => {
    const bo = await joinAt(server, ada, 'twice@example.com', { role: 'admin' });
    const second = await invite(ada, bo.email, { role: 'editor' });
    const others = await invite(ada, 'somebody@example.com', { role: 'viewer' });
    expect((await ada.ask('DELETE', api(`members/${bo.id}`))).status).toBe(200);
    const accept = async (by: Inmate, token: string, body: object = {}) =>
      (await by.ask('POST', `/api/v1/auth/invitations/${token}`, body)).status;
    const back = await signIn(server, bo.email);
    expect(await accept(back, second)).toBe(404);
    expect((await back.ask('GET', api('flows'))).status).toBe(403);
    expect(await accept(back, await invite(ada, bo.email, { role: 'viewer' }))).toBe(201);
    const other = await server.ask('GET', `/api/v1/auth/invitations/${others}`, { headers: { accept: 'text/html' } });
    expect(other.status).toBe(200);
  });
});

describe('AZ-05 removing a member', () => {
  test('AZ-05 takes every right to take his roles, in projects and by groups; twin: who holds them removes him', async () => {
    const project = idOf(await ada.ask('POST', api('projects'), { name: 'P' }));
    const role = idOf(
      await ada.ask('POST', api('roles'), { name: 'People', permissions: ['flow.read', 'member.manage'] }),
    );
    const low = await joinAt(server, ada, 'low@example.com', { role });
    const own = await joinAt(server, ada, 'own@example.com', { role: null, projects: [{ project, role: 'owner' }] });
    const inGroup = await joinAt(server, ada, 'grouped@example.com', { role: 'viewer' });
    const plain = await joinAt(server, ada, 'plain@example.com', { role });
    const group = idOf(await ada.ask('POST', api('groups'), { name: 'G', users: [inGroup.id] }));
    await ada.ask('PUT', api(`projects/${project}/members/${group}`), { role: 'admin' });
    const codes = async (by: Inmate) =>
      Promise.all([own, inGroup].map(async ({ id }) => (await by.ask('DELETE', api(`members/${id}`))).status));
    expect(await codes(low)).toEqual([403, 403]);
    expect((await low.ask('DELETE', api(`members/${plain.id}`))).status).toBe(200);
    expect(await codes(ada)).toEqual([200, 200]);
  });

  test('AZ-08 gives nobody the private flows that who removes cannot see; twin: the others, and all by an owner', async () => {
    const admin = await joinAt(server, ada, 'adm@example.com', { role: 'admin' });
    for (const by of [admin, ada]) {
      const ed = await joinAt(server, ada, `ed-${by.id.slice(-6)}@example.com`, { role: 'editor' });
      const [hidden, shown] = [
        idOf(await ed.ask('POST', api('flows'), flow())),
        idOf(await ed.ask('POST', api('flows'), flow())),
      ];
      const set = (id: string, visibility: string) => ed.ask('PATCH', api(`flows/${id}`), { visibility });
      expect([(await set(hidden, 'private')).status, (await set(shown, 'project')).status]).toEqual([200, 200]);
      expect((await by.ask('DELETE', api(`members/${ed.id}?successor=${admin.id}`))).status).toBe(200);
      const seen = async (id: string) => (await admin.ask('GET', api(`flows/${id}`))).status;
      expect([await seen(hidden), await seen(shown)]).toEqual([by === ada ? 200 : 404, 200]);
      if (by === admin)
        expect((await ada.ask('GET', api(`flows/${hidden}`))).json).toMatchObject({ owner: ed.id, enabled: false });
    }
  });
});

describe('AZ-10 a call that waits', () => {
  test('AZ-10 answers a key that was revoked meanwhile with nothing; twin: one that stands hears', async () => {
    const steps = [{ id: 'w', kind: 'wait@1', with: { for: '1s' } }];
    const id = idOf(await ada.ask('POST', api('flows'), flow(steps)));
    expect((await ada.ask('POST', api(`flows/${id}/publish`), {})).status).toBe(201);
    const [kept, gone] = [await ownKey(ada, ['run', 'flow.read']), await ownKey(ada, ['run', 'flow.read'])];
    const start = (key: string) => server.ask('POST', api(`flows/${id}/runs`), { key, body: { input: {}, wait: 20 } });
    const answers = [start(kept.key), start(gone.key)];
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await ada.ask('DELETE', api(`me/keys/${gone.id}`))).status).toBe(204);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 401]);
  });
});
