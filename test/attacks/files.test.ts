/**
 * Attacks on folders of the server's disk that its admin opened to flows: out of them by links, by names that look alike, by
 * what is no file; into what programs load. What lies outside is the same before and after (FS-0).
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';

const CANARY = 'canary-5b1e0c-outside';

let base: string;
let server: TestServer;
let key: string;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'headgate-folders-'));
  for (const name of ['scans/2026', 'scans-private', 'out/hooks', 'outside'])
    mkdirSync(join(base, name), { recursive: true });
  writeFileSync(join(base, 'scans/2026/a.txt'), 'a scan');
  writeFileSync(join(base, 'scans/b.txt'), 'another');
  writeFileSync(join(base, 'scans-private/a.txt'), CANARY);
  writeFileSync(join(base, 'outside/secret.txt'), CANARY);
  symlinkSync(join(base, 'outside/secret.txt'), join(base, 'scans/link.txt'));
  symlinkSync(join(base, 'outside'), join(base, 'scans/folder'));
  symlinkSync('../outside/secret.txt', join(base, 'out/link.txt'));
  symlinkSync('../outside', join(base, 'out/folder'));
  const folders = `scans=${join(base, 'scans')}, out=${join(base, 'out')}:rw, theirs@other=${join(base, 'scans')}`;
  server = await startServer({ folders });
  key = (await server.key()).plain;
});
afterAll(async () => {
  await server.close();
  rmSync(base, { recursive: true, force: true });
});

/** Names, kinds and content of everything outside of what flows may write. */
const outside = (): string => {
  const hash = createHash('sha256');
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder).toSorted()) {
      const path = join(folder, name);
      const stat = lstatSync(path);
      hash.update(`${path} ${stat.mode} ${stat.mtimeMs}\n`);
      if (stat.isDirectory()) walk(path);
      else if (stat.isFile()) hash.update(readFileSync(path));
    }
  };
  for (const name of ['outside', 'scans', 'scans-private']) walk(join(base, name));
  return hash.digest('hex');
};

type Ended = { readonly state: string; readonly output: unknown; readonly problem: { readonly code: string } | null };

/** Runs one step with everything on disk lent to it, and answers its output or the code of its problem. */
const run = async (kind: string, settings: object, power = 'file: read,write disk/', as = key): Promise<unknown> => {
  const draft = { headgate: 1, name: 'Disk', steps: [{ id: 'one', kind, with: settings }], output: '{{ steps.one }}' };
  const { id } = (await server.ask('POST', '/api/v1/flows', { key: as, body: { draft, from: 'file' } })).json as {
    id: string;
  };
  await server.ask('POST', `/api/v1/flows/${id}/grants`, { key: as, body: { grants: [{ step: 'one', power }] } });
  const done = await server.ask('POST', `/api/v1/flows/${id}/runs`, {
    key: as,
    body: { draft: true, input: {}, wait: 20 },
  });
  const { state, output, problem } = done.json as Ended;
  expect(JSON.stringify(done.json)).not.toContain(CANARY);
  return state === 'done' ? output : (problem?.code ?? state);
};
const read = (path: string, power?: string) => run('file.read@1', { path: `disk/${path}` }, power);
const write = (path: string, content = 'x') => run('file.write@1', { path: `disk/${path}`, content });

test('FS-04 twin: what lies in an opened folder is read, listed, written, written over and deleted', async () => {
  expect(await read('scans/2026/a.txt')).toBe('a scan');
  expect(await read('scans/2026/a.txt', 'file: read disk/scans/2026/')).toBe('a scan');
  expect(await run('file.list@1', { folder: 'disk/scans/' })).toMatchObject({
    files: [{ path: 'disk/scans/2026/a.txt', size: 6 }, { path: 'disk/scans/b.txt' }],
    next: null,
  });
  expect(await run('file.list@1', { folder: 'disk/scans/', limit: 1 })).toMatchObject({
    next: 'disk/scans/2026/a.txt',
  });
  expect(await run('file.list@1', { folder: 'disk/scans/', after: 'disk/scans/2026/a.txt' })).toMatchObject({
    files: [{ path: 'disk/scans/b.txt' }],
  });
  expect(await write('out/new/deep/a.txt', 'one')).toMatchObject({ path: 'disk/out/new/deep/a.txt', size: 3 });
  expect(await write('out/new/deep/a.txt', 'two!')).toMatchObject({ size: 4 });
  expect(readFileSync(join(base, 'out/new/deep/a.txt'), 'utf8')).toBe('two!');
  expect(readdirSync(join(base, 'out/new/deep'))).toEqual(['a.txt']);
  expect(await run('file.delete@1', { path: 'disk/out/new/deep/a.txt' })).toEqual({ deleted: true });
  expect(existsSync(join(base, 'out/new/deep/a.txt'))).toBe(false);
});

test('FS-04 a sibling that shares the beginning of its name, and a link out, lead nowhere, for reading, listing, writing and deleting', async () => {
  const before = outside();
  for (const path of [
    'scans-private/a.txt',
    'scans/link.txt',
    'scans/folder/secret.txt',
    'out/link.txt',
    'out/folder/secret.txt',
    'Scans/b.txt',
  ])
    expect([path, await read(path)]).toEqual([path, 'file.missing']);
  expect(await run('file.list@1', { folder: 'disk/scans/folder/' })).toEqual({ files: [], next: null });
  expect(await write('out/link.txt')).toBe('file.special');
  expect(await write('out/folder/new.txt')).toBe('file.missing');
  expect(await run('file.delete@1', { path: 'disk/out/link.txt' })).toBe('file.special');
  expect(await run('file.delete@1', { path: 'disk/out/folder/secret.txt' })).toEqual({ deleted: false });
  expect(outside()).toBe(before);
});

test('FS-04 a folder that is swapped for a link again and again while it is read never shows what lies behind the link', async () => {
  const [real, aside] = [join(base, 'out/swap'), join(base, 'out/aside')];
  mkdirSync(real);
  writeFileSync(join(real, 'secret.txt'), 'harmless');
  let on = true;
  const swapping = (async () => {
    while (on) {
      renameSync(real, aside);
      symlinkSync('../outside', real);
      await new Promise((resolve) => setImmediate(resolve));
      rmSync(real);
      renameSync(aside, real);
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const seen = new Set<unknown>();
  for (let i = 0; i < 40; i += 1) seen.add(await read('out/swap/secret.txt'));
  on = false;
  await swapping;
  expect([...seen].filter((one) => one !== 'harmless' && one !== 'file.missing')).toEqual([]);
  rmSync(real, { recursive: true });
});

test('FS-05 a pipe, a socket, a folder and a file of a terabyte are refused at once, and the server answers on', async () => {
  execFileSync('mkfifo', [join(base, 'out/pipe')]);
  const socket = createServer().listen(join(base, 'out/socket'));
  await new Promise((resolve) => socket.once('listening', resolve));
  writeFileSync(join(base, 'out/sparse'), '');
  truncateSync(join(base, 'out/sparse'), 1024 ** 4);
  try {
    for (const [path, code] of [
      ['out/pipe', 'file.missing'],
      ['out/socket', 'file.missing'],
      ['out/hooks', 'file.missing'],
      ['out/sparse', 'file.size'],
    ] as const) {
      const began = performance.now();
      expect([path, await read(path)]).toEqual([path, code]);
      expect(performance.now() - began).toBeLessThan(2_000);
    }
    expect(await run('file.read@1', { path: 'disk/out/sparse', as: 'reference' })).toBe('file.size');
    expect(await write('out/pipe')).toBe('file.special');
    expect((await server.ask('GET', '/health')).status).toBe(200);
  } finally {
    socket.close();
    for (const name of ['pipe', 'sparse']) rmSync(join(base, 'out', name));
  }
});

test('FS-02 FS-11 nothing is written under names that programs load, nor where the folder is open for reading alone', async () => {
  const before = outside();
  for (const path of ['out/.bashrc', 'out/.git/hooks/post-checkout', 'out/hooks/.profile'])
    expect([path, await write(path)]).toEqual([path, 'file.missing']);
  for (const path of ['out/../outside/x', 'out/hooks/../../outside/x', 'out//x', 'out/./x'])
    expect([path, await write(path)]).toEqual([path, 'file.path']);
  expect(await write('scans/x')).toBe('file.readonly');
  expect(await run('file.delete@1', { path: 'disk/scans/b.txt' })).toBe('file.readonly');
  expect(readdirSync(join(base, 'out')).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(outside()).toBe(before);
  // The twin: any other name.
  expect(await write('out/hooks/plain.txt')).toMatchObject({ size: 1 });
});

test('SBX-09 to a step that was not lent the folder, what is there and what is not are told alike', async () => {
  const power = 'file: read,write disk/out/';
  expect(await read('scans/b.txt', power)).toBe('grant.missing');
  expect(await read('scans/none.txt', power)).toBe('grant.missing');
  expect(await read('nothing/b.txt', power)).toBe('grant.missing');
});

test('FS-10 a folder is opened to the flows of one workspace, and every file of a project is none of a disk', async () => {
  const other = (await server.key({ workspace: 'other' })).plain;
  const asOther = (path: string) => run('file.read@1', { path }, 'file: read disk/', other);
  expect(await asOther('disk/scans/b.txt')).toBe('file.missing');
  expect(await read('theirs/b.txt')).toBe('file.missing');
  expect(await asOther('disk/theirs/b.txt')).toBe('another');
  expect(await read('scans/b.txt', 'file: read,write *')).toBe('grant.missing');
  expect((await server.ask('PUT', '/api/v1/files?path=disk/out/x', { key, body: 'x' })).status).toBe(422);
});
