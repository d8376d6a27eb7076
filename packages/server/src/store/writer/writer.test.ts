import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { RunWrite } from '../ports.ts';
import { DATABASE, migrate } from '../schema/migrate.ts';
import { KEY, kitIn, NOW, openRow, runRow, runWrite } from '../testing/kit.ts';
import { opener } from '../vault-open/opener.ts';
import { keyring } from '../vault-seal/keyring.ts';
import { NotDurable, startWriter, type Writer, type WriterOptions } from './writer.ts';

const kit = kitIn(tmpdir());
const writers: Writer[] = [];
afterEach(async () => {
  for (const writer of writers.splice(0)) await writer.close().catch(() => undefined);
  await kit.clean();
});

const ring = keyring(KEY);

const start = async (dir: string, more: Partial<WriterOptions> = {}): Promise<Writer> => {
  await migrate(dir);
  const writer = await startWriter({
    path: join(dir, DATABASE),
    blobs: join(dir, 'blobs'),
    keys: {
      ownGeneration: 0,
      own: new Map(),
      generation: 1,
      journal: ring.derive('journal'),
      blob: ring.derive('blob'),
      audit: ring.derive('audit'),
    },
    tries: 100,
    pragmas: [],
    clock: () => NOW,
    ...more,
  });
  writers.push(writer);
  return writer;
};

/** The texts of all events of a run, in order, from the file itself. */
const eventsOf = (dir: string, run: string): number[] => {
  const database = new DatabaseSync(join(dir, DATABASE), { readOnly: true });
  const rows = database
    .prepare('select start, sealed from journal where run = (select n from run where id = ?) order by n')
    .all(run);
  database.close();
  const open = opener(ring);
  return rows.flatMap((row) => {
    const text = open.openChunk('default', run, Number(row['start']), row['sealed'] as Uint8Array);
    return text.ok ? (JSON.parse(text.value) as { seq: number }[]).map((event) => event.seq) : [];
  });
};

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('a few writes of one turn of the event loop share a group, and nobody is told before it is on disk', async () => {
  const said: string[] = [];
  const writer = await start(kit.dir(), { trace: (event, group) => said.push(`${event} ${group}`) });
  const groups = Array.from({ length: 5 }, (_, i) => writer.write(runWrite(runRow(`run_${i}`))));
  expect(new Set(groups)).toEqual(new Set([1]));
  expect(writer.pending()).toBe(1);
  const told = groups.map((group) => writer.barrier(group).then(() => said.push('told')));
  await Promise.all(told);
  expect(said.slice(0, 3)).toEqual(['begin 1', 'synced 1', 'told']);
  expect(said.filter((one) => one !== 'told')).toEqual(['begin 1', 'synced 1']);
  expect(writer.durable()).toBe(1);
  expect(writer.pending()).toBe(0);
});

test('a turn with many writes sends the first ones off before it is over, and each is told of in order', async () => {
  const writer = await start(kit.dir());
  const groups = Array.from({ length: 50 }, (_, i) => writer.write(runWrite(runRow(`run_${i}`))));
  expect(writer.pending()).toBeGreaterThan(1);
  expect(groups).toEqual(groups.toSorted((a, b) => a - b));
  const told: number[] = [];
  await Promise.all(groups.map((group) => writer.barrier(group).then(() => told.push(group))));
  expect(told).toEqual(groups);
  expect(writer.pending()).toBe(0);
});

test('what comes while a group is being committed goes to the disk together', async () => {
  let syncs = 0;
  const writer = await start(kit.dir(), { trace: (event) => void (syncs += event === 'synced' ? 1 : 0) });
  // The first is large: while it is being sealed and written all the others come.
  let last = writer.write(runWrite(runRow('run_first'), 'x'.repeat(20_000_000)));
  for (let i = 0; i < 100; i += 1) {
    last = writer.write(runWrite(runRow(`run_${i}`)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writer.barrier(last);
  expect(writer.durable()).toBe(last);
  expect(syncs).toBeLessThanOrEqual(4);
});

test('the events of a run keep their order, however its writes fall into groups (J2)', async () => {
  const dir = kit.dir();
  const writer = await start(dir);
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 4 }), fc.nat({ max: 2 })), { maxLength: 40 }),
      async (steps) => {
        runs += 1;
        const ids = [0, 1, 2, 3].map((one) => `run_${runs}_${one}`);
        const seqs = [0, 0, 0, 0];
        let group = writer.durable();
        for (const [which, count, wait] of steps) {
          const from = (seqs[which] ?? 0) + 1;
          seqs[which] = from + count - 1;
          const events = JSON.stringify(Array.from({ length: count }, (_, i) => ({ seq: from + i })));
          group = writer.write({ row: openRow(ids[which] ?? '', { seq: from + count - 1 }), from, count, events });
          if (wait === 1) await new Promise((resolve) => setImmediate(resolve));
          if (wait === 2) await writer.barrier(group);
        }
        await writer.barrier(group);
        ids.forEach((id, i) =>
          expect(eventsOf(dir, id)).toEqual(Array.from({ length: seqs[i] ?? 0 }, (_, at) => at + 1)),
        );
      },
    ),
    { numRuns: 25 },
  );
});

test('a refused group rejects every barrier until it is on disk, is lost by nobody, and nothing overtakes it (J2)', async () => {
  const dir = kit.dir();
  const writer = await start(dir, { pragmas: ['busy_timeout = 10'] });
  await writer.barrier(writer.write(runWrite(openRow('run_a'))));
  const other = new DatabaseSync(join(dir, DATABASE));
  other.exec('begin immediate');

  const refused = writer.write(runWrite(openRow('run_a', { seq: 2 })));
  await expect(writer.barrier(refused)).rejects.toThrow(NotDurable);
  const next = writer.write(runWrite(openRow('run_a', { seq: 3 })));
  await expect(writer.barrier(next)).rejects.toThrow('locked');
  expect(writer.state()).toMatchObject({
    ok: false,
    final: false,
    problem: { code: 'journal.unwritable', retry: 'yes' },
  });
  expect(writer.durable()).toBe(refused - 1);
  expect(eventsOf(dir, 'run_a')).toEqual([1]);

  other.exec('rollback');
  other.close();
  while (!writer.state().ok) await later(20);
  await writer.barrier(refused);
  await writer.barrier(next);
  expect(eventsOf(dir, 'run_a')).toEqual([1, 2, 3]);
});

test('what is asked while the disk refuses is refused and not done later', async () => {
  const dir = kit.dir();
  const writer = await start(dir, { pragmas: ['busy_timeout = 10'] });
  const token = { hash: 'h', step: 's', item: '', note: null, deadline: null };
  await writer.barrier(writer.write({ ...runWrite(openRow('run_a')), tokens: [token] }));
  const use = (at: number) => writer.ask({ kind: 'token', hash: 'h', at });
  const other = new DatabaseSync(join(dir, DATABASE));
  other.exec('begin immediate');
  await expect(use(NOW)).rejects.toThrow(NotDurable);
  await expect(use(NOW)).rejects.toThrow(NotDurable);
  other.exec('rollback');
  other.close();
  while (!writer.state().ok) await later(20);
  expect(await use(NOW)).toBe(true);
});

test('after the last try the writer stays failed and says so (J3)', async () => {
  const dir = kit.dir();
  const writer = await start(dir, { pragmas: ['busy_timeout = 1'], tries: 2 });
  const other = new DatabaseSync(join(dir, DATABASE));
  other.exec('begin immediate');
  const group = writer.write(runWrite(runRow('run_a')));
  await expect(writer.barrier(group)).rejects.toThrow(NotDurable);
  for (let state = writer.state(); state.ok || !state.final; state = writer.state()) await later(10);
  other.exec('rollback');
  other.close();
  expect(writer.state()).toMatchObject({ tries: 2, final: true, problem: { retry: 'no' } });
  const more = writer.write(runWrite(runRow('run_b')));
  await expect(writer.barrier(more)).rejects.toThrow(NotDurable);
  await expect(writer.ask({ kind: 'key', id: 'k', at: 1 })).rejects.toThrow(NotDurable);
  await expect(writer.prune({ olderThan: 0, keepPerFlow: 1, limit: 1, now: 0 })).rejects.toThrow(NotDurable);
  await expect(writer.close()).rejects.toThrow(NotDurable);
  expect(eventsOf(dir, 'run_a')).toEqual([]);
});

const wrong: [string, RunWrite][] = [
  ['repeats an event', runWrite(openRow('run_a', { seq: 2 }))],
  ['leaves one out', runWrite(openRow('run_a', { seq: 4 }))],
  ['goes back', runWrite(openRow('run_a', { seq: 1 }))],
  ['says another number of events than its row', { ...runWrite(openRow('run_a', { seq: 4 })), from: 3 }],
  ['changes the row to an event it does not bring', { ...runWrite(openRow('run_a', { seq: 3 })), from: 0, count: 0 }],
  ['begins a run in the middle', runWrite(openRow('run_b', { seq: 2 }))],
  ['makes a row without an event', { ...runWrite(openRow('run_b', { seq: 0 })), from: 0, count: 0 }],
  ['is of another workspace', runWrite(openRow('run_a', { seq: 3, workspace: 'other' }))],
];

test.each(wrong)('a write that %s is a bug and stops the writer, also after a restart (G2)', async (_name, write) => {
  const dir = kit.dir();
  for (const restarted of [false, true]) {
    const writer = await start(dir);
    if (!restarted) {
      writer.write(runWrite(openRow('run_a')));
      await writer.barrier(writer.write(runWrite(openRow('run_a', { seq: 2 }))));
    }
    await expect(writer.barrier(writer.write(write))).rejects.toThrow(/does not follow|UNIQUE/);
    expect(writer.state()).toMatchObject({ ok: false, tries: 1, final: true, problem: { code: 'journal.stopped' } });
    expect(eventsOf(dir, 'run_a')).toEqual([1, 2]);
  }
});

test('closing writes what is gathered; afterwards nothing is taken', async () => {
  const dir = kit.dir();
  const writer = await start(dir);
  for (let i = 0; i < 10; i += 1) writer.write(runWrite(openRow('run_a', { seq: i + 1 })));
  await writer.close();
  await writer.close();
  expect(eventsOf(dir, 'run_a')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(() => writer.write(runWrite(runRow('run_b')))).toThrow('closed');
});

test('a worker that cannot open its database is an error at the start, not later', async () => {
  await expect(start(kit.dir(), { path: join(kit.dir(), 'no', 'such', 'file') })).rejects.toThrow('unable to open');
});

test('the WAL stays bounded when somebody always writes', async () => {
  const dir = kit.dir();
  const writer = await start(dir);
  const text = 'x'.repeat(50_000);
  let most = 0;
  for (let i = 0; i < 60; i += 1) {
    let group = 0;
    for (let j = 0; j < 20; j += 1) group = writer.write(runWrite(runRow(`run_${i}_${j}`), text));
    await writer.barrier(group);
    most = Math.max(most, statSync(join(dir, `${DATABASE}-wal`)).size);
  }
  expect(most).toBeGreaterThan(30_000_000);
  expect(most).toBeLessThan(40_000_000);
});

test('the WAL is moved into the database when nobody writes for a while', async () => {
  const dir = kit.dir();
  const writer = await start(dir);
  const size = (): number => statSync(join(dir, DATABASE)).size;
  const before = size();
  await writer.barrier(writer.write(runWrite(runRow('run_a'), 'x'.repeat(1_000_000))));
  expect(size()).toBe(before);
  for (let waited = 0; size() === before && waited < 5000; waited += 50) await later(50);
  expect(size()).toBeGreaterThan(1_000_000);
});
