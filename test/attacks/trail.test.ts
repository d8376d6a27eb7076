/** What the trail of a workspace tells its people: what was made, for whom, with which role, and who came in. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstAt, type Inmate, joinAt } from '../fixtures/household.ts';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let ada: Inmate;
const api = (path: string): string => `/api/v1/${path}`;
const idOf = (answer: Answer): string => (answer.json as { id: string }).id;
type Told = { readonly object: string; readonly actor: string; readonly decision: string };

beforeAll(async () => {
  server = await startServer({
    signUp: { kind: 'invitation' },
    limits: { even: 5, tries: 100_000, networkTries: 100_000 },
  });
  ada = await firstAt(server);
});
afterAll(() => server.close());

const last = async (action: string): Promise<Told> => {
  const { records } = (await ada.ask('GET', api(`audit?action=${action}&limit=1`))).json as { records: Told[] };
  return records[0] ?? { object: 'nothing', actor: '', decision: '' };
};

test('OPS-03 what was made is named by its id, with what it may and who it is for; values and credentials are not', async () => {
  const draft = { headgate: 1, name: 'Told', steps: [{ id: 'a', kind: 'set@1', with: { value: 'VALUEOFSTEP' } }] };
  const made: readonly [string, string, object, readonly string[]][] = [
    ['createKey', 'keys', { name: 'ci', permissions: ['run'] }, ['permissions=["run"]']],
    ['createOwnKey', 'me/keys', { name: 'mine', permissions: ['flow.read'] }, ['name=mine']],
    ['createToken', 'tokens', { name: 'relay', permissions: ['run'] }, ['permissions=["run"]']],
    ['createClient', 'oauth/clients', { name: 'App', redirects: ['https://a.example/cb'] }, ['name=App']],
    ['createRole', 'roles', { name: 'Runs', permissions: ['run'] }, ['name=Runs', 'permissions=["run"]']],
    ['createGroup', 'groups', { name: 'Team', users: [ada.id] }, ['name=Team', ada.id]],
    ['createProject', 'projects', { name: 'Works' }, ['name=Works']],
    ['createFlow', 'flows', { draft, name: 'Told', project: 'default' }, ['project=default']],
    ['invite', 'invitations', { email: 'zoe@example.com', role: 'admin' }, ['email=zoe@example.com', 'role=admin']],
  ];
  for (const [action, path, body, parts] of made) {
    const answer = await ada.ask('POST', api(path), body);
    expect([action, answer.status], answer.text).toEqual([action, 201]);
    const { object, actor } = await last(action);
    for (const part of [idOf(answer), ...parts])
      expect([action, object]).toEqual([action, expect.stringContaining(part)]);
    expect(actor).toBe(ada.id);
  }
  const secret = { name: 'crm', value: 'VALUEOFSECRET', origins: ['https://crm.example'] };
  expect((await ada.ask('PUT', api('secrets'), secret)).status).toBeLessThan(300);
  expect((await last('putSecret')).object).toContain('name=crm');
  const all = (await ada.ask('GET', api('audit?limit=200'))).text;
  // Names of flows are not told: who reads the trail need not see private ones.
  for (const kept of ['VALUEOFSTEP', 'VALUEOFSECRET', 'name=Told', 'hg_', 'hgi_']) expect(all).not.toContain(kept);
});

test('OPS-03 a role that was given, a flow that was opened and who came in by whose word stand there; twin: a refusal names no id', async () => {
  const bo = await joinAt(server, ada, 'bo@example.com', { role: 'viewer' });
  expect(await last('invitation.accepted')).toMatchObject({
    actor: bo.id,
    object: expect.stringContaining(`by=${ada.id}`),
  });
  expect(await last('workspace.entered')).toMatchObject({ actor: bo.id, object: 'password' });
  expect((await ada.ask('PUT', api(`members/${bo.id}`), { role: 'admin' })).status).toBe(204);
  expect((await last('putMember')).object).toBe(`${bo.id} role=admin`);
  const draft = { headgate: 1, name: 'Open', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };
  const flow = idOf(await ada.ask('POST', api('flows'), { draft }));
  expect((await ada.ask('PATCH', api(`flows/${flow}`), { visibility: 'public' })).status).toBe(200);
  expect((await last('patchFlow')).object).toBe(`${flow} visibility=public`);
  expect((await ada.ask('POST', api(`flows/${flow}/transfer`), { to: bo.id })).status).toBe(200);
  expect((await last('transferFlow')).object).toBe(`${flow} to=${bo.id}`);
  const refused = await bo.ask('POST', api('keys'), { name: 'more', permissions: ['workspace.manage'] });
  expect(refused.status).toBe(403);
  const told = await last('createKey');
  expect([told.decision, told.object.includes('key_'), told.object.includes('workspace.manage')]).toEqual([
    'deny',
    false,
    true,
  ]);
});
