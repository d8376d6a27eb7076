/**
 * What the engine and the kind `agent` say to each other. The kind says what its settings mean and carries one move out; which
 * move is next, and what a model may have done, is the engine's (engine/agent).
 */

import { z } from 'zod';
import type { AskSpec, Whom } from '../run/asks.ts';
import { ID, jsonValue } from '../flow/model.ts';
import type { GenerateCall, ModelAsk } from './models.ts';

/** What a tool does with arguments that a model filled in after it read text from outside. */
const OUTSIDE = ['ask', 'refuse', 'allow'] as const;
export type AgentOutside = (typeof OUTSIDE)[number];

export const agentTool = z.strictObject({
  does: z.string().min(1).max(2_000).optional().describe('What it is for, in words that the model reads.'),
  arguments: z
    .record(z.string(), jsonValue)
    .optional()
    .describe(
      'JSON Schema of the arguments, in the subset of a flow’s input. Left out: one argument for each `item.NAME` that the step names, as the step takes it.',
    ),
  approve: z
    .boolean()
    .optional()
    .describe('true: people are asked before each call, and see exactly what it is given.'),
  outside: z.enum(OUTSIDE).optional().describe('For this tool alone, instead of what the agent says.'),
});
export type AgentTool = z.output<typeof agentTool>;

/** Settings of the tools, by the id of their step. */
export const agentTools = z.record(z.string().regex(ID), agentTool);

export type AgentSettings = {
  readonly ask: ModelAsk;
  readonly maxTokens: number;
  readonly temperature: number | null;
  readonly stream: boolean;
  readonly stall: number;
  readonly instructions: string;
  readonly prompt: string;
  /** Who approves; nobody: what needs approval is refused. `wait`: milliseconds, after which it is refused. */
  readonly who: readonly Whom[];
  readonly wait: number | null;
  readonly outside: AgentOutside;
  /** `seconds` of work; what people take to answer does not count. `mistakes`: calls that are refused before anything runs. */
  readonly limits: {
    readonly turns: number;
    readonly calls: number;
    readonly mistakes: number;
    readonly tokens: number;
    readonly money: number | null;
    readonly seconds: number;
  };
  readonly schema: Readonly<Record<string, unknown>> | null;
  readonly memory: { readonly session: string; readonly keep: number; readonly summary: boolean } | null;
};

/** What the kind is given for one of its own moves: a question to its model, or one to people. */
export type AgentTurn =
  | { readonly do: 'think'; readonly ask: GenerateCall }
  | { readonly do: 'ask'; readonly spec: AskSpec; readonly wait: number | null };

/** What a question to its model came to. */
export type AgentThought = {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
};
