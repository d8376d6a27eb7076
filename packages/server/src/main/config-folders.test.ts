import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFolders } from './config-folders.ts';

let base: string;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'headgate-config-'));
  for (const name of ['scans', 'out', 'state/blobs']) mkdirSync(join(base, name), { recursive: true });
  writeFileSync(join(base, 'file'), 'x');
  symlinkSync(join(base, 'state'), join(base, 'link'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const read = (text: string) => readFolders(text.replaceAll('BASE', base), [join(base, 'state')]);

test('folders are opened by name, for reading or for writing too, for one workspace', () => {
  expect(read('scans=BASE/scans, out@w_4f=BASE/out:rw')).toEqual({
    ok: true,
    value: [
      { name: 'scans', workspace: 'default', path: join(base, 'scans'), writable: false },
      { name: 'out', workspace: 'w_4f', path: join(base, 'out'), writable: true },
    ],
  });
  expect(read('')).toEqual({ ok: true, value: [] });
});

test('what is no folder, belongs to the system or to the server itself stops the start', () => {
  for (const text of [
    'scans',
    'scans=relative',
    'Scans=BASE/scans',
    '../x=BASE/scans',
    'scans=BASE/none',
    'scans=BASE/file',
    'root=/',
    'proc=/proc/self',
    'etc=/etc',
    'dev=/dev',
    'state=BASE/state',
    'blobs=BASE/state/blobs',
    'all=BASE',
    'link=BASE/link',
    'a=BASE/scans,a=BASE/out',
  ])
    expect([text, read(text)]).toMatchObject([text, { ok: false, problem: { code: 'config.folders' } }]);
});
