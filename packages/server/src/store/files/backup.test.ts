import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Result } from '@headgate/core';
import type { Store } from '../ports.ts';
import { NEWEST } from '../schema/migrations/list.ts';
import { KEY, kitIn, NOW, openRow, runRow, runWrite, writeAll } from '../testing/kit.ts';
import { opener } from '../vault-open/opener.ts';
import { keyring } from '../vault-seal/keyring.ts';
import { blobPath } from '../writer/blob-file.ts';
import { BLOB_LIST, MANIFEST } from './backup.ts';
import { restore } from './restore.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const code = (result: Result<unknown>): string => (result.ok ? 'done' : result.problem.code);
const blobOf = (i: number): string => `blob_number_${i}`;

const readRun = async (store: Store, id: string): Promise<string> => {
  const open = opener(keyring(KEY));
  const chunks = await store.in('default').runs.chunks(id, 0, 100);
  return chunks
    .map((one) => open.openChunk('default', id, one.from, one.sealed))
    .map((one) => (one.ok ? one.value : one.problem.code))
    .join();
};

test('a backup taken under load ends, and restored elsewhere holds every run acknowledged before it began', async () => {
  const store = await kit.store();
  const acknowledged: string[] = [];
  let busy = true;
  let swept = 0;
  // Lane 0 writes what the sweep takes at once; what the other lanes write stays.
  const load = async (lane: number): Promise<void> => {
    for (let i = 0; busy; i += 1) {
      const id = `run_${lane}_${i}`;
      const blobs = [{ id: `blob_${id}`, bytes: Buffer.from(`bytes of ${id}`) }];
      await writeAll(store, [runWrite(runRow(id, { ended: lane === 0 ? NOW - 1 : NOW }), `text of ${id}`, { blobs })]);
      if (lane !== 0) acknowledged.push(id);
    }
  };
  const sweep = async (): Promise<void> => {
    while (busy) {
      swept += await store.engine.sweep({ olderThan: NOW, keepPerFlow: 1_000_000, limit: 20 });
      await later(5);
    }
  };
  const lanes = [load(0), load(1), load(2), sweep()];
  while (swept < 40) await later(10);

  const before = [...acknowledged];
  const target = join(kit.dir(), 'copy');
  const done = await store.backup(target);
  expect(done).toMatchObject({ ok: true });
  await later(50);
  busy = false;
  await Promise.all(lanes);

  const into = join(kit.dir(), 'restored');
  const restored = await restore(target, into);
  expect(restored).toEqual({
    ok: true,
    value: { runs: done.ok && done.value.runs, blobs: done.ok && done.value.blobs, schema: NEWEST },
  });
  const copy = await kit.store({ dir: into });
  const { rows } = await copy.in('default').runs.list({ limit: 100_000 });
  const there = new Set(rows.map((row) => row.id));
  expect(before.length).toBeGreaterThan(10);
  expect(before.filter((id) => !there.has(id))).toEqual([]);
  for (const { id } of rows) {
    expect(await readRun(copy, id)).toContain(`text of ${id}`);
    const blob = await opener(keyring(KEY)).openBlob('default', `blob_${id}`, copy.blobs.path(`blob_${id}`));
    const bytes = blob.ok ? await blob.value.bytes() : blob;
    expect(bytes.ok && Buffer.from(bytes.value).toString()).toBe(`bytes of ${id}`);
  }
});

const small = async (): Promise<{ store: Store; target: string }> => {
  const store = await kit.store();
  for (let i = 0; i < 3; i += 1) {
    await writeAll(store, [
      runWrite(openRow(`run_${i}`), `text ${i}`, { blobs: [{ id: blobOf(i), bytes: randomBytes(1000) }] }),
    ]);
  }
  await store
    .in('default')
    .secrets.put({ project: 'default', name: 'github', origins: [], value: 'tok_canary', owner: 'u', at: NOW });
  const target = join(kit.dir(), 'copy');
  expect(await store.backup(target)).toMatchObject({ ok: true, value: { runs: 3, blobs: 3 } });
  return { store, target };
};

test('a restored store goes on: its runs are unfinished, its secrets open, new runs are written', async () => {
  const { target } = await small();
  const into = join(kit.dir(), 'restored');
  expect(code(await restore(target, into))).toBe('done');
  const copy = await kit.store({ dir: into });
  expect((await copy.engine.unfinished('', 10)).map((row) => row.id)).toEqual(['run_0', 'run_1', 'run_2']);
  const secret = await copy.in('default').secrets.sealed('default', 'github', 'default');
  expect(opener(keyring(KEY)).openSecret('default', secret!.id, 1, secret!.sealed)).toEqual({
    ok: true,
    value: 'tok_canary',
  });
  await writeAll(copy, [runWrite(runRow('run_0', { seq: 2 }))]);
});

test('a backup holds neither the key nor anything in the clear, and is one file of database (SEC-05)', async () => {
  const { target } = await small();
  expect(readdirSync(target).toSorted()).toEqual(['blobs', BLOB_LIST, 'headgate.db', MANIFEST].toSorted());
  const everything = Buffer.concat(
    readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => readFileSync(join(one.parentPath, one.name))),
  );
  for (const canary of [Buffer.from(KEY), Buffer.from('tok_canary'), Buffer.from('text 1')])
    expect(everything.includes(canary)).toBe(false);
});

test('the store it was taken from is not touched by what happens to the copy', async () => {
  const { store, target } = await small();
  rmSync(blobPath(join(target, 'blobs'), blobOf(0)));
  expect(existsSync(store.blobs.path(blobOf(0)))).toBe(true);
});

test('a folder that is not empty is neither backed up to nor restored into', async () => {
  const { store, target } = await small();
  expect(code(await store.backup(target))).toBe('backup.not_empty');
  const full = kit.dir();
  writeFileSync(join(full, 'mine'), 'x');
  expect(code(await restore(target, full))).toBe('restore.not_empty');
  expect(readdirSync(full)).toEqual(['mine']);
  const empty = kit.dir();
  expect(code(await restore(target, empty))).toBe('done');
});

const damages: [string, string, (copy: string) => void][] = [
  ['a changed database', 'restore.damaged', (copy) => appendFileSync(join(copy, 'headgate.db'), 'x')],
  ['a missing database', 'restore.damaged', (copy) => rmSync(join(copy, 'headgate.db'))],
  ['a changed blob', 'restore.damaged', (copy) => appendFileSync(blobPath(join(copy, 'blobs'), blobOf(1)), 'x')],
  ['a missing blob', 'restore.damaged', (copy) => rmSync(blobPath(join(copy, 'blobs'), blobOf(2)))],
  [
    'a shortened list of blobs',
    'restore.damaged',
    (copy) =>
      writeFileSync(join(copy, BLOB_LIST), readFileSync(join(copy, BLOB_LIST), 'utf8').split('\n').slice(1).join('\n')),
  ],
  [
    'a list that names a path',
    'restore.damaged',
    (copy) => appendFileSync(join(copy, BLOB_LIST), `${'0'.repeat(64)}  ../../../etc/passwd\n`),
  ],
  ['a manifest that is not JSON', 'restore.damaged', (copy) => writeFileSync(join(copy, MANIFEST), '{')],
  ['a manifest of something else', 'restore.damaged', (copy) => writeFileSync(join(copy, MANIFEST), 'null')],
  ['a backup that was not finished', 'restore.no_manifest', (copy) => rmSync(join(copy, MANIFEST))],
];

test('a damaged backup is refused, and leaves nothing behind', async () => {
  const { target } = await small();
  for (const [name, expected, damage] of damages) {
    const at = kit.dir();
    const copy = join(at, 'copy');
    cpSync(target, copy, { recursive: true });
    damage(copy);
    expect([name, code(await restore(copy, join(at, 'into')))]).toEqual([name, expected]);
    expect(readdirSync(at)).toEqual(['copy']);
  }
});

test('an empty store is backed up and restored too', async () => {
  const store = await kit.store();
  const target = kit.dir();
  expect(await store.backup(target)).toMatchObject({ ok: true, value: { runs: 0, blobs: 0 } });
  const into = join(kit.dir(), 'deep', 'down');
  mkdirSync(join(into, '..'), { recursive: true });
  expect(code(await restore(target, into))).toBe('done');
  expect(await (await kit.store({ dir: into })).workspaces.list()).toHaveLength(1);
});

test('DOS-04 a backup with a pipe, a device or a link in it is refused, and nobody waits for it', async () => {
  const { target } = await small();
  const original = { manifest: readFileSync(join(target, MANIFEST)), list: readFileSync(join(target, BLOB_LIST)) };
  const blob = blobPath(join(target, 'blobs'), blobOf(0));
  const bytes = readFileSync(blob);
  const outside = join(kit.dir(), 'outside');
  let into = 0;
  const restored = async (): Promise<string> => {
    into += 1;
    return code(await restore(target, join(kit.dir(), `into${into}`)));
  };
  const replaced: [string, Buffer, string][] = [
    [join(target, MANIFEST), original.manifest, 'restore.no_manifest'],
    [join(target, BLOB_LIST), original.list, 'restore.damaged'],
    [join(target, 'headgate.db'), readFileSync(join(target, 'headgate.db')), 'restore.damaged'],
    [blob, bytes, 'restore.damaged'],
  ];
  for (const [path, whole, refusal] of replaced) {
    // The very bytes, behind a link: it is the link that is refused.
    writeFileSync(outside, whole);
    rmSync(path);
    symlinkSync(outside, path);
    expect(await restored(), path).toBe(refusal);
    rmSync(path);
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    expect(await restored(), path).toBe(refusal);
    rmSync(path);
    symlinkSync('/dev/zero', path);
    expect(await restored(), path).toBe(refusal);
    rmSync(path);
    writeFileSync(path, whole);
  }
  expect(await restored()).toBe('done');
  renameSync(join(target, 'blobs'), join(kit.dir(), 'elsewhere'));
  symlinkSync(join(kit.dir(), 'elsewhere'), join(target, 'blobs'));
  expect(await restored()).toBe('restore.damaged');
});
