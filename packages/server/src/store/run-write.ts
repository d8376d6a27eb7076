/** What is written of a run: its row, and with it everything that becomes durable at the same moment. */

import type { RunState } from '@headgate/core';
import type { AskWrite } from './ask.ts';
import type { NoticeWrite } from './notice.ts';
import type { AuditEntry } from './ports.ts';

/** The row of a run: what lists and filters need, and no value that flowed through it. */
export type RunRow = {
  readonly id: string;
  readonly workspace: string;
  readonly project: string;
  readonly owner: string;
  readonly flow: string;
  readonly version: number | null;
  readonly hash: string;
  readonly environment: string;
  readonly state: RunState;
  readonly triggerId: string | null;
  readonly triggerKind: string;
  readonly principal: string;
  readonly priority: number;
  /** Of concurrency, rate and debounce; null: the whole flow. */
  readonly limitKey: string | null;
  readonly idempotencyKey: string | null;
  readonly parent: string | null;
  readonly rerunOf: string | null;
  readonly problemCode: string | null;
  readonly problemStep: string | null;
  readonly created: number;
  readonly started: number | null;
  readonly ended: number | null;
  /** When a waiting or queued run wants to be looked at again. */
  readonly wake: number | null;
  /** Seq of the last event recorded. */
  readonly seq: number;
};

/**
 * One thing to make durable: the run's row as it is now, and the events since the last write, as one JSON array text. The
 * first write of a run begins with event 1 and makes the row; each one after must follow the last without a gap
 * (`row.seq` is the seq of its last event), or the writer stops: a journal with a hole is worse than a stopped server.
 * What is fixed at the first write: everything but state, priority, limitKey, problemCode, problemStep, started, ended,
 * wake and seq.
 */
/** A signed request to a webhook, as the replay memory knows it, and how long it is remembered. */
export type Delivery = { readonly hook: string; readonly id: string; readonly until: number };

/**
 * What a trigger remembers, as JSON text; sealed when it is written. What grows with what is watched lies in parts, so that
 * one thing more costs one row: `part` names it, and a null text forgets it.
 */
export type TriggerMemory = {
  readonly workspace: string;
  readonly flow: string;
  readonly trigger: string;
  readonly environment: string;
} & ({ readonly part?: undefined; readonly text: string } | { readonly part: string; readonly text: string | null });

export type RunWrite = {
  readonly row: RunRow;
  /** First seq of `events`; 0 when there are none. */
  readonly from: number;
  readonly count: number;
  readonly events: string;
  /** Blobs the events refer to; written and synced before the group commits. */
  readonly blobs?: readonly { readonly id: string; readonly bytes: Uint8Array }[];
  /** Blobs made by other runs of the same workspace that the events refer to: they live as long as this run, too. */
  readonly uses?: readonly string[];
  /** One-time resume tokens (hashes) that come to life with this write. */
  readonly tokens?: readonly {
    readonly hash: string;
    readonly step: string;
    readonly item: string;
    readonly note: string | null;
    readonly deadline: number | null;
  }[];
  /** Questions to people that came to life with this write, or changed by it. */
  readonly asks?: readonly AskWrite[];
  /** What members are told of because of this write. */
  readonly notices?: readonly NoticeWrite[];
  /** The run is over, and so are its questions that are open: when. */
  readonly asksOver?: number;
  /** Audit records that belong to this write. */
  readonly audit?: readonly AuditEntry[];
  /** The delivery this run came of: remembered exactly when the run is. */
  readonly delivery?: Delivery;
  /** What the trigger this run came of remembers from now on: exactly when the run is. */
  readonly memory?: TriggerMemory;
};
