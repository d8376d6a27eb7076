/** The lock of a checkout: many processes, one at a time, whatever died before. Invariants L1 to L3 of bin/house/lock.mjs. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../boundaries/tree.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Enters the lock, notes that it is in, waits a little, notes that it is out. */
const VISITOR = `
import { appendFileSync } from 'node:fs';
const { alone } = await import(process.argv[1]);
await alone(process.argv[2], async () => {
  appendFileSync(process.argv[3], 'in ');
  await new Promise((resolve) => setTimeout(resolve, 40));
  appendFileSync(process.argv[3], 'out ');
});
`;

const visit = () =>
  new Promise<number | null>((resolve) => {
    const args = [
      '--input-type=module',
      '-e',
      VISITOR,
      join(ROOT, 'bin/house/lock.mjs'),
      join(folder, 'at'),
      join(folder, 'log'),
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('close', resolve);
  });

const log = () => readFileSync(join(folder, 'log'), 'utf8').trim();
const host = hostname().replace(/[^A-Za-z0-9.-]/g, '_');
const occupy = (owner: string) => {
  mkdirSync(join(folder, 'at', 'lock'), { recursive: true });
  writeFileSync(join(folder, 'at', 'lock', owner), '');
};

test('L1: six processes are in it one after the other, and leave nothing behind', async () => {
  expect(await Promise.all(Array.from({ length: 6 }, visit))).toEqual([0, 0, 0, 0, 0, 0]);
  expect(log()).toBe(Array.from({ length: 6 }, () => 'in out').join(' '));
  expect(readdirSync(join(folder, 'at'))).toEqual([]);
});

test('L2: the lock of a dead process is taken over by one of many claimants at a time', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  occupy(`${host}~${dead}~1`);
  expect(await Promise.all(Array.from({ length: 5 }, visit))).toEqual([0, 0, 0, 0, 0]);
  expect(log()).toBe(Array.from({ length: 5 }, () => 'in out').join(' '));
});

test.runIf(process.platform === 'linux')(
  'L3: a process number that was given to another process does not keep the lock',
  async () => {
    occupy(`${host}~${process.pid}~1`);
    expect(await visit()).toBe(0);
    expect(log()).toBe('in out');
  },
);

test('the lock of a living process is respected', async () => {
  const stat = process.platform === 'linux' ? readFileSync(`/proc/${process.pid}/stat`, 'utf8') : ') ';
  const begin = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  occupy(`${host}~${process.pid}~${begin}`);
  const visitor = visit();
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(readdirSync(folder)).not.toContain('log');
  rmSync(join(folder, 'at', 'lock'), { recursive: true });
  expect(await visitor).toBe(0);
});
