/**
 * The process that the fault tests start, watch and kill: it writes runs and says so when they are durable, one line a
 * run, by a write of its own to the standard output (so that a trace of system calls shows when).
 *
 * Arguments: what to do, the folder, and a number that each way reads in its own manner.
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { lockServer } from '../../../packages/server/src/store/lock.ts';
import { openStore } from '../../../packages/server/src/store/open.ts';
import { DATABASE, migrate } from '../../../packages/server/src/store/schema/migrate.ts';
import { KEY, openRow, runWrite, runRow } from '../../../packages/server/src/store/testing/kit.ts';
import { keyring } from '../../../packages/server/src/store/vault-seal/keyring.ts';
import { startWriter } from '../../../packages/server/src/store/writer/writer.ts';

const [way = '', dir = '', number = '0'] = process.argv.slice(2);
const count = Number(number);

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Says a line, at once and whole: a pipe that nobody has emptied yet is waited for. */
const say = (line: string): void => {
  const bytes = Buffer.from(`${line}\n`);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch {
      Atomics.wait(pause, 0, 0, 1);
    }
  }
};
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const walSize = (): number => statSync(join(dir, `${DATABASE}-wal`)).size;

const store = () => openStore({ dir, key: KEY, clock: () => Date.now() });

/** `count` runs, one group each, half of them with a blob; each said once durable. */
const oneByOne = async (): Promise<void> => {
  const opened = await store();
  say('ready');
  for (let i = 0; i < count; i += 1) {
    const blobs = i % 2 === 0 ? [] : [{ id: `blob_number_${i}`, bytes: randomBytes(100_000) }];
    await opened.journal.barrier(opened.journal.write(runWrite(runRow(`run_${i}`), 'x', { blobs })));
    say(`ack run_${i}`);
  }
  process.exit(0);
};

/** The same without blobs on a connection whose fsync was switched off: what the check of the trace must notice. */
const withoutFsync = async (): Promise<void> => {
  await migrate(dir);
  const ring = keyring(KEY);
  const writer = await startWriter({
    path: join(dir, DATABASE),
    blobs: join(dir, 'blobs'),
    keys: {
      generation: 1,
      ownGeneration: 0,
      own: new Map(),
      journal: ring.derive('journal'),
      blob: ring.derive('blob'),
      audit: ring.derive('audit'),
    },
    tries: 1,
    pragmas: ['synchronous = off'],
    clock: () => 0,
  });
  say('ready');
  for (let i = 0; i < count; i += 1) {
    await writer.barrier(writer.write(runWrite(runRow(`run_${i}`))));
    say(`ack run_${i}`);
  }
  process.exit(0);
};

/** Many lanes at once, each run in three writes, until it is killed. `count`: the number of this life. */
const untilKilled = async (): Promise<void> => {
  const opened = await store();
  const lane = async (name: string): Promise<void> => {
    for (let i = 0; ; i += 1) {
      const id = `run_${count}_${name}_${i}`;
      for (let seq = 1; seq <= 3; seq += 1) {
        const row = seq === 3 ? runRow(id, { seq }) : openRow(id, { seq });
        await opened.journal.barrier(opened.journal.write(runWrite(row, 'x'.repeat(300))));
        say(`ack ${id} ${seq}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 24 }, (_, i) => lane(String(i))));
};

/** `count` runs said with the size of the WAL when they were durable, then more that nobody is told of, until it is killed. */
const thenUntold = async (): Promise<void> => {
  const opened = await store();
  for (let i = 0; i < count; i += 1) {
    await opened.journal.barrier(opened.journal.write(runWrite(openRow(`run_${i}`), 'x'.repeat(3000))));
    say(`ack run_${i} ${walSize()}`);
  }
  for (let i = 0; ; i += 1) {
    opened.journal.write(runWrite(openRow(`run_untold_${i}`), 'x'.repeat(3000)));
    await later(1);
  }
};

/**
 * Fills the disk it is on (or runs into the limit that was set for it) until a group is refused, says `full`, waits until
 * there is room again (a file of ballast removed, or `room` from outside), and says what it finds.
 */
const untilFull = async (): Promise<void> => {
  mkdirSync(dir, { recursive: true });
  const ballast = join(dir, 'ballast');
  if (count > 0) writeFileSync(ballast, randomBytes(count));
  const opened = await store();
  const told: string[] = [];
  let refused = '';
  let group = 0;
  for (let i = 0; refused === '' && i < 100_000; i += 1) {
    const id = `run_${i}`;
    group = opened.journal.write(runWrite(runRow(id), randomBytes(3000).toString('hex')));
    await opened.journal.barrier(group).then(
      () => told.push(id),
      () => (refused = id),
    );
  }
  const next = opened.journal.write(runWrite(runRow('run_next')));
  const nextRefused = await opened.journal.barrier(next).then(
    () => false,
    () => true,
  );
  const stateWhenFull = opened.journal.state();
  const durableWhenFull = opened.journal.durable();
  say('full');
  if (count > 0) rmSync(ballast);
  for (let waited = 0; !opened.journal.state().ok && waited < 15_000; waited += 20) await later(20);
  const recovered = await opened.journal.barrier(next).then(
    () => true,
    () => false,
  );
  await opened.close().catch(() => undefined);

  const again = await store();
  const missing: string[] = [];
  for (const id of [...told, refused, 'run_next']) {
    const row = await again.in('default').runs.get(id);
    const chunks = await again.in('default').runs.chunks(id, 0, 9);
    if (row === null || chunks.length !== 1) missing.push(id);
  }
  const { rows } = await again.in('default').runs.list({ limit: 3 });
  await again.close();
  say(
    `found ${JSON.stringify({ told: told.length, refused, nextRefused, stateWhenFull, behind: group - durableWhenFull, recovered, missing, newest: rows.map((row) => row.id) })}`,
  );
};

const hold = async (): Promise<void> => {
  const lock = lockServer(dir);
  say(lock.ok ? 'locked' : `refused ${lock.problem.code} ${lock.problem.text}`);
  if (lock.ok) await later(60_000);
};

const WAYS: Readonly<Record<string, () => unknown>> = {
  oneByOne,
  withoutFsync,
  untilKilled,
  thenUntold,
  untilFull,
  hold,
};
const chosen = WAYS[way];
if (chosen === undefined) throw new Error(`no such way: ${way}`);
await chosen();
