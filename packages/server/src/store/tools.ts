/** Flows that are tools, or prompts, of the MCP server, as the gateway finds them. */

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

/** The kinds of triggers by which a flow is one of these. */
export const MCP_KINDS = { tool: 'mcp.tool@1', prompt: 'mcp.prompt@1' } as const;
export type McpKind = keyof typeof MCP_KINDS;

/** And those that answer messages. */
export const OFFERED = { ...MCP_KINDS, chat: 'chat@1' } as const;

export type Tools = {
  /** Those that are seen, by `run`: the oldest flow first; at most `limit`. */
  readonly list: (q: {
    readonly kind: keyof typeof OFFERED;
    readonly sight: Sight;
    readonly limit: number;
    readonly project?: string;
  }) => Promise<ToolRow[]>;
};
