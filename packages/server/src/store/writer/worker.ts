/**
 * The journal worker: a thread that owns one writing connection, commits groups in the order they come, all that lie
 * before it in one transaction, and tries refused ones again until they are on disk or the tries are used up.
 *
 * W1 Groups commit in order; after a refusal no later group commits before the refused ones have.
 * W2 Groups that find the keys changed wait for the new ones, and nobody is told a failure.
 * W3 What cannot be cured by waiting (a constraint, a damaged file) is final at once: it is a bug or needs a person.
 */

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { connect } from '../schema/connect.ts';
import { committer, StaleKeys } from './commit.ts';
import type { FromWorker, Group, PruneRule, ToWorker, WorkerSettings, WriterKeys } from './messages.ts';
import { pruner } from './prune.ts';
import { tallyOf } from './tally.ts';

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
const tally = tallyOf(database);
const prune = pruner(database, tally);
const { commit, renew } = committer(database, settings, prune, tally);

/** What waits for new keys. */
let held: { readonly groups: readonly Group[]; readonly tries: number } | null = null;

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

/** What came and is not done yet. */
const queue: ToWorker[] = [];
let again: NodeJS.Timeout | null = null;
let broken = false;

/** True when the groups are on disk. */
const attempt = (groups: readonly Group[], tries: number): boolean => {
  const n = groups.at(-1)?.n ?? 0;
  try {
    const { answers, grown } = commit(groups);
    say({ kind: 'done', n, answers, grown });
    moveWhenIdle();
    return true;
  } catch (error) {
    if (error instanceof StaleKeys) {
      held = { groups, tries };
      say({ kind: 'stale' });
      return false;
    }
    const final = !isCurable(error) || tries >= settings.tries;
    say({ kind: 'failed', n, tries, final, text: error instanceof Error ? error.message : String(error) });
    broken = final;
    // Asks were refused to their askers, who may have gone elsewhere: done later they would surprise.
    const left = groups.map((group) => ({ ...group, asks: [] }));
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1));
    if (!final) again = setTimeout(retry, pause, left, tries + 1);
    return false;
  }
};

const retry = (groups: readonly Group[], tries: number): void => {
  again = null;
  if (attempt(groups, tries)) work();
};

/** Takes the keys of now, and goes on with what waited for them. */
const take = (keys: WriterKeys | null): void => {
  const waiting = held;
  held = null;
  if (keys !== null) renew(keys);
  if (waiting === null) return;
  if (keys !== null) return retry(waiting.groups, waiting.tries);
  broken = true;
  const text = 'the secret key was changed, and the new one cannot be read';
  say({ kind: 'failed', n: waiting.groups.at(-1)?.n ?? 0, tries: waiting.tries, final: true, text });
};

const pruned = (id: number, rule: PruneRule): void => {
  try {
    say({ kind: 'pruned', id, ...prune.prune(rule), error: null });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    say({ kind: 'pruned', id, runs: 0, blobs: [], more: false, grown: [], error: text });
  }
};

const stop = (): void => {
  if (idle !== null) clearTimeout(idle);
  if (again !== null) clearTimeout(again);
  database.close();
  say({ kind: 'stopped' });
  port.close();
};

/** Does what is in the queue, until it is empty or a group has to be tried again. */
const work = (): void => {
  for (;;) {
    // Whatever came while the last transaction ran is taken into the next.
    for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port))
      queue.push(more.message as ToWorker); // parse boundary: sent by writer.ts
    const next = queue.shift();
    if (next === undefined) return;
    if (next.kind === 'stop') return stop();
    if (next.kind === 'keys') take(next.keys);
    else if (next.kind === 'prune') pruned(next.id, next.rule);
    else if (!attempt([next.group, ...followers()], 1)) return;
  }
};

/** The groups that stand next in the queue. */
const followers = (): Group[] => {
  const groups: Group[] = [];
  for (let next = queue[0]; next?.kind === 'group'; next = queue[0]) {
    groups.push(next.group);
    queue.shift();
  }
  return groups;
};

port.on('message', (message: ToWorker) => {
  // The main thread asks to stop when all is on disk, or when it has given up waiting for that.
  if (message.kind === 'stop') return stop();
  if (message.kind === 'keys') return take(message.keys);
  if (broken) return;
  queue.push(message);
  if (again === null && held === null) work();
});

say({ kind: 'ready' });
