/** The writer of journals, as those see it who write: what is handed over becomes durable in groups, in order. */

import type { Problem } from '@headgate/core';
import type { AuditEntry } from './audit-entry.ts';
import type { RunWrite } from './run-write.ts';

export type WriterState =
  | { readonly ok: true }
  | { readonly ok: false; readonly problem: Problem; readonly tries: number; readonly final: boolean };

/** What was used on a day, by all of `holders`: a flow, a key, and the empty text for the workspace. */
export type Used = {
  readonly workspace: string;
  readonly holders: readonly string[];
  readonly day: number;
  readonly tokens: number;
  readonly money: number;
};

/** The group-committing writer: one worker thread, synchronous=FULL. */
export type JournalWriter = {
  /** Adds to the group being gathered; returns that group's number. Never blocks. Throws only after close. */
  readonly write: (write: RunWrite) => number;
  /** Adds audit records alone to the group being gathered. */
  readonly audit: (entries: readonly AuditEntry[]) => number;
  /** Adds what was used of budgets to the group being gathered. */
  readonly used: (use: Used) => number;
  /** Number of the last durable group. */
  readonly durable: () => number;
  /**
   * Resolves when the group is durable (fsync done); rejects (NotDurable) when the disk refused it: the caller must not go
   * on. The write is not lost by that: the writer tries again, in order, and the same barrier asked for later resolves.
   */
  readonly barrier: (group: number) => Promise<void>;
  /** Groups waiting or being written: for readiness and back-pressure. */
  readonly pending: () => number;
  /** Whether the disk takes writes, for /health/ready. `final`: no retry follows any more, the server must be started again. */
  readonly state: () => WriterState;
  /** Writes what is gathered, then ends the worker. Rejects when something written did not become durable. */
  readonly close: () => Promise<void>;
};
