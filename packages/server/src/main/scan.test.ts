import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matcher } from '@headgate/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scan } from './scan.ts';

const mixed = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hJ3kL5mN7pQ9rS1tU3vW5xY7z';
const token = `ghp_${mixed.slice(0, 36)}`;
const value = 'canary-9b1f6a70c4e25d38-Zq';
const guard = new Matcher([{ name: 'canary', value }]);
let dir: string;
const write = (name: string, text: string | Buffer): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};
const looked = (...paths: string[]) => scan(guard, paths.length === 0 ? [dir] : paths, () => undefined);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-scan-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('findings have file, line, column and kind, and not the value', async () => {
  const path = write(
    'a.json',
    `{\n  "x": "${token}",\n  "y": "${Buffer.from(value).toString('hex')}", "z": "${value}"\n}\n`,
  );
  const done = await looked();
  expect(done.findings).toEqual([
    { file: path, line: 2, column: 9, kind: 'key github' },
    { file: path, line: 3, column: 9, kind: 'secret canary' },
    { file: path, line: 3, column: 70, kind: 'secret canary' },
  ]);
  expect(JSON.stringify(done)).not.toContain(token.slice(4, 20));
  expect(JSON.stringify(done)).not.toContain(value.slice(8));
});

test('the slower rules add what the table does not know', async () => {
  write('env', 'AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYSAMPLEKEYZ"\n');
  expect((await looked()).findings.map(({ kind }) => kind)).toEqual(['key aws']);
});

test('clean files give nothing, and are counted', async () => {
  write('a.txt', 'a perfectly clean text');
  write('b.txt', '');
  expect(await looked()).toEqual({ findings: [], files: 2, bytes: 22, skipped: [] });
});

test('SC1 SC2 what is not looked through is said: binary, huge, linked, passed by', async () => {
  write('binary', Buffer.from(`\0\0${token}`));
  write('huge', Buffer.alloc(20_000_001, 'a'));
  symlinkSync('/etc', join(dir, 'link'));
  mkdirSync(join(dir, '.git'));
  write('.git/config', token);
  const { findings, skipped } = await looked();
  expect(findings).toEqual([]);
  expect(skipped.map(({ file, why }) => [file.slice(dir.length + 1), why])).toEqual([
    ['.git', 'passed by'],
    ['binary', 'binary'],
    ['huge', 'larger than 20 MB'],
    ['link', 'a link'],
  ]);
});

test('a text in UTF-16 is read as one, and a folder that is named is looked through whatever it is called', async () => {
  mkdirSync(join(dir, 'node_modules'));
  const path = write('node_modules/wide.txt', Buffer.from(`\ufeff${token}`, 'utf16le'));
  expect((await looked(join(dir, 'node_modules'))).findings).toEqual([
    { file: path, line: 1, column: 1, kind: 'key github' },
  ]);
});

test('a path that is not there is no empty scan', async () => {
  await expect(looked(join(dir, 'nowhere'))).rejects.toThrow('ENOENT');
});
