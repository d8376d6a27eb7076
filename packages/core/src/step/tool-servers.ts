/**
 * What an `mcp` need lends a step: questions to a tool server that the administrator of the machine registered by a name. The step
 * names no program, no address and no credential; what the server says is data.
 */

import type { Problem } from '../problem.ts';

/** A server as a step names it: `mcp:NAME`. */
const NAMED = /^mcp:([a-z0-9][a-z0-9_-]{0,62})$/;

/** The name in `mcp:NAME`; undefined: it is no such address. */
export const toolServerOf = (url: string): string | undefined => NAMED.exec(url)?.[1];

export { LISTING } from '../access/scopes/mcp.ts';

export type ToolServerAsk = {
  readonly server: string;
  readonly method: 'tools/list' | 'tools/call';
  /** Whose power covers it: the tool that is called, or that its server is looked at for; LISTING for all of them. */
  readonly tool: string;
  readonly params: Record<string, unknown>;
  /** Milliseconds. Left out: a minute, or what the administrator allows when that is less. */
  readonly timeout?: number;
};

export type ToolServers = {
  ask(
    question: ToolServerAsk,
  ): Promise<
    { readonly result: Record<string, unknown> } | { readonly problem: Problem; readonly sent: 'no' | 'maybe' }
  >;
};
