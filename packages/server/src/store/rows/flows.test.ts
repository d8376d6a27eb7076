import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { type FlowPlace, sees, type Sight, VISIBILITIES } from '@headgate/core';
import { afterEach, expect, test } from 'vitest';
import type { GrantRow, WorkspaceStore } from '../ports.ts';
import { kitIn, NOW, sight } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const flow = (id: string, name = id) => ({
  id,
  project: 'default',
  owner: 'user_ada',
  name,
  draft: { headgate: 1, name },
  draftHash: `hash_${id}`,
  at: NOW,
});

const grant = (id: string, of: string): GrantRow => ({
  id,
  flow: of,
  step: '*',
  power: 'net: GET example.org:443',
  environment: '*',
  grantor: 'user_ada',
  asCaller: false,
  created: NOW,
});

const publish = (of: string, hash: string, more: Partial<Parameters<WorkspaceStore['flows']['publish']>[0]> = {}) => ({
  flow: of,
  hash,
  doc: { hash },
  note: null,
  by: 'user_ada',
  at: NOW,
  grants: [],
  triggers: [],
  ...more,
});

const hook = (id: string, more: object = {}) => ({
  id,
  kind: 'webhook@1',
  with: { answer: 'sync' },
  disabled: false,
  ...more,
});

test('a flow is made at revision 1, unpublished and enabled, and read back the same', async () => {
  const { flows } = (await kit.store()).in('default');
  const made = await flows.create(flow('flow_a', 'Greet'));
  expect(made).toEqual({
    id: 'flow_a',
    project: 'default',
    owner: 'user_ada',
    name: 'Greet',
    revision: 1,
    draft: { headgate: 1, name: 'Greet' },
    draftHash: 'hash_flow_a',
    version: null,
    enabled: true,
    created: NOW,
    updated: NOW,
    visibility: 'project',
  });
  expect(await flows.get('flow_a')).toEqual(made);
});

test('of two people who save the same revision, one is told that the other was first', async () => {
  const { flows } = (await kit.store()).in('default');
  await flows.create(flow('flow_a'));
  const saves = await Promise.all(
    ['first', 'second'].map((name) => flows.saveDraft('flow_a', 1, { name }, `hash_${name}`, name, NOW + 1)),
  );
  expect(saves.filter((one) => one !== null)).toHaveLength(1);
  const now = await flows.get('flow_a');
  expect(now?.revision).toBe(2);
  expect(saves).toContainEqual(now);
  expect(await flows.saveDraft('flow_none', 1, {}, 'h', 'n', NOW)).toBeNull();
});

test('lists are pages, newest first, in the order flows were made, even when the clock went back', async () => {
  const { flows } = (await kit.store()).in('default');
  for (let i = 0; i < 7; i += 1) await flows.create({ ...flow(`flow_${i}`), at: NOW - i * 1000 });
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await flows.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.rows.map((row) => row.id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(['flow_6', 'flow_5', 'flow_4', 'flow_3', 'flow_2', 'flow_1', 'flow_0']);
  expect(
    (await flows.list({ limit: 10, sight: sight({ onlyFlows: ['flow_2', 'flow_x'] }) })).rows.map((row) => row.id),
  ).toEqual(['flow_2']);
  expect((await flows.list({ limit: 10, sight: sight({ onlyFlows: [] }) })).rows).toEqual([]);
  expect((await flows.list({ limit: 10, sight: sight({ onlyProjects: ['other'] }) })).rows).toEqual([]);
  expect((await flows.list({ limit: 7 })).next).toBeNull();
  expect((await flows.list({ limit: 2, cursor: 'nonsense' })).rows).toHaveLength(2);
});

test('AZ-08 a list shows the flows that a look at each would show, whatever the sight, in full pages', async () => {
  const { flows, projects } = (await kit.store()).in('default');
  await projects.create({ id: 'sales', name: 'Sales', at: NOW });
  const places: FlowPlace[] = [];
  for (let i = 0; i < 32; i += 1) {
    const place: FlowPlace = {
      flow: `flow_${i}`,
      project: i % 2 === 0 ? 'default' : 'sales',
      owner: i % 3 === 0 ? 'ann' : 'bob',
      visibility: VISIBILITIES[(i >> 1) % VISIBILITIES.length] ?? 'private',
    };
    places.push(place);
    await flows.create({ ...flow(place.flow), ...place });
    expect(await flows.place(place.flow)).toEqual(place);
  }
  const some = (values: string[]) => fc.option(fc.subarray([...values, 'none']), { nil: null });
  const sights = fc.record<Sight>({
    projects: some(['default', 'sales']),
    shared: fc.boolean(),
    owners: fc.option(fc.subarray(['ann', 'bob'], { minLength: 1 }), { nil: null }),
    onlyProjects: some(['default', 'sales']),
    onlyFlows: some(['flow_1', 'flow_2', 'flow_3', 'flow_4']),
  });
  await fc.assert(
    fc.asyncProperty(sights, fc.integer({ min: 1, max: 9 }), async (seen, limit) => {
      const expected = places.filter((place) => sees(seen, place)).map((place) => place.flow);
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await flows.list({ limit, sight: seen, ...(cursor === undefined ? {} : { cursor }) });
        if (page.next !== null) expect(page.rows.length).toBe(limit);
        found.push(...page.rows.map((row) => row.id));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(found).toEqual(expected.toReversed());
    }),
    { numRuns: 100 },
  );
});

test('a call means the flow of this id, or else every flow of this name: the store guesses none of them', async () => {
  const { flows } = (await kit.store()).in('default');
  await flows.create(flow('flow_a', 'Same'));
  await flows.create(flow('flow_b', 'Same'));
  const called = async (text: string) => (await flows.called('default', text)).map((row) => row.id);
  expect(await called('Same')).toEqual(['flow_a', 'flow_b']);
  await flows.patch('flow_a', { name: 'flow_b' }, NOW);
  expect(await called('Same')).toEqual(['flow_b']);
  expect(await called('flow_b')).toEqual(['flow_b']);
  expect(await called('same')).toEqual([]);
});

test('a flow is renamed, disabled and moved, but not to a project that is not there', async () => {
  const { flows, projects } = (await kit.store()).in('default');
  await flows.create(flow('flow_a'));
  expect(await projects.create({ id: 'sales', name: 'Sales', at: NOW })).toBe(true);
  expect(await projects.create({ id: 'sales', name: 'Again', at: NOW })).toBe(false);
  const patched = await flows.patch('flow_a', { name: 'New', enabled: false }, NOW + 5);
  expect(patched).toMatchObject({ name: 'New', enabled: false, project: 'default', updated: NOW + 5, revision: 1 });
  expect(await flows.move('flow_a', 'sales', NOW + 6)).toEqual({ taken: 0 });
  expect(await flows.get('flow_a')).toMatchObject({ project: 'sales', updated: NOW + 6 });
  expect(await flows.move('flow_a', 'nowhere', NOW)).toBeNull();
  expect(await flows.move('flow_none', 'sales', NOW)).toBeNull();
  expect(await flows.patch('flow_none', { name: 'x' }, NOW)).toBeNull();
});

test('versions count from 1, and publishing the same again gives the same version', async () => {
  const { flows } = (await kit.store()).in('default');
  await flows.create(flow('flow_a'));
  const one = await flows.publish(publish('flow_a', 'hash_1', { note: 'first' }));
  const same = await flows.publish(publish('flow_a', 'hash_1', { note: 'again' }));
  const two = await flows.publish(publish('flow_a', 'hash_2'));
  const back = await flows.publish(publish('flow_a', 'hash_1'));
  expect([one?.version, same?.version, two?.version, back?.version]).toEqual([1, 1, 2, 3]);
  expect(same?.note).toBe('first');
  expect((await flows.get('flow_a'))?.version).toBe(3);
  expect((await flows.version('flow_a', 1))?.doc).toEqual({ hash: 'hash_1' });
  expect((await flows.versions('flow_a')).map((row) => [row.version, row.hash])).toEqual([
    [3, 'hash_1'],
    [2, 'hash_2'],
    [1, 'hash_1'],
  ]);
  expect(await flows.version('flow_a', 4)).toBeNull();
  expect(await flows.publish(publish('flow_none', 'hash_1'))).toBeNull();
});

test('people who publish at the same time get different versions', async () => {
  const { flows } = (await kit.store()).in('default');
  await flows.create(flow('flow_a'));
  const made = await Promise.all(Array.from({ length: 10 }, (_, i) => flows.publish(publish('flow_a', `hash_${i}`))));
  expect(made.map((row) => row?.version).toSorted((a, b) => Number(a) - Number(b))).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ]);
});

test('grants, triggers and webhooks come to life with the version, or not at all', async () => {
  const store = await kit.store();
  const { flows, grants } = store.in('default');
  await flows.create(flow('flow_a'));
  await grants.add([grant('grant_1', 'flow_a')]);
  const clash = publish('flow_a', 'hash_1', {
    grants: [grant('grant_2', 'flow_a'), grant('grant_1', 'flow_a')],
    triggers: [hook('hook')],
  });
  await expect(flows.publish(clash)).rejects.toThrow('UNIQUE');
  expect((await flows.get('flow_a'))?.version).toBeNull();
  expect(await flows.hooks('flow_a')).toEqual([]);
  expect((await grants.list('flow_a')).map((row) => row.id)).toEqual(['grant_1']);
  await flows.publish(publish('flow_a', 'hash_1', { grants: [grant('grant_2', 'flow_a')], triggers: [hook('hook')] }));
  expect((await grants.list('flow_a')).map((row) => row.id)).toEqual(['grant_1', 'grant_2']);
});

test('a webhook keeps its token over versions, also when its trigger was away in between', async () => {
  const store = await kit.store();
  const { flows } = store.in('default');
  await flows.create(flow('flow_a'));
  await flows.publish(
    publish('flow_a', 'hash_1', { triggers: [hook('one'), hook('two'), { ...hook('nightly'), kind: 'schedule@1' }] }),
  );
  const first = await flows.hooks('flow_a');
  expect(first.map((one) => one.trigger)).toEqual(['one', 'two']);
  for (const { token } of first) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const token = first[0]!.token;
  expect(await store.engine.hookByToken(token)).toEqual({
    workspace: 'default',
    flow: 'flow_a',
    trigger: 'one',
    environment: 'default',
    until: null,
  });
  await flows.publish(publish('flow_a', 'hash_2', { triggers: [hook('two')] }));
  expect((await flows.hooks('flow_a')).map((one) => one.trigger)).toEqual(['two']);
  expect(await store.engine.hookByToken(token)).toBeNull();
  await flows.publish(publish('flow_a', 'hash_3', { triggers: [hook('one')] }));
  expect(await flows.hooks('flow_a')).toEqual([{ trigger: 'one', token, until: null }]);
});

test('a webhook answers to its token alone, and not while its trigger or flow is disabled', async () => {
  const store = await kit.store();
  const { flows } = store.in('default');
  await flows.create(flow('flow_a'));
  await flows.publish(publish('flow_a', 'hash_1', { triggers: [hook('one')] }));
  const token = (await flows.hooks('flow_a'))[0]!.token;
  expect(await store.engine.hookByToken(token.slice(0, -1))).toBeNull();
  expect(await store.engine.hookByToken('')).toBeNull();
  await flows.patch('flow_a', { enabled: false }, NOW);
  expect(await store.engine.hookByToken(token)).toBeNull();
  await flows.patch('flow_a', { enabled: true }, NOW);
  expect(await store.engine.hookByToken(token)).not.toBeNull();
  await flows.publish(publish('flow_a', 'hash_2', { triggers: [hook('one', { disabled: true })] }));
  expect(await store.engine.hookByToken(token)).toBeNull();
});

test('a removed flow takes its versions, grants, triggers and webhooks with it', async () => {
  const store = await kit.store();
  const { flows, grants, deletedFlows } = store.in('default');
  await flows.create(flow('flow_a'));
  await flows.publish(publish('flow_a', 'hash_1', { grants: [grant('grant_1', 'flow_a')], triggers: [hook('one')] }));
  const token = (await flows.hooks('flow_a'))[0]!.token;
  expect(await deletedFlows.add('flow_a', NOW)).toBe(true);
  expect(await deletedFlows.remove('flow_a')).toBe(true);
  expect(await deletedFlows.remove('flow_a')).toBe(false);
  expect(await flows.get('flow_a')).toBeNull();
  expect(await flows.versions('flow_a')).toEqual([]);
  expect(await grants.list('flow_a')).toEqual([]);
  expect(await store.engine.hookByToken(token)).toBeNull();
  expect(await store.engine.triggers('webhook@1')).toEqual([]);
});

test('a document is kept by its hash for draft runs', async () => {
  const { flows } = (await kit.store()).in('default');
  await flows.keepDoc('hash_draft', { steps: [1, 'ä', null] }, NOW);
  await flows.keepDoc('hash_draft', { steps: [1, 'ä', null] }, NOW + 1);
  expect(await flows.doc('hash_draft')).toEqual({ steps: [1, 'ä', null] });
  expect(await flows.doc('hash_other')).toBeNull();
});

test('grants are added all or none, and removed one by one', async () => {
  const { flows, grants } = (await kit.store()).in('default');
  await flows.create(flow('flow_a'));
  expect(await grants.add([grant('grant_1', 'flow_a'), grant('grant_2', 'flow_none')])).toBe(false);
  expect(await grants.list('flow_a')).toEqual([]);
  expect(await grants.add([])).toBe(true);
  const row: GrantRow = { ...grant('grant_1', 'flow_a'), asCaller: true, environment: 'prod', step: 'fetch' };
  expect(await grants.add([row, { ...grant('grant_2', 'flow_a'), typed: true, kind: 'http.request@1' }])).toBe(true);
  expect(await grants.list('flow_a')).toEqual([
    { ...row, typed: false, kind: null },
    { ...grant('grant_2', 'flow_a'), typed: true, kind: 'http.request@1' },
  ]);
  expect(await grants.remove('flow_b', 'grant_1')).toBe(false);
  expect(await grants.remove('flow_a', 'grant_1')).toBe(true);
  expect(await grants.remove('flow_a', 'grant_1')).toBe(false);
});
