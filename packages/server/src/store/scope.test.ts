/**
 * Another workspace's id answers exactly like an id that never existed: for every method of a workspace's handle, the
 * list of which is taken from the handle itself, so that a new method without a case here fails.
 */

import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import type { WorkspaceStore } from './ports.ts';
import { DATABASE } from './schema/migrate.ts';
import { kitIn, NOW, runRow, runWrite, sight, writeAll } from './testing/kit.ts';
import { CHAT_CASES } from './testing/chats.ts';
import { EVALUATION_CASES } from './testing/evaluations.ts';
import { KNOWLEDGE } from './testing/knowledge.ts';
import { type Names, NOBODY, VICTIM } from './testing/names.ts';
import { NOTICE_CASES } from './testing/notices.ts';
import { clientRow, keyRow, tokenRow } from './testing/tokens.ts';
import {
  BY,
  connectionOf,
  contentOf,
  fileOf,
  fill,
  flow,
  grant,
  held,
  invitation,
  keyOf,
  MADE_OF,
  NOTHING_BROUGHT,
  promotion,
  publish,
  tableOf,
} from './testing/victim.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

type Call = (handle: WorkspaceStore, names: Names) => Promise<unknown>;

/** Every method that takes a name of a thing, asked about one; lists, for all there is. */
const ASKED: Readonly<Record<string, Call>> = {
  'projects.list': (w) => w.projects.list(),
  'projects.get': (w, n) => w.projects.get(n.project),
  'projects.rename': (w, n) => w.projects.rename(n.project, 'Stolen'),
  'projects.remove': (w, n) => w.projects.remove(n.project),
  'members.list': (w) => w.members.list(),
  'members.get': (w, n) => w.members.get(n.user),
  'members.setRole': (w, n) => w.members.setRole(n.user, 'viewer'),
  'members.remove': (w, n) => w.members.remove(n.user, { successor: null, at: NOW }),
  'members.inProjects': async (w, n) => [await w.members.inProjects(), await w.members.inProjects(n.project)],
  'members.setProjectRole': async (w, n) => [
    await w.members.setProjectRole(n.project, n.user, 'viewer', NOW),
    await w.members.setProjectRole('default', n.user, 'viewer', NOW),
    await w.members.setProjectRole('default', n.group, 'viewer', NOW),
    await w.members.setProjectRole(n.project, n.group, null, NOW),
  ],
  'groups.list': (w) => w.groups.list(),
  'groups.get': (w, n) => w.groups.get(n.group),
  'groups.rename': (w, n) => w.groups.rename(n.group, 'Stolen'),
  'groups.remove': (w, n) => w.groups.remove(n.group),
  'groups.setUsers': (w, n) => w.groups.setUsers(n.group, []),
  'roles.list': (w) => w.roles.list(),
  'roles.get': (w, n) => w.roles.get(n.role),
  'roles.change': (w, n) => w.roles.change(n.role, { name: 'Stolen' }),
  'roles.remove': (w, n) => w.roles.remove(n.role),
  'invitations.list': (w) => w.invitations.list(),
  'invitations.get': (w, n) => w.invitations.get(n.invitation),
  'invitations.revoke': (w, n) => w.invitations.revoke(n.invitation, NOW),
  'flows.place': (w, n) => w.flows.place(n.flow),
  'runs.place': (w, n) => w.runs.place(n.run),
  'runs.failures': (w, n) => w.runs.failures({ flow: n.flow }),
  'runs.openBy': (w) => w.runs.openBy('key_one'),
  'runs.starters': (w) => w.runs.starters(),
  'deployments.list': (w, n) => w.deployments.list(n.flow),
  'deployments.get': (w, n) => w.deployments.get(n.flow, n.environment),
  'deployments.hooks': (w, n) => w.deployments.hooks(n.flow, n.environment),
  'deployments.readdress': (w, n) => w.deployments.readdress(n.flow, n.environment, 'hook', { at: NOW, until: NOW }),
  'deployments.proposed': (w, n) => w.deployments.proposed(sight({ onlyFlows: [n.flow] }), 9),
  'deployments.promotions': (w, n) => w.deployments.promotions(n.flow),
  'deployments.promotion': (w, n) => w.deployments.promotion(n.flow, n.promotion),
  'deployments.propose': (w, n) => w.deployments.propose({ ...promotion(n), id: `${n.promotion}_mine` }),
  'deployments.apply': (w, n) =>
    w.deployments.apply(
      { ...promotion(n), before: 1 },
      { project: n.project, who: 'x', at: NOW, proposed: true },
      NOTHING_BROUGHT,
    ),
  'deployments.isFresh': (w, n) => w.deployments.isFresh({ ...promotion(n), before: 1 }, n.project),
  'deployments.end': (w, n) => w.deployments.end(n.flow, n.environment),
  'deployments.decide': (w, n) => w.deployments.decide(n.flow, `${n.promotion}_b`, 'refused', 'x', NOW),
  'environments.list': (w, n) => w.environments.list(n.project),
  'environments.get': (w, n) => w.environments.get(n.project, n.environment),
  'environments.put': (w, n) => w.environments.put(n.project, n.environment, { title: 'Stolen' }, NOW),
  'environments.setVars': (w, n) => w.environments.setVars(n.project, n.environment, 1, { stolen: true }, NOW),
  'environments.remove': (w, n) => w.environments.remove(n.project, n.environment),
  'policy.get': (w) => w.policy.get(),
  'services.list': (w) => w.services.list(),
  'tools.list': (w, n) => w.tools.list({ kind: 'tool', sight: sight({}), limit: 10, project: n.project }),
  'services.docs': (w) => w.services.docs(),

  'modelProviders.list': (w) => w.modelProviders.list(),
  'bounds.get': (w) => w.bounds.get(),
  'limits.quota': (w) => w.limits.quota(),
  'limits.usage': (w) => w.limits.usage(NOW),
  'flows.get': (w, n) => w.flows.get(n.flow),
  'flows.called': (w, n) => w.flows.called(n.project, 'Greet'),
  'flows.list': async (w, n) => [
    await w.flows.list({ limit: 9 }),
    await w.flows.list({ limit: 9, sight: sight({ onlyFlows: [n.flow] }) }),
    await w.flows.list({ limit: 9, sight: sight({ onlyProjects: [n.project] }) }),
  ],
  'flows.saveDraft': (w, n) => w.flows.saveDraft(n.flow, 1, { stolen: true }, 'h', 'Stolen', NOW),
  'flows.patch': (w, n) => w.flows.patch(n.flow, { name: 'Stolen' }, NOW),
  // To a project that every workspace has, so that the flow alone is what is not the thief's.
  'flows.move': (w, n) => w.flows.move(n.flow, 'default', NOW),
  // In this order: what is deleted is found, and comes back for those that follow.
  'deletedFlows.add': (w, n) => w.deletedFlows.add(n.flow, NOW),
  'deletedFlows.list': (w, n) => w.deletedFlows.list({ limit: 9, sight: sight({ onlyFlows: [n.flow] }) }),
  'deletedFlows.place': (w, n) => w.deletedFlows.place(n.flow),
  'deletedFlows.restore': (w, n) => w.deletedFlows.restore(n.flow, NOW),
  'deletedFlows.remove': async (w, n) => {
    await w.deletedFlows.add(n.flow, NOW);
    return w.deletedFlows.remove(n.flow);
  },
  'flows.publish': (w, n) => w.flows.publish(publish(n)),
  'flows.version': (w, n) => w.flows.version(n.flow, 1),
  'flows.versions': (w, n) => w.flows.versions(n.flow),
  'flows.doc': (w, n) => w.flows.doc(n.hash),
  'flows.hooks': (w, n) => w.flows.hooks(n.flow),
  'grants.list': (w, n) => w.grants.list(n.flow),
  'grants.add': (w, n) => w.grants.add([grant(n)]),
  'grants.remove': (w, n) => w.grants.remove(n.flow, n.grant),
  'runs.get': (w, n) => w.runs.get(n.run),
  'runs.list': async (w, n) => [
    await w.runs.list({ limit: 9 }),
    await w.runs.list({ limit: 9, flow: n.flow }),
    await w.runs.list({ limit: 9, sight: sight({ onlyFlows: [n.flow] }), state: 'waiting' }),
    await w.runs.list({ limit: 9, sight: sight({ projects: [n.project], shared: true, owners: ['x'] }) }),
    await w.runs.list({ limit: 9, cursor: '999' }),
  ],
  'runs.walk': async (w, n) => {
    const seen: string[] = [];
    const more = await w.runs.walk({ sight: sight({ onlyFlows: [n.flow] }) }, 99, ({ id }) => void seen.push(id));
    return [seen, more];
  },
  'runs.latest': (w, n) => w.runs.latest([n.flow]),
  'runs.sees': (w, n) => w.runs.sees(sight({ onlyFlows: [n.flow] }), n.run),
  'powerMap.lent': (w, n) => w.powerMap.lent(sight({ onlyFlows: [n.flow] }), 9),
  'powerMap.used': async (w) => [...(await w.powerMap.used()).uses],
  'runs.chunks': (w, n) => w.runs.chunks(n.run, 0, 9),
  'runs.byIdempotencyKey': (w, n) => w.runs.byIdempotencyKey(n.flow, 'once', 0),
  'runs.remove': async (w, n) => [await w.runs.remove(n.run), await w.runs.remove(n.open)],
  'runs.counts': (w) => w.runs.counts(),
  'keys.list': (w) => w.keys.list(),
  'keys.get': (w, n) => w.keys.get(n.key),
  'keys.rotate': (w, n) => w.keys.rotate(n.key, { hash: `hash_by_${w.workspace}`, at: NOW, until: NOW + 1_000 }),
  'keys.revoke': (w, n) => w.keys.revoke(n.key, NOW),
  'tokens.list': (w) => w.tokens.list(),
  'tokens.revoke': async (w, n) => [
    await w.tokens.revoke({ token: n.token }, NOW),
    await w.tokens.revoke({ subject: n.key }, NOW),
    await w.tokens.revoke({ all: true }, NOW),
  ],
  'clients.list': (w) => w.clients.list(),
  'clients.remove': (w, n) => w.clients.remove(n.client, NOW),
  'consents.list': (w) => w.consents.list(VICTIM.user),
  'consents.end': (w, n) => w.consents.end(VICTIM.user, `oc_of_${n.client}`, NOW),
  'secrets.list': (w, n) => w.secrets.list(n.project),
  'secrets.put': (w, n) =>
    w.secrets.put({ project: n.project, name: n.secret, origins: [], value: 'mine', owner: 'user', at: NOW }),
  'secrets.remove': async (w, n) => [
    await w.secrets.remove(n.project, n.secret),
    await w.secrets.remove('default', n.secret),
  ],
  'secrets.renew': async (w, n) => {
    const next = { project: n.project, name: n.secret, environment: '*', value: 'mine', at: NOW };
    return [await w.secrets.renew({ ...next, version: 1 }), await w.secrets.renew({ ...next, version: 2 })];
  },
  'secrets.sealed': (w, n) => w.secrets.sealed(n.project, n.secret, 'default'),
  // Before the case that writes another content in its place.
  ...CHAT_CASES,
  'asks.list': (w, n) => w.asks.list({ user: n.user, state: 'open', limit: 9 }),
  'asks.seen': (w, n) => w.asks.seen({ sight: sight({ onlyFlows: [n.flow] }), state: 'open', limit: 9 }),
  'asks.count': (w, n) => w.asks.count({ user: n.user, state: 'open' }),
  'asks.mine': (w, n) => w.asks.mine({ user: n.user }, 'ask_of_victim'),
  'asks.addresses': async (w, n) => [
    await w.asks.addresses([{ kind: 'member', name: n.user }]),
    await w.asks.member(n.user),
  ],
  'asks.member': (w, n) => w.asks.member(n.user),
  ...{ ...NOTICE_CASES, ...EVALUATION_CASES },
  'files.lend': (w, n) => w.files.lend(n.run, { id: n.file, blob: held.blob }),
  'files.get': async (w, n) => [await w.files.get(n.project, n.file), await w.files.get('default', n.file)],
  'files.at': (w, n) => w.files.at(n.project, 'in/a.csv'),
  'files.list': (w, n) => w.files.list({ project: n.project, limit: 9 }),
  'files.folder': (w, n) => w.files.folder({ project: n.project, folder: 'in', limit: 9 }),
  'files.put': async (w, n) => {
    const made = await w.files.put({ ...fileOf(n), content: await contentOf(w, 'stolen') });
    return typeof made === 'string' ? made : made.path;
  },
  'files.move': (w, n) => w.files.move({ project: n.project, id: n.file, path: 'in/stolen.csv', by: 'user', at: NOW }),
  'files.remove': (w, n) => w.files.remove(n.project, n.file),
  'files.isOf': (w, n) => w.files.isOf(n.run, 'blob_of_run_v'),
  'tables.list': (w, n) => w.tables.list(n.project),
  'tables.get': async (w, n) => [await w.tables.get(n.project, n.table), await w.tables.get('default', n.table)],
  'tables.named': (w, n) => w.tables.named(n.project, 'people'),
  'tables.create': (w, n) => w.tables.create({ ...tableOf(n), id: `${n.table}_mine`, name: 'mine' }),
  'tables.rename': (w, n) => w.tables.rename(n.project, n.table, 'stolen', NOW),
  'tables.addColumn': (w, n) => w.tables.addColumn(n.project, n.table, { name: 'b', type: 'text' }, NOW),
  'tables.changeColumn': (w, n) => w.tables.changeColumn(n.project, n.table, 'email', { required: true }, NOW),
  'tables.find': async (w, n) => [
    await w.tables.find(n.project, n.table, { limit: 9 }),
    await w.tables.find(n.project, n.table, { limit: 9, where: [{ column: 'email', is: 'filled' }] }),
  ],
  'tables.rows': (w, n) => w.tables.rows(n.project, n.table, ['row_of_v']),
  'tables.add': (w, n) => w.tables.add(n.project, n.table, [{ id: 'row_more', values: { email: 'b' } }], BY),
  'tables.change': (w, n) => w.tables.change(n.project, n.table, [{ id: 'row_of_v', values: { email: 'c' } }], BY),
  'tables.removeRows': (w, n) => w.tables.removeRows(n.project, n.table, ['row_of_v'], BY),
  'tables.removeColumn': (w, n) => w.tables.removeColumn(n.project, n.table, 'email', NOW),
  'tables.remove': (w, n) => w.tables.remove(n.project, n.table),
  ...KNOWLEDGE,
  'values.get': (w, n) => w.values.get(keyOf(n), NOW),
  'values.list': (w, n) => w.values.list({ ...keyOf(n), limit: 9, now: NOW }),
  'values.stores': (w, n) => w.values.stores(n.project, NOW),
  'values.set': (w, n) => w.values.set(keyOf(n), 'stolen', { ...BY, expires: null }),
  'values.increment': (w, n) => w.values.increment({ ...keyOf(n), key: 'count' }, 1, { ...BY, expires: null }),
  'values.remove': (w, n) => w.values.remove(keyOf(n), BY),
  'connections.list': (w, n) => w.connections.list(n.project),
  'connections.get': (w, n) => w.connections.get(connectionOf(n)),
  'connections.sealed': (w, n) => w.connections.sealed(connectionOf(n)),
  'connections.create': (w, n) => w.connections.create({ ...connectionOf(n), ...MADE_OF, origins: [], value: 'mine' }),
  'connections.save': async (w, n) => {
    const next = { ...connectionOf(n), state: 'connected', problem: null, expires: null, renewed: true } as const;
    return [
      await w.connections.save({ ...next, version: 1, value: 'mine', at: NOW, by: 'user' }),
      await w.connections.save({ ...next, version: 2, value: 'mine', at: NOW }),
    ];
  },
  'connections.asking': async (w) => [
    await w.connections.asking(held.connection, NOW),
    await w.connections.asking(held.connection, NOW),
  ],
  'audit.list': (w) => w.audit.list({ limit: 9 }),
};

/** Methods that make a thing of one's own; what the victim has must not be in their way, nor be touched. */
const MADE: Readonly<Record<string, Call>> = {
  'files.drop': async (w) => w.files.drop(await contentOf(w, 'mine')),
  'files.sink': async (w) => (await contentOf(w, 'mine')).size,
  'notices.choose': (w, n) => w.notices.choose(n.user, { zone: 'UTC', hour: 1, kinds: {} }),
  'projects.create': (w, n) => w.projects.create({ id: n.project, name: 'Mine', at: NOW }),
  'flows.create': async (w, n) => (await w.flows.create(flow(`${n.flow}_mine`, 'default'))).project,
  'flows.keepDoc': async (w, n) => [await w.flows.keepDoc(n.hash, { mine: true }, NOW), await w.flows.doc(n.hash)],
  'members.add': async (w, n) => [
    await w.members.add({ user: n.user, role: 'viewer', created: NOW, by: 'x' }),
    await w.members.remove(n.user, { successor: null, at: NOW }),
  ],
  'groups.create': (w, n) => w.groups.create({ id: `${n.group}_mine`, name: 'Team', at: NOW }),
  'roles.create': (w, n) => w.roles.create({ id: `${n.role}_mine`, name: n.role, permissions: ['run'], created: NOW }),
  'invitations.create': (w, n) =>
    w.invitations.create(invitation(`${n.invitation}_mine`, w.workspace), `hash of ${n.invitation} mine`),
  'limits.setQuota': (w) => w.limits.setQuota({ quota: { concurrent: 0 }, updated: NOW, by: 'key_mine' }),
  'bounds.set': (w) => w.bounds.set({ only: [], denied: [], updated: NOW, by: 'key_mine' }),
  'services.put': (w) => w.services.put({ name: 'own', doc: {}, hash: 'h', by: 'key_mine', updated: NOW }),
  'services.remove': (w, names) => w.services.remove(names.key),
  'modelProviders.put': (w) => w.modelProviders.put({ name: 'own', doc: {}, by: 'key_mine', updated: NOW }),
  'modelProviders.remove': (w, names) => w.modelProviders.remove(names.key),
  'policy.set': (w) => w.policy.set({ only: [], denied: [], updated: NOW, by: 'key_mine' }),
  'keys.create': (w, n) => w.keys.create(keyRow(`${n.key}_mine`, w.workspace)),
  'clients.create': (w, n) => w.clients.create(clientRow(`${n.client}_mine`, w.workspace)),
  'tokens.create': (w, n) => w.tokens.create(tokenRow(`${n.token}_mine`, w.workspace)),
};

/** Every row of the victim, in all tables that know workspaces. */
const belongings = (dir: string): string => {
  const database = new DatabaseSync(join(dir, DATABASE), { readOnly: true });
  try {
    const tables = database
      .prepare(
        "select t.name from sqlite_schema t join pragma_table_info(t.name) c where t.type = 'table' and c.name = 'workspace' order by 1",
      )
      .all()
      .map((row) => String(row['name']));
    expect(tables.length).toBeGreaterThan(10);
    return JSON.stringify(
      tables.map((table) => [table, database.prepare(`select * from "${table}" where workspace = 'victim'`).all()]),
    );
  } finally {
    database.close();
  }
};

const methodsOf = (handle: WorkspaceStore): string[] =>
  Object.entries(handle).flatMap(([part, methods]) =>
    typeof methods === 'object' ? Object.keys(methods).map((name) => `${part}.${name}`) : [],
  );

test('every method of a handle has a case here', async () => {
  const store = await kit.store();
  expect([...Object.keys(ASKED), ...Object.keys(MADE)].toSorted()).toEqual(methodsOf(store.in('default')).toSorted());
});

test('each case finds what it asks for when its owner asks, so that the comparison below means something', async () => {
  const store = await kit.store();
  await fill(store);
  for (const [name, call] of Object.entries(ASKED)) {
    if (name.endsWith('.remove') || name.endsWith('.revoke') || name === 'consents.end') continue;
    // It ends the grants that others ask for; a test of its own sees that.
    if (name === 'flows.move') continue;
    const [found, stranger] = [await call(store.in('victim'), VICTIM), await call(store.in('thief'), VICTIM)];
    expect([name, found]).not.toEqual([name, stranger]);
  }
  expect(await ASKED['flows.move']?.(store.in('thief'), VICTIM)).toBeNull();
  for (const name of ['grants.remove', 'secrets.remove', 'runs.remove', 'keys.revoke', 'deletedFlows.remove'])
    expect(JSON.stringify(await ASKED[name]?.(store.in('victim'), VICTIM))).toContain('true');
});

test('a flow that moves leaves behind what was lent and promoted where it was', async () => {
  const store = await kit.store();
  await fill(store);
  const { flows, grants, deployments } = store.in('victim');
  const left = async (): Promise<number[]> =>
    (await Promise.all([grants.list, deployments.list, deployments.promotions].map((of) => of(VICTIM.flow)))).map(
      (rows) => rows.length,
    );
  const before = await left();
  expect(before.every((count) => count > 0)).toBe(true);
  expect(await flows.move(VICTIM.flow, 'default', NOW)).toEqual({ taken: before[0] });
  expect(await left()).toEqual([0, 0, 0]);
});

test("another workspace's id answers like one that never existed, and nothing of its owner changes (AZ-01)", async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  await fill(store);
  const before = belongings(dir);
  const thief = store.in('thief');
  for (const [name, call] of Object.entries(ASKED)) {
    const theirs = await call(thief, VICTIM);
    const nobodys = await call(thief, NOBODY);
    expect([name, theirs]).toEqual([name, nobodys]);
    expect(JSON.stringify(theirs)).not.toContain('_v"');
  }
  for (const [name, call] of Object.entries(MADE))
    expect([name, await call(thief, VICTIM)]).toEqual([name, await call(thief, NOBODY)]);
  expect(belongings(dir)).toBe(before);
});

test('content of another workspace that has no name yet is let go by its own alone (AZ-01)', async () => {
  const store = await kit.store();
  await fill(store);
  const theirs = await contentOf(store.in('victim'), 'not named yet');
  await store.in('thief').files.drop(theirs);
  expect(existsSync(store.blobs.path(theirs.blob))).toBe(true);
  expect(await store.in('victim').files.put({ ...fileOf(VICTIM), content: theirs })).toMatchObject({ version: 2 });
  const more = await contentOf(store.in('victim'), 'never named');
  await store.in('victim').files.drop(more);
  expect(existsSync(store.blobs.path(more.blob))).toBe(false);
});

test('a run cannot be written under another workspace than its own, and the writer stops rather than go on', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  await fill(store);
  const before = belongings(dir);
  const stolen = store.journal.write(runWrite(runRow(VICTIM.run, { workspace: 'thief', seq: 2 })));
  await expect(store.journal.barrier(stolen)).rejects.toThrow('another workspace');
  expect(store.journal.state()).toMatchObject({ ok: false, final: true });
  expect(belongings(dir)).toBe(before);
  await expect(store.close()).rejects.toThrow('another workspace');
});

test("a run of another workspace cannot take hold of a blob, nor write one in another's place", async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  await fill(store);
  await writeAll(store, [runWrite(runRow('run_thief', { workspace: 'thief' }), 'x', { uses: ['blob_of_run_v'] })]);
  expect(await store.in('victim').runs.remove(VICTIM.run)).toBe(true);
  const database = new DatabaseSync(join(dir, DATABASE), { readOnly: true });
  // What the victim's file holds is its alone, and no run's.
  expect(database.prepare("select * from blob_use where run <> 'files'").all()).toEqual([]);
  database.close();
});
