import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { takeFile } from '../lock.ts';
import { KEY, kitIn, NOW, openRow, runRow, runWrite, writeAll } from '../testing/kit.ts';
import { opener } from '../vault-open/opener.ts';
import { keyring } from '../vault-seal/keyring.ts';
import { blobLock } from './blobs.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const open = opener(keyring(KEY));

const read = async (path: string, id: string): Promise<Buffer | string> => {
  const opened = await open.openBlob('default', id, path);
  if (!opened.ok) return opened.problem.code;
  const bytes = await opened.value.bytes();
  return bytes.ok ? Buffer.from(bytes.value) : bytes.problem.code;
};

const filesIn = (dir: string): string[] =>
  readdirSync(join(dir, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => one.name);

test('a blob written with a run is on disk, sealed, when the run is durable', async () => {
  const store = await kit.store();
  const plain = randomBytes(200_000);
  await writeAll(store, [runWrite(openRow('run_a'), 'x', { blobs: [{ id: 'blob_of_run_a', bytes: plain }] })]);
  const path = store.blobs.path('blob_of_run_a');
  expect(await read(path, 'blob_of_run_a')).toEqual(plain);
  expect(readFileSync(path).includes(plain.subarray(100, 132))).toBe(false);
});

test('a streamed blob is read back the same, and goes with its run', async () => {
  const store = await kit.store();
  const plain = randomBytes(500_001);
  const sink = store.blobs.sink('default', 'run_a');
  for (let at = 0; at < plain.length; at += 70_000) await sink.write(plain.subarray(at, at + 70_000));
  const { id, size } = await sink.end();
  expect(size).toBe(plain.length);
  await writeAll(store, [runWrite(runRow('run_a'))]);
  expect(await read(store.blobs.path(id), id)).toEqual(plain);
  expect(await store.in('default').runs.remove('run_a')).toBe(true);
  expect(existsSync(store.blobs.path(id))).toBe(false);
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('a long stream takes no memory: at most one frame waits', async () => {
  const store = await kit.store();
  const sink = store.blobs.sink('default', 'run_a');
  const piece = randomBytes(1_000_000);
  const held = async (): Promise<number> => {
    for (let i = 0; i < 3; i += 1) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return process.memoryUsage().arrayBuffers;
  };
  const before = await held();
  for (let i = 0; i < 40; i += 1) await sink.write(piece);
  expect((await held()) - before).toBeLessThan(8_000_000);
  expect((await sink.end()).size).toBe(40_000_000);
});

test('an aborted stream leaves no file', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  const sink = store.blobs.sink('default', 'run_a');
  await sink.write(randomBytes(100_000));
  expect(filesIn(dir)).toHaveLength(1);
  await sink.abort();
  expect(filesIn(dir)).toEqual([]);
});

test('only what is an id becomes a path', async () => {
  const store = await kit.store();
  for (const id of ['', '../../etc', 'a/b/c/d/e/f', 'short', 'x'.repeat(81), 'blob.of.dots', 'nul\0nul\0nul']) {
    expect(() => store.blobs.path(id)).toThrow('blob id');
  }
});

const litter = (dir: string, name: string, age: number): string => {
  const path = join(dir, 'blobs', 'aa', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x');
  utimesSync(path, (NOW - age) / 1000, (NOW - age) / 1000);
  return path;
};

const HOUR = 3_600_000;

test('files that a crash left without a row are collected when they are old; those of rows and of streams are not', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir, clock: () => NOW });
  await writeAll(store, [
    runWrite(openRow('run_a'), 'x', { blobs: [{ id: 'blob_of_run_a', bytes: randomBytes(10) }] }),
  ]);
  const kept = store.blobs.path('blob_of_run_a');
  utimesSync(kept, (NOW - 9 * HOUR) / 1000, (NOW - 9 * HOUR) / 1000);
  const sink = store.blobs.sink('default', 'run_b');
  await sink.write(randomBytes(10));
  const [streaming] = filesIn(dir).filter((name) => name.endsWith('.part'));
  const old = [litter(dir, 'blob_left_over', 2 * HOUR), litter(dir, 'blob_half_done.part', 2 * HOUR)];
  const young = litter(dir, 'blob_of_another_process', HOUR / 2);
  expect(await store.engine.collectLitter()).toBe(2);
  for (const path of old) expect(existsSync(path)).toBe(false);
  for (const path of [kept, young]) expect(existsSync(path)).toBe(true);
  expect(filesIn(dir)).toContain(streaming);
  await sink.abort();
});

test('while a backup holds the blobs nothing is unlinked; it is collected later', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir, clock: () => Number.MAX_SAFE_INTEGER });
  await writeAll(store, [runWrite(runRow('run_a'), 'x', { blobs: [{ id: 'blob_of_run_a', bytes: randomBytes(10) }] })]);
  const path = store.blobs.path('blob_of_run_a');
  const hold = takeFile(blobLock(dir), 'shared');
  expect(await store.in('default').runs.remove('run_a')).toBe(true);
  expect(existsSync(path)).toBe(true);
  expect(await store.engine.collectLitter()).toBe(0);
  hold?.release();
  expect(await store.engine.collectLitter()).toBe(1);
  expect(existsSync(path)).toBe(false);
});
