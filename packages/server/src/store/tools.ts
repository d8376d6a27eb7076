/** Flows that are tools of the MCP server, as the gateway finds them. */

import type { Sight } from '@headgate/core';

export type ToolRow = {
  readonly flow: string;
  readonly project: string;
  /** The version that a call runs: the latest. */
  readonly version: number;
  readonly trigger: string;
  /** The settings of the trigger, as they were published. */
  readonly with: unknown;
  /** The flow file of that version. */
  readonly doc: unknown;
};

export type Tools = {
  /** Those that are seen, by `run`: the oldest flow first; at most `limit`. */
  readonly list: (q: {
    readonly sight: Sight;
    readonly limit: number;
    readonly project?: string;
  }) => Promise<ToolRow[]>;
};
