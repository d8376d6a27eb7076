/**
 * What the main thread and the journal worker say to each other. The complete list:
 *
 *   main → worker   group (commit this), keys (the ones of now, or null when they cannot be had), prune (delete old runs), stop
 *   worker → main   ready, done (all groups up to this one are on disk), failed (they are not; the worker tries again unless
 *                   final), stale (the instance key was changed: waits for keys), pruned, stopped
 */

import type { TriggerMemory } from '../run-write.ts';
import type { NoticeWrite } from '../notice.ts';
import type { AskOf } from './ask-rows.ts';
import type { Cell } from './run-cells.ts';
import type { Grown } from './tally.ts';

/** A small write with an answer, committed with the group it came in. */
export type Ask =
  | { readonly kind: 'token'; readonly hash: string; readonly at: number }
  | {
      readonly kind: 'trigger';
      readonly flow: string;
      readonly trigger: string;
      readonly state: string;
      readonly notice?: NoticeWrite;
    }
  | { readonly kind: 'notice'; readonly notice: NoticeWrite }
  | { readonly kind: 'memory'; readonly memory: TriggerMemory }
  | { readonly kind: 'memories'; readonly memories: readonly TriggerMemory[] }
  | { readonly kind: 'key'; readonly id: string; readonly at: number }
  | { readonly kind: 'remove'; readonly workspace: string; readonly run: string };

/** True or false as the contract says for each kind; the ids of blobs to unlink, or null, for `remove`. */
export type Answer = boolean | readonly string[] | null;

/** A blob of a run: with bytes it is to be written, without it is on disk already. */
export type BlobWrite = {
  readonly id: string;
  readonly workspace: string;
  readonly run: string;
  readonly size: number;
  readonly created: number;
  readonly bytes: Uint8Array | null;
};

export type Group = {
  readonly n: number;
  /** Writes of runs, WRITE_CELLS cells each (run-cells.ts). */
  readonly cells: Cell[];
  readonly blobs: BlobWrite[];
  readonly uses: { readonly workspace: string; readonly run: string; readonly blob: string }[];
  /** Resume tokens, 7 cells each: hash, workspace, run, step, item, note, deadline. */
  readonly tokens: Cell[];
  /** Audit records, AUDIT_CELLS cells each. */
  readonly audit: Cell[];
  /** What was used of budgets, USED_CELLS cells each (tally.ts). */
  readonly used: Cell[];
  readonly deliveries: { readonly hook: string; readonly id: string; readonly until: number }[];
  readonly memories: TriggerMemory[];
  readonly questions: AskOf[];
  readonly notices: NoticeWrite[];
  readonly asks: Ask[];
};

export const TOKEN_CELLS = 7;
/** at, workspace, actor, action, object, decision, reason, run, step. */
export const AUDIT_CELLS = 9;

export type PruneRule =
  | {
      readonly olderThan: number;
      readonly keepPerFlow: number;
      readonly limit: number;
      readonly now: number;
    }
  /** Whatever there is of a workspace that is being deleted, over or not. */
  | { readonly workspace: string; readonly limit: number };

/** What one pass deleted, the blobs whose files may go, and whether there is more to delete. */
export type Pruned = { readonly runs: number; readonly blobs: readonly string[]; readonly more: boolean };

/** What the worker seals the runs of a workspace with a key of its own with. */
export type OwnWriterKeys = { readonly journal: Uint8Array; readonly blob: Uint8Array };

/**
 * What the worker seals with. `generation` is the number of the root they come from, `ownGeneration` that of the newest box
 * of a workspace's own key; `own` has the keys of workspaces that have one.
 */
export type WriterKeys = {
  readonly generation: number;
  readonly ownGeneration: number;
  readonly own: ReadonlyMap<string, OwnWriterKeys>;
  readonly journal: Uint8Array;
  readonly blob: Uint8Array;
  readonly audit: Uint8Array;
};

export type ToWorker =
  | { readonly kind: 'keys'; readonly keys: WriterKeys | null }
  | { readonly kind: 'group'; readonly group: Group }
  | { readonly kind: 'prune'; readonly id: number; readonly rule: PruneRule }
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'stale' }
  /** `answers`: of each group since the last `done`, in their order. */
  | {
      readonly kind: 'done';
      readonly n: number;
      readonly answers: readonly (readonly Answer[])[];
      readonly grown: Grown;
    }
  | {
      readonly kind: 'failed';
      readonly n: number;
      readonly tries: number;
      readonly final: boolean;
      readonly text: string;
    }
  | {
      readonly kind: 'pruned';
      readonly id: number;
      readonly runs: number;
      readonly blobs: readonly string[];
      readonly more: boolean;
      readonly grown: Grown;
      readonly error: string | null;
    }
  | { readonly kind: 'stopped' };

export type WorkerSettings = {
  readonly path: string;
  readonly blobs: string;
  readonly keys: WriterKeys;
  /** How often a group is tried before the writer stays failed. */
  readonly tries: number;
  /** More settings of the connection, in SQL: tests use it to take a protection away and see that they notice. */
  readonly pragmas: readonly string[];
};

export const emptyGroup = (n: number): Group => ({
  n,
  cells: [],
  blobs: [],
  uses: [],
  tokens: [],
  audit: [],
  used: [],
  deliveries: [],
  memories: [],
  questions: [],
  notices: [],
  asks: [],
});

export const isEmpty = (group: Group): boolean =>
  group.cells.length +
    group.blobs.length +
    group.uses.length +
    group.tokens.length +
    group.audit.length +
    group.used.length +
    group.deliveries.length +
    group.memories.length +
    group.questions.length +
    group.notices.length +
    group.asks.length ===
  0;
