/**
 * Admission: whether a run may begin now, or queues. Concurrency, rate and debounce per flow or per key; among those
 * who wait, higher priority first, then the older run.
 *
 * Q1 A queued run is durable before it is queued here; this room keeps only ids and can be filled again from the rows.
 * Q2 A debounced run takes the place of the one waiting before it; that one is cancelled, not forgotten.
 * Q4 Runs that began before a restart count for the rate: a lane with a rate lets nobody in before they are counted.
 * Q3 Of one workspace at most QUEUE runs wait; more are refused, so that a flood cannot fill the memory (DOS-08).
 */

import type { Lane as QueueLane } from '@headgate/core';
import type { Clock } from './clock.ts';
import type { CompiledFlow } from './compiled.ts';
import type { Timers } from './timers.ts';

export const QUEUE = 10_000;

/** What a run asks of admission: the lane is the flow and its key. */
export type Ticket = {
  readonly run: string;
  readonly workspace: string;
  readonly flow: string;
  readonly lane: string;
  readonly priority: number;
  readonly compiled: CompiledFlow;
};

type Lane = {
  active: number;
  waiting: Ticket[];
  /** When runs left the queue lately, for the rate. */
  begun: number[];
  debounced: { ticket: Ticket; at: number; cancel: () => void } | null;
  timer: (() => void) | null;
  /** Runs that began before the start of this engine are being counted. */
  counting: boolean;
  counted: boolean;
};

type Deps = {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Let this run begin. */
  readonly begin: (run: string, workspace: string) => void;
  /** When runs of this lane began since then, the latest first, as many as its rate allows. */
  readonly begunSince: (ticket: Ticket, since: number) => Promise<readonly number[]>;
  readonly failed: (error: unknown) => void;
  /** A later run took this one's place. */
  readonly replaced: (ticket: Ticket, by: string) => void;
};

export type Admitted = 'now' | 'queued' | 'full';

export class Admission {
  readonly #deps: Deps;
  readonly #lanes = new Map<string, Lane>();

  /** How many runs of each workspace wait. */
  readonly #waiting = new Map<string, number>();
  readonly #opened: number;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#opened = deps.clock.now();
  }

  /** Is there nothing to ask? Most flows have no limits, and cost nothing here. */
  static free(compiled: CompiledFlow): boolean {
    return compiled.concurrency === null && compiled.rate === null && compiled.debounce === null;
  }

  /** Asks for a run to begin. `due`: when a debounced one does; null: it is none. `back`: it is read back, and was taken in before. */
  ask(ticket: Ticket, due: number | null, back = false): Admitted {
    if (Admission.free(ticket.compiled)) return 'now';
    const lane = this.#lane(ticket.lane);
    this.#count(lane, ticket);
    if (due !== null && ticket.compiled.debounce !== null) {
      const before = lane.debounced;
      if (before !== null) {
        before.cancel();
        this.#deps.replaced(before.ticket, ticket.run);
      }
      const cancel = this.#deps.timers.at(due, () => {
        lane.debounced = null;
        this.#enqueue(lane, ticket);
        this.#drain(lane, ticket.lane);
      });
      lane.debounced = { ticket, at: due, cancel };
      return 'queued';
    }
    if (lane.waiting.length === 0 && this.#room(lane, ticket) === 0) {
      this.#enter(lane, ticket);
      return 'now';
    }
    if (!back && (this.#waiting.get(ticket.workspace) ?? 0) >= QUEUE) return 'full';
    this.#enqueue(lane, ticket);
    this.#drain(lane, ticket.lane);
    return 'queued';
  }

  /** A run read back from the journal as running counts without asking. */
  count(lane: string): void {
    this.#lane(lane).active += 1;
  }

  /** A run ended that had been let in. */
  leave(laneName: string): void {
    const lane = this.#lanes.get(laneName);
    if (lane === undefined) return;
    lane.active -= 1;
    this.#drain(lane, laneName);
  }

  /** A queued run was cancelled. */
  forget(laneName: string, run: string): void {
    const lane = this.#lanes.get(laneName);
    if (lane === undefined) return;
    const found = lane.waiting.findIndex((t) => t.run === run);
    const [gone] = found === -1 ? [] : lane.waiting.splice(found, 1);
    if (gone !== undefined) this.#waits(gone.workspace, -1);
    if (lane.debounced?.ticket.run === run) {
      lane.debounced.cancel();
      lane.debounced = null;
    }
    this.#tidy(lane, laneName);
  }

  /** Where runs of this workspace wait for a place, and what holds the first of them. */
  lanes(workspace: string): readonly QueueLane[] {
    const found: QueueLane[] = [];
    for (const lane of this.#lanes.values()) {
      const first = lane.waiting[0] ?? lane.debounced?.ticket;
      if (first === undefined || first.workspace !== workspace) continue;
      const { concurrency, rate, debounce } = first.compiled;
      const running = lane.active;
      const waiting = lane.waiting.length + (lane.debounced === null ? 0 : 1);
      const of = { flow: first.flow, running, waiting, next: first.run };
      if (lane.waiting.length === 0)
        found.push({
          ...of,
          why: 'debounce',
          most: null,
          per: debounce?.for ?? null,
          until: lane.debounced?.at ?? null,
        });
      else if (concurrency !== null && running >= concurrency.limit)
        found.push({ ...of, why: 'concurrency', most: concurrency.limit, per: null, until: null });
      else {
        const until = this.#room(lane, first);
        const when = Number.isFinite(until) && until > 0 ? until : null;
        found.push({ ...of, why: 'rate', most: rate?.max ?? null, per: rate?.per ?? null, until: when });
      }
    }
    return found;
  }

  /** Nobody of this workspace waits any more. */
  dismiss(workspace: string): void {
    for (const [name, lane] of this.#lanes) {
      const left = lane.waiting.filter((ticket) => ticket.workspace !== workspace);
      this.#waits(workspace, left.length - lane.waiting.length);
      lane.waiting = left;
      if (lane.debounced?.ticket.workspace === workspace) {
        lane.debounced.cancel();
        lane.debounced = null;
      }
      this.#tidy(lane, name);
    }
  }

  #lane(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const made: Lane = {
      active: 0,
      waiting: [],
      begun: [],
      debounced: null,
      timer: null,
      counting: false,
      counted: false,
    };
    this.#lanes.set(name, made);
    return made;
  }

  /** Q4. Free once the engine has been up for longer than the time of the rate, and for a lane already counted. */
  #count(lane: Lane, ticket: Ticket): void {
    const { rate } = ticket.compiled;
    const since = this.#deps.clock.now() - (rate?.per ?? 0);
    if (rate === null || lane.counted || since > this.#opened) return;
    lane.counted = true;
    lane.counting = true;
    const go = (): void => {
      lane.counting = false;
      this.#drain(lane, ticket.lane);
    };
    const look = (): void => {
      this.#deps.begunSince(ticket, since).then(
        (times) => {
          // Not by arguments of a call: there may be more than a call takes.
          lane.begun = [...times.toReversed(), ...lane.begun];
          go();
        },
        (error: unknown) => {
          this.#deps.failed(error);
          this.#deps.timers.at(this.#deps.clock.now() + 1_000, look);
        },
      );
    };
    look();
  }

  /** 0: may enter now; otherwise the time to ask again, or Infinity: when somebody leaves. */
  #room(lane: Lane, ticket: Ticket): number {
    const { concurrency, rate } = ticket.compiled;
    if (lane.counting) return Number.POSITIVE_INFINITY;
    if (concurrency !== null && lane.active >= concurrency.limit) return Number.POSITIVE_INFINITY;
    if (rate === null) return 0;
    const now = this.#deps.clock.now();
    while (lane.begun[0] !== undefined && lane.begun[0] <= now - rate.per) lane.begun.shift();
    return lane.begun.length < rate.max ? 0 : (lane.begun[0] ?? now) + rate.per;
  }

  #enter(lane: Lane, ticket: Ticket): void {
    lane.active += 1;
    if (ticket.compiled.rate !== null) lane.begun.push(this.#deps.clock.now());
  }

  #enqueue(lane: Lane, ticket: Ticket): void {
    let i = lane.waiting.length;
    for (; i > 0; i -= 1) {
      const before = lane.waiting[i - 1];
      if (
        before === undefined ||
        before.priority > ticket.priority ||
        (before.priority === ticket.priority && before.run <= ticket.run)
      )
        break;
    }
    lane.waiting.splice(i, 0, ticket);
    this.#waits(ticket.workspace, 1);
  }

  #drain(lane: Lane, name: string): void {
    for (let first = lane.waiting[0]; first !== undefined; first = lane.waiting[0]) {
      const when = this.#room(lane, first);
      if (when > 0) {
        if (Number.isFinite(when) && lane.timer === null) {
          lane.timer = this.#deps.timers.at(when, () => {
            lane.timer = null;
            this.#drain(lane, name);
          });
        }
        return;
      }
      lane.waiting.shift();
      this.#waits(first.workspace, -1);
      this.#enter(lane, first);
      this.#deps.begin(first.run, first.workspace);
    }
    this.#tidy(lane, name);
  }

  #waits(workspace: string, more: number): void {
    const waiting = (this.#waiting.get(workspace) ?? 0) + more;
    if (waiting <= 0) this.#waiting.delete(workspace);
    else this.#waiting.set(workspace, waiting);
  }

  #tidy(lane: Lane, name: string): void {
    if (
      lane.active === 0 &&
      lane.waiting.length === 0 &&
      lane.debounced === null &&
      lane.timer === null &&
      !lane.counting &&
      lane.begun.length === 0
    )
      this.#lanes.delete(name);
  }
}
