/** Environments of projects and what runs in them, as the store keeps them, as types. */

import type { Sight } from '@headgate/core';
import type { GrantRow } from './ports.ts';

/** The one that every project has, without a row of its own: a flow's latest version runs in it. */
export const DEFAULT_ENVIRONMENT = 'default';

/** What the state of a trigger is kept under: one that was promoted has a state of its own. */
export const stateName = (trigger: string, environment: string): string =>
  environment === DEFAULT_ENVIRONMENT ? trigger : `${trigger}@${environment}`;

export type EnvironmentRow = {
  readonly name: string;
  readonly title: string;
  /** A promotion to it waits for somebody else; and nothing but what was promoted runs in it. */
  readonly approval: boolean;
  /** Of its values; raised by every change of them. */
  readonly revision: number;
  readonly vars: Readonly<Record<string, unknown>>;
};

export type Environments = {
  /** Those of a project by name, `default` first; null: no such project. */
  list(project: string): Promise<EnvironmentRow[] | null>;
  get(project: string, name: string): Promise<EnvironmentRow | null>;
  /** Makes it, or changes what is given. Null: no such project. */
  put(project: string, name: string, change: Change, at: number): Promise<EnvironmentRow | null>;
  /** Compare-and-set on the revision; null: somebody else was first, or there is no such environment. */
  setVars(project: string, name: string, revision: number, vars: object, at: number): Promise<number | null>;
  /** With what was lent in it alone. `used`: secrets of its own, or flows that run in it. */
  remove(project: string, name: string): Promise<'done' | 'missing' | 'used'>;
};

type Change = { readonly title?: string; readonly approval?: boolean };

/** Which version of a flow runs in an environment. */
export type DeploymentRow = {
  readonly environment: string;
  readonly version: number;
  readonly at: number;
  readonly by: string;
};

export type PromotionState = 'proposed' | 'applied' | 'refused' | 'stale';

export type PromotionRow = {
  readonly id: string;
  readonly flow: string;
  readonly source: string;
  readonly target: string;
  readonly version: number;
  /** What ran in the target when it was proposed; null: nothing. */
  readonly before: number | null;
  /** Of the target's values then. */
  readonly revision: number;
  readonly state: PromotionState;
  readonly note: string | null;
  readonly by: string;
  readonly created: number;
  readonly decidedBy: string | null;
  readonly decided: number | null;
  /** Values that it sets in its target. */
  readonly vars: EnvironmentRow['vars'];
};

export type PromotedTrigger = {
  readonly id: string;
  readonly kind: string;
  readonly with: unknown;
  readonly disabled: boolean;
};

/** The address of a webhook. `until`: how long addresses before it are good besides. */
export type HookRow = { readonly trigger: string; readonly token: string; readonly until: number | null };

/** What changes with the version: its triggers, grants for the target alone, and those of the target that end. */
export type Brings = {
  readonly triggers: readonly PromotedTrigger[];
  readonly grants: readonly GrantRow[];
  readonly ends: readonly string[];
};

export type Deployments = {
  list(flow: string): Promise<DeploymentRow[]>;
  get(flow: string, environment: string): Promise<DeploymentRow | null>;
  /** Nothing that was promoted runs there any more; its triggers and webhooks are gone. False: nothing did. */
  end(flow: string, environment: string): Promise<boolean>;
  /** Webhooks of the version that runs in an environment other than `default`. */
  hooks(flow: string, environment: string): Promise<HookRow[]>;
  /** Another token for a webhook, of `default` too; the present one stays good until `until`. Null: no such webhook. */
  readdress(
    flow: string,
    environment: string,
    trigger: string,
    to: { readonly at: number; readonly until: number },
  ): Promise<string | null>;
  /** The newest first, fifty at most. */
  promotions(flow: string): Promise<PromotionRow[]>;
  promotion(flow: string, id: string): Promise<PromotionRow | null>;
  /** Those that wait for somebody's word, of flows that are seen; the newest first. */
  proposed(sight: Sight, limit: number): Promise<{ row: PromotionRow; flowName: string }[]>;
  /** Puts a proposed one on record. False: no such flow. */
  propose(row: PromotionRow): Promise<boolean>;
  /** Is its target as it was when the promotion was looked at? Judged again when it is applied. */
  isFresh(row: PromotionRow, project: string): Promise<boolean>;
  /**
   * Has its version run in its target from now on, with its values and what it lends: one transaction. `proposed`: it is on record as that already. False: what
   * it stood on is no more (it was decided, something else runs there now, or the target's values are others); nothing is changed then.
   */
  apply(
    row: PromotionRow,
    by: { readonly project: string; readonly who: string; readonly at: number; readonly proposed: boolean },
    brings: Brings,
  ): Promise<boolean>;
  /** Ends a proposed one. False: it is none. */
  decide(flow: string, id: string, state: 'refused' | 'stale', who: string, at: number): Promise<boolean>;
};
