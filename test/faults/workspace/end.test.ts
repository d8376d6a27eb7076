/**
 * SIGKILL at every stage of deleting a workspace, and at moments that nobody chose: from the first moment nobody gets in, the
 * next start goes on, nothing is left but the audit trail, and the workspace beside it is as it was.
 */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openStore } from '../../../packages/server/src/store/open.ts';
import { belongings } from '../../fixtures/world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const KEY = randomBytes(32);
const HOUR = 3_600_000;

let root = '';
let full = '';
let dir = '';
let count = 0;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'headgate-workspace-end-'));
  full = join(root, 'full');
  const filled = await child(full, 'fill');
  expect([filled.killed, filled.out.trim()]).toEqual([true, 'filled']);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  count += 1;
  dir = join(root, `copy-${count}`);
  cpSync(full, dir, { recursive: true });
});

const child = (
  of: string,
  order: string,
  stage = '',
  times = 1,
  killAfter?: number,
): Promise<{ out: string; killed: boolean }> =>
  new Promise((resolve, reject) => {
    const args = ['--conditions=headgate-source', CHILD, of, KEY.toString('base64'), order, stage, String(times)];
    const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    running.stdout.on('data', (part: Buffer) => (out += part.toString()));
    running.stderr.on('data', (part: Buffer) => (err += part.toString()));
    const timer = killAfter === undefined ? null : setTimeout(() => running.kill('SIGKILL'), killAfter);
    running.on('close', (code, signal) => {
      if (timer !== null) clearTimeout(timer);
      if (signal === 'SIGKILL') resolve({ out, killed: true });
      else if (code === 0 && err === '') resolve({ out, killed: false });
      else reject(new Error(`the child ended with ${code}: ${err}`));
    });
  });

const rows = (sql: string): Record<string, unknown>[] => {
  const database = new DatabaseSync(join(dir, 'headgate.db'), { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
};

const files = (): string[] =>
  readdirSync(join(dir, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => one.name)
    .toSorted();

/** Runs that were under way go on when the server starts; those that then fail are told of. */
const CHANGING: ReadonlySet<string> = new Set(['run', 'journal', 'stored', 'user_session', 'notice', 'notice_for']);

/** What does not change when runs that were under way are taken up again. */
const still = (of: string): string => {
  const tables = JSON.parse(belongings(of, 'other')) as [string, Record<string, unknown>[]][];
  const kept = tables.filter(([name]) => !CHANGING.has(name));
  return JSON.stringify(kept);
};

const shut = (): void => {
  for (const table of ['member', 'api_key', 'secret', 'power_grant', 'engine_token'])
    expect([table, rows(`select * from ${table} where workspace = 'doomed'`)]).toEqual([table, []]);
};

const allGone = async (): Promise<void> => {
  const left = JSON.parse(belongings(dir, 'doomed')) as [string, unknown[]][];
  expect(left.filter(([, found]) => found.length > 0)).toEqual([]);
  expect(rows("select id from workspace where id = 'doomed'")).toEqual([]);
  expect(rows('select blob from blob_use where run not in (select id from run)')).toEqual([]);
  expect(rows('select * from journal where run not in (select n from run)')).toEqual([]);
  // What a kill between a commit and its files left is litter an hour later.
  const store = await openStore({ dir, key: KEY, clock: () => Date.now() + 2 * HOUR });
  try {
    await store.engine.collectLitter();
    expect((await store.engine.checkAudit()).fault).toBeNull();
  } finally {
    await store.close();
  }
  expect(files()).toEqual(rows("select id from blob where workspace = 'other' order by id").map((row) => row['id']));
  const told = rows("select actor from audit where workspace = '*' and action = 'workspace.deleted'");
  expect(new Set(told.map((row) => row['actor']))).toEqual(new Set(['u_doomed']));
  expect(still(dir)).toBe(still(full));
  const states = rows("select state, count(*) as n from run where workspace = 'other' group by state order by state");
  // Those that were calling somebody are in doubt or failed, as after any crash; none is gone.
  expect(states.reduce((sum, row) => sum + Number(row['n']), 0)).toBe(120);
  expect(states.find((row) => row['state'] === 'waiting')?.['n']).toBe(5);
};

test.each([
  ['begun', 1],
  ['stopped', 1],
  ['runs', 1],
  ['runs', 2],
  ['flows', 1],
  ['rows', 1],
  ['told', 1],
] as const)('killed at "%s" (time %i), nobody gets in, and the next start ends it', async (stage, times) => {
  const cut = await child(dir, 'go', stage, times);
  expect([cut.killed, cut.out.trim().split('\n').at(-1)]).toEqual([true, stage]);
  shut();
  const again = await child(dir, 'go');
  expect(again.out.trim().split('\n').at(-1)).toBe('ok');
  await allGone();
});

test('killed again and again, at moments that nobody chose, it comes to the same end', async () => {
  let kills = 0;
  for (let i = 1; i < 20; i += 1) {
    const one = await child(dir, 'go', '', 1, 250 + i * 40);
    if (!one.killed) break;
    kills += 1;
    if (rows('select * from workspace_end').length > 0) shut();
  }
  expect(kills).toBeGreaterThan(3);
  await child(dir, 'go');
  await allGone();
});

test('twin: uncut it goes through its stages once, and says how many runs there were', async () => {
  const done = await child(dir, 'go');
  expect([...new Set(done.out.trim().split('\n'))]).toEqual([
    'begun',
    'stopped',
    'runs',
    'flows',
    'rows',
    'told',
    'done',
    'ok',
  ]);
  await allGone();
  expect(rows("select object from audit where action = 'workspace.deleted'")).toEqual([
    { object: 'doomed doomed: 120 runs' },
  ]);
});
