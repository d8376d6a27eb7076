/**
 * Reading runs back: the journal as written, and how a run ended. It changes nothing.
 */

import { type Event, isOver, type Problem, type RunView } from '@headgate/core';
import type { RunRow, Store } from '../store/ports.ts';
import type { Live } from './live.ts';
import type { Opener } from './runs.ts';
import type { Values } from './values.ts';
import { isLarge } from './views.ts';

type Deps = {
  readonly store: Store;
  readonly values: Values;
  readonly open: Opener;
  readonly live: (run: string) => Live | undefined;
  readonly hold: (workspace: string, run: string) => Promise<Live | null>;
};

type Ending = {
  readonly output: unknown;
  readonly problem: Problem | null;
  readonly apart?: NonNullable<RunView['apart']>;
};

export type End = { readonly row: RunRow; readonly output: unknown; readonly problem: Problem | null };

export class Ends {
  readonly #d: Deps;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** The journal of a run as written, from seq > after. */
  async *events(workspace: string, run: string, after: number): AsyncGenerator<Event> {
    const store = this.#d.store.in(workspace);
    for (let seen = after; ; ) {
      const chunks = await store.runs.chunks(run, seen, 64);
      if (chunks.length === 0) return;
      for (const chunk of chunks) {
        const events = JSON.parse(this.#d.open.chunk(workspace, run, chunk.from, chunk.sealed)) as Event[];
        for (const event of events) if (event.seq > seen) yield event;
        seen = Math.max(seen, chunk.from + chunk.count - 1);
      }
    }
  }

  /** How a finished run ended; null while it is not over, or for no such run. */
  async outcome(workspace: string, run: string): Promise<End | null> {
    const live = this.#d.live(run);
    if (live !== undefined && live.base.workspace === workspace) return live.over ? this.outcomeOf(live) : null;
    const row = await this.#d.store.in(workspace).runs.get(run);
    if (row === null || !isOver(row.state)) return null;
    return { row, ...(await this.ending(workspace, row)) };
  }

  outcomeOf(live: Live): End {
    const { state } = live;
    const output = state.output === null ? null : this.#d.values.read(live.base.workspace, state.output);
    return {
      row: live.row(),
      output,
      problem: state.problem ?? (state.phase === 'in_doubt' ? (state.doubts[0]?.problem ?? null) : null),
    };
  }

  /** The last words of a run from its journal. `apart`: a large output is not read, and told by its place. */
  async ending(workspace: string, row: RunRow, apart = false): Promise<Ending> {
    if (row.state === 'in_doubt') {
      const live = await this.#d.hold(workspace, row.id);
      return { output: null, problem: live?.state.doubts[0]?.problem ?? null };
    }
    if (!isOver(row.state)) return { output: null, problem: null };
    for await (const event of this.events(workspace, row.id, row.seq - 1)) {
      if (event.type === 'run.done') {
        const { output } = event.data;
        if (apart && isLarge(output))
          return { output: null, problem: null, apart: { seq: event.seq, size: output.size } };
        return { output: this.#d.values.read(workspace, output), problem: null };
      }
      if (event.type === 'run.failed') return { output: null, problem: event.data.problem };
      if (event.type === 'run.cancelled') return { output: null, problem: event.data.problem ?? null };
    }
    return { output: null, problem: null };
  }
}
