/**
 * The journal of a run: an append-only list of events. The state of a run is their fold (state.ts), and nothing else
 * decides what happens next (plan.ts).
 *
 * J1 `seq` counts from 1 without gaps; `at` is milliseconds since the epoch, recorded once by the engine.
 * J2 Time, chance and evaluated data are in events, so that folding a journal again always gives the same state.
 * J3 A large value is held by reference (`Held`), never inline.
 * J4 New event types and optional fields may be added; what was written stays readable for ever (golden journals).
 */

import type { Usage } from '../flow/budget.ts';
import type { Problem } from '../problem.ts';
import type { AskSpec, Via, Whom } from './asks.ts';
import type { AnswerFile } from './chat-port.ts';

/** The rules a journal was planned by; recorded in `run.created` and raised when plan.ts changes its mind. */
export const PLAN_VERSION = 1;

/** A value inline, or spilled to a blob and held by its id; `size` is the length of its JSON in bytes. */
export type Held = { readonly value: unknown } | { readonly blob: string; readonly size: number };

/**
 * What started a run: the trigger's id (absent for the run API), its kind and what it brought (request headers, due time…).
 * `body: 'input'`: the body that the trigger brought is the run's input, and is not held a second time.
 */
export type Started = {
  readonly id?: string;
  readonly kind: string;
  readonly data?: unknown;
  readonly body?: 'input';
};

export type RunCreated = {
  readonly flow: string;
  readonly version: number | null;
  readonly hash: string;
  readonly plan: number;
  readonly trigger: Started;
  readonly input: Held;
  readonly environment: string;
  readonly principal: string;
  readonly vars?: Record<string, unknown>;
  readonly parent?: { readonly run: string; readonly step: string; readonly item?: readonly number[] };
  /** The first of the runs that led to this one; absent when that is itself. */
  readonly first?: string;
  readonly rerunOf?: string;
  readonly depth: number;
  /** Ids of the only steps to run; the rest reads as skipped (partial runs). */
  readonly only?: readonly string[];
  /** Ids of the steps before which the run holds (draft runs). */
  readonly breakpoints?: readonly string[];
};

/**
 * What an agent does next: the id of the step inside it that does it (its own: it asks its model, or people), and what that
 * step is given for it. `waits`: for people, so that the time it takes does not count.
 */
export type AgentMove = { readonly at: string; readonly given: Held; readonly waits?: true };

/** What each event type carries. `step` and `item` of the event itself say where. */
export type EventData = {
  'run.created': RunCreated;
  /** Leaves the queue. The time of this event is the run's recorded `now`. */
  'run.started': Record<string, never>;
  /** Before an effect. `key`: the idempotency key passed to the outside. Pure steps have no start. `deadline`: ms since epoch. */
  'step.started': { attempt: number; key?: string; repeatable: boolean; deadline?: number; input?: Held };
  /** `pinned` and `reused` (a run's id) values are put before planning and look like results. `by`: who chose it after a doubt. */
  'step.done': {
    out: Held;
    port?: string;
    attempt?: number;
    pinned?: true;
    reused?: string;
    by?: string;
    usage?: Usage;
  };
  /** With `retryAt` (chance already drawn) another attempt follows; without it the problem is final. */
  'step.problem': { problem: Problem; attempt: number; retryAt?: number; reused?: string; usage?: Usage };
  /**
   * Waits for a time, an outside event (by the hash of a one-time token), a child run, or whichever comes first. At the
   * `deadline` the step has taken longer than its timeout.
   */
  'step.waiting': { until?: number; token?: string; child?: string; note?: string; deadline?: number; ask?: AskSpec };
  /** People were told of a question that waits, or somebody handed it on. `failed`: codes of what could not be told. */
  'step.asked': {
    why: 'asked' | 'reminder' | 'escalated' | 'delegated';
    by?: string;
    to?: readonly Whom[];
    told?: readonly string[];
    failed?: readonly string[];
  };
  /** Somebody answered a question. `data`: the answer, with its comment. */
  'step.answered': { by: string; via: Via; data: Held };
  /** Held before it begins, at a breakpoint or while stepping: what it is about to be given, or why that cannot be told. */
  'step.held': { input: Held } | { problem: Problem };
  /** Somebody let a held step go on. `input`: what he gave it in place of what it was about to be given. */
  'step.continued': { mode: 'continue' | 'step'; by: string; input?: Held };
  /** A block learnt how many items it has (each), or starts (repeat: its max); at the `deadline` it has taken too long. */
  'block.opened': { count: number; over?: Held; deadline?: number; next?: AgentMove };
  /** One item or turn ended; `item` is the path including its index. `more: false` ends a repeat or an agent. */
  'block.item': { out: Held; reused?: string } | { problem: Problem } | { out: Held; more: boolean; next?: AgentMove };
  /** What a model says while it says it, `at` so many characters from its beginning; the result holds all of it. `at` 0: it begins anew. Secrets are taken out. */
  'step.said': { text: string; at: number };
  'run.cancel': { by: string; reason?: string };
  /** The answer of a `respond` step, recorded before it leaves. `files`: of an answer to a message. */
  'run.responded': {
    status: number;
    headers: Record<string, string>;
    body: Held;
    files?: readonly AnswerFile[];
  };
  'run.log': { level: 'debug' | 'info' | 'warn' | 'error'; text: string; data?: Held };
  'run.done': { output: Held };
  'run.failed': { problem: Problem };
  /** `problem`: why, where nobody asked for it. */
  'run.cancelled': { by: string; problem?: Problem };
  /** A crash fell between an effect and its record: somebody must choose. */
  'run.doubted': { problem: Problem };
  /** Read back after a crash that fell while it worked. Several in a row without a result between them are a pattern. */
  'run.recovered': Record<string, never>;
  /** The server was stopped in good order while it worked. */
  'run.paused': Record<string, never>;
  /** The choice: `repeat` runs the step again, `skip` takes null as its result, `fail` lets the run fail. */
  'run.resolved': { choice: 'repeat' | 'skip' | 'fail'; by: string };
};

export type EventType = keyof EventData;

/** Every type of event (journal.test.ts). */
export const EVENT_TYPES = [
  'run.created',
  'run.started',
  'step.started',
  'step.done',
  'step.problem',
  'step.waiting',
  'step.asked',
  'step.answered',
  'step.held',
  'step.continued',
  'block.opened',
  'block.item',
  'step.said',
  'run.cancel',
  'run.responded',
  'run.log',
  'run.done',
  'run.failed',
  'run.cancelled',
  'run.doubted',
  'run.recovered',
  'run.paused',
  'run.resolved',
] as const satisfies readonly EventType[];

export type Event<T extends EventType = EventType> = {
  [K in T]: {
    readonly seq: number;
    readonly at: number;
    readonly type: K;
    readonly step?: string;
    readonly item?: readonly number[];
    readonly data: EventData[K];
  };
}[T];

export const RUN_STATES = ['queued', 'running', 'waiting', 'done', 'failed', 'cancelled', 'in_doubt'] as const;
export type RunState = (typeof RUN_STATES)[number];

export const isOver = (state: RunState): boolean => state === 'done' || state === 'failed' || state === 'cancelled';
