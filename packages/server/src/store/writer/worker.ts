/**
 * The journal worker: a thread that owns one writing connection, commits groups in the order they come, and tries a
 * refused group again until it is on disk or the tries are used up.
 *
 * W1 Groups commit in order; after a refusal no later group commits before the refused one has.
 * W2 A group that finds the keys changed waits for the new ones, and nobody is told a failure.
 * W3 What cannot be cured by waiting (a constraint, a damaged file) is final at once: it is a bug or needs a person.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { connect } from '../schema/connect.ts';
import { committer, StaleKeys } from './commit.ts';
import type { FromWorker, Group, ToWorker, WorkerSettings } from './messages.ts';
import { pruner } from './prune.ts';

/**
 * Pages in the WAL before a commit moves them into the database file, which a group then waits for (some 30 ms). Its cost
 * is nearly the same for 2,000 pages as for 8,000, so rarely is better: at 2,000 a fifth of the time went into it.
 */
const CHECKPOINT_PAGES = 8000;

/** After this pause without a group the pages are moved when nobody waits. */
const IDLE = 1000;

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2000;

const port = parentPort;
if (port === null) throw new Error('the journal worker runs as a worker thread only');

const settings = workerData as WorkerSettings; // parse boundary: given by writer.ts
const database = connect(settings.path);
database.exec(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
for (const pragma of settings.pragmas) database.exec(`pragma ${pragma}`);
const prune = pruner(database);
const { commit, renew } = committer(database, settings, prune);

/** What waits for new keys. */
let held: { readonly group: Group; readonly tries: number } | null = null;

let idle: NodeJS.Timeout | null = null;

const move = (): void => {
  try {
    database.exec('pragma wal_checkpoint(passive)');
  } catch {
    // A full disk refuses this, too; the WAL keeps everything, and the next group says what is wrong.
  }
};

const moveWhenIdle = (): void => {
  if (idle !== null) idle.refresh();
  else idle = setTimeout(move, IDLE).unref();
};

const say = (message: FromWorker): void => port.postMessage(message);

const SQLITE_CURABLE: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 13, 14, 15]); // busy, locked, nomem, readonly, ioerr, full, cantopen, protocol

/** True when the same group may succeed later: the disk, memory or another process stood in the way. */
const isCurable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && typeof error.errcode === 'number') return SQLITE_CURABLE.has(error.errcode & 0xff);
  return 'syscall' in error;
};

const attempt = (group: Group, tries: number): void => {
  try {
    const answers = commit(group);
    say({ kind: 'done', n: group.n, answers });
    moveWhenIdle();
  } catch (error) {
    if (error instanceof StaleKeys) {
      held = { group, tries };
      say({ kind: 'stale' });
      return;
    }
    const final = !isCurable(error) || tries >= settings.tries;
    const text = error instanceof Error ? error.message : String(error);
    say({ kind: 'failed', n: group.n, tries, final, text });
    // Asks were refused to their askers, who may have gone elsewhere: done later they would surprise.
    if (!final)
      setTimeout(attempt, Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1)), { ...group, asks: [] }, tries + 1);
  }
};

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'group':
      attempt(message.group, 1);
      return;
    case 'keys': {
      const waiting = held;
      held = null;
      if (message.keys !== null) renew(message.keys);
      if (waiting === null) return;
      if (message.keys !== null) attempt(waiting.group, waiting.tries);
      else {
        const text = 'the secret key was changed, and the new one cannot be read';
        say({ kind: 'failed', n: waiting.group.n, tries: waiting.tries, final: true, text });
      }
      return;
    }
    case 'prune':
      try {
        say({ kind: 'pruned', id: message.id, ...prune.prune(message.rule), error: null });
      } catch (error) {
        say({
          kind: 'pruned',
          id: message.id,
          runs: 0,
          blobs: [],
          more: false,
          error: error instanceof Error ? error.message : String(error),
        });
      }
      return;
    case 'stop':
      if (idle !== null) clearTimeout(idle);
      database.close();
      say({ kind: 'stopped' });
      port.close();
      return;
  }
});

say({ kind: 'ready' });
