import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readRegular } from './regular-file.ts';
import { secretsFile } from './secrets-file.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'headgate-regular-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const pipe = join(dir, 'pipe');
spawnSync('mkfifo', [pipe]);

test('DOS-04 a pipe that nobody writes to, a device without end, a folder and too long a file are refused at once', () => {
  const said = (path: string, most?: number): string => {
    const read = readRegular(path, most);
    return read.ok ? 'read' : `${read.problem.code}: ${read.problem.text}`;
  };
  for (const path of [pipe, '/dev/zero', '/dev/stdin', dir])
    expect(said(path), path).toMatch(/^file\.unreadable: .* \((not a regular file|ENXIO)\)$/);
  expect(said(join(dir, 'none'))).toContain('(ENOENT)');
  const file = join(dir, 'file');
  writeFileSync(file, 'twelve bytes');
  expect(readRegular(file)).toEqual({ ok: true, value: Buffer.from('twelve bytes') });
  expect(said(file, 11)).toContain('more than');
});

test('DOS-04 nor do the files of keys and secrets wait for a pipe', () => {
  expect(secretsFile(pipe, () => undefined)).toMatchObject({ ok: false });
  expect(loadKeyFile(pipe)).toMatchObject({ ok: false });
});
