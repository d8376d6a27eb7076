/**
 * Landlock by itself, without the filters that deny the same calls in a runner: a layer that others hide has to be seen
 * to hold. A process locks itself and then tries.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-landlock-'));
  writeFileSync(join(dir, 'open'), 'may be read');
  writeFileSync(join(dir, 'closed'), 'a canary');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What a process finds that names one file as readable, after it has locked itself, or without. */
const tries = (locked: boolean): { version: number; open: string; closed: string; written: string } => {
  const code = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { landlock, noNewPrivileges } from ${JSON.stringify(new URL('./child/lock.ts', import.meta.url).href)};
    const [open, closed] = ${JSON.stringify([join(dir, 'open'), join(dir, 'closed')])};
    const version = ${String(locked)} && noNewPrivileges() ? landlock([process.execPath, open]) : 0;
    const attempt = (act) => { try { return act() } catch (error) { return error.code } };
    const found = { version, open: attempt(() => readFileSync(open, 'utf8')), closed: attempt(() => readFileSync(closed, 'utf8')),
      written: attempt(() => { writeFileSync(open, 'may be read'); return 'written' }) };
    process.stdout.write(JSON.stringify(found));`;
  const done = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', code], {
    encoding: 'utf8',
    timeout: 20_000,
    cwd: import.meta.dirname,
  });
  return JSON.parse(done.stdout) as ReturnType<typeof tries>; // parse boundary: our own child
};

test('SBX-09: a process that locked itself reads what it named and nothing else, and writes nothing', () => {
  const { version, ...found } = tries(true);
  expect(version).toBeGreaterThan(0);
  expect(found).toEqual({ open: 'may be read', closed: 'EACCES', written: 'EACCES' });
});

test('SBX-09: its twin: without the lock the same process reads both and writes', () => {
  expect(tries(false)).toEqual({ version: 0, open: 'may be read', closed: 'a canary', written: 'written' });
});
