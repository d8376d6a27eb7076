import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import type { KeyRow } from '../ports.ts';
import { KEY, kitIn, NOW } from '../testing/kit.ts';
import { opener } from '../vault-open/opener.ts';
import { keyring } from '../vault-seal/keyring.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const key = (id: string, more: Partial<KeyRow> = {}): KeyRow => ({
  id,
  workspace: 'default',
  name: id,
  hash: `hash_${id}`,
  permissions: ['run', 'run.read'],
  projects: null,
  flows: ['flow_a'],
  expires: NOW + 1000,
  revoked: null,
  created: NOW,
  used: null,
  ...more,
});

test('a key is found by the keyed hash of what its holder shows, and by nothing else', async () => {
  const store = await kit.store();
  const plain = store.credentials.newKey();
  const row = key('key_a', { hash: store.credentials.hashKey(plain) });
  await store.in('default').keys.create(row);
  expect(await store.keyByHash(store.credentials.hashKey(plain))).toEqual(row);
  expect(await store.keyByHash(plain)).toBeNull();
  expect(await store.keyByHash(store.credentials.hashKey(`${plain}x`))).toBeNull();
  expect(await store.engine.keyById('key_a')).toEqual(row);
  expect(await store.in('default').keys.get('key_a')).toEqual(row);
});

test('a key is revoked once, and stays in the list', async () => {
  const store = await kit.store();
  const { keys } = store.in('default');
  await keys.create(key('key_a'));
  await keys.create(key('key_b', { projects: ['default'], flows: null }));
  expect(await keys.revoke('key_a', NOW + 1)).toBe(true);
  expect(await keys.revoke('key_a', NOW + 2)).toBe(false);
  expect((await keys.list()).map((row) => [row.id, row.revoked])).toEqual([
    ['key_b', null],
    ['key_a', NOW + 1],
  ]);
  expect((await store.keyByHash('hash_key_a'))?.revoked).toBe(NOW + 1);
});

test('a key cannot be made into another workspace through a handle', async () => {
  const store = await kit.store();
  await expect(store.in('default').keys.create(key('key_a', { workspace: 'other' }))).rejects.toThrow('workspace');
});

test('when a key was last used is written at the latest when the store closes', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  await store.in('default').keys.create(key('key_a'));
  store.keyUsed('key_a', NOW + 1);
  store.keyUsed('key_a', NOW + 9);
  await store.close();
  expect((await (await kit.store({ dir })).in('default').keys.get('key_a'))?.used).toBe(NOW + 9);
});

const secret = (name: string, value: string, at = NOW) => ({
  project: 'default',
  name,
  origins: ['https://api.example.org'],
  value,
  owner: 'user_ada',
  at,
});

test('a secret is sealed on its way in, raised in version when put again, and opened by the opening half alone', async () => {
  const store = await kit.store();
  const { secrets } = store.in('default');
  const first = await secrets.put(secret('github', 'tok_1'));
  const second = await secrets.put(secret('github', 'tok_2', NOW + 5));
  expect(second).toEqual({ id: first!.id, version: 2 });
  expect(await secrets.list('default')).toEqual([
    {
      id: first!.id,
      name: 'github',
      kind: 'plain',
      environment: '*',
      origins: ['https://api.example.org'],
      version: 2,
      created: NOW,
      updated: NOW + 5,
    },
  ]);
  const sealed = await secrets.sealed('default', 'github', 'default');
  expect(Buffer.from(sealed!.sealed).includes('tok_2')).toBe(false);
  const open = opener(keyring(KEY));
  expect(open.openSecret('default', sealed!.id, sealed!.version, sealed!.sealed)).toEqual({ ok: true, value: 'tok_2' });
  expect(await store.engine.allSecrets()).toEqual([{ workspace: 'default', name: 'github', ...sealed! }]);
});

test('a secret is removed once, and a project that is not there takes none', async () => {
  const { secrets } = (await kit.store()).in('default');
  await secrets.put(secret('github', 'tok_1'));
  expect(await secrets.put({ ...secret('github', 'tok_1'), project: 'nowhere' })).toBeNull();
  expect(await secrets.remove('default', 'github')).toBe(true);
  expect(await secrets.remove('default', 'github')).toBe(false);
  expect(await secrets.sealed('default', 'github', 'default')).toBeNull();
  const again = await secrets.put(secret('github', 'tok_3'));
  expect(again?.version).toBe(1);
});
