/** Processes killed in the middle of writing, and files whose unsynced end was torn: no acknowledged run is lost. */

import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { openStore } from '../../../packages/server/src/store/open.ts';
import { DATABASE } from '../../../packages/server/src/store/schema/migrate.ts';
import { KEY, openRow, runWrite } from '../../../packages/server/src/store/testing/kit.ts';
import { opener } from '../../../packages/server/src/store/vault-open/opener.ts';
import { keyring } from '../../../packages/server/src/store/vault-seal/keyring.ts';
import { startChild } from './kit.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const fresh = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-crash-'));
  dirs.push(dir);
  return join(dir, 'store');
};

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const open = opener(keyring(KEY));

/** Of runs and how many of their events were acknowledged: those that lack some, or whose journal has a gap. */
const lost = async (dir: string, acknowledged: ReadonlyMap<string, number>): Promise<string[]> => {
  const store = await openStore({ dir, key: KEY, clock: () => 0 });
  const found: string[] = [];
  for (const [id, events] of acknowledged) {
    const row = await store.in('default').runs.get(id);
    const chunks = await store.in('default').runs.chunks(id, 0, 100);
    const seqs = chunks.flatMap((one) => {
      const text = open.openChunk('default', id, one.from, one.sealed);
      return text.ok ? (JSON.parse(text.value) as { seq: number }[]).map((event) => event.seq) : [];
    });
    const whole = seqs.every((seq, i) => seq === i + 1) && seqs.length === (row?.seq ?? 0);
    if (row === null || !whole || seqs.length < events)
      found.push(`${id}: ${events} acknowledged, ${seqs.join()} found`);
  }
  await store.close();
  const database = new DatabaseSync(join(dir, DATABASE));
  if (database.prepare('pragma integrity_check').get()?.['integrity_check'] !== 'ok')
    found.push('the database is damaged');
  database.close();
  return found;
};

test('a writer killed again and again at any moment loses nothing that it acknowledged', async () => {
  const dir = fresh();
  const acknowledged = new Map<string, number>();
  for (let life = 1; life <= 4; life += 1) {
    const child = startChild('untilKilled', dir, life);
    await child.line('ack ');
    await later(40 + life * 90);
    child.process.kill('SIGKILL');
    expect(await child.ended).toBe('SIGKILL');
    for (const line of child.lines) {
      const [word, id = '', seq = ''] = line.split(' ');
      if (word === 'ack') acknowledged.set(id, Number(seq));
    }
    expect(await lost(dir, acknowledged)).toEqual([]);
  }
  expect(acknowledged.size).toBeGreaterThan(100);
}, 60_000);

const WAL = `${DATABASE}-wal`;

/** What a power cut may leave of pages that no fsync covered yet: `synced` bytes are safe, the rest is not. */
const TEARS: readonly [string, (wal: Buffer, synced: number) => Buffer][] = [
  ['lost the whole tail', (wal, synced) => wal.subarray(0, synced)],
  ['cut the last frame in two', (wal, synced) => wal.subarray(0, Math.max(synced, wal.length - 2000))],
  ['kept ten bytes of the tail', (wal, synced) => wal.subarray(0, synced + 10)],
  [
    'changed bytes all over the tail',
    (wal, synced) => {
      const torn = Buffer.from(wal);
      for (let at = synced; at < torn.length; at += 997) torn[at] = (torn[at] ?? 0) ^ 0xff;
      return torn;
    },
  ],
  [
    'filled the tail with zeros',
    (wal, synced) => Buffer.concat([wal.subarray(0, synced), Buffer.alloc(wal.length - synced)]),
  ],
  ['changed the last byte', (wal) => Buffer.concat([wal.subarray(0, -1), Buffer.of((wal.at(-1) ?? 0) ^ 1)])],
  [
    'put old frames after the end',
    (wal, synced) => Buffer.concat([wal.subarray(0, synced), wal.subarray(32, 32 + 3 * 4120)]),
  ],
];

test('a torn last page, whatever it looks like, loses no acknowledged run, and writing goes on', async () => {
  const dir = fresh();
  const child = startChild('thenUntold', dir, 20);
  const last = await child.line('ack run_19 ');
  const synced = Number(last.split(' ')[2]);
  for (let waited = 0; statSync(join(dir, WAL)).size < synced + 3 * 4120 && waited < 5000; waited += 5) await later(5);
  child.process.kill('SIGKILL');
  await child.ended;
  const wal = readFileSync(join(dir, WAL));
  expect(wal.length).toBeGreaterThan(synced);
  const acknowledged = new Map(Array.from({ length: 20 }, (_, i) => [`run_${i}`, 1]));
  for (const [name, tear] of TEARS) {
    const copy = join(fresh(), '..', 'torn');
    cpSync(dir, copy, { recursive: true });
    rmSync(join(copy, `${DATABASE}-shm`), { force: true });
    writeFileSync(join(copy, WAL), tear(wal, synced));
    expect([name, await lost(copy, acknowledged)]).toEqual([name, []]);
    const store = await openStore({ dir: copy, key: KEY, clock: () => 0 });
    await store.journal.barrier(store.journal.write(runWrite(openRow('run_0', { seq: 2 }))));
    await store.close();
    expect([name, await lost(copy, new Map([['run_0', 2]]))]).toEqual([name, []]);
  }
}, 60_000);

test('the check above notices a lost run: cutting into what was synced does lose one', async () => {
  const dir = fresh();
  const child = startChild('thenUntold', dir, 20);
  const last = await child.line('ack run_19 ');
  child.process.kill('SIGKILL');
  await child.ended;
  rmSync(join(dir, `${DATABASE}-shm`), { force: true });
  truncateSync(join(dir, WAL), Number(last.split(' ')[2]) - 1);
  expect(await lost(dir, new Map([['run_19', 1]]))).toHaveLength(1);
}, 60_000);
