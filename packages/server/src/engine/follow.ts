/**
 * Following a run: its durable events as they come. The journal is read back, so a reader that dropped off goes on
 * where it was, and nobody sees an event that a crash could still take away.
 */

import { type Event, isOver, type RunNews, type RunState } from '@headgate/core';
import { Aloud } from './aloud.ts';
import type { JournalWriter, RunWrite, Store } from '../store/ports.ts';

export class Followers {
  readonly aloud = new Aloud();
  readonly #byRun = new Map<string, Set<() => void>>();
  /** Who wants to know of the runs of a flow, by workspace and flow. */
  readonly #byFlow = new Map<string, Set<(row: RunWrite['row']) => void>>();
  /** Resolves when all that was written so far is durable. */
  #written: () => Promise<void> = () => Promise.resolve();

  /** The same writer, telling followers when what they follow became durable. */
  watching(
    journal: JournalWriter,
    written: (write: RunWrite) => void,
    wrote: (write: RunWrite, group: number) => void,
  ): JournalWriter {
    let last = 0;
    this.#written = () => journal.barrier(last);
    return {
      ...journal,
      write: (write) => {
        const group = journal.write(write);
        last = group;
        wrote(write, group);
        if (write.blobs !== undefined)
          void journal.barrier(group).then(
            () => written(write),
            () => undefined,
          );
        if (this.#byRun.size > 0) {
          const here = this.#byRun.get(write.row.id);
          if (here !== undefined)
            void journal.barrier(group).then(
              () => this.#tell(write.row.id),
              () => undefined,
            );
        }
        if (this.#byFlow.size > 0) {
          const there = this.#byFlow.get(`${write.row.workspace} ${write.row.flow}`);
          if (there !== undefined)
            void journal.barrier(group).then(
              () => there.forEach((told) => told(write.row)),
              () => undefined,
            );
        }
        return group;
      },
    };
  }

  /** Tells of each run of a flow that begins or changes its state, until what comes back is called. */
  runsOf(workspace: string, flow: string, tell: (news: RunNews) => void): () => void {
    const key = `${workspace} ${flow}`;
    const states = new Map<string, RunState>();
    const told = ({ id, state, triggerId, triggerKind }: RunWrite['row']): void => {
      if (states.get(id) === state) return;
      if (isOver(state)) states.delete(id);
      else states.set(id, state);
      tell({ run: id, state, trigger: { id: triggerId, kind: triggerKind } });
    };
    const listeners = this.#byFlow.get(key) ?? new Set();
    listeners.add(told);
    this.#byFlow.set(key, listeners);
    return () => {
      listeners.delete(told);
      if (listeners.size === 0 && this.#byFlow.get(key) === listeners) this.#byFlow.delete(key);
    };
  }

  #tell(run: string): void {
    for (const wake of this.#byRun.get(run) ?? []) wake();
  }

  /** Events with seq > after, until the run's end or the signal. */
  async *events(
    store: Store,
    workspace: string,
    run: string,
    after: number,
    read: (after: number) => AsyncIterable<Event>,
    signal: AbortSignal,
  ): AsyncGenerator<Event> {
    let seen = after;
    let wake: () => void = () => undefined;
    let news = false;
    const listener = (): void => {
      news = true;
      wake();
    };
    const listeners = this.#byRun.get(run) ?? new Set<() => void>();
    listeners.add(listener);
    this.#byRun.set(run, listeners);
    signal.addEventListener('abort', listener, { once: true });
    // What was on its way to the disk before anybody listened is news all the same.
    this.#written().then(listener, () => undefined);
    try {
      while (!signal.aborted) {
        news = false;
        const row = await store.in(workspace).runs.get(run);
        for await (const event of read(seen)) {
          seen = event.seq;
          yield event;
        }
        if (row === null || (isOver(row.state) && seen >= row.seq)) return;
        if (news || (row !== null && seen < row.seq)) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (news || signal.aborted) resolve();
        });
      }
    } finally {
      listeners.delete(listener);
      if (listeners.size === 0) this.#byRun.delete(run);
    }
  }
}
