/** What a session may, which is what its account may in the workspace it acts in; never more, and never after. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putAccount } from '../../packages/server/src/store/testing/kit.ts';
import { startServer, type Answer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let owner: string;
const cookies: Record<string, string> = {};
const OURS = { 'sec-fetch-site': 'same-origin' };

/** Signs an account in, without a password: how that goes is another test's. */
const signIn = async (user: string): Promise<string> => {
  putAccount(server.dir, user);
  const from = { agent: null, network: '127.0.0.1' };
  const { token } = await server.house.store.accounts.begin(user, 'password', from, Date.now());
  cookies[user] = `headgate-local=${token}`;
  return token;
};

const ask = (
  user: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = OURS,
): Promise<Answer> =>
  server.ask(method, `/api/v1/${path}`, {
    headers: { cookie: cookies[user] ?? '', ...headers },
    ...(body === undefined ? {} : { body }),
  });
const codeOf = (answer: Answer): unknown => (answer.json as { code?: string }).code ?? answer.status;
const idOf = (answer: Answer): string => (answer.json as { id: string }).id;
const draft = { headgate: 1, name: 'By a person', steps: [{ id: 'a', kind: 'wait@1', with: { for: '10m' } }] };

beforeAll(async () => {
  server = await startServer();
  owner = (await server.key({ workspace: 'one', user: 'u_owner', role: 'owner' })).plain;
  await server.key({ workspace: 'two', user: 'u_other', role: 'owner' });
  for (const user of ['u_owner', 'u_ann', 'u_out', 'u_other']) await signIn(user);
});
afterAll(() => server.close());

describe('AZ-01 sessions', () => {
  test('AZ-01 an account that was invited acts where it is a member, and nowhere else', async () => {
    expect(codeOf(await ask('u_ann', 'GET', 'flows'))).toBe('workspace.none');
    const invited = await server.ask('POST', '/api/v1/invitations', {
      key: owner,
      body: { email: 'u_ann@example.com', role: 'editor' },
    });
    const { token } = invited.json as { token: string };
    expect([401, 404]).toContain((await ask('u_out', 'POST', `auth/invitations/${token}`, {})).status);
    expect((await ask('u_ann', 'POST', `auth/invitations/${token}`, {})).status).toBe(201);
    expect((await ask('u_ann', 'POST', `auth/invitations/${token}`, {})).status).toBe(404);
    const flow = await ask('u_ann', 'POST', 'flows', { draft });
    expect(flow.status).toBe(201);
    expect((await ask('u_ann', 'GET', `flows/${idOf(flow)}`)).json).toMatchObject({ owner: 'u_ann' });
    expect((await ask('u_other', 'GET', `flows/${idOf(flow)}`)).status).toBe(404);
    expect(codeOf(await ask('u_out', 'GET', `flows/${idOf(flow)}`))).toBe('workspace.none');
    const theirs = await ask('u_ann', 'POST', 'auth/workspaces/two');
    expect([theirs.status, theirs.text]).toEqual([404, (await ask('u_ann', 'POST', 'auth/workspaces/w_never')).text]);
    expect((await ask('u_ann', 'POST', 'auth/workspaces/one')).status).toBe(204);
    const { workspaces } = (await ask('u_ann', 'GET', 'workspaces')).json as { workspaces: { id: string }[] };
    expect(workspaces.map((one) => one.id)).toEqual(['one']);
    expect((await ask('u_ann', 'GET', 'members')).status).toBe(200);
    expect(codeOf(await ask('u_ann', 'POST', 'projects', { name: 'Mine' }))).toBe('permission.missing');
  });

  test('GUI-07 what a cookie changes has to come from a page of ours; what it reads need not', async () => {
    const ways: readonly Readonly<Record<string, string>>[] = [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
    ];
    for (const headers of ways)
      expect(codeOf(await ask('u_ann', 'POST', 'flows', { draft }, headers))).toBe('origin.foreign');
    expect((await ask('u_ann', 'GET', 'flows', undefined, {})).status).toBe(200);
    expect((await ask('u_ann', 'POST', 'flows', { draft })).status).toBe(201);
  });

  test('AZ-10 a session that ends, an account that is suspended, a member who is removed: nothing answers any more', async () => {
    const flow = idOf(await ask('u_ann', 'POST', 'flows', { draft }));
    expect((await ask('u_ann', 'POST', `flows/${flow}/publish`, {})).status).toBe(201);
    const run = idOf(await ask('u_ann', 'POST', `flows/${flow}/runs`, { input: {} }));
    const follow = async (): Promise<Promise<number>[]> => {
      const answer = await fetch(`${server.url}/api/v1/runs/${run}/events`, {
        headers: { cookie: cookies['u_ann'] ?? '' },
      });
      expect(answer.status).toBe(200);
      const reader = answer.body?.getReader();
      const read = async (): Promise<number> => {
        while ((await reader?.read())?.done === false);
        return performance.now();
      };
      return [read()];
    };
    const { accounts } = server.house.store;
    const [ended] = await follow();
    let start = performance.now();
    await accounts.endSessions('u_ann');
    expect((await ask('u_ann', 'GET', 'flows')).status).toBe(401);
    expect(((await ended) ?? 0) - start).toBeLessThan(1_500);
    await signIn('u_ann');
    expect((await ask('u_ann', 'GET', 'flows')).status).toBe(200);
    const [again] = await follow();
    start = performance.now();
    expect((await server.ask('DELETE', '/api/v1/members/u_ann', { key: owner })).status).toBe(200);
    expect(codeOf(await ask('u_ann', 'GET', 'flows'))).toBe('workspace.none');
    expect(((await again) ?? 0) - start).toBeLessThan(1_500);
    // Twin: the account itself is still one, and the others go on.
    expect((await ask('u_ann', 'GET', 'auth/me')).status).toBe(200);
    expect((await ask('u_owner', 'GET', 'flows')).status).toBe(200);
    await accounts.change('u_other', { administrator: true }, Date.now());
    await accounts.change('u_owner', { state: 'suspended' }, Date.now());
    expect((await ask('u_owner', 'GET', 'flows')).status).toBe(401);
    expect((await server.ask('GET', '/api/v1/flows', { key: owner })).status).toBe(401);
  });

  test('AZ-12 an administrator of the instance reads no workspace by that, and makes and lists them', async () => {
    putAccount(server.dir, 'u_root');
    await server.house.store.accounts.change('u_root', { administrator: true }, Date.now());
    await signIn('u_root');
    expect((await ask('u_root', 'GET', 'instance/workspaces')).text).toContain('"one"');
    for (const path of ['flows', 'runs', 'members', 'audit', 'secrets', 'keys'])
      expect((await ask('u_root', 'GET', path)).status, path).toBe(403);
    const made = await ask('u_root', 'POST', 'workspaces', { name: 'Three', to: 'u_out' });
    expect(made.status).toBe(201);
    expect((await ask('u_out', 'GET', 'members')).json).toMatchObject({ members: [{ user: 'u_out', role: 'owner' }] });
    expect((await ask('u_out', 'GET', 'instance/workspaces')).status).toBe(403);
    expect(codeOf(await ask('u_root', 'POST', `auth/workspaces/${idOf(made)}`))).toBe('missing');
  });
});
