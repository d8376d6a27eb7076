/**
 * What the engine and the kind `agent` say to each other. The kind says what its settings mean and carries one move out; which
 * move is next, and what a model may have done, is the engine's (engine/agent).
 */

import { z } from 'zod';
import type { AskSpec, Whom } from '../run/asks.ts';
import { ID, jsonValue } from '../flow/model.ts';
import type { Problem } from '../problem.ts';
import type { Refused } from './files.ts';
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
  readonly memory: AgentRemembers | null;
};

/**
 * How an agent remembers. `session`: what its caller calls the conversation by; null: that of the chat that the run belongs
 * to, else a new one. `turns`, `characters`: of what its model is told as it was said. `keep`: milliseconds after the last turn.
 */
export type AgentRemembers = {
  readonly by: 'window' | 'summary' | 'vector';
  readonly session: string | null;
  readonly turns: number;
  readonly characters: number;
  readonly keep: number;
};

/** What was asked once, and what was answered. */
export type AgentPast = { readonly asked: string; readonly answered: string };

/** What an agent remembers as it begins. */
export type AgentRecalled = {
  /** The name of its session; null: there is none, and nothing is kept. */
  readonly session: string | null;
  /** What was said is kept by the chat that it was said in. */
  readonly chat: boolean;
  /** The last turns, the oldest first. */
  readonly turns: readonly AgentPast[];
  /** Earlier turns that are most like what is asked, the oldest first. */
  readonly like: readonly AgentPast[];
  /** What came before them, in the words of a model. */
  readonly summary: string | null;
  /** Turns that are to go into the summary now, and how far it goes then; null: there are none. */
  readonly older: { readonly turns: readonly AgentPast[]; readonly upto: number } | null;
  /** Some of it may be text from outside. */
  readonly outside: boolean;
};

/** What is kept of a turn that ended. */
export type AgentKept = AgentPast & { readonly outside: boolean };

/** What a summary is, how far it goes, and whether text from outside may be in it. */
export type AgentSummed = { readonly text: string; readonly upto: number; readonly outside: boolean };

/** The memory of one agent of a run; no other is reached by it. `session`: as it was recalled. */
export type StepMemory = {
  recall(how: AgentRemembers, asked: string): Promise<{ readonly value: AgentRecalled } | Refused>;
  /** Puts a summary in the place of the one before. */
  sum(how: AgentRemembers, session: string, summed: AgentSummed): Promise<Problem | null>;
  /** Done twice it is kept once. A Problem: it is not kept, and why. */
  keep(how: AgentRemembers, session: string, kept: AgentKept): Promise<Problem | null>;
};

/** For steps and tests that were lent none. */
export const noMemory = (problem: Problem): StepMemory => ({
  recall: () => Promise.resolve({ problem, sent: 'no' }),
  sum: () => Promise.resolve(problem),
  keep: () => Promise.resolve(problem),
});

/** What the kind is given for one of its own moves: a question to its model, one to people, or what it remembers. */
export type AgentTurn =
  | { readonly do: 'recall'; readonly how: AgentRemembers; readonly asked: string }
  | {
      readonly do: 'sum';
      readonly how: AgentRemembers;
      readonly session: string;
      readonly ask: GenerateCall;
      readonly upto: number;
      readonly outside: boolean;
    }
  | { readonly do: 'keep'; readonly how: AgentRemembers; readonly session: string; readonly kept: AgentKept }
  | { readonly do: 'think'; readonly ask: GenerateCall }
  | { readonly do: 'ask'; readonly spec: AskSpec; readonly wait: number | null };

/** What a question to its model came to. */
export type AgentThought = {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
};
