import { tmpdir } from 'node:os';
import { ROLE_PERMISSIONS } from '@headgate/core';
import { afterEach, expect, test } from 'vitest';
import type { KeyRow, Store } from '../ports.ts';
import { kitIn, NOW, putAccount } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const key = (id: string, more: Partial<KeyRow> = {}): KeyRow => ({
  id,
  workspace: 'default',
  name: id,
  hash: `hash_${id}`,
  permissions: ['flow.read', 'run', 'grant.give'],
  projects: null,
  flows: null,
  expires: null,
  revoked: null,
  created: NOW,
  used: null,
  ...more,
});

const PEOPLE = ['u_own', 'u_ann', 'u_bob', 'u_eve', 'u_late', 'u_x', 'u_adm', 'u_two'];

/** A store whose instance has these accounts. */
const peopled = async (dir = kit.dir()): Promise<Store> => {
  const store = await kit.store({ dir });
  for (const id of PEOPLE) putAccount(dir, id);
  return store;
};

const member = (store: Store, user: string, role: string | null): Promise<boolean> =>
  store.in('default').members.add({ user, role, created: NOW, by: 'cli' });

test('a member may what the role says, in this workspace alone; a stranger may nothing', async () => {
  const store = await peopled();
  await store.workspaces.create({ id: 'w_b', name: 'B', at: NOW });
  await member(store, 'u_ann', 'editor');
  const { directory } = store;
  expect((await directory.user('default', 'u_ann'))?.permissions).toEqual(ROLE_PERMISSIONS.editor);
  expect(await directory.user('w_b', 'u_ann')).toBeNull();
  expect(await directory.user('default', 'u_bob')).toBeNull();
  expect(await directory.user('*', 'u_ann')).toBeNull();
  expect(await directory.workspacesOf('u_ann')).toEqual([
    { id: 'default', name: 'Default', role: 'editor', held: null },
  ]);
});

test('roles in projects come from oneself and from every group, and add up; custom roles hold what they say', async () => {
  const store = await peopled();
  const scoped = store.in('default');
  await member(store, 'u_ann', null);
  await scoped.projects.create({ id: 'p_x', name: 'X', at: NOW });
  await scoped.groups.create({ id: 'g_team', name: 'Team', at: NOW });
  await scoped.roles.create({
    id: 'r_runs',
    name: 'Runs',
    permissions: ['run', 'run.read', 'instance.manage'],
    created: NOW,
  });
  await scoped.members.setProjectRole('p_x', 'u_ann', 'viewer', NOW);
  await scoped.members.setProjectRole('p_x', 'g_team', 'r_runs', NOW);
  const seen = async (): Promise<readonly string[]> =>
    (await store.directory.user('default', 'u_ann'))?.inProjects?.get('p_x') ?? [];
  expect(await seen()).toEqual(ROLE_PERMISSIONS.viewer);
  expect(await scoped.groups.setUsers('g_team', ['u_ann', 'u_nobody'])).toBe(false);
  expect(await scoped.groups.setUsers('g_team', ['u_ann'])).toBe(true);
  // What concerns the instance is in no role of a workspace, whatever its row says.
  expect([...(await seen())].toSorted()).toEqual([...ROLE_PERMISSIONS.viewer, 'run'].toSorted());
  await scoped.groups.remove('g_team');
  expect(await seen()).toEqual(ROLE_PERMISSIONS.viewer);
  expect(await scoped.members.setProjectRole('p_x', 'u_ann', null, NOW)).toBe(true);
  expect(await seen()).toEqual([]);
});

test('AZ-10 a key of an account holds what both hold, and follows every change of the account', async () => {
  const store = await peopled();
  const { keys, members } = store.in('default');
  await member(store, 'u_own', 'owner');
  await member(store, 'u_ann', 'editor');
  await keys.create(key('key_ann', { user: 'u_ann' }));
  await keys.create(key('key_free'));
  const held = async (id: string): Promise<readonly string[] | null> =>
    (await store.directory.named('default', id))?.principal.permissions ?? null;
  expect((await held('key_ann'))?.toSorted()).toEqual(['flow.read', 'grant.give', 'run']);
  expect(await held('key_free')).toEqual(['flow.read', 'run', 'grant.give']);
  await members.setRole('u_ann', 'viewer');
  expect(await held('key_ann')).toEqual(['flow.read']);
  await members.setRole('u_ann', null);
  expect(await held('key_ann')).toEqual([]);
  const gone = await members.remove('u_ann', { successor: null, at: NOW });
  expect(gone).toMatchObject({ changed: 'done', keys: ['key_ann'] });
  expect(await held('key_ann')).toBeNull();
  expect((await keys.get('key_ann'))?.revoked).toBe(NOW);
  // Twin: a key that belongs to the workspace goes on.
  expect(await held('key_free')).not.toBeNull();
});

test('AZ-10 a change made by another process is in the directory within a second', async () => {
  const dir = kit.dir();
  const [one, two] = [await peopled(dir), await peopled(dir)];
  await member(one, 'u_own', 'owner');
  await member(one, 'u_ann', 'admin');
  expect((await one.directory.user('default', 'u_ann'))?.permissions).toEqual(ROLE_PERMISSIONS.admin);
  await two.in('default').members.setRole('u_ann', 'viewer');
  await expect
    .poll(async () => (await one.directory.user('default', 'u_ann'))?.permissions, { timeout: 1_000 })
    .toEqual(ROLE_PERMISSIONS.viewer);
});

test('DI2 an account that is suspended may nothing from then on, neither itself nor by its keys', async () => {
  const store = await peopled();
  await member(store, 'u_ann', 'owner');
  await store.in('default').keys.create(key('key_ann', { user: 'u_ann' }));
  const may = async (): Promise<boolean[]> => [
    (await store.directory.user('default', 'u_ann')) !== null,
    (await store.directory.named('default', 'key_ann')) !== null,
  ];
  expect(await may()).toEqual([true, true]);
  // Somebody has to be left who manages the instance.
  await store.accounts.change('u_bob', { administrator: true }, NOW);
  await store.accounts.change('u_ann', { state: 'suspended' }, NOW);
  expect(await may()).toEqual([false, false]);
  await store.accounts.change('u_ann', { state: 'active' }, NOW);
  expect(await may()).toEqual([true, true]);
  expect(await store.directory.user('*', 'u_ann')).toBeNull();
  await store.accounts.change('u_ann', { administrator: true }, NOW);
  expect((await store.directory.user('*', 'u_ann'))?.permissions).toEqual(['metrics.read', 'instance.manage']);
});

test('ME1 the last owner can neither go nor be made less; one of two can', async () => {
  const { members } = (await peopled()).in('default');
  await members.add({ user: 'u_own', role: 'owner', created: NOW, by: 'cli' });
  expect(await members.setRole('u_own', 'admin')).toBe('last_owner');
  expect((await members.remove('u_own', { successor: null, at: NOW })).changed).toBe('last_owner');
  await members.add({ user: 'u_two', role: 'owner', created: NOW, by: 'u_own' });
  expect(await members.setRole('u_own', 'admin')).toBe('done');
  expect((await members.remove('u_two', { successor: null, at: NOW })).changed).toBe('last_owner');
  expect((await members.remove('u_own', { successor: 'u_none', at: NOW })).changed).toBe('missing');
  expect((await members.remove('u_own', { successor: 'u_two', at: NOW })).changed).toBe('done');
});

test('Q-04 the flows of who leaves go to the successor, or are switched off', async () => {
  const store = await peopled();
  const { members, flows } = store.in('default');
  for (const user of ['u_own', 'u_ann', 'u_bob']) await member(store, user, user === 'u_own' ? 'owner' : 'editor');
  const flow = (id: string, owner: string) =>
    flows.create({ id, owner, project: 'default', name: id, draft: {}, draftHash: 'h', at: NOW });
  await flow('flow_ann', 'u_ann');
  await flow('flow_bob', 'u_bob');
  expect((await members.remove('u_ann', { successor: 'u_bob', at: NOW })).flows).toEqual(['flow_ann']);
  expect(await flows.get('flow_ann')).toMatchObject({ owner: 'u_bob', enabled: true });
  expect((await members.remove('u_bob', { successor: null, at: NOW })).flows).toEqual(['flow_ann', 'flow_bob']);
  expect(await flows.get('flow_bob')).toMatchObject({ owner: 'u_bob', enabled: false });
});

test('an invitation is taken up once, by its token, in time; one of who left is void', async () => {
  const store = await peopled();
  const scoped = store.in('default');
  const { newInvitation, hashInvitation } = store.credentials;
  await member(store, 'u_own', 'owner');
  await scoped.projects.create({ id: 'p_x', name: 'X', at: NOW });
  const invite = async (id: string, by = 'u_own'): Promise<string> => {
    const token = newInvitation();
    const projects = [{ project: 'p_x', role: 'operator' }];
    const row = { id, workspace: 'default', email: 'b@example.com', role: 'viewer', projects, by, created: NOW };
    const ends = { expires: NOW + 1000, accepted: null, revoked: null };
    await scoped.invitations.create({ ...row, ...ends }, hashInvitation(token));
    return hashInvitation(token);
  };
  const first = await invite('i_1');
  expect(await store.invitations.byHash(first, NOW)).toMatchObject({ id: 'i_1', email: 'b@example.com' });
  expect(await store.invitations.byHash(first, NOW + 1000)).toBeNull();
  expect(await store.invitations.accept(first, 'u_late', NOW + 1000)).toBe(false);
  const both = await Promise.all(['u_bob', 'u_eve'].map((user) => store.invitations.accept(first, user, NOW)));
  expect(both.toSorted()).toEqual([false, true]);
  expect((await scoped.members.list()).length).toBe(2);
  const who = (await scoped.members.list())[1]?.user ?? '';
  expect((await store.directory.user('default', who))?.inProjects?.get('p_x')).toEqual(ROLE_PERMISSIONS.operator);
  const second = await invite('i_2');
  expect(await scoped.invitations.revoke('i_2', NOW)).toBe(true);
  expect(await store.invitations.accept(second, 'u_x', NOW)).toBe(false);
  await member(store, 'u_adm', 'admin');
  const third = await invite('i_3', 'u_adm');
  await scoped.members.remove('u_adm', { successor: null, at: NOW });
  expect(await store.invitations.accept(third, 'u_x', NOW)).toBe(false);
});
