/** A workspace that is deleted: by whom, what of it is left, and what it does to others; and owners for those that have none. */

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { User } from '../../packages/server/src/store/accounts/port.ts';
import { type Person, personAt } from '../fixtures/person.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';
import { belongings, neverWorld, populate, type World } from '../fixtures/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PASSWORD = 'correct horse battery';
const AUTH = '/api/v1/auth';
const MINUTES = 60_000;

let server: TestServer;
let slow: Server;
let calls = 0;
let broken = 0;
let host = '';

beforeAll(async () => {
  slow = createServer((request) => {
    calls += 1;
    request.socket.on('close', () => {
      broken += 1;
    });
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const address = slow.address();
  host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  server = await startServer({
    egressAllow: host,
    limits: { tries: 1_000_000, networkTries: 1_000_000, even: 5 },
  });
});
afterAll(async () => {
  slow.closeAllConnections();
  slow.close();
  await server.close();
});

let count = 0;
const account = async (): Promise<User> => {
  count += 1;
  return (await server.house.store.accounts.superuser(`e${count}@example.com`, PASSWORD, Date.now())).user;
};
const signedIn = async (user: User): Promise<Person> => {
  const person = personAt(server);
  const answer = await person.ask('POST', `${AUTH}/login`, { email: user.email, password: PASSWORD });
  expect(answer.status).toBe(200);
  return person;
};

type Made = { readonly world: World; readonly key: string; readonly owner: User; readonly person: Person };

/** A workspace with one of everything, and an owner who is signed in and acts in it. */
const make = async (workspace: string): Promise<Made> => {
  const key = (await server.key({ workspace })).plain;
  const world = await populate(server, workspace, key, workspace);
  const owner = await account();
  await server.house.store.in(workspace).members.add({ user: owner.id, role: 'owner', created: 1, by: 'test' });
  const person = await signedIn(owner);
  expect((await person.ask('POST', `${AUTH}/workspaces/${workspace}`)).status).toBe(204);
  return { world, key, owner, person };
};

const end = (person: Person, workspace: string, name = workspace) =>
  person.ask('POST', `${AUTH}/workspaces/${workspace}/delete`, { name });

const database = <T>(work: (db: DatabaseSync) => T): T => {
  const db = new DatabaseSync(join(server.dir, 'headgate.db'), { readOnly: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
};

const gone = (): Promise<boolean> =>
  vi.waitUntil(() => database((db) => db.prepare('select count(*) as n from workspace_end').get()?.['n'] === 0), {
    timeout: 20_000,
  });

/** Every row of every table but the audit trail, in which one of these texts stands. */
const tracesOf = (texts: readonly string[]): string[] =>
  database((db) => {
    const tables = db.prepare("select name from sqlite_schema where type = 'table'").all();
    return tables.flatMap(({ name }) => {
      if (name === 'audit' || name === 'audit_head') return [];
      const rows = db.prepare(`select * from "${String(name)}"`).all();
      const found = rows.filter((row) => {
        const cells = Object.values(row).map((cell) => (typeof cell === 'string' ? cell : ''));
        return texts.some((text) => cells.some((cell) => cell.includes(text)));
      });
      return found.map((row) => `${String(name)}: ${JSON.stringify(row)}`);
    });
  });

/** Files that were kept, and those of values that were too large for a journal. */
const blobFiles = (): number =>
  readdirSync(join(server.dir, 'blobs'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length;

/** All of a workspace, but when sessions were used. */
const rowsOf = (workspace: string): string =>
  createHash('sha256')
    .update(belongings(server.dir, workspace).replaceAll(/"seen":\d+/g, ''))
    .digest('hex');

const startFlow = async (key: string, steps: readonly unknown[], grants: readonly unknown[] = []): Promise<string> => {
  const draft = { headgate: 1, name: 'Long', steps };
  const flow = ((await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string }).id;
  const published = await server.ask('POST', `/api/v1/flows/${flow}/publish`, { key, body: { grant: grants } });
  expect(published.status).toBe(201);
  const run = await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { input: {} } });
  expect([200, 202]).toContain(run.status);
  return (run.json as { id: string }).id;
};

describe('AZ-05 who deletes a workspace', () => {
  test('AZ-05 neither a key, nor a token, nor a member who is no owner, nor an administrator of the instance', async () => {
    const { key } = await make('w_mine');
    const path = `${AUTH}/workspaces/w_mine/delete`;
    const before = rowsOf('w_mine');
    expect((await server.ask('POST', path, { key, body: { name: 'w_mine' } })).status).toBe(401);
    expect((await server.ask('POST', path, { body: { name: 'w_mine' } })).status).toBe(401);
    const admin = await account();
    const outsider = await signedIn(admin);
    const theirs = await end(outsider, 'w_mine');
    const never = await end(outsider, 'w_none');
    expect([theirs.status, theirs.text]).toEqual([404, never.text]);
    for (const role of ['admin', 'editor', 'viewer']) {
      const member = await account();
      await server.house.store.in('w_mine').members.add({ user: member.id, role, created: 1, by: 'test' });
      expect([role, (await end(await signedIn(member), 'w_mine')).status]).toEqual([role, 403]);
      await server.house.store.in('w_mine').members.remove(member.id, { successor: null, at: 1 });
    }
    expect(rowsOf('w_mine')).toBe(before);
  });

  test('AZ-05 an owner neither by another name, nor long after signing in, nor by a page of another site', async () => {
    const { person, key } = await make('w_kept');
    const before = rowsOf('w_kept');
    for (const name of ['W_kept', 'w_kept2', 'w_mine'])
      expect([name, (await end(person, 'w_kept', name)).json]).toMatchObject([name, { code: 'workspace.name' }]);
    expect((await person.ask('POST', `${AUTH}/workspaces/w_kept/delete`)).status).toBe(422);
    const foreign = { 'sec-fetch-site': 'cross-site' };
    const path = `${AUTH}/workspaces/w_kept/delete`;
    expect((await person.ask('POST', path, { name: 'w_kept' }, foreign)).status).toBe(403);
    server.later(11 * MINUTES);
    expect((await end(person, 'w_kept')).json).toMatchObject({ code: 'auth.stale' });
    expect(rowsOf('w_kept')).toBe(before);
    expect((await server.ask('GET', '/api/v1/flows', { key })).status).toBe(200);
    server.later(-11 * MINUTES);
    expect((await end(await signedIn(await account()), 'default', 'Default')).json).toMatchObject({
      code: 'workspace.first',
    });
  });
});

describe('AZ-01 a workspace that is deleted', () => {
  test('AZ-01 AZ-10 nothing of it is left but its audit, what ran is cancelled, and others are as they were', async () => {
    const his = await make('w_bob');
    const ofOthers = blobFiles();
    const her = await make('w_alice');
    const power = `net: GET ${host}`;
    await startFlow(her.key, [{ id: 'nap', kind: 'wait@1', with: { for: '1h' } }]);
    const big = [{ id: 'text', kind: 'set@1', with: { value: 'x'.repeat(600_000) } }];
    await startFlow(her.key, big);
    const [filesBefore, callsBefore] = [blobFiles(), calls];
    await startFlow(
      her.key,
      [{ id: 'hang', kind: 'http.request@1', with: { method: 'GET', url: `http://${host}/` } }],
      [{ step: 'hang', power }],
    );
    await vi.waitUntil(() => calls > callsBefore, { timeout: 5_000 });
    const others = rowsOf('w_bob');

    expect((await end(her.person, 'w_alice')).status).toBe(202);
    // At once, whatever is still being deleted.
    expect((await server.ask('GET', '/api/v1/flows', { key: her.key })).status).toBe(401);
    expect((await end(her.person, 'w_alice')).status).toBe(404);
    const { workspaces } = (await her.person.ask('GET', `${AUTH}/workspaces`)).json as {
      workspaces: { id: string; chosen: boolean }[];
    };
    expect(workspaces.map(({ id, chosen }) => [id, chosen])).toEqual([['default', true]]);
    await gone();
    await vi.waitUntil(() => broken > 0, { timeout: 5_000 });

    expect(belongings(server.dir, 'w_alice')).not.toMatch(/"w_alice"/);
    const { workspace: _, ...ids } = her.world;
    const left = tracesOf(['w_alice', ...Object.values(ids)]);
    // Accounts are the instance's and stay.
    expect(left.filter((row) => !row.startsWith('user_account: '))).toEqual([]);
    expect(blobFiles()).toBe(ofOthers);
    // The file that she kept, and the value that was too large for the journal.
    expect(filesBefore).toBeGreaterThanOrEqual(ofOthers + 2);
    expect(rowsOf('w_bob')).toBe(others);
    expect((await server.ask('GET', `/api/v1/flows/${his.world.flow}`, { key: his.key })).status).toBe(200);
    expect(server.house.engine.inMemory()).toBe(0);

    const trail = (await server.house.store.in('*').audit.list({ limit: 500 })).rows.toReversed();
    const told = trail.filter((row) => row.decision === 'allow' && row.object.startsWith('w_alice'));
    expect(told.map(({ actor, action, decision }) => [actor, action, decision])).toEqual([
      [her.owner.id, 'deleteWorkspace', 'allow'],
      [her.owner.id, 'workspace.deleted', 'allow'],
    ]);
    expect((await server.house.store.engine.checkAudit()).fault).toBeNull();
  });

  test('AZ-10 an engine token, an application, a webhook and a run that waits for an answer end with it', async () => {
    const { key, person } = await make('w_doors');
    const token = (
      (await server.ask('POST', '/api/v1/tokens', { key, body: { name: 'engine', permissions: ['flow.read'] } }))
        .json as { token: string }
    ).token;
    const bearer = (): Promise<number> =>
      server.ask('GET', '/api/v1/flows', { headers: { authorization: `Bearer ${token}` } }).then((a) => a.status);
    expect(await bearer()).toBe(200);
    const draft = {
      headgate: 1,
      name: 'Hooked',
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
      steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }],
      output: '{{ steps.a }}',
    };
    const flow = ((await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string }).id;
    const { webhooks } = (await server.ask('POST', `/api/v1/flows/${flow}/publish`, { key, body: {} })).json as {
      webhooks: { url: string }[];
    };
    const hook = new URL(webhooks[0]?.url ?? '').pathname;
    const call = (): Promise<number> => server.ask('POST', hook, { body: {} }).then((a) => a.status);
    expect(await call()).toBe(200);
    expect((await end(person, 'w_doors')).status).toBe(202);
    expect([await bearer(), await call()]).toEqual([401, 404]);
    await gone();
    expect([await bearer(), await call()]).toEqual([401, 404]);
  });
});

describe('AZ-05 an owner for a workspace that has none', () => {
  const appoint = (key: string, workspace: string, to: string) =>
    server.ask('POST', `/api/v1/instance/workspaces/${workspace}/owner`, { key, body: { to } });

  test('AZ-05 is appointed by an administrator of the instance, on record there, and he reads nothing by it', async () => {
    const { plain } = await server.key({ workspace: 'default' });
    const { key, owner } = await make('w_orphan');
    const heir = await account();
    expect((await appoint(plain, 'w_orphan', heir.id)).json).toMatchObject({ code: 'workspace.owned' });
    expect((await appoint(plain, 'w_nowhere', heir.id)).status).toBe(404);
    const owners = (await server.house.store.in('w_orphan').members.list()).filter(({ role }) => role === 'owner');
    for (const { user } of owners) await server.house.store.accounts.change(user, { state: 'suspended' }, Date.now());
    expect((await appoint(plain, 'w_orphan', 'u_nobody000')).json).toMatchObject({ code: 'member.unfit' });
    expect((await appoint(plain, 'w_orphan', owner.id)).json).toMatchObject({ code: 'member.unfit' });
    const admin = await account();
    const session = await signedIn(admin);
    const self = await session.ask('POST', '/api/v1/instance/workspaces/w_orphan/owner', { to: admin.id });
    expect(self.json).toMatchObject({ code: 'member.unfit' });

    const done = await session.ask('POST', '/api/v1/instance/workspaces/w_orphan/owner', { to: heir.id });
    expect([done.status, done.text]).toEqual([204, '']);
    expect((await server.house.store.in('w_orphan').members.get(heir.id))?.role).toBe('owner');
    expect((await session.ask('POST', `${AUTH}/workspaces/w_orphan`)).status).toBe(404);
    const trail = (await server.ask('GET', '/api/v1/audit', { key })).json as { records: Record<string, unknown>[] };
    expect(trail.records).toContainEqual(
      expect.objectContaining({ actor: admin.id, action: 'appointOwner', object: heir.id, decision: 'allow' }),
    );
    // Once it has one, no other is appointed.
    expect((await appoint(plain, 'w_orphan', (await account()).id)).json).toMatchObject({ code: 'workspace.owned' });
  });

  test('AZ-05 nobody of a workspace appoints one, whatever he is there', async () => {
    const { person, key: _ } = await make('w_plain');
    const none = neverWorld({ ...(await make('w_shape')).world });
    expect(none.workspace).not.toBe('w_shape');
    const owner = (await server.key({ workspace: 'w_plain', user: 'u_plainowner01', role: 'owner' })).plain;
    // A key of a person holds no more than the person.
    const asked = await appoint(owner, 'w_shape', 'u_plainowner01');
    expect([asked.status, (asked.json as { code: string }).code]).toEqual([403, 'permission.missing']);
    expect((await person.ask('GET', `${AUTH}/me`)).status).toBe(200);
  });
});
