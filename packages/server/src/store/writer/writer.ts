/**
 * The main thread's side of the journal: gathers writes into the next group while the worker commits the ones before.
 *
 * Life of a group: gathering → posted (the turn of the event loop that began it is over, or it has grown to EARLY writes)
 * → durable, or refused and tried again by the worker. At most AHEAD groups are posted and not durable; the worker
 * commits all that lie before it at once. Posting before the turn is over is what keeps both threads at work: else the
 * one would stand still while the other has a whole turn's requests in hand.
 *
 * J1 `barrier` resolves only after the worker has said that the group is on disk.
 * J2 A refusal rejects every barrier asked for until a retry succeeds; what was written stays in order and is not lost:
 *    the same barrier asked for again later resolves once the group is durable.
 * J3 After the last try the writer stays failed: nothing is taken in any more, every barrier rejects, and the state says so.
 */

import { Worker } from 'node:worker_threads';
import { Passing, type Problem, problem } from '@headgate/core';
import type { AuditEntry, JournalWriter, RunWrite, WriterState } from '../ports.ts';
import type {
  Answer,
  Ask,
  BlobWrite,
  FromWorker,
  Group,
  Pruned,
  PruneRule,
  ToWorker,
  WorkerSettings,
  WriterKeys,
} from './messages.ts';
import { emptyGroup, isEmpty } from './messages.ts';
import { pushWrite } from './push.ts';
import type { Grown } from './tally.ts';
import { WRITE_CELLS } from './run-cells.ts';

/** Groups that may be with the worker at a time. */
const AHEAD = 4;

/** Writes after which a group goes off though more may come in this turn. */
const EARLY = 8 * WRITE_CELLS;

export type Trace = (event: 'begin' | 'synced', group: number) => void;

export type WriterOptions = WorkerSettings & {
  readonly clock: () => number;
  readonly trace?: Trace;
  /** What became durable did this to the stored bytes of workspaces. */
  readonly grew?: (grown: Grown) => void;
  /** The keys of now, asked for when another process changed the instance key; null: they cannot be had. */
  readonly renew?: () => WriterKeys | null;
};

export type Writer = JournalWriter & {
  /** Adds an ask to the group being gathered; resolves with its answer once that group is durable. */
  readonly ask: (ask: Ask) => Promise<Answer>;
  /** Records a blob that is on disk already. */
  readonly blob: (blob: BlobWrite) => number;
  /** Has the worker delete runs beyond the rule, between two groups. */
  readonly prune: (rule: PruneRule) => Promise<Pruned>;
};

/** What a barrier rejects with: the disk refused. The `problem` is for answers and logs. */
export class NotDurable extends Error {
  readonly problem: Problem;
  constructor(of: Problem) {
    super(of.text);
    this.problem = of;
  }
}

type Waiter<T> = {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
};

const waiter = <T>(): Waiter<T> => {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever asked handles the rejection; a group that nobody waits for is not an unhandled one.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
};

const refusal = (text: string, tries: number, final: boolean): NotDurable => {
  const said = `The journal could not be written (${text}; tries: ${tries})`;
  if (!final)
    return new NotDurable(
      problem('journal.unwritable', said, { fix: 'Make room on the disk; the server goes on by itself', retry: 'yes' }),
    );
  return new NotDurable(
    problem('journal.stopped', said, {
      fix: 'See to the disk, then start the server again: it goes on from what is on disk',
    }),
  );
};

const source = (): URL => new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Starts the worker; resolves when its connection is open. Rejects with what kept it from opening. */
export const startWriter = async (options: WriterOptions): Promise<Writer> => {
  const { clock, trace, renew, grew, ...settings } = options;
  const worker = new Worker(source(), { workerData: settings, name: 'journal' });
  const done = Promise.resolve();
  const waiting = new Passing<number, Waiter<void>>();
  const asked = new Passing<number, Waiter<Answer>[]>();
  const pruning = new Map<number, Waiter<Pruned>>();
  const started = waiter<void>();
  const stopped = waiter<void>();
  let gathering: Group = emptyGroup(1);
  let posted = 0;
  let durable = 0;
  let scheduled = false;
  let closed = false;
  let prunes = 0;
  let failure: { error: NotDurable; tries: number; final: boolean } | null = null;

  const tell = (message: ToWorker): void => worker.postMessage(message);

  /** While the disk refuses nothing more is posted: what came after the refused group goes off once that is durable. */
  const held = (): boolean => posted - durable >= AHEAD || failure !== null;

  const post = (): void => {
    if (held() || isEmpty(gathering)) return;
    const group = gathering;
    posted = group.n;
    gathering = emptyGroup(group.n + 1);
    trace?.('begin', group.n);
    tell({ kind: 'group', group });
  };

  const soon = (): number => {
    if (closed) throw new Error('the journal is closed');
    if (!scheduled && !held()) {
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        post();
      });
    }
    return gathering.n;
  };

  const rejectAsks = (upTo: number, error: Error): void => {
    for (const [group, asks] of asked.entries()) {
      if (group > upTo) continue;
      asked.delete(group);
      for (const one of asks) one.reject(error);
    }
  };

  const fail = (n: number, text: string, tries: number, final: boolean): void => {
    const error = refusal(text, tries, final);
    failure = { error, tries, final };
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
    rejectAsks(final ? Infinity : n, error);
    if (!final) return;
    gathering = emptyGroup(gathering.n);
    for (const one of pruning.values()) one.reject(error);
    pruning.clear();
    started.reject(error);
    stopped.resolve();
  };

  const commit = (n: number, answers: readonly (readonly Answer[])[]): void => {
    const first = durable + 1;
    durable = n;
    failure = null;
    trace?.('synced', n);
    // The next group goes off before anybody is told, so that the disk does not wait for answers being made.
    post();
    for (let group = first; group <= n; group += 1) {
      const barrier = waiting.get(group);
      waiting.delete(group);
      barrier?.resolve();
      const asks = asked.get(group);
      asked.delete(group);
      asks?.forEach((one, i) => one.resolve(answers[group - first]?.[i] ?? null));
    }
  };

  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'ready':
        started.resolve();
        return;
      case 'stale':
        tell({ kind: 'keys', keys: renew?.() ?? null });
        return;
      case 'done':
        if (message.grown.length > 0) grew?.(message.grown);
        commit(message.n, message.answers);
        return;
      case 'failed':
        fail(message.n, message.text, message.tries, message.final);
        return;
      case 'pruned': {
        const one = pruning.get(message.id);
        pruning.delete(message.id);
        grew?.(message.grown);
        if (message.error === null) one?.resolve(message);
        else one?.reject(refusal(message.error, 1, false));
        return;
      }
      case 'stopped':
        stopped.resolve();
        return;
    }
  });
  worker.on('error', (error) => fail(posted, error instanceof Error ? error.message : String(error), 0, true));
  worker.on('exit', (code) => {
    if (!closed || posted !== durable) fail(posted, `the journal worker ended (${code})`, 0, true);
    stopped.resolve();
  });
  await started.promise;

  const barrier = (group: number): Promise<void> => {
    if (group <= durable) return done;
    if (failure !== null) return Promise.reject(failure.error);
    const known = waiting.get(group);
    if (known !== undefined) return known.promise;
    const fresh = waiter<void>();
    waiting.set(group, fresh);
    return fresh.promise;
  };

  const addAudit = (entries: readonly AuditEntry[]): void => {
    for (const e of entries)
      gathering.audit.push(e.at, e.workspace, e.actor, e.action, e.object, e.decision, e.reason, e.run, e.step);
  };

  const addExtras = (write: RunWrite): void => {
    const { id: run, workspace } = write.row;
    for (const blob of write.blobs ?? []) {
      gathering.blobs.push({
        id: blob.id,
        workspace,
        run,
        size: blob.bytes.length,
        created: clock(),
        bytes: blob.bytes,
      });
    }
    for (const blob of write.uses ?? []) gathering.uses.push({ workspace, run, blob });
    for (const token of write.tokens ?? []) {
      gathering.tokens.push(token.hash, workspace, run, token.step, token.item, token.note, token.deadline);
    }
    if (write.audit !== undefined) addAudit(write.audit);
    if (write.delivery !== undefined) gathering.deliveries.push(write.delivery);
    if (write.memory !== undefined) gathering.memories.push(write.memory);
    const { project, flow } = write.row;
    for (const ask of write.asks ?? []) gathering.questions.push({ workspace, project, flow, run, ask });
    if (write.notices !== undefined) gathering.notices.push(...write.notices);
    if (write.asksOver !== undefined) gathering.questions.push({ run, over: write.asksOver });
  };

  return {
    write: (write) => {
      const n = soon();
      if (failure?.final === true) return n;
      pushWrite(gathering.cells, write);
      if (
        write.blobs !== undefined ||
        write.uses !== undefined ||
        write.tokens !== undefined ||
        write.audit !== undefined ||
        write.delivery !== undefined ||
        write.memory !== undefined ||
        write.asks !== undefined ||
        write.notices !== undefined ||
        write.asksOver !== undefined
      )
        addExtras(write);
      if (gathering.cells.length >= EARLY) post();
      return n;
    },
    audit: (entries) => {
      if (entries.length === 0) return gathering.n - 1;
      const n = soon();
      if (failure?.final !== true) addAudit(entries);
      return n;
    },
    used: ({ workspace, holders, day, tokens, money }) => {
      const n = soon();
      if (failure?.final !== true)
        for (const holder of holders) gathering.used.push(workspace, holder, day, tokens, money);
      return n;
    },
    blob: (blob) => {
      const n = soon();
      if (failure?.final !== true) gathering.blobs.push(blob);
      return n;
    },
    ask: (ask) => {
      const n = soon();
      if (failure !== null) return Promise.reject(failure.error);
      const fresh = waiter<Answer>();
      const others = asked.get(n);
      if (others === undefined) asked.set(n, [fresh]);
      else others.push(fresh);
      gathering.asks.push(ask);
      return fresh.promise;
    },
    prune: (rule) => {
      if (closed) throw new Error('the journal is closed');
      if (failure?.final === true) return Promise.reject(failure.error);
      prunes += 1;
      const fresh = waiter<Pruned>();
      pruning.set(prunes, fresh);
      tell({ kind: 'prune', id: prunes, rule });
      return fresh.promise;
    },
    durable: () => durable,
    barrier,
    pending: () => posted - durable + (isEmpty(gathering) ? 0 : 1),
    state: (): WriterState =>
      failure === null
        ? { ok: true }
        : { ok: false, problem: failure.error.problem, tries: failure.tries, final: failure.final },
    close: async () => {
      if (closed) return;
      const last = isEmpty(gathering) ? gathering.n - 1 : gathering.n;
      try {
        post();
        await barrier(last);
      } finally {
        closed = true;
        if (failure?.final !== true) tell({ kind: 'stop' });
        await stopped.promise;
        await worker.terminate();
      }
    },
  };
};
