/** What keys of a part see and end besides, and names that make somebody give more than he means. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstAt, type Inmate, joinAt, ownKey } from '../fixtures/household.ts';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let ada: Inmate;
const api = (path: string): string => `/api/v1/${path}`;
const idOf = (answer: Answer): string => (answer.json as { id: string }).id;

beforeAll(async () => {
  server = await startServer({
    signUp: { kind: 'invitation' },
    limits: { even: 5, tries: 100_000, networkTries: 100_000 },
  });
  ada = await firstAt(server);
});
afterAll(() => server.close());

describe('AZ-08 a key of one flow', () => {
  test('AZ-08 lists of the whole leave out what is beyond it, and it ends no other key; twin: one that is held to nothing', async () => {
    const bo = await joinAt(server, ada, 'bo@example.com', { role: 'editor' });
    const draft = { headgate: 1, name: 'One', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };
    const flow = idOf(await bo.ask('POST', api('flows'), { draft }));
    expect((await ada.ask('POST', api('projects'), { name: 'Merger' })).status).toBe(201);
    expect((await ada.ask('POST', api('roles'), { name: 'Auditors', permissions: ['flow.read'] })).status).toBe(201);
    const held = ['flow.read', 'run', 'run.read', 'key.own'] as const;
    const narrow = await ownKey(bo, held, { flows: [flow] });
    const other = await ownKey(bo, held, { name: 'othername' });
    const more = await ownKey(bo, [...held, 'flow.write'], { name: 'morename' });
    const { workspaces } = (await bo.ask('GET', api('workspaces'))).json as { workspaces: { id: string }[] };
    const usage = `workspaces/${workspaces[0]?.id}/usage`;
    const seen = async (key: string, path: string): Promise<Answer> => server.ask('GET', api(path), { key });
    for (const [path, told] of [
      ['projects', 'Merger'],
      ['roles', 'Auditors'],
      ['me/keys', 'othername'],
    ] as const) {
      expect([path, (await seen(narrow.key, path)).text.includes(told)]).toEqual([path, false]);
      expect([path, (await seen(other.key, path)).text.includes(told)]).toEqual([path, true]);
    }
    expect(((await seen(narrow.key, 'me/keys')).json as { keys: { id: string }[] }).keys.map(({ id }) => id)).toEqual([
      narrow.id,
    ]);
    expect([(await seen(narrow.key, usage)).status, (await seen(other.key, usage)).status]).toEqual([403, 200]);
    const end = async (key: string, id: string) => (await server.ask('DELETE', api(`me/keys/${id}`), { key })).status;
    const [never, others] = [await end(narrow.key, 'key_never'), await end(narrow.key, other.id)];
    expect([never, others]).toEqual([404, 404]);
    // One that is held to nothing ends what holds no more than it does, and no more.
    expect([await end(other.key, more.id), await end(more.key, other.id)]).toEqual([403, 204]);
    expect(await end(narrow.key, narrow.id)).toBe(204);
    expect((await bo.ask('DELETE', api(`me/keys/${more.id}`))).status).toBe(204);
  });
});

describe('AZ-08 a dataset is the project’s', () => {
  test('AZ-08 who only runs a flow evaluates it over no dataset of its project, and reads none so; twin: who reads the project does', async () => {
    const draft = { headgate: 1, name: 'Shared', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };
    const project = idOf(await ada.ask('POST', api('projects'), { name: 'Evaluated' }));
    const flow = idOf(await ada.ask('POST', api('flows'), { draft, project }));
    expect((await ada.ask('POST', api(`flows/${flow}/publish`), {})).status).toBe(201);
    expect((await ada.ask('PATCH', api(`flows/${flow}`), { visibility: 'workspace' })).status).toBe(200);
    const rows = [{ name: 'one', input: {}, expected: 'what-a-customer-wrote' }];
    const dataset = idOf(await ada.ask('POST', api('datasets'), { project, name: 'Customers', rows }));
    const held = ['flow.read', 'run', 'run.read'] as const;
    const narrow = (await ownKey(ada, held, { flows: [flow] })).key;
    const blind = (await ownKey(ada, ['run', 'run.read'], { projects: [project] })).key;
    const whole = (await ownKey(ada, held, { projects: [project] })).key;
    const begin = (key: string, of: string): Promise<Answer> =>
      server.ask('POST', api(`flows/${flow}/evaluations`), { key, body: { dataset: of, scores: [{ kind: 'exact' }] } });
    for (const key of [narrow, blind]) {
      const [there, never] = [await begin(key, dataset), await begin(key, 'ds_never')];
      expect([there.status, there.json]).toEqual([404, never.json]);
      const list = await server.ask('GET', api(`flows/${flow}/evaluations`), { key });
      expect([list.status, list.json]).toEqual([200, { evaluations: [] }]);
    }
    const made = await begin(whole, dataset);
    expect(made.status, made.text).toBe(201);
    // Who looks on leaves out the rows that he knows to be done, and is told the rest.
    const at = api(`flows/${flow}/evaluations/${idOf(made)}`);
    const look = async (query: string) =>
      (await server.ask('GET', `${at}${query}`, { key: whole })).json as { state: string; rows: unknown[] };
    await expect.poll(async () => (await look('')).state, { timeout: 20_000 }).toBe('done');
    expect((await look('')).rows).toHaveLength(1);
    expect(await look('?without=0')).toMatchObject({ state: 'done', rows: [], sum: { rows: 1, done: 1 } });
    expect((await look('?without=1-9,12')).rows).toHaveLength(1);
    expect((await server.ask('GET', `${at}?without=all`, { key: whole })).status).toBe(422);
  });
});

describe('AZ-08 values of an environment are the project’s', () => {
  test('AZ-08 a key of one flow sets none of them by a promotion, nor by approving one; twin: it promotes, and a key of the project sets them', async () => {
    const draft = { headgate: 1, name: 'Promoted', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };
    const project = idOf(await ada.ask('POST', api('projects'), { name: 'Staged' }));
    const flow = idOf(await ada.ask('POST', api('flows'), { draft, project }));
    expect((await ada.ask('POST', api(`flows/${flow}/publish`), {})).status).toBe(201);
    const place = api(`projects/${project}/environments`);
    for (const name of ['prod', 'live']) expect((await ada.ask('POST', place, { name })).status).toBe(201);
    const held = ['flow.read', 'environment.manage'] as const;
    const narrow = (await ownKey(ada, held, { flows: [flow] })).key;
    const whole = (await ownKey(ada, held, { projects: [project] })).key;
    const promote = (key: string, to: string, vars?: object): Promise<Answer> =>
      server.ask('POST', api(`flows/${flow}/promotions`), {
        key,
        body: { from: 'default', to, ...(vars === undefined ? {} : { vars }) },
      });
    const valuesIn = async (name: string): Promise<unknown> =>
      ((await ada.ask('GET', `${place}/${name}/vars`)).json as { vars: unknown }).vars;
    const evil = { base: 'https://evil.example' };

    const direct = await server.ask('PUT', `${place}/prod/vars`, { key: narrow, body: { revision: 0, vars: evil } });
    expect([direct.status, (await promote(narrow, 'prod', evil)).status]).toEqual([403, 403]);
    expect(await valuesIn('prod')).toEqual({});
    expect((await promote(narrow, 'prod')).status).toBe(201);
    expect((await promote(whole, 'prod', { base: 'https://api.example' })).status).toBe(201);
    expect(await valuesIn('prod')).toEqual({ base: 'https://api.example' });

    // Where promotions are approved: somebody proposed, and a key of the other one’s, of this flow, has it applied.
    expect((await ada.ask('PATCH', `${place}/live`, { approval: true })).status).toBe(200);
    const cy = await joinAt(server, ada, 'cy@example.com', { role: 'admin' });
    const proposed = await cy.ask('POST', api(`flows/${flow}/promotions`), { from: 'default', to: 'live', vars: evil });
    expect(proposed.status).toBe(201);
    const { id } = (proposed.json as { promotion: { id: string } }).promotion;
    const decide = (key: string): Promise<Answer> =>
      server.ask('POST', api(`flows/${flow}/promotions/${id}/decision`), { key, body: { decision: 'approve' } });
    expect((await decide(narrow)).status).toBe(403);
    expect(await valuesIn('live')).toEqual({});
    expect((await decide(whole)).status).toBe(200);
    expect(await valuesIn('live')).toEqual(evil);
  });
});

describe('AZ-05 the name of a role', () => {
  test.each(['owner', 'viewer', ' Owner ', 'OWNER', 'own\u200Ber', '\uFF4Fwner', '\u043Ewner', 'edit\u03BFr', '   '])(
    'AZ-05 is no name of a built-in one, written as %j',
    async (name) => {
      const made = await ada.ask('POST', api('roles'), { name, permissions: ['flow.read', 'member.manage'] });
      expect([made.status, (made.json as { code: string }).code]).toEqual([409, 'name.taken']);
    },
  );

  test('AZ-05 is nobody else’s however it is written; twin: names in other alphabets, and its own anew', async () => {
    const make = (name: string) => ada.ask('POST', api('roles'), { name, permissions: ['flow.read'] });
    const made = await make('Release crew');
    expect(made.status).toBe(201);
    for (const name of ['release  crew', 'RELEASE CREW', 'Release\u00A0crew'])
      expect((await make(name)).status).toBe(409);
    for (const name of ['Владелец', 'Προβολή', '所有者', 'Betrachter', 'owners'])
      expect((await make(name)).status).toBe(201);
    const rename = (name: string) => ada.ask('PATCH', api(`roles/${idOf(made)}`), { name });
    expect([(await rename('Viewer')).status, (await rename('Release Crew')).status]).toEqual([409, 200]);
  });
});

describe('AZ-05 who holds less', () => {
  test('AZ-05 renames no group that he may not fill, deletes no role and takes back no invitation that he may not give', async () => {
    const people = idOf(
      await ada.ask('POST', api('roles'), { name: 'Reception', permissions: ['flow.read', 'member.manage'] }),
    );
    const low = await joinAt(server, ada, 'low@example.com', { role: people });
    const admin = await joinAt(server, ada, 'admin@example.com', { role: 'admin' });
    const project = idOf(await ada.ask('POST', api('projects'), { name: 'P' }));
    const [strong, weak] = [
      idOf(await ada.ask('POST', api('groups'), { name: 'Board', users: [] })),
      idOf(await ada.ask('POST', api('groups'), { name: 'Guests', users: [] })),
    ];
    expect((await ada.ask('PUT', api(`projects/${project}/members/${strong}`), { role: 'admin' })).status).toBeLessThan(
      300,
    );
    const rename = async (by: Inmate, id: string) =>
      (await by.ask('PATCH', api(`groups/${id}`), { name: 'Guests' })).status;
    expect([await rename(low, strong), await rename(low, weak), await rename(ada, strong)]).toEqual([403, 200, 200]);
    const role = async (permission: string) =>
      idOf(await ada.ask('POST', api('roles'), { name: `With ${permission}`, permissions: [permission] }));
    const [greater, lesser] = [await role('workspace.manage'), await role('run')];
    const drop = async (by: Inmate, id: string) => (await by.ask('DELETE', api(`roles/${id}`))).status;
    expect([await drop(admin, greater), await drop(admin, lesser), await drop(ada, greater)]).toEqual([403, 204, 204]);
    const invite = async (to: string, wish: object) =>
      idOf(await ada.ask('POST', api('invitations'), { email: to, ...wish }));
    const [owner, viewer] = [
      await invite('o@example.com', { role: 'owner' }),
      await invite('v@example.com', { role: 'viewer' }),
    ];
    const back = async (by: Inmate, id: string) => (await by.ask('DELETE', api(`invitations/${id}`))).status;
    expect([await back(admin, owner), await back(admin, viewer), await back(ada, owner)]).toEqual([403, 204, 204]);
  });
});
