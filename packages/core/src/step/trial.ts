/**
 * trial: what a step author tests a step with. It checks the input by the step's schema, as the engine does, lends what
 * the test hands in, and gives back the outcome with what was logged. It reads no flow and evaluates no expression:
 * hand PerItem fields in as functions.
 */

import { problem } from '../problem.ts';
import { noDatabases } from './databases.ts';
import { noFiles } from './files.ts';
import { noTables, noValues } from './tables.ts';
import { noKnowledge } from './knowledge.ts';
import { noMail } from './mail.ts';
import { noMemory } from './agent.ts';
import { noModels } from './models.ts';
import { noFormats } from './formats.ts';
import type { Can, Outcome, StepKind } from './define.ts';

export type Logged = { readonly level: string; readonly text: string; readonly data?: unknown };
export type Trial = { readonly outcome: Outcome; readonly logs: readonly Logged[] };

/** Never aborts. Where Node's own types are loaded (tests), they say more of a signal than a step may use. */
const NEVER = {
  aborted: false,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
} as unknown as AbortSignal;

/** Runs a step once. Throws when the schema refuses the input. A `net` that was not handed in refuses every call. */
export const trial = async (kind: StepKind, input: unknown, lent: Partial<Can> = {}): Promise<Trial> => {
  const logs: Logged[] = [];
  const can: Can = {
    net: { request: async () => ({ problem: problem('power.missing', 'No net power was lent.'), sent: 'no' }) },
    code: { run: async () => ({ problem: problem('power.missing', 'No code power was lent.'), sent: 'no' }) },
    files: noFiles(problem('power.missing', 'No file power was lent.')),
    tables: noTables(problem('power.missing', 'No data power was lent.')),
    values: noValues(problem('power.missing', 'No data power was lent.')),
    knowledge: noKnowledge(problem('power.missing', 'No data power was lent.')),
    mail: noMail(problem('power.missing', 'No power to send mail was lent.')),
    formats: noFormats,
    databases: noDatabases(problem('power.missing', 'No net power was lent.')),
    people: { mayAsk: async () => null },
    models: noModels(problem('power.missing', 'No power to ask models was lent.')),
    toolServers: { ask: async () => ({ problem: problem('power.missing', 'No mcp power was lent.'), sent: 'no' }) },
    memory: noMemory(problem('power.missing', 'No memory was lent.')),
    log: (level, text, data) => logs.push(data === undefined ? { level, text } : { level, text, data }),
    key: 'trial',
    signal: NEVER,
    ...lent,
  };
  const outcome = await kind.run(kind.input.parse(input) as never, can);
  return { outcome, logs };
};
