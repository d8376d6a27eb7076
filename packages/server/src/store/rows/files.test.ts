import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import type { FileContent, FileRow } from '../file.ts';
import type { Store, WorkspaceStore } from '../ports.ts';
import { DATABASE } from '../schema/migrate.ts';
import { kitIn, NOW, runRow, runWrite, writeAll } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const content = async (space: WorkspaceStore, ...parts: readonly Uint8Array[]): Promise<FileContent> => {
  const sink = space.files.sink();
  for (const part of parts) await sink.add(part);
  return sink.end();
};

const put = async (
  space: WorkspaceStore,
  path: string,
  text: string,
  more: { only?: 'new' | number; project?: string } = {},
) =>
  space.files.put({
    id: `file_${space.workspace}_${path.replaceAll('/', '_')}`,
    project: 'default',
    path,
    type: 'text/plain',
    content: await content(space, bytes(text)),
    by: 'user_ada',
    at: NOW,
    ...more,
  });

const row = (made: FileRow | string): FileRow => {
  if (typeof made === 'string') throw new Error(made);
  return made;
};

const stored = async (space: WorkspaceStore): Promise<number> => (await space.limits.usage(NOW)).bytes;

const on = (store: Store, made: FileRow): boolean => existsSync(store.blobs.path(made.blob));

test('a file is found by its path and by its id, with what was written last and a higher version', async () => {
  const space = (await kit.store()).in('default');
  const first = row(await put(space, 'in/a.csv', 'one'));
  const second = row(await put(space, 'in/a.csv', 'two, longer'));
  expect(second).toMatchObject({ id: first.id, version: 2, size: 11, plain: true, created: NOW });
  expect(second.hash).not.toBe(first.hash);
  expect(await space.files.at('default', 'in/a.csv')).toEqual(second);
  expect(await space.files.get('default', first.id)).toEqual(second);
  expect(await space.files.get('default', 'file_0')).toBeNull();
});

test('the same content lies once in a workspace, and its bytes count once, until its last name goes', async () => {
  const store = await kit.store();
  const space = store.in('default');
  const before = await stored(space);
  const one = row(await put(space, 'a', 'the same bytes'));
  const two = row(await put(space, 'b', 'the same bytes'));
  expect(two.blob).toBe(one.blob);
  expect(await stored(space)).toBe(before + 14);
  await space.files.remove('default', one.id);
  expect(on(store, two)).toBe(true);
  expect(await stored(space)).toBe(before + 14);
  await space.files.remove('default', two.id);
  expect(on(store, two)).toBe(false);
  expect(await stored(space)).toBe(before);
});

test('content that is written over is gone from the disk, and its bytes are given back', async () => {
  const store = await kit.store();
  const space = store.in('default');
  const first = row(await put(space, 'a', 'what it held before'));
  const second = row(await put(space, 'a', 'now'));
  expect([on(store, first), on(store, second)]).toEqual([false, true]);
  expect(await stored(space)).toBe(3);
  expect(store.engine.limits.bytes('default')).toBe(3);
});

test('the hash of content is keyed by workspace: the same bytes elsewhere have another, and no plain one is kept', async () => {
  const store = await kit.store();
  await store.workspaces.create({ id: 'other', name: 'Other', at: NOW });
  const mine = row(await put(store.in('default'), 'a', 'known to everybody'));
  const theirs = row(await put(store.in('other'), 'a', 'known to everybody'));
  expect(mine.hash).not.toBe(theirs.hash);
  expect(mine.blob).not.toBe(theirs.blob);
});

test('a name that must be new, or at a version, is left as it is when it is not, and the content let go', async () => {
  const store = await kit.store();
  const space = store.in('default');
  const first = row(await put(space, 'a', 'first', { only: 'new' }));
  expect(await put(space, 'a', 'second', { only: 'new' })).toBe('taken');
  expect(await put(space, 'a', 'second', { only: 2 })).toBe('taken');
  expect(await put(space, 'a', 'third', { project: 'proj_0' })).toBe('missing');
  expect(await stored(space)).toBe(5);
  expect(await space.files.at('default', 'a')).toEqual(first);
  expect(row(await put(space, 'a', 'second', { only: 1 }))).toMatchObject({ version: 2, size: 6 });
});

test('files are listed in the order of their paths, page by page, below a prefix and no sibling of it', async () => {
  const space = (await kit.store()).in('default');
  for (const path of ['in/b', 'in/a', 'in/\u{1f600}', 'in-evil/a', 'in', 'z']) await put(space, path, path);
  const paths = async (more: { prefix?: string; after?: string; limit?: number }) =>
    (await space.files.list({ project: 'default', limit: 9, ...more })).map(({ path }) => path);
  expect(await paths({ prefix: 'in/' })).toEqual(['in/a', 'in/b', 'in/\u{1f600}']);
  expect(await paths({ limit: 2 })).toEqual(['in', 'in-evil/a']);
  expect(await paths({ after: 'in-evil/a', limit: 2 })).toEqual(['in/a', 'in/b']);
});

test('text is told from other bytes, also where a character is cut between two chunks', async () => {
  const space = (await kit.store()).in('default');
  const euro = bytes('€ euro');
  expect((await content(space, euro.subarray(0, 1), euro.subarray(1))).plain).toBe(true);
  expect((await content(space, euro.subarray(0, 1))).plain).toBe(false);
  expect((await content(space, Uint8Array.of(65, 0, 66))).plain).toBe(false);
  expect((await content(space, Uint8Array.of(0xff, 0xd8))).plain).toBe(false);
});

test('a run keeps the content it was lent when the file goes, and its end gives it back', async () => {
  const store = await kit.store();
  const space = store.in('default');
  await writeAll(store, [runWrite(runRow('run_a')), runWrite(runRow('run_b'))]);
  const made = row(await put(space, 'a', 'read by a run'));
  expect(await space.files.lend('run_a', made)).toBe(true);
  expect(await space.files.isOf('run_a', made.blob)).toBe(true);
  expect(await space.files.isOf('run_b', made.blob)).toBe(false);
  await space.files.remove('default', made.id);
  expect(on(store, made)).toBe(true);
  expect(await space.files.lend('run_b', made)).toBe(false);
  await space.runs.remove('run_a');
  expect(on(store, made)).toBe(false);
});

test('content that a crash left without a name is let go after an hour, and no other', async () => {
  let now = NOW;
  const store = await kit.store({ clock: () => now });
  const space = store.in('default');
  const named = row(await put(space, 'a', 'has a name'));
  const lost = await content(space, bytes('has none'));
  await store.engine.collectLitter();
  expect(existsSync(store.blobs.path(lost.blob))).toBe(true);
  now += 2 * 60 * 60 * 1000;
  await store.engine.collectLitter();
  expect(existsSync(store.blobs.path(lost.blob))).toBe(false);
  expect(on(store, named)).toBe(true);
  expect(await stored(space)).toBe(10);
});

test('a backup holds the files, and a restored one opens', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  const made = row(await put(store.in('default'), 'a', 'in the backup'));
  const copy = join(kit.dir(), 'copy');
  expect(await store.backup(copy)).toMatchObject({ ok: true, value: { blobs: 1 } });
  const database = new DatabaseSync(join(copy, DATABASE), { readOnly: true });
  expect(database.prepare('select path, blob from file').get()).toEqual({ path: 'a', blob: made.blob });
  database.close();
});

test('a project with files in it is not removed, and a workspace that ends takes its files along', async () => {
  const store = await kit.store();
  await store.workspaces.create({ id: 'going', name: 'Going', at: NOW });
  const space = store.in('going');
  await space.projects.create({ id: 'proj_a', name: 'A', at: NOW });
  const made = row(await put(space, 'a', 'of a project', { project: 'proj_a' }));
  expect(await space.projects.remove('proj_a')).toBe('used');
  await store.workspaces.end('going', { by: 'user_ada', at: NOW });
  expect(await space.files.get('proj_a', made.id)).toBeNull();
  await store.engine.ends.dropRuns('going', 10);
  expect(on(store, made)).toBe(false);
  await store.engine.ends.finish('going');
});
