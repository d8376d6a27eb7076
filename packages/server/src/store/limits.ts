/** Quotas, budgets, and what was used of them, as types. */

import type { Budget, Quota } from '@headgate/core';

export type QuotaRow = {
  readonly quota: Quota;
  readonly updated: number;
  /** Who set it. */
  readonly by: string;
};

/** What was begun, used and spent. */
export type Amounts = { readonly runs: number; readonly tokens: number; readonly money: number };

export type UsageRow = {
  readonly day: Amounts;
  readonly month: Amounts;
  /** Runs that are not over. */
  readonly open: number;
  /** Bytes of journals and files. */
  readonly bytes: number;
};

/** The limits of one workspace. */
export type WorkspaceLimits = {
  /** Null: it never had a quota. */
  quota(): Promise<QuotaRow | null>;
  /** False: there is no such workspace. */
  setQuota(row: QuotaRow): Promise<boolean>;
  /** As of `at`: the day and the month that it is in. */
  usage(at: number): Promise<UsageRow>;
};

/** What was counted this month, and of that today. `holder`: a flow, a key, or empty for the whole workspace. */
export type Counted = {
  readonly workspace: string;
  readonly holder: string;
  readonly day: Amounts;
  readonly month: Amounts;
};

/** The limits of all workspaces, for the engine. */
export type EngineLimits = {
  quotas(): Promise<ReadonlyMap<string, Quota>>;
  /** Budgets of keys, by id. */
  budgets(): Promise<ReadonlyMap<string, Budget>>;
  counted(at: number): Promise<readonly Counted[]>;
  /** Durable bytes of the runs of a workspace, without asking the disk. */
  bytes(workspace: string): number;
};
