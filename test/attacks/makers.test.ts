/** Attacks by what somebody made while he could: keys that outlive their maker's rights, and runs that outlive their key. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstAt, type Inmate, invite, joinAt, ownKey } from '../fixtures/household.ts';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let ada: Inmate;
const api = (path: string): string => `/api/v1/${path}`;
const idOf = (answer: Answer): string => (answer.json as { id: string }).id;
type Made = { readonly id: string; readonly key: string };
type Listed = { readonly id: string; readonly by: string | null; readonly lost: readonly string[] };

/** A key of the workspace. */
const make = async (by: Inmate | string, permissions: readonly string[]): Promise<Made> => {
  const body = { name: 'w', permissions };
  const answer =
    typeof by === 'string'
      ? await server.ask('POST', api('keys'), { key: by, body })
      : await by.ask('POST', api('keys'), body);
  expect(answer.status, answer.text).toBe(201);
  return answer.json as Made;
};
const status = async (key: string, path = 'flows'): Promise<number> =>
  (await server.ask('GET', api(path), { key })).status;
const listed = async (id: string): Promise<Listed | undefined> =>
  ((await ada.ask('GET', api('keys'))).json as { keys: Listed[] }).keys.find((one) => one.id === id);
const stateOf = async (run: string): Promise<unknown> =>
  ((await ada.ask('GET', api(`runs/${run}`))).json as { state: unknown }).state;

/** A published flow that waits for an hour, or for a moment. */
const waiting = async (time = '1h'): Promise<string> => {
  const steps = [{ id: 'nap', kind: 'wait@1', with: { for: time } }];
  const flow = idOf(await ada.ask('POST', api('flows'), { draft: { headgate: 1, name: 'Naps', steps } }));
  expect((await ada.ask('POST', api(`flows/${flow}/publish`), {})).status).toBe(201);
  return flow;
};

beforeAll(async () => {
  server = await startServer({
    signUp: { kind: 'invitation' },
    limits: { even: 5, tries: 100_000, networkTries: 100_000 },
  });
  ada = await firstAt(server);
});
afterAll(() => server.close());

describe('AZ-10 a key of the workspace whose maker', () => {
  test('AZ-10 is made less holds what he holds now, and the list says who made it and what it lost; twin: others go on', async () => {
    const bo = await joinAt(server, ada, 'bo@example.com', { role: 'admin' });
    const his = await make(bo, ['flow.read', 'member.manage']);
    const hers = await make(ada, ['flow.read', 'member.manage']);
    expect([await status(his.key, 'invitations'), await status(hers.key, 'invitations')]).toEqual([200, 200]);
    expect(await listed(his.id)).toMatchObject({ by: bo.id, lost: [] });
    expect((await ada.ask('PUT', api(`members/${bo.id}`), { role: 'viewer' })).status).toBe(204);
    expect([await status(his.key, 'invitations'), await status(hers.key, 'invitations')]).toEqual([403, 200]);
    expect(await status(his.key)).toBe(200);
    expect(await listed(his.id)).toMatchObject({ by: bo.id, lost: ['member.manage'] });
    expect(await listed(hers.id)).toMatchObject({ by: ada.id, lost: [] });
    expect((await ada.ask('PUT', api(`members/${bo.id}`), { role: 'admin' })).status).toBe(204);
    expect(await status(his.key, 'invitations')).toBe(200);
  });

  test('AZ-10 is removed holds nothing, when he comes back neither, and the removal says how many; twin: hers', async () => {
    const bo = await joinAt(server, ada, 'gone@example.com', { role: 'admin' });
    const his = await make(bo, ['flow.read']);
    const byKey = await make((await ownKey(bo, ['key.manage', 'flow.read'])).key, ['flow.read']);
    const ofKey = await make((await make(bo, ['key.manage', 'flow.read'])).key, ['flow.read']);
    const hers = await make(ada, ['flow.read']);
    const all = () => Promise.all([his, byKey, ofKey, hers].map(({ key }) => status(key)));
    expect(await all()).toEqual([200, 200, 200, 200]);
    const removed = await ada.ask('DELETE', api(`members/${bo.id}`));
    expect(removed.json).toMatchObject({ keys: 1, workspaceKeys: 3 });
    expect(await all()).toEqual([401, 401, 401, 200]);
    expect(await listed(his.id)).toMatchObject({ lost: ['flow.read'] });
    const token = await invite(ada, bo.email, { role: 'admin' });
    expect((await bo.ask('POST', `/api/v1/auth/invitations/${token}`, {})).status).toBe(201);
    expect(await all()).toEqual([401, 401, 401, 200]);
  });

  test('AZ-10 is suspended stands still with him; a key that made another one takes it along when it is revoked', async () => {
    const bo = await joinAt(server, ada, 'still@example.com', { role: 'admin' });
    const maker = await make(bo, ['key.manage', 'flow.read']);
    const made = await make(maker.key, ['flow.read']);
    const suspend = (state: string) => ada.ask('PATCH', api(`users/${bo.id}`), { state });
    expect((await suspend('suspended')).status).toBe(200);
    expect([await status(maker.key), await status(made.key)]).toEqual([401, 401]);
    expect((await suspend('active')).status).toBe(200);
    expect([await status(maker.key), await status(made.key)]).toEqual([200, 200]);
    expect((await ada.ask('DELETE', api(`keys/${maker.id}`))).status).toBe(204);
    expect([await status(maker.key), await status(made.key)]).toEqual([401, 401]);
  });

  test('AZ-10 lost it is taken over by who rotates it and holds all of it, and the secret he knew is over at once', async () => {
    const bo = await joinAt(server, ada, 'late@example.com', { role: 'admin' });
    const cy = await joinAt(server, ada, 'cy@example.com', { role: 'admin' });
    const his = await make(bo, ['flow.read', 'key.manage']);
    // Twin: of a key that lost nothing both secrets work while they overlap, and its maker answers for it as before.
    const turned = (await cy.ask('POST', api(`keys/${his.id}/rotate`), {})).json as Made;
    expect([await status(his.key), await status(turned.key)]).toEqual([200, 200]);
    expect(await listed(his.id)).toMatchObject({ by: bo.id });
    expect((await ada.ask('DELETE', api(`members/${bo.id}`))).status).toBe(200);
    expect([await status(his.key), await status(turned.key)]).toEqual([401, 401]);
    const taken = (await cy.ask('POST', api(`keys/${his.id}/rotate`), { overlap: 3600 })).json as Made;
    expect(await listed(his.id)).toMatchObject({ by: cy.id, lost: [] });
    expect([await status(his.key), await status(turned.key), await status(taken.key)]).toEqual([401, 401, 200]);
    expect((await ada.ask('PUT', api(`members/${cy.id}`), { role: 'viewer' })).status).toBe(204);
    expect(await listed(his.id)).toMatchObject({ lost: ['key.manage'] });
    // One that lost something cannot give itself more.
    expect((await server.ask('POST', api(`keys/${his.id}/rotate`), { key: taken.key, body: {} })).status).toBe(403);
  });

  test('DI6 the command line’s key has no maker and stands by itself', async () => {
    const { id, plain } = await server.key();
    expect(await status(plain)).toBe(200);
    expect(await listed(id)).toMatchObject({ by: null, lost: [] });
  });
});

describe('AZ-10 what began by a credential that was ended', () => {
  test('AZ-10 a run is cancelled with its key, one of a key that key made too; twin: runs of others go on', async () => {
    const flow = await waiting();
    const key = await make(ada, ['run', 'run.read', 'key.manage']);
    const child = await make(key.key, ['run']);
    const other = await make(ada, ['run']);
    const start = async (by: string) =>
      idOf(await server.ask('POST', api(`flows/${flow}/runs`), { key: by, body: { input: {} } }));
    const runs = [await start(key.key), await start(child.key), await start(other.key)];
    const states = () => Promise.all(runs.map(stateOf));
    expect(await states()).toEqual(['waiting', 'waiting', 'waiting']);
    expect((await ada.ask('DELETE', api(`keys/${key.id}`))).status).toBe(204);
    expect(await states()).toEqual(['cancelled', 'cancelled', 'waiting']);
  });

  test('AZ-10 so are runs of a token that is revoked and of an account that is suspended; twin: those of a refreshed token', async () => {
    const flow = await waiting();
    const bo = await joinAt(server, ada, 'runs@example.com', { role: 'admin' });
    const wish = { name: 't', permissions: ['run'], renewable: 86_400 };
    const [one, two] = await Promise.all(
      [0, 1].map(async () => (await ada.ask('POST', api('tokens'), wish)).json as { id: string; token: string }),
    );
    const start = async (key?: string) =>
      idOf(
        key === undefined
          ? await bo.ask('POST', api(`flows/${flow}/runs`), { input: {} })
          : await server.ask('POST', api(`flows/${flow}/runs`), { key, body: { input: {} } }),
      );
    const runs = [await start(one?.token), await start(two?.token), await start()];
    expect((await server.ask('POST', api('tokens/refresh'), { key: two?.token ?? '', body: {} })).status).toBe(200);
    expect((await ada.ask('DELETE', api(`tokens/${one?.id}`))).status).toBe(204);
    expect(await Promise.all(runs.map(stateOf))).toEqual(['cancelled', 'waiting', 'waiting']);
    expect((await ada.ask('PATCH', api(`users/${bo.id}`), { state: 'suspended' })).status).toBe(200);
    expect(await Promise.all(runs.map(stateOf))).toEqual(['cancelled', 'waiting', 'cancelled']);
  });

  test('AZ-10 a request that waits gets no answer when its key is revoked meanwhile; twin: another key’s does', async () => {
    const flow = await waiting('2s');
    const [key, other] = [await make(ada, ['run', 'run.read']), await make(ada, ['run', 'run.read'])];
    const wait = (by: string) =>
      server.ask('POST', api(`flows/${flow}/runs`), { key: by, body: { input: {}, wait: 20 } });
    const [mine, others] = [wait(key.key), wait(other.key)];
    await expect
      .poll(async () => ((await ada.ask('GET', api(`runs?flow=${flow}`))).json as { runs: object[] }).runs.length)
      .toBe(2);
    expect((await ada.ask('DELETE', api(`keys/${key.id}`))).status).toBe(204);
    const answer = await mine;
    expect([answer.status, answer.text.includes('output')]).toEqual([401, false]);
    expect(await others).toMatchObject({ status: 200, json: { state: 'done' } });
  });

  test('AZ-10 neither does a dry run', async () => {
    const key = await make(ada, ['run', 'run.read', 'flow.read']);
    const steps = Array.from({ length: 400 }, (_, i) => ({
      id: `s${i}`,
      kind: 'set@1',
      with: { value: '{{ [1, 2, 3].map(n => n * 2) }}' },
      ...(i === 0 ? {} : { after: [`s${i - 1}`] }),
    }));
    const flow = idOf(await ada.ask('POST', api('flows'), { draft: { headgate: 1, name: 'Long', steps } }));
    const dry = () => server.ask('POST', api(`flows/${flow}/powers/dry-run`), { key: key.key, body: { input: {} } });
    expect((await dry()).status).toBe(200);
    const told = dry();
    await server.house.store.in('default').keys.revoke(key.id, Date.now());
    expect((await told).status).toBe(401);
  });
});
