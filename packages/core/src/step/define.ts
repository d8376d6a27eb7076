/**
 * What a step author imports. A step kind is one value made by `defineStep`; the form, the documentation, the tool
 * schema and the type of `run` derive from it.
 *
 * K1 `run` gets its input, already evaluated and checked, and only the objects its `needs` declared.
 * K2 A step knows no clock, database, network or environment: to wait, it returns a wait.
 * K3 A `pure` step is synchronous, has no needs, and the same input gives the same outcome: it is recorded in batches. Where its
 *    settings make it look at what the run holds (`looks`), it runs as a step with effects does.
 */

import { z } from 'zod';
import type { Usage } from '../flow/budget.ts';
import type { Problem } from '../problem.ts';
import { NO_SERVICES, type Services } from '../service/manifest.ts';
import type { Databases } from './databases.ts';
import type { AskSpec } from '../run/asks.ts';
import type { AnswerFile } from '../run/chat-port.ts';
import type { AgentSettings, StepMemory } from './agent.ts';
import type { Files } from './files.ts';
import type { StepTables, StepValues } from './tables.ts';
import type { Mail } from './mail.ts';
import type { Formats } from './formats.ts';
import type { StepKnowledge } from './knowledge.ts';
import type { Models } from './models.ts';
import type { People } from './people.ts';
import type { ToolServers } from './tool-servers.ts';
import type { ProviderKind } from '../model/provider.ts';

/** Powers a step may ask for (the words of the whole house). */
export const POWERS = ['net', 'file', 'secret', 'model', 'data', 'flow', 'mcp', 'code', 'ask'] as const;
export type PowerName = (typeof POWERS)[number];

/**
 * One power asked for. `scope` is the least that fits the step's settings, in the grammar of access/power.ts;
 * `computed` when it depends on an expression, which always asks. `sentence` is what a non-programmer consents to.
 */
export type Need = {
  readonly power: PowerName;
  readonly scope: string;
  readonly computed?: true;
  /** Less than `scope` that the settings stay within as far as they show (a path): a grant of just this will do, too. */
  readonly least?: string;
  /** Of `ask`: people who are nobody in the workspace are told something, and heard. What they say is from outside (engine/agent). */
  readonly outward?: true;
  readonly sentence: string;
};

/** How a step ends. */
export type Outcome =
  | { readonly kind: 'done'; readonly value: unknown; readonly port?: string; readonly usage?: Usage }
  | {
      readonly kind: 'problem';
      readonly problem: Problem;
      readonly sent?: 'no' | 'maybe';
      readonly usage?: Usage;
    }
  /** Sleep for `for` milliseconds, or until `until` (ms since epoch); then done with `value`. */
  | { readonly kind: 'wait'; readonly for?: number; readonly until?: number; readonly value?: unknown }
  /**
   * Wait for an outside event by resume link: the port `answered` fires with what came; at the deadline (ms from now)
   * the port `timeout` fires with null. `ask`: it is a question to people, which says itself what its answers come to.
   */
  | { readonly kind: 'event'; readonly deadline?: number; readonly note?: string; readonly ask?: AskSpec }
  /** Fails with the author's own problem, which is never retried. What takes problems (`onProblem`, `collect`) takes it too; else the run fails. */
  | { readonly kind: 'stop'; readonly problem: Problem }
  /** Answers a synchronous webhook, or a message; the step is done with the body as its value. `files`: what goes with the answer to a message. */
  | {
      readonly kind: 'respond';
      readonly status: number;
      readonly headers: Record<string, string>;
      readonly body: unknown;
      readonly files?: readonly AnswerFile[];
    }
  /** Starts another flow and waits for its end; done with its output. */
  | { readonly kind: 'call'; readonly flow: string; readonly input: unknown };

export const done = (value: unknown, port?: string): Outcome =>
  port === undefined ? { kind: 'done', value } : { kind: 'done', value, port };
export const failed = (problem: Problem, sent?: 'no' | 'maybe'): Outcome =>
  sent === undefined ? { kind: 'problem', problem } : { kind: 'problem', problem, sent };

/** The same outcome, saying what the step used, whether it went well or not. Only a kind that declares `usage` may. */
export const using = (usage: Usage, outcome: Outcome): Outcome =>
  outcome.kind === 'done' || outcome.kind === 'problem' ? { ...outcome, usage } : outcome;

/** What a `net` need lends. Every call and every redirect is judged at the moment it happens. */
export type Net = {
  request(request: NetRequest): Promise<NetAnswer | { readonly problem: Problem; readonly sent: 'no' | 'maybe' }>;
};
export type NetRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  /** Text is sent as it is; anything else as JSON. */
  readonly body?: unknown;
  readonly timeout?: number;
  /** Name of a secret the broker adds at the moment of the call. */
  readonly secret?: string;
  /** It goes to where SECRET_MARK stands in the path, for services that know no other way; else into a header. */
  readonly secretIn?: 'path';
  /** `body` is base64 of the bytes that are sent. */
  readonly bytes?: true;
  /** The secret signs the call and is not sent (AWS Signature Version 4). `link`: nothing is sent; the answer is a signed address that lasts so many seconds. */
  readonly sign?: { readonly service: string; readonly region: string; readonly link?: number };
};
/** `body`: parsed JSON, text, or a file reference `{file, size, type}` when large or binary. */
export type NetAnswer = { readonly status: number; readonly headers: Record<string, string>; readonly body: unknown };

/** What a `code` step is lent: code of the flow's author, run in the jail and nowhere else. */
export type Code = {
  run(
    program: CodeProgram,
  ): Promise<{ readonly value: unknown } | { readonly problem: Problem; readonly sent: 'no' | 'maybe' }>;
};
/**
 * `source`: a module whose default export is a function of `(input, can)`. `names`: the functions of `can` it may call,
 * besides `log`: `fetch`, which goes through the `net` power of the step, and `secret`, which shows a secret by a power of
 * its own.
 */
export type CodeProgram = {
  readonly source: string;
  readonly language: CodeLanguage;
  readonly input: unknown;
  readonly names: readonly string[];
};
export const CODE_LANGUAGES = ['js', 'ts', 'python'] as const;
export type CodeLanguage = (typeof CODE_LANGUAGES)[number];

/** Everything a step can be lent. `formats`, `log` and `key` need no power. */
export type Can = {
  readonly net: Net;
  readonly code: Code;
  readonly files: Files;
  readonly tables: StepTables;
  readonly values: StepValues;
  readonly knowledge: StepKnowledge;
  readonly mail: Mail;
  readonly formats: Formats;
  readonly databases: Databases;
  readonly people: People;
  readonly models: Models;
  readonly memory: StepMemory;
  readonly toolServers: ToolServers;
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', text: string, data?: unknown) => void;
  /** Stable over all attempts of this step instance: pass it to a service that honours idempotency keys. */
  readonly key: string;
  readonly signal: AbortSignal;
};

/** A field listed in `perItem` reaches `run` as this: the author's expression, evaluated with `item` and `index` set. It may throw only what the engine turns into a Problem. */
export type PerItem = (item: unknown, index: number) => unknown;

/** Schema of a field listed in `perItem`. As written it is an expression text, which is what its JSON Schema says. */
export const perItem = (description: string): z.ZodType<PerItem> =>
  z.unknown().meta({ type: 'string', format: 'expression', description }) as unknown as z.ZodType<PerItem>;

export type StepKind = {
  /** Without version, e.g. `http.request`. */
  readonly kind: string;
  readonly version: number;
  readonly title: string;
  readonly group: 'flow' | 'data' | 'net' | 'trigger' | 'people' | 'model';
  /** One or two plain sentences. */
  readonly summary: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** Out ports besides the plain one, possibly depending on the raw `with` (switch). None: the step has only the plain out. */
  readonly ports?: readonly string[] | ((raw: Record<string, unknown>) => readonly string[]);
  /**
   * Fields of `with` given to `run` as PerItem functions, in place. A dotted path reaches inside: `fields.*.of` is the
   * member `of` of every member of the object (or list) `fields`; `*` stands for one level. What is not there stays away.
   */
  readonly perItem?: readonly string[];
  /** Names of fields that are taken as written: a `{{` in them is no expression. */
  readonly plain?: readonly string[];
  /** Least powers for these settings; `raw` is the `with` as written, expressions unevaluated. */
  readonly needs?: (raw: Record<string, unknown>) => readonly Need[];
  readonly pure?: boolean;
  /** Of a pure kind: with these settings (`with` as written) it looks at what the run holds, which takes a while. */
  readonly looks?: (raw: Record<string, unknown>) => boolean;
  /** Holds steps in `with.steps`; the engine runs it. `run` is never called, but that of an agent for each of its own moves (agent.ts). */
  readonly block?: 'each' | 'repeat' | 'agent';
  /** Of an agent: what its evaluated and checked input says. */
  readonly agent?: (input: never) => AgentSettings;
  /**
   * The most that one attempt may use of what budgets count, from the evaluated input. It is set aside before `run` is
   * called, and what the outcome says was used is charged; a kind without this uses nothing and may say nothing.
   */
  readonly usage?: (input: unknown) => Usage;
  /** What it uses of what budgets count is set aside and charged by the door that it goes through. */
  readonly metered?: true;
  /** May the effect be repeated after a crash without harm? Depends on the evaluated input. Pure steps always may. */
  readonly repeatable?: (input: unknown) => boolean;
  readonly run: (input: never, can: Can) => Outcome | Promise<Outcome>;
  /** The same kind, knowing these services: what it needs and does follows from their manifests. */
  readonly withServices?: (services: Services) => StepKind;
};

type Spec<I extends z.ZodType> = Omit<StepKind, 'input' | 'run' | 'repeatable' | 'usage'> & {
  input: I;
  usage?: (input: z.output<I>) => Usage;
  repeatable?: (input: z.output<I>) => boolean;
  run: (input: z.output<I>, can: Can) => Outcome | Promise<Outcome>;
};

/** Declares a step kind; the types of `run` follow from `input`. */
export const defineStep = <I extends z.ZodType>(spec: Spec<I>): StepKind => spec as unknown as StepKind;

/** Declares a block: its schema and texts. The engine runs what it holds. */
export const defineBlock = (spec: Omit<StepKind, 'run'> & { readonly block: 'each' | 'repeat' }): StepKind => ({
  ...spec,
  run: () => {
    throw new Error(`${spec.kind} is a block: the engine runs its steps`);
  },
});

/** A trigger kind: how runs of a flow begin. What it does is the engine's; here is what its settings look like. */
export type TriggerKind = {
  readonly kind: string;
  readonly version: number;
  readonly title: string;
  readonly summary: string;
  readonly input: z.ZodType;
  /** Least powers of what it does before there is a run; lent to it by its id, as to a step. */
  readonly needs?: (raw: Record<string, unknown>) => readonly Need[];
  /** The same kind, knowing these services. */
  readonly withServices?: (services: Services) => TriggerKind;
};

export const defineTrigger = (spec: TriggerKind): TriggerKind => spec;

/** All kinds this server knows; `kind` is `name@version`. */
export type Catalog = {
  readonly step: (kind: string) => StepKind | undefined;
  readonly trigger: (kind: string) => TriggerKind | undefined;
  readonly steps: readonly StepKind[];
  readonly triggers: readonly TriggerKind[];
  /** The services that flows can name. */
  readonly services: Services;
  /** The kinds of providers of models that can be set up. */
  readonly providers: readonly ProviderKind[];
};

export const catalogOf = (
  steps: readonly StepKind[],
  triggers: readonly TriggerKind[],
  services: Services = NO_SERVICES,
  providers: readonly ProviderKind[] = [],
): Catalog => {
  const known = services === NO_SERVICES ? steps : steps.map((s) => s.withServices?.(services) ?? s);
  const heard = services === NO_SERVICES ? triggers : triggers.map((t) => t.withServices?.(services) ?? t);
  const byKind = new Map(known.map((s) => [`${s.kind}@${s.version}`, s]));
  const triggersByKind = new Map(heard.map((t) => [`${t.kind}@${t.version}`, t]));
  return {
    step: (k) => byKind.get(k),
    trigger: (k) => triggersByKind.get(k),
    steps: known,
    triggers: heard,
    services,
    providers,
  };
};
