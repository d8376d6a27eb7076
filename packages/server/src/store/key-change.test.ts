import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { good } from '@headgate/core';
import { beginChange, finishChange, holders, type Rewrap } from './key-change.ts';
import { tryOpenStore } from './open.ts';
import type { AuditEntry, Store } from './ports.ts';
import { DATABASE, migrate } from './schema/migrate.ts';
import { KEY, kitIn, NOW, openRow, runWrite, writeAll } from './testing/kit.ts';
import { opener } from './vault-open/opener.ts';
import { rewrapSecret } from './vault-open/secret.ts';
import { keyring, type Keyring } from './vault-seal/keyring.ts';
import { holderOf } from './vault-seal/ring.ts';
import { boundOf } from './vault-seal/secrets.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const OTHER: Uint8Array = Uint8Array.from(randomBytes(32));

const entry: AuditEntry = {
  at: NOW,
  workspace: '*',
  actor: 'cli',
  action: 'key.rotate',
  object: 'instance key',
  decision: 'allow',
  reason: null,
  run: null,
  step: null,
};

const rewrap: Rewrap = ({ workspace, id, version, bound, sealed }, from, to) =>
  rewrapSecret(from, to, { workspace, secret: id, version, bound }, sealed);

const change = (dir: string, from: Uint8Array = KEY, to: Uint8Array = OTHER) =>
  beginChange(dir, { from, to, rewrap, workspaceKeys: null, entry });

const put = (store: Store, name: string, kind = 'plain') =>
  store.in('default').secrets.put({
    project: 'default',
    name,
    origins: ['https://a.example'],
    kind,
    value: `value of ${name}`,
    owner: 'ada',
    at: NOW,
  });

const read = async (store: Store, ring: Keyring, name: string) => {
  const kept = await store.in('default').secrets.sealed('default', name, 'default');
  const bound = kept === null ? null : boundOf(kept.kind, kept.origins, kept.environment);
  return kept === null ? null : opener(ring).openSecret('default', kept.id, kept.version, kept.sealed, bound);
};

const audit = (store: Store): Promise<void> =>
  store.journal.barrier(store.journal.audit([{ ...entry, workspace: 'default', action: 'something' }]));

const filled = async (more: object = {}) => {
  const dir = kit.dir();
  const ring = keyring(KEY);
  const store = await kit.store({ dir, ring, ...more });
  await put(store, 'plain');
  await put(store, 'kind', 'bearer');
  await audit(store);
  await writeAll(store, [
    runWrite(openRow('run_before'), 'before', { blobs: [{ id: 'blob_before', bytes: randomBytes(70_000) }] }),
  ]);
  return { dir, ring, store };
};

const opened = async (dir: string, key: Uint8Array): Promise<string> => {
  const store = await tryOpenStore({ dir, key, clock: () => NOW });
  if (!store.ok) return store.problem.code;
  await store.value.close();
  return 'opened';
};

test('while a key is changed the data opens with both, afterwards with the new one alone', async () => {
  const { dir, store } = await filled();
  await store.close();
  expect(await opened(dir, OTHER)).toBe('key.wrong');
  expect(change(dir)).toEqual({ ok: true, value: { secrets: 2, generation: 2 } });
  expect([await opened(dir, KEY), await opened(dir, OTHER)]).toEqual(['opened', 'opened']);
  expect(holders(dir)).toEqual([holderOf(KEY), holderOf(OTHER)].toSorted());
  expect(finishChange(dir, OTHER)).toEqual({ ok: true, value: { taken: 2 } });
  expect([await opened(dir, KEY), await opened(dir, OTHER)]).toEqual(['key.wrong', 'opened']);
});

test('secrets, journals, blobs, keys, webhooks and the trail of before all hold with the new key', async () => {
  const { dir, store } = await filled();
  const plain = store.credentials.newKey();
  const hash = store.credentials.hashKey(plain);
  await store.close();
  change(dir);
  finishChange(dir, OTHER);
  const ring = keyring(OTHER);
  const after = await kit.store({ dir, key: OTHER, ring });
  expect(await read(after, ring, 'plain')).toEqual(good('value of plain'));
  expect(await read(after, ring, 'kind')).toEqual(good('value of kind'));
  const open = opener(ring);
  const [chunk] = await after.in('default').runs.chunks('run_before', 0, 10);
  expect(chunk && open.openChunk('default', 'run_before', 1, chunk.sealed).ok).toBe(true);
  const blob = await open.openBlob('default', 'blob_before', after.blobs.path('blob_before'));
  expect(blob.ok && (await blob.value.bytes()).ok).toBe(true);
  expect(after.credentials.hashKey(plain)).toBe(hash);
  await audit(after);
  expect(await after.engine.checkAudit()).toMatchObject({ checked: 3, fault: null });
  const { rows } = await after.in('*').audit.list({ limit: 10 });
  expect(rows).toMatchObject([{ action: 'key.rotate', actor: 'cli' }]);
});

test('after two changes everything of all three times opens', async () => {
  const { dir, store } = await filled();
  await store.close();
  const third = Uint8Array.from(randomBytes(32));
  change(dir);
  finishChange(dir, OTHER);
  const between = await kit.store({ dir, key: OTHER });
  await writeAll(between, [runWrite(openRow('run_between'), 'between')]);
  await between.close();
  expect(change(dir, OTHER, third)).toMatchObject({ value: { generation: 3 } });
  finishChange(dir, third);
  const ring = keyring(third);
  const last = await kit.store({ dir, key: third, ring });
  await writeAll(last, [runWrite(openRow('run_last'), 'last')]);
  for (const id of ['run_before', 'run_between', 'run_last']) {
    const [chunk] = await last.in('default').runs.chunks(id, 0, 10);
    expect(chunk && opener(ring).openChunk('default', id, 1, chunk.sealed).ok, id).toBe(true);
  }
  expect(await read(last, ring, 'plain')).toEqual(good('value of plain'));
  expect(await last.engine.checkAudit()).toMatchObject({ fault: null });
  expect([await opened(dir, KEY), await opened(dir, OTHER)]).toEqual(['key.wrong', 'key.wrong']);
});

test('what the old key opens is gone from the files, beside a store that is open too: old key and new files give no secret', async () => {
  let current = KEY;
  const { dir, store } = await filled({ rekey: () => good(current) });
  const before = await store.in('default').secrets.sealed('default', 'plain', 'default');
  change(dir);
  const database = new DatabaseSync(join(dir, DATABASE));
  const boxes = database.prepare('select sealed from key_ring where holder = ?').all(holderOf(KEY));
  database.close();
  current = OTHER;
  finishChange(dir, OTHER);
  const gone = [before?.sealed.subarray(1, 61), ...boxes.map((row) => row['sealed'])];
  expect(gone).toHaveLength(3);
  for (const name of readdirSync(dir).filter((one) => one.startsWith(DATABASE)))
    for (const bytes of gone) {
      expect(bytes).toBeInstanceOf(Uint8Array);
      if (bytes instanceof Uint8Array)
        expect(readFileSync(join(dir, name)).includes(Buffer.from(bytes)), name).toBe(false);
    }
  const kept = await store.in('default').secrets.sealed('default', 'plain', 'default');
  expect(kept && opener(keyring(KEY)).openSecret('default', kept.id, kept.version, kept.sealed).ok).toBe(false);
});

describe('a store that is open meanwhile', () => {
  test('takes the new key by itself: it goes on sealing, opening and keeping the trail, and nobody is refused', async () => {
    let current = KEY;
    const { dir, ring, store } = await filled({ rekey: () => good(current) });
    change(dir);
    current = OTHER;
    finishChange(dir, OTHER);
    // At once: before the store has looked whether anything changed.
    await Promise.all([audit(store), writeAll(store, [runWrite(openRow('run_after'), 'after')])]);
    await put(store, 'after');
    expect(ring.generation()).toBe(2);
    expect(await read(store, ring, 'plain')).toEqual(good('value of plain'));
    expect(await read(store, ring, 'after')).toEqual(good('value of after'));
    const kept = await store.in('default').secrets.sealed('default', 'after', 'default');
    expect(kept && opener(keyring(KEY)).openSecret('default', kept.id, 1, kept.sealed).ok).toBe(false);
    const [chunk] = await store.in('default').runs.chunks('run_after', 0, 1);
    expect(chunk && opener(keyring(KEY)).openChunk('default', 'run_after', 1, chunk.sealed).ok).toBe(false);
    expect(chunk && opener(ring).openChunk('default', 'run_after', 1, chunk.sealed).ok).toBe(true);
    expect(await store.engine.checkAudit()).toMatchObject({ checked: 3, fault: null });
    expect(store.journal.state()).toEqual({ ok: true });
  });

  test('hears of the change within a second, with the keys at hand already', async () => {
    let current = KEY;
    const { dir, ring, store } = await filled({ rekey: () => good(current) });
    const heard = new Promise<number>((resolve) => store.onChange(() => resolve(ring.generation())));
    change(dir);
    current = OTHER;
    finishChange(dir, OTHER);
    expect(await heard).toBe(2);
  });

  test('writes nothing any more when it cannot get the new key', async () => {
    const { dir, store } = await filled();
    change(dir);
    finishChange(dir, OTHER);
    await expect(audit(store)).rejects.toThrow('the secret key was changed');
    expect(store.journal.state()).toMatchObject({ ok: false, final: true });
    await expect(put(store, 'after')).rejects.toThrow('the secret key of the instance was changed');
  });
});

test('a change with a wrong key, with the same key, or over a secret that does not open changes nothing', async () => {
  const { dir, store } = await filled();
  await store.close();
  const tell = (done: ReturnType<typeof change>): string => (done.ok ? 'done' : done.problem.code);
  expect(tell(change(dir, OTHER, randomBytes(32)))).toBe('key.wrong');
  expect(tell(change(dir, KEY, KEY))).toBe('key.same');
  const done = finishChange(dir, OTHER);
  expect(done.ok ? 'done' : done.problem.code).toBe('key.wrong');
  const database = new DatabaseSync(join(dir, DATABASE));
  database.exec("update secret set origins = '[\"https://evil.example\"]' where name = 'kind'");
  database.close();
  expect(tell(change(dir))).toBe('secret.damaged');
  expect(holders(dir)).toEqual([holderOf(KEY)]);
  expect(await opened(dir, KEY)).toBe('opened');
});

test('OPS-03 who has the old key cannot write on the trail of the new one', async () => {
  const { dir, store } = await filled();
  await store.close();
  const database = new DatabaseSync(join(dir, DATABASE));
  const head = database.prepare('select * from audit_head').get();
  change(dir);
  finishChange(dir, OTHER);
  // The trail and the head of before, both sealed with the old key: what a thief of it could make.
  database.exec('delete from audit where id > 1');
  database
    .prepare('update audit_head set count = ?, chain = ?, seal = ?')
    .run(head?.['count'] ?? 0, head?.['chain'] ?? null, head?.['seal'] ?? null);
  database.close();
  const after = await kit.store({ dir, key: OTHER });
  expect(await after.engine.checkAudit()).toMatchObject({ fault: 'head' });
});

test('a database whose key was changed does not go back to a schema that knows one key', async () => {
  const { dir, store } = await filled();
  await store.close();
  change(dir);
  const back = await migrate(dir, 3);
  expect(back.ok ? 'done' : back.problem.code).toBe('store.no_way_back');
  expect(await opened(dir, OTHER)).toBe('opened');
});
