/**
 * All groups in hand, one transaction, one fsync: the statements of the journal worker. Prepared once and bound from flat cells;
 * no query builder, because this is where every run passes.
 *
 * G1 Groups are committed together, wholly or not at all; blobs they refer to are on disk before that.
 * G2 A run's row is made by the write of its first event, changed only under its own workspace, and only by the write that
 *    follows the last one: a gap or a repetition in a journal is refused here, whatever the engine believes.
 * G3 A chunk is sealed once, here, off the main thread.
 * G4 Nothing is written with keys older than the database knows: another process may have changed the instance key, or a
 *    workspace's own.
 */

import type { DatabaseSync } from 'node:sqlite';
import { chunkSealer } from '../vault-seal/chunks.ts';
import { memoryName } from '../memory-name.ts';
import type { TriggerMemory } from '../run-write.ts';
import { askWriter } from './ask-rows.ts';
import { writeBlobFile } from './blob-file.ts';
import type { Answer, Ask, Group, WorkerSettings, WriterKeys } from './messages.ts';
import { TOKEN_CELLS } from './messages.ts';
import type { Pruner } from './prune.ts';
import { type Cell, FIXED, RUN_COLUMNS, WRITE_CELLS } from './run-cells.ts';
import type { Grown, Tally } from './tally.ts';
import { noticeWriter } from './notice-rows.ts';
import { trailWriter } from './trail.ts';

/** How many runs that are not over the worker remembers the row number of. */
const RUNS_KNOWN = 50_000;

const OPEN = RUN_COLUMNS.indexOf('open');
const SEQ = RUN_COLUMNS.indexOf('seq');
const FLOW = RUN_COLUMNS.indexOf('flow');
const PRINCIPAL = RUN_COLUMNS.indexOf('principal');
const CREATED = RUN_COLUMNS.indexOf('created');

const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

/** The instance key was changed: nothing of the groups was written, and they go through with the keys of now. */
export class StaleKeys extends Error {}

export type Committer = {
  /** Commits groups and returns the answers to the asks of each, and what they did to stored bytes. Throws when the disk or SQLite refuses, and `StaleKeys`. */
  readonly commit: (groups: readonly Group[]) => { readonly answers: Answer[][]; readonly grown: Grown };
  readonly renew: (keys: WriterKeys) => void;
};

export const committer = (database: DatabaseSync, settings: WorkerSettings, prune: Pruner, tally: Tally): Committer => {
  const changing = RUN_COLUMNS.slice(FIXED);
  const begin = database.prepare('begin immediate');
  const end = database.prepare('commit');
  const putRun = database.prepare(`insert into run (${RUN_COLUMNS.join(', ')}) values (${marks(RUN_COLUMNS.length)})`);
  const findRun = database.prepare('select n from run where id = ?');
  const changeRun = database.prepare(
    `update run set ${changing.map((column) => `${column} = ?`).join(', ')} where n = ? and id = ? and workspace = ? and seq = ?`,
  );
  const putChunk = database.prepare(
    'insert into journal (workspace, run, start, count, sealed) values (?, ?, ?, ?, ?)',
  );
  const blobOwner = database.prepare('select workspace from blob where id = ?');
  const putBlob = database.prepare(
    'insert into blob (id, workspace, run, size, created) values (?, ?, ?, ?, ?) on conflict (id) do nothing',
  );
  const useBlob = database.prepare(
    'insert into blob_use (blob, run) select id, ? from blob where id = ? and workspace = ? on conflict do nothing',
  );
  const putToken = database.prepare(
    `insert into resume_token (hash, workspace, run, step, item, note, deadline) values (${marks(TOKEN_CELLS)}) on conflict (hash) do nothing`,
  );
  const newest = database.prepare(
    'select (select max(generation) from key_ring) as n, (select max(n) from workspace_key) as own',
  );
  const writeTrail = trailWriter(database);
  const putAsk = askWriter(database);
  const putNotice = noticeWriter(database);
  const putDelivery = database.prepare(
    'insert into delivery (hook, id, until) values (?, ?, ?) on conflict (hook, id) do nothing',
  );
  const putMemory = database.prepare(
    `insert into trigger_memory (workspace, flow, trigger_id, environment, sealed) select workspace, id, ?, ?, ? from flow where id = ? and workspace = ?
     on conflict (flow, trigger_id, environment) do update set sealed = excluded.sealed`,
  );
  const putPart = database.prepare(
    `insert into trigger_part (workspace, flow, trigger_id, environment, part, sealed) select workspace, id, ?, ?, ?, ? from flow where id = ? and workspace = ?
     on conflict (flow, trigger_id, environment, part) do update set sealed = excluded.sealed`,
  );
  const dropPart = database.prepare(
    'delete from trigger_part where workspace = ? and flow = ? and trigger_id = ? and environment = ? and part = ?',
  );
  const useToken = database.prepare('update resume_token set used = ? where hash = ? and used is null');
  const putTrigger = database.prepare(
    `insert into trigger_state (flow, trigger_id, state) select id, ?, ? from flow where id = ?
     on conflict (flow, trigger_id) do update set state = excluded.state`,
  );
  const putKeyUse = database.prepare(
    'insert into key_use (key_id, at) values (?, ?) on conflict (key_id) do update set at = excluded.at',
  );

  let keys = settings.keys;
  let seal = chunkSealer(keys.journal);
  const sealersOf = (of: WriterKeys) => new Map([...of.own].map(([id, own]) => [id, chunkSealer(own.journal)]));
  let own = sealersOf(keys);
  const known = new Map<Cell, number>();

  const remember = (id: Cell, n: number, open: Cell | undefined): number => {
    if (open === 0) known.delete(id);
    else if (known.size < RUNS_KNOWN) known.set(id, n);
    return n;
  };

  /** Writes a run's row and returns its number: the first events make it, what follows must follow without a gap. */
  const rowOf = (cells: Cell[], start: number, count: number): number => {
    const id = cells[0] ?? '';
    if (start === 1) {
      tally.began(String(cells[1]), String(cells[FLOW]), String(cells[PRINCIPAL]), Number(cells[CREATED]));
      return remember(id, Number(putRun.run(...cells).lastInsertRowid), cells[OPEN]);
    }
    const n = known.get(id) ?? findRun.get(id)?.['n'];
    const before = Number(cells[SEQ]) - count;
    const follows = count === 0 || start === before + 1;
    if (
      typeof n !== 'number' ||
      !follows ||
      changeRun.run(...cells.slice(FIXED), n, id, cells[1] ?? '', before).changes !== 1
    )
      throw new Error(
        `run ${id}: a write that does not follow its last one (from ${start}, ${count} events), or under another workspace`,
      );
    return remember(id, n, cells[OPEN]);
  };

  const writeRuns = (cells: Cell[]): void => {
    for (let at = 0; at < cells.length; at += WRITE_CELLS) {
      const row = cells.slice(at, at + RUN_COLUMNS.length);
      const [start, count, events] = cells.slice(at + RUN_COLUMNS.length, at + WRITE_CELLS);
      if (typeof start !== 'number' || typeof count !== 'number' || typeof events !== 'string')
        throw new Error(`run ${row[0]}: a write without numbers and a text of its events`);
      const n = rowOf(row, start, count);
      if (count === 0) continue;
      const workspace = String(row[1]);
      const sealer = own.size === 0 ? seal : (own.get(workspace) ?? seal);
      const sealed = sealer(workspace, String(row[0]), start, events);
      putChunk.run(workspace, n, start, count, sealed);
      tally.grew(workspace, sealed.length);
    }
  };

  const keepMemory = ({ workspace, flow, trigger, environment, part, text }: TriggerMemory): boolean => {
    if (text === null) return dropPart.run(workspace, flow, trigger, environment, part ?? '').changes === 1;
    const sealer = own.get(workspace) ?? seal;
    const sealed = sealer(workspace, memoryName(flow, trigger, environment, part), 1, text);
    if (part !== undefined) return putPart.run(trigger, environment, part, sealed, flow, workspace).changes === 1;
    return putMemory.run(trigger, environment, sealed, flow, workspace).changes === 1;
  };

  const answer = (ask: Ask): Answer => {
    switch (ask.kind) {
      case 'token':
        return useToken.run(ask.at, ask.hash).changes === 1;
      case 'trigger':
        if (ask.notice !== undefined) putNotice(ask.notice);
        return putTrigger.run(ask.trigger, ask.state, ask.flow).changes === 1;
      case 'notice':
        return putNotice(ask.notice);
      case 'memory':
        return keepMemory(ask.memory);
      case 'memories':
        for (const memory of ask.memories) keepMemory(memory);
        return true;
      case 'key':
        return putKeyUse.run(ask.id, ask.at).changes === 1;
      case 'remove':
        return prune.remove(ask.workspace, ask.run);
    }
  };

  const renew = (fresh: WriterKeys): void => {
    keys = fresh;
    seal = chunkSealer(keys.journal);
    own = sealersOf(keys);
  };

  const writeBlobs = (group: Group): void => {
    for (const blob of group.blobs) {
      if (blob.bytes === null) continue;
      const owner = blobOwner.get(blob.id)?.['workspace'];
      if (owner === undefined) writeBlobFile(settings.blobs, keys.own.get(blob.workspace)?.blob ?? keys.blob, blob);
      else if (owner !== blob.workspace) throw new Error(`blob ${blob.id}: the id is taken`);
    }
  };

  const write = (group: Group): Answer[] => {
    if (group.cells.length > 0) writeRuns(group.cells);
    for (const blob of group.blobs) {
      if (putBlob.run(blob.id, blob.workspace, blob.run, blob.size, blob.created).changes === 1)
        tally.grew(blob.workspace, blob.size);
      useBlob.run(blob.run, blob.id, blob.workspace);
    }
    for (const use of group.uses) useBlob.run(use.run, use.blob, use.workspace);
    for (let at = 0; at < group.tokens.length; at += TOKEN_CELLS)
      putToken.run(...group.tokens.slice(at, at + TOKEN_CELLS));
    for (const { hook, id, until } of group.deliveries) putDelivery.run(hook, id, until);
    for (const memory of group.memories) keepMemory(memory);
    for (const notice of group.notices) putNotice(notice);
    for (const question of group.questions) putAsk(question);
    if (group.used.length > 0) tally.used(group.used);
    return group.asks.map(answer);
  };

  const commit: Committer['commit'] = (groups) => {
    for (const group of groups) writeBlobs(group);
    begin.run();
    try {
      const now = newest.get();
      if ((now?.['n'] ?? 1) !== keys.generation || (now?.['own'] ?? 0) !== keys.ownGeneration)
        throw new StaleKeys('the secret key was changed');
      const answers = groups.map(write);
      // All records of the transaction at once: the head is written once for them.
      const records = groups.flatMap((group) => group.audit);
      if (records.length > 0) writeTrail(keys.audit, keys.audit, records);
      const grown = tally.write();
      end.run();
      return { answers, grown };
    } catch (error) {
      // Numbers of rows that were never committed must not be remembered.
      known.clear();
      tally.forget();
      if (database.isTransaction) database.exec('rollback');
      throw error;
    }
  };
  return { commit, renew };
};
