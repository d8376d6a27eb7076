/** What was lent to the flows of a workspace, and what of it was used, as the map of powers reads them. */

import type { Sight, Visibility } from '@headgate/core';
import type { GrantRow } from './ports.ts';

/** A grant, and the flow it was lent to. */
export type LentTo = {
  readonly grant: GrantRow;
  readonly flow: {
    readonly id: string;
    readonly name: string;
    readonly project: string;
    readonly owner: string;
    readonly visibility: Visibility;
    readonly enabled: boolean;
  };
};

/** One use of a power as the trail tells it, the latest of its kind. */
export type Used = {
  readonly flow: string;
  readonly step: string;
  readonly environment: string;
  /** The power as it is told: without the path of an address. */
  readonly power: string;
  readonly at: number;
};

export type PowerMap = {
  /** The latest lent first. `more`: there are more than `limit`. */
  lent(sight: Sight, limit: number): Promise<{ rows: LentTo[]; more: boolean }>;
  /** What was allowed to steps, by flow, step and power. `since`: of the oldest record that was looked at. */
  used(): Promise<{ uses: Used[]; since: number | null }>;
};
