import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { kitIn, NOW, sight } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const flow = (id: string, visibility: 'project' | 'private' = 'project') => ({
  id,
  project: 'default',
  owner: 'user_ada',
  name: id,
  draft: { headgate: 1, name: id },
  draftHash: `hash_${id}`,
  visibility,
  at: NOW,
});

const everything = sight({});

test('a deleted flow is found among the deleted alone, and comes back as it was, switched on or off', async () => {
  const store = await kit.store();
  const { flows, deletedFlows, grants } = store.in('default');
  for (const id of ['flow_on', 'flow_off', 'flow_left']) {
    await flows.create(flow(id));
    await flows.publish({
      flow: id,
      hash: `hash_${id}`,
      doc: {},
      note: null,
      by: 'user_ada',
      at: NOW,
      grants: [],
      triggers: [{ id: 'hook', kind: 'webhook@1', with: {}, disabled: false }],
    });
  }
  await flows.patch('flow_off', { enabled: false }, NOW);
  const before = await Promise.all(['flow_on', 'flow_off'].map((id) => flows.get(id)));
  const token = (await flows.hooks('flow_on'))[0]?.token ?? '';
  expect(await store.engine.hookByToken(token)).not.toBeNull();

  for (const id of ['flow_on', 'flow_off']) expect(await deletedFlows.add(id, NOW + 1)).toBe(true);
  expect(await deletedFlows.add('flow_on', NOW + 2)).toBe(false);
  expect((await flows.list({ limit: 9 })).rows.map(({ id }) => id)).toEqual(['flow_left']);
  expect(await flows.get('flow_on')).toBeNull();
  expect(await flows.place('flow_on')).toBeNull();
  expect(await flows.called('default', 'flow_on')).toEqual([]);
  expect(await flows.saveDraft('flow_on', 1, {}, 'h', 'x', NOW)).toBeNull();
  expect(await flows.patch('flow_on', { enabled: true }, NOW)).toBeNull();
  expect(await flows.move('flow_on', 'default', NOW)).toBeNull();
  expect(await grants.add([])).toBe(true);
  expect(await store.engine.hookByToken(token)).toBeNull();
  expect((await store.engine.triggers('webhook@1')).map((one) => one.flow)).toEqual(['flow_left']);
  const { rows } = await deletedFlows.list({ limit: 9, sight: everything });
  expect(rows.map(({ id, deleted }) => [id, deleted])).toEqual([
    ['flow_off', NOW + 1],
    ['flow_on', NOW + 1],
  ]);

  for (const id of ['flow_on', 'flow_off']) await deletedFlows.restore(id, NOW + 3);
  expect(await Promise.all(['flow_on', 'flow_off'].map((id) => flows.get(id)))).toEqual(
    before.map((row) => ({ ...row, updated: NOW + 3 })),
  );
  expect(await store.engine.hookByToken(token)).not.toBeNull();
  expect(await deletedFlows.restore('flow_on', NOW)).toBeNull();
  expect(await deletedFlows.remove('flow_on')).toBe(false);
});

test('those that were deleted long enough ago are removed for good, and no others', async () => {
  const store = await kit.store();
  const { flows, deletedFlows } = store.in('default');
  for (const id of ['flow_a', 'flow_b', 'flow_c']) await flows.create(flow(id, 'private'));
  await deletedFlows.add('flow_a', NOW);
  await deletedFlows.add('flow_b', NOW + 10);
  expect(await store.engine.removeDeletedFlows(NOW + 10, 9)).toBe(1);
  // Looking for them is no change: what is kept in memory until something changes stays.
  const version = store.version();
  expect(await store.engine.removeDeletedFlows(NOW + 10, 9)).toBe(0);
  expect(store.version()).toBe(version);
  expect((await deletedFlows.list({ limit: 9, sight: everything })).rows.map(({ id }) => id)).toEqual(['flow_b']);
  expect((await flows.list({ limit: 9 })).rows.map(({ id }) => id)).toEqual(['flow_c']);
});
