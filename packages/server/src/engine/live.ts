/**
 * A run in memory: its state, what of its journal is not written yet, and what is under way for it.
 *
 * L1 `record` is the only way a run's state changes: an event is folded and buffered in one act.
 * L2 `pending` is written in order and never twice; what was not written is lost by a crash, and planned again.
 */

import {
  apply,
  type Command,
  type Event,
  type EventData,
  type EventType,
  isOpen,
  newState,
  nextNotice,
  type Problem,
  runState,
  type Scope,
  type ShapeStep,
  type State,
  type Usage,
  unheld,
} from '@headgate/core';
import type { AskWrite } from '../store/ask.ts';
import type { AuditEntry, Delivery, JournalWriter, RunRow, RunWrite } from '../store/ports.ts';
import type { TriggerMemory } from '../store/run-write.ts';
import type { CompiledFlow } from './compiled.ts';
import { noticesOf } from './notices.ts';
import { newMeter, type RunMeter } from './ledger.ts';
import type { Spilled } from './values.ts';

type RunBase = Pick<
  RunRow,
  | 'id'
  | 'workspace'
  | 'project'
  | 'owner'
  | 'flow'
  | 'version'
  | 'hash'
  | 'environment'
  | 'triggerId'
  | 'triggerKind'
  | 'principal'
  | 'priority'
  | 'limitKey'
  | 'idempotencyKey'
  | 'parent'
  | 'rerunOf'
  | 'created'
>;
export type { RunBase };

/** One step instance under way outside the loop. A class for the same reason as UnderWay. */
export class Flight {
  readonly step: ShapeStep;
  readonly scope: Scope;
  readonly attempt: number;
  /** When the step's timeout is over, waiting included. */
  readonly deadline: number | null;
  readonly abort = new AbortController();
  /** What its questions to models used so far, and the budget that one of them would have exceeded. */
  used: Required<Usage> | null = null;
  broke: Problem | null = null;
  settled = false;
  cancelTimer: (() => void) | null = null;

  constructor(step: ShapeStep, scope: Scope, attempt: number, deadline: number | null) {
    this.step = step;
    this.scope = scope;
    this.attempt = attempt;
    this.deadline = deadline;
  }
}

export type WaitCommand = Extract<Command, { do: 'wait' }>;
export type DeadlineCommand = Extract<Command, { do: 'deadline' }>;

/**
 * What the row of a held run says of when to look at it, as 1 does of one that waits for another: at once after a start,
 * which finds out until when it may be held. A time would tell readers that it goes on by itself then.
 */
export const HELD_WAKE = 2;

/** When people are to be told of a question again. */
const noticeAt = ({ ask }: WaitCommand): number | null => (ask === null ? null : nextNotice(ask));

const soonest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

/** The events as JSON. `inputText`: what stands for the value of the input, where the first event creates the run. */
const eventsText = (events: readonly Event[], inputText: string | null): string => {
  const [first, ...rest] = events;
  if (inputText === null || first?.type !== 'run.created') return JSON.stringify(events);
  const { input: _, ...data } = first.data;
  const head = JSON.stringify({ ...first, data });
  const tail = JSON.stringify(rest);
  return `[${head.slice(0, -2)},"input":{"value":${inputText}}}}${rest.length === 0 ? ']' : `,${tail.slice(1)}`}`;
};

export class Live {
  readonly base: RunBase;
  readonly compiled: CompiledFlow;
  readonly state: State;
  readonly flights = new Set<Flight>();
  waits: WaitCommand[] = [];
  /** Blocks that have a timeout, open or not any more. */
  deadlines: DeadlineCommand[] = [];
  todo: Command[] = [];
  spilled: Spilled[] = [];
  /** Blobs of other runs that this one refers to. */
  uses: string[] = [];
  tokens: NonNullable<RunWrite['tokens']>[number][] = [];
  asks: AskWrite[] = [];
  audit: AuditEntry[] = [];
  delivery: Delivery | null = null;
  /** What its trigger remembers, to be written with its first event. */
  memory: TriggerMemory | null = null;
  /** Group that covers everything recorded so far, once nothing is pending. */
  group = 0;
  advancing = false;
  /** Stopped touching: the journal could not be written; recovery takes it up again. */
  abandoned = false;
  recovering = false;
  ended: number | null = null;
  started: number | null = null;
  /** Called once each, when what they wait for is durable. */
  onAnswer: (() => void)[] = [];
  onEnd: (() => void)[] = [];
  view: unknown = null;
  admitted = false;
  /** Nobody was told of this run yet (begin.ts): its beginning may be written together with what follows. */
  untold = false;
  /** Somebody is about to touch it: it may not leave memory. */
  keep = 0;
  cancelTimeout: (() => void) | null = null;
  /** Stops the timer that gives it up when it has been held for long. */
  cancelHeld: (() => void) | null = null;
  /** Bytes this run has given to its journal and its blobs since it was taken into memory (weight.ts). */
  written = 0;
  /** Bytes of files that its calls fetched since then (fetched.ts). */
  fetched = 0;
  /** What its steps used of budgets. */
  readonly meter: RunMeter = newMeter();
  /** The step of the last event that has one. */
  lastStep: string | null = null;
  /** The JSON text that the run's input was read from: written as it came, not made a second time. */
  inputText: string | null = null;
  #buffer: Event[] = [];
  #touched = false;

  constructor(base: RunBase, compiled: CompiledFlow) {
    this.base = base;
    this.compiled = compiled;
    this.state = newState(compiled.shape);
  }

  get id(): string {
    return this.base.id;
  }

  /** The first of the runs that led to this one, or itself. */
  get first(): string {
    return this.state.created?.first ?? this.base.id;
  }

  get over(): boolean {
    const phase = this.state.phase;
    return phase === 'done' || phase === 'failed' || phase === 'cancelled';
  }

  /** What comes after its end, or after it was let go, is no part of its journal: the run may have been read back since. */
  record<T extends EventType>(at: number, type: T, data: EventData[T], step?: string, item?: readonly number[]): void {
    if (this.over || this.abandoned) return;
    const seq = this.state.seq + 1;
    const event = (
      step === undefined
        ? { seq, at, type, data }
        : item === undefined || item.length === 0
          ? { seq, at, type, step, data }
          : { seq, at, type, step, item, data }
    ) as Event;
    if (type === 'run.started') this.started = at;
    apply(this.state, event);
    this.#buffer.push(event);
    if (step !== undefined) this.lastStep = step;
    if (this.over && this.ended === null) this.ended = at;
  }

  /** An event read back from the journal. */
  replay(event: Event): void {
    if (event.type === 'run.started') this.started = event.at;
    if (event.type === 'step.done' || event.type === 'step.problem') {
      this.meter.used.tokens += event.data.usage?.tokens ?? 0;
      this.meter.used.money += event.data.usage?.money ?? 0;
      this.meter.output += event.data.usage?.output ?? 0;
    }
    apply(this.state, event);
    if (this.over) this.ended = event.at;
  }

  get pending(): number {
    return this.#buffer.length;
  }

  /** Nothing is under way for it, and nobody waits for it or is about to touch it. */
  get idle(): boolean {
    return (
      this.keep === 0 &&
      this.flights.size === 0 &&
      this.pending === 0 &&
      !this.advancing &&
      this.onEnd.length === 0 &&
      this.onAnswer.length === 0 &&
      this.state.active === 0 &&
      !this.over
    );
  }

  /**
   * What it recorded may be written a moment later: nobody was told of it, and it goes on as soon as what it has under way
   * is done. An effect on the world writes it first (broker.ts B2), as does whoever answers for it.
   */
  get mayLinger(): boolean {
    return (
      this.untold &&
      this.flights.size > 0 &&
      !this.over &&
      this.waits.length === 0 &&
      this.deadlines.length === 0 &&
      this.state.response === null
    );
  }

  /** Tells work under way to stop; what comes of it changes nothing. */
  abort(which: (flight: Flight) => boolean): void {
    for (const flight of [...this.flights]) {
      if (!which(flight)) continue;
      flight.settled = true;
      flight.cancelTimer?.();
      flight.abort.abort();
      this.flights.delete(flight);
    }
  }

  /** Takes out all who wait for its answer or its end. */
  waiters(): (() => void)[] {
    return [...this.onAnswer.splice(0), ...this.onEnd.splice(0)];
  }

  /** The row has to be written though no event came (a wake-up time changed). */
  touch(): void {
    this.#touched = true;
  }

  /** Is a step held? */
  get held(): boolean {
    return this.state.holding !== null && this.state.holding.count > 0;
  }

  /** When the whole run must be over; null: never, or not while a step is held. */
  get deadline(): number | null {
    if (this.started === null || this.compiled.timeout === null) return null;
    return unheld(this.state, this.started + this.compiled.timeout);
  }

  /** When a block must be over; null: not while a step is held. */
  dueOf({ at, held }: DeadlineCommand): number | null {
    return unheld(this.state, at, held);
  }

  /**
   * Earliest time this run wants to be looked at, or null. A run that waits for another is looked at as soon as the
   * engine starts again: the other may have ended meanwhile.
   */
  get wake(): number | null {
    let earliest = this.held ? HELD_WAKE : this.deadline;
    for (const w of this.waits) {
      const until = w.child === null ? soonest(soonest(w.until, w.deadline), noticeAt(w)) : 1;
      earliest = soonest(earliest, until);
    }
    for (const d of this.deadlines) if (isOpen(d.block)) earliest = soonest(earliest, this.dueOf(d));
    return earliest;
  }

  row(wake: number | null = this.over ? null : this.wake): RunRow {
    const { problem } = this.state;
    return {
      ...this.base,
      state: runState(this.state),
      problemCode: problem?.code ?? null,
      problemStep: problem?.at?.step ?? null,
      started: this.started,
      ended: this.ended,
      wake,
      seq: this.state.seq,
    };
  }

  /** Hands everything recorded so far to the journal writer; `group` then covers it. */
  flush(journal: JournalWriter, wake?: number | null): void {
    if (this.abandoned) return;
    const buffer = this.#buffer;
    if (buffer.length === 0 && !this.#touched && this.audit.length === 0) return;
    const events = buffer.length === 0 ? '' : eventsText(buffer, this.inputText);
    this.inputText = null;
    this.written += events.length;
    for (const { bytes } of this.spilled) this.written += bytes.length;
    const row = wake === undefined ? this.row() : this.row(wake);
    const notices = noticesOf(row, this.asks, buffer);
    const write: RunWrite = {
      row,
      from: buffer[0]?.seq ?? 0,
      count: buffer.length,
      events,
      ...(this.spilled.length > 0 ? { blobs: this.spilled } : {}),
      ...(this.uses.length > 0 ? { uses: this.uses } : {}),
      ...(this.tokens.length > 0 ? { tokens: this.tokens } : {}),
      ...(this.asks.length > 0 ? { asks: this.asks } : {}),
      ...(notices.length > 0 ? { notices } : {}),
      ...(this.over && this.compiled.asks ? { asksOver: this.ended ?? 0 } : {}),
      ...(this.audit.length > 0 ? { audit: this.audit } : {}),
      ...(this.delivery === null ? {} : { delivery: this.delivery }),
      ...(this.memory === null ? {} : { memory: this.memory }),
    };
    this.#buffer = [];
    this.#touched = false;
    if (this.spilled.length > 0) this.spilled = [];
    if (this.uses.length > 0) this.uses = [];
    if (this.tokens.length > 0) this.tokens = [];
    if (this.asks.length > 0) this.asks = [];
    if (this.audit.length > 0) this.audit = [];
    this.delivery = null;
    this.memory = null;
    this.group = journal.write(write);
  }
}
