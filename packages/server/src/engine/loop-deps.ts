/** What the loop is given to work with; it holds nothing else of the engine. */

import type { Problem, Scope, ShapeStep, Usage } from '@headgate/core';
import type { JournalWriter } from '../store/ports.ts';
import type { AskWait } from './ask-rows.ts';
import type { Lend } from './can.ts';
import type { Clock } from './clock.ts';
import type { Held } from './ledger.ts';
import type { DeadlineCommand, Live, WaitCommand } from './live.ts';
import type { RunInfo } from './scope.ts';
import type { Timers } from './timers.ts';
import type { Values } from './values.ts';

export type LoopDeps = {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: JournalWriter;
  readonly values: Values;
  readonly info: RunInfo;
  /** The powers a step is lent. */
  readonly lend: Lend;
  /** Starts a sub-run for a `call` outcome; answers its id, or a Problem. */
  readonly call: (
    live: Live,
    step: ShapeStep,
    scope: Scope,
    attempt: number,
    flow: string,
    input: unknown,
  ) => Promise<{ child: string } | { problem: Problem }>;
  /** Sets aside the most that a step may use, or says which budget that would exceed (broker.ts). */
  readonly meter: (live: Live, most: Usage) => Held | { readonly problem: Problem };
  /** A waiting step was met: timers and children are watched by the engine. */
  readonly watch: (live: Live, wait: WaitCommand) => void;
  /** A step is held. */
  readonly held: (live: Live) => void;
  /** A block with a timeout was met. */
  readonly limit: (live: Live, deadline: DeadlineCommand) => void;
  /** Nobody waits for this called run any more. */
  readonly orphan: (live: Live, child: string) => void;
  /** The hash of the one-time token of a `wait.event` step instance. */
  readonly tokenHash: (live: Live, step: string, item: readonly number[]) => string;
  /** A question to people begins to be waited for. */
  readonly asked: (live: Live, wait: AskWait) => void;
  /** Nobody waits for this any more: a called run, a question. */
  readonly left: (live: Live, wait: WaitCommand, how: 'late' | 'gone') => void;
  /** The run is over and written. */
  readonly ended: (live: Live) => void;
  /** It waits, and nothing of it needs memory. */
  readonly parked: (live: Live) => void;
  readonly bug: (live: Live, step: string, error: unknown) => void;
  readonly down: (live: Live) => void;
  /** It cannot even be ended: nothing more happens to it before the next start. */
  readonly drop: (live: Live) => void;
};
