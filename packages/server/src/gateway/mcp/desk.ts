/** What an MCP endpoint offers: a list of tools, and what a call of one does. server.ts speaks the protocol for it. */

import type { Principal } from '@headgate/core';
import type { Called, Caller } from './call.ts';

/** A tool as MCP describes one (specification 2026-07-28, "Tools"). */
export type Described = {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly inputSchema: { readonly type: 'object'; readonly [key: string]: unknown };
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly openWorldHint: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
  };
};

export type Desk = {
  /** For the model: what these tools are for. */
  readonly instructions: string;
  readonly list: (who: Principal) => Promise<readonly Described[]>;
  /** Null: there is no such tool for this principal. */
  readonly call: (name: string, input: unknown, caller: Caller) => Promise<Called | null>;
};
