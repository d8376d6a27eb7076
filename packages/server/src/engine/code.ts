/**
 * What a code step is lent: its author's code, run in the jail with what this step instance may see and call.
 *
 * C1 The code gets nothing but `input`, the facts its text names (the upstream steps by their ids, `trigger`, `item`,
 *    `index`), its log, and the host functions its step lists. A name that its text does not hold is not there, however
 *    it is put together at run time.
 * C2 A host function is the power itself, judged at each use: `can.fetch` is this step's `net`, with all its doors, and
 *    `can.readFile` its files;
 *    `can.secret` shows a secret to the text of code that it was lent to, and to no other.
 * C4 Running code is a power itself, judged when it runs; what is taken back ends the run.
 * C3 The trust domain is the workspace. Limits are constants of the server; nothing in a flow reaches them (row SBX-05).
 */

import { createHash } from 'node:crypto';
import {
  at,
  bad,
  codeHash,
  type Can,
  type Code,
  type CodeLanguage,
  type CodeName,
  type CodeProgram,
  type ExprScope,
  type Files,
  good,
  type Net,
  type NetRequest,
  type Problem,
  problem,
  readCode,
  readValues,
  type Result,
} from '@headgate/core';
import type { Compiler } from '../sandbox/compile.ts';
import type { Jail } from '../sandbox/jail.ts';
import { type JobResult, LIMITS } from '../sandbox/job.ts';
import { mapProblem } from '../sandbox/source-map.ts';
import type { Effect } from './broker.ts';
import { FILE_FUNCTIONS, readForCode } from './code-files.ts';
import { Recent } from './cache.ts';

import type { Live } from './live.ts';

/**
 * Runs what the step's power to run code allows. When it is taken back meanwhile, the answer comes at once and the step is
 * over; that aborts its signal, and so the run in the jail.
 */
export type Allow = (language: 'js' | 'python', act: () => Promise<JobResult>) => Promise<Effect<JobResult>>;

type Lending = {
  readonly live: Live;
  readonly step: string;
  readonly net: Net;
  readonly files: Files;
  /** What the step sees, looked up only where its text names it. */
  readonly see: () => ExprScope;
  readonly signal: AbortSignal;
  readonly log: Can['log'];
  readonly allow: Allow;
  /** Shows a secret to the code with this hash, when that was lent. */
  readonly show: (name: string, code: string) => Promise<{ readonly value: unknown } | { readonly problem: Problem }>;
};

/** `map`: from the script to the author's text; null where they are the same. `steps`: those the text names. */
type Program = {
  readonly hash: string;
  readonly script: string;
  readonly map: string | null;
  readonly steps: readonly CodeName[];
};
type Known = { readonly program: Result<Program>; readonly words: ReadonlySet<string> };

const KEPT = 500;
const WORD = /[A-Za-z_$][\w$]*/g;
const FETCH_FIELDS = new Set(['method', 'headers', 'body', 'timeout', 'secret']);

export class Programs {
  readonly #jail: Jail | null;
  readonly #compiler: Compiler | null;
  /** By the text itself, which a flow version holds once: it is hashed once, however often it runs. */
  readonly #known: Readonly<Record<CodeLanguage, Recent<string, Known>>> = {
    js: new Recent(KEPT),
    ts: new Recent(KEPT),
    python: new Recent(KEPT),
  };

  constructor(jail: Jail | null, compiler: Compiler | null) {
    this.#jail = jail;
    this.#compiler = compiler;
  }

  /** The `code` object of one step instance. */
  lend(to: Lending): Code {
    return { run: (program) => this.#run(to, program) };
  }

  async #run(to: Lending, asked: CodeProgram): ReturnType<Code['run']> {
    const { live, step, net, files, signal, log, allow } = to;
    const jail = this.#jail;
    if (jail === null) return { problem: NO_JAIL, sent: 'no' };
    const { program, words } = await this.#compiled(asked.source, asked.language, step);
    if (!program.ok) return { problem: program.problem, sent: 'no' };
    const called = { out: false };
    const sent = (): 'no' | 'maybe' => (called.out ? 'maybe' : 'no');
    const run = (): Promise<JobResult> =>
      jail.run({
        domain: live.base.workspace,
        party: live.base.flow,
        program: { hash: program.value.hash, script: program.value.script },
        ...(asked.language === 'python' ? { engine: 'python' } : {}),
        ...inputOf(asked),
        facts: factsOf(to, words, program.value.steps),
        names: asked.names.filter((name) => words.has(name)),
        limits: LIMITS,
        log: (level, text) => log(level, text),
        signal,
        host: async (name, args) => {
          if (name === 'secret') return shown(to, asked, args);
          if (FILE_FUNCTIONS.has(name)) return readForCode(files, name, args);
          const request = requestOf(args);
          if (!request.ok) return request;
          const answer = await net.request(request.value);
          if ('problem' in answer) {
            if (answer.sent === 'maybe') called.out = true;
            return bad(answer.problem);
          }
          called.out = true;
          return good(JSON.stringify(answer));
        },
      });
    const done = await allow(asked.language === 'python' ? 'python' : 'js', run);
    if (!done.ok) return { problem: done.problem, sent: sent() };
    const result = done.value;
    return result.ok ? read(result.json) : { problem: placed(result, program.value.map), sent: sent() };
  }

  async #compiled(source: string, language: CodeLanguage, step: string): Promise<Known> {
    const kept = this.#known[language].get(source);
    if (kept !== undefined) return kept;
    const program = await this.#program(source, language, step);
    const known = { program, words: new Set(source.match(WORD) ?? []) };
    // Not a code that only took too long this once.
    if (program.ok) this.#known[language].set(source, known);
    return known;
  }

  async #program(source: string, language: CodeLanguage, step: string): Promise<Result<Program>> {
    if (language !== 'python')
      return this.#compiler === null ? bad(NO_JAIL) : this.#compiler.compile(source, language, step);
    const { names, problems } = readCode(source, language) ?? { names: [], secrets: [], problems: [] };
    const [first] = problems;
    if (first !== undefined) return bad(at({ step, field: 'with.source' }, first));
    return good({ hash: createHash('sha256').update(source).digest('hex'), script: source, map: null, steps: names });
  }
}

/** A text goes as it is: writing it as JSON and reading that again costs more than the rest of the way. */
const inputOf = ({ input = null, language }: CodeProgram): { input: string; plain?: true } =>
  typeof input === 'string' && language !== 'python' && input.isWellFormed()
    ? { input, plain: true }
    : { input: JSON.stringify(input) };

/** What came out of the jail; the process that wrote it may have been broken. */
const read = (json: string): Awaited<ReturnType<Code['run']>> => {
  const made = readValues(json, 'What the code returned');
  if (made === undefined)
    return { problem: problem('code.crashed', 'What the code returned came back broken'), sent: 'maybe' };
  return made.ok ? { value: made.value } : { problem: made.problem, sent: 'maybe' };
};

/** JSON of what the text names of the flow's data; empty when it names nothing. */
const factsOf = ({ see }: Lending, words: ReadonlySet<string>, named: readonly CodeName[]): string => {
  const facts: Record<string, unknown> = {};
  const scope = see();
  if (words.has('steps')) facts['steps'] = Object.fromEntries(named.map(({ id }) => [id, scope.step(id) ?? null]));
  for (const root of ['trigger', 'item', 'index'] as const) if (words.has(root)) facts[root] = scope.get(root);
  return Object.keys(facts).length === 0 ? '' : JSON.stringify(facts);
};

/** `can.secret(name)`: the value, for this run alone. */
const shown = async ({ show }: Lending, asked: CodeProgram, args: string): Promise<Result<string>> => {
  const list = JSON.parse(args) as unknown;
  const [name, ...more] = Array.isArray(list) ? (list as readonly unknown[]) : [];
  if (typeof name !== 'string' || more.length > 0)
    return bad(problem('code.call', 'can.secret takes the name of a secret, a text', { at: { field: 'source' } }));
  const answer = await show(name, codeHash(asked.language, asked.source));
  return 'problem' in answer ? bad(answer.problem) : good(JSON.stringify(answer.value));
};

/** The arguments of `can.fetch(url, {method, headers, body, timeout, secret})`. */
const requestOf = (args: string): Result<NetRequest> => {
  let list: unknown;
  try {
    list = JSON.parse(args);
  } catch {
    return wrong('can.fetch was called with what is no JSON');
  }
  const [url, more] = Array.isArray(list) ? (list as readonly unknown[]) : [];
  const options = typeof more === 'object' && more !== null ? (more as Record<string, unknown>) : {};
  if (typeof url !== 'string') return wrong('The first argument of can.fetch is the address, a text');
  const unknown = Object.keys(options).find((name) => !FETCH_FIELDS.has(name));
  if (unknown !== undefined) return wrong(`can.fetch takes ${[...FETCH_FIELDS].join(', ')}; not ${unknown}`);
  const { method = 'GET', headers = {}, body, timeout, secret } = options;
  if (typeof method !== 'string') return wrong('`method` of can.fetch is a text');
  if (typeof headers !== 'object' || headers === null) return wrong('`headers` of can.fetch is an object');
  if (timeout !== undefined && (typeof timeout !== 'number' || !(timeout > 0)))
    return wrong('`timeout` of can.fetch is a number of milliseconds');
  if (secret !== undefined && typeof secret !== 'string') return wrong("`secret` of can.fetch is a secret's name");
  const fields = Object.entries(headers).map(([name, value]: readonly [string, unknown]) => [name, value] as const);
  // Never by their own `toString`: what is no plain value has none that we would call.
  const odd = fields.find(([, value]) => !['string', 'number', 'boolean'].includes(typeof value));
  if (odd !== undefined) return wrong('`headers` of can.fetch are texts, numbers or true and false');
  return good({
    method,
    url,
    headers: Object.fromEntries(fields.map(([name, value]) => [name, String(value)])),
    ...(body === undefined ? {} : { body }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(secret === undefined ? {} : { secret }),
  });
};

const wrong = (text: string): Result<NetRequest> => bad(problem('code.call', text, { at: { field: 'source' } }));

/** The Problem with the line and column of the author's text where it happened. */
const placed = ({ problem: why, stack }: Extract<JobResult, { ok: false }>, map: string | null): Problem =>
  why.at === undefined ? mapProblem(map, stack, why) : why;

const NO_JAIL = problem('code.unavailable', 'Code cannot be run here: there is no jail', { retry: 'no' });
