/**
 * A flow compiled for running: shape, expressions and step kinds resolved once per content, then shared by all its runs.
 *
 * It holds no value of any run. A flow that does not compile is a list of Problems; nothing of it runs.
 */

import {
  at,
  type Budget,
  type Catalog,
  type Compiled,
  compile,
  type Flow,
  compileInput,
  type InputValidator,
  milliseconds,
  parsePower,
  type Power,
  type Problem,
  problem,
  type Shape,
  shapeOf,
  type Step,
  type StepKind,
  stepsOf,
} from '@headgate/core';

export type CompiledStep = {
  readonly step: Step;
  readonly kind: StepKind;
  /** It runs at once, and reaches nothing. */
  readonly pure: boolean;
  /** `with` without per-item fields and inner steps. */
  readonly fields: Compiled;
  /** Fields whose expression is evaluated per item: dotted path → expression. */
  readonly perItem: readonly { readonly path: readonly (string | number)[]; readonly compiled: Compiled }[];
  /** Fields taken as written, which `fields` leaves out; null when there are none. */
  readonly plain: Readonly<Record<string, unknown>> | null;
  /** The parsed input of a step whose fields hold no expression. */
  readonly constant: { readonly input: unknown } | null;
  /** Of a block: what to go through, when a repeat ends, what an item gives. */
  readonly over: Compiled | null;
  readonly until: Compiled | null;
  readonly result: Compiled | null;
  readonly retry: Retrying | null;
  readonly timeout: number | null;
  /** What the step narrows its powers to, by itself. */
  readonly narrow: readonly Power[] | undefined;
};

export type Retrying = {
  readonly max: number;
  readonly delay: number;
  readonly factor: number;
  readonly cap: number;
  readonly jitter: boolean;
  readonly when: Compiled | null;
};

export type Limit = { readonly key: Compiled | null };

export type CompiledFlow = {
  readonly flow: Flow;
  readonly hash: string;
  readonly shape: Shape;
  /** By index of the shape. */
  readonly steps: readonly CompiledStep[];
  readonly output: Compiled | null;
  readonly input: InputValidator | null;
  readonly timeout: number | null;
  readonly concurrency: (Limit & { readonly limit: number }) | null;
  readonly rate: (Limit & { readonly max: number; readonly per: number }) | null;
  readonly debounce: (Limit & { readonly for: number }) | null;
  readonly idempotency: Compiled | null;
  /** Values of the environment that it names; `all`: it reads them in a way that names none; null: it reads none. */
  readonly vars: ReadonlySet<string> | 'all' | null;
  /** `wait.event` steps: their resume links are made only where there are any. */
  readonly events: readonly string[];
  /** Does it ask people? */
  readonly asks: boolean;
  readonly budget: Budget | undefined;
  /** Are there steps that use tokens or money? */
  readonly metered: boolean;
};

/** Kinds of steps that a link answers. */
const ANSWERED: ReadonlySet<string> = new Set(['wait.event@1', 'ask@1']);

/** Kinds of steps that ask people. */
const ASKING: ReadonlySet<string> = new Set(['ask@1', 'agent@1']);

/** No name of a value. */
const ALL = '*';

const DEFAULTS = { delay: 1_000, factor: 2, cap: 300_000 };

/** Compiles a flow document that has passed the schema of the flow file. All problems at once. */
export const compileFlow = (
  flow: Flow,
  hash: string,
  catalog: Catalog,
): { compiled: CompiledFlow } | { problems: Problem[] } => {
  const problems: Problem[] = [];
  const named = new Set<string>();
  const shape = shapeOf(flow);
  const sources = sourcesOf(flow);

  const expr = (value: unknown, field: string, step?: string): Compiled => {
    const made = compile(value, field);
    for (const p of made.problems) problems.push(at(step === undefined ? {} : { step }, p));
    for (const { root, path } of made.compiled.references) if (root === 'vars') named.add(path[0] ?? ALL);
    return made.compiled;
  };
  const optional = (value: unknown, field: string, step?: string): Compiled | null =>
    value === undefined ? null : expr(value, field, step);

  const steps = shape.steps.map((s): CompiledStep | null => {
    const step = sources.get(s.id);
    const kind = step === undefined ? undefined : catalog.step(step.kind);
    if (step === undefined || kind === undefined) {
      problems.push(
        problem('step.unknown', `There is no step kind ${step?.kind ?? '?'} here`, {
          at: { step: s.id, field: 'kind' },
        }),
      );
      return null;
    }
    const short = s.block?.short === true;
    const raw = step.with ?? {};
    const block = s.block !== null;
    // What asks the model of an agent has its id: what it is given is the engine's to say.
    const mind = !block && kind.block === 'agent';
    const { plain, rest } = short || block || mind ? { plain: null, rest: raw } : plainOf(raw, kind);
    const { fields, perItem } = short || mind ? { fields: {}, perItem: [] } : split(rest, kind, block);
    const compiled = expr(fields, 'with', s.id);
    let constant: { input: unknown } | null = null;
    if (!block && !mind && compiled.constant && perItem.length === 0) {
      const parsed = kind.input.safeParse(plain === null ? fields : { ...fields, ...plain });
      if (parsed.success) constant = { input: parsed.data };
    }
    return {
      step,
      kind,
      pure: kind.pure === true && kind.looks?.(raw) !== true,
      fields: compiled,
      perItem: perItem.map(({ path, value }) => ({ path, compiled: expr(value, `with.${path.join('.')}`, s.id) })),
      plain,
      constant,
      over: short
        ? expr(step.each?.over, 'each.over', s.id)
        : s.block?.kind === 'each'
          ? expr(raw['over'], 'with.over', s.id)
          : s.block?.kind === 'agent'
            ? expr(plainOf(raw, kind).rest, 'with', s.id)
            : null,
      until: s.block?.kind === 'repeat' ? expr(raw['until'], 'with.until', s.id) : null,
      result: block && !short ? optional(raw['result'], 'with.result', s.id) : null,
      retry: block || step.retry === undefined ? null : retryOf(step, (v) => optional(v, 'retry.when', s.id)),
      timeout: short || mind || step.timeout === undefined ? null : (milliseconds(step.timeout) ?? null),
      narrow: step.narrow?.flatMap((text, i) => {
        const power = parsePower(text);
        if (power.ok) return [power.value];
        // Left out, it would narrow nothing: what is not understood must not widen a power.
        problems.push(at({ step: s.id, field: `narrow[${i}]` }, power.problem));
        return [];
      }),
    };
  });

  const s = flow.settings ?? {};
  const concurrency = typeof s.concurrency === 'number' ? { limit: s.concurrency } : s.concurrency;
  const compiled: Omit<CompiledFlow, 'steps' | 'vars'> = {
    flow,
    hash,
    shape,
    output: optional(flow.output, 'output'),
    input: inputOf(flow, problems),
    timeout: s.timeout === undefined ? null : (milliseconds(s.timeout) ?? null),
    concurrency:
      concurrency === undefined
        ? null
        : { limit: concurrency.limit, key: optional(concurrency.key, 'settings.concurrency.key') },
    rate:
      s.rate === undefined
        ? null
        : { max: s.rate.max, per: milliseconds(s.rate.per) ?? 1_000, key: optional(s.rate.key, 'settings.rate.key') },
    debounce:
      s.debounce === undefined
        ? null
        : { for: milliseconds(s.debounce.for) ?? 0, key: optional(s.debounce.key, 'settings.debounce.key') },
    idempotency: optional(s.idempotency, 'settings.idempotency'),
    budget: s.budget,
    metered: steps.some((one) => one?.kind.usage !== undefined || one?.kind.metered === true),
    events: [...sources.values()].filter((x) => ANSWERED.has(x.kind)).map((x) => x.id),
    asks: [...sources.values()].some((x) => ASKING.has(x.kind)),
  };
  // Evaluated when something comes in, before there is a run (hooks.ts).
  for (const { with: settings } of flow.triggers ?? [])
    for (const { root, path } of compile(settings?.['input']).compiled.references)
      if (root === 'vars') named.add(path[0] ?? ALL);
  const whole = steps.filter((x) => x !== null);
  return problems.length > 0 || whole.length !== steps.length
    ? { problems }
    : { compiled: { ...compiled, vars: named.has(ALL) ? 'all' : named.size === 0 ? null : named, steps: whole } };
};

const inputOf = (flow: Flow, problems: Problem[]): InputValidator | null => {
  if (flow.input === undefined) return null;
  const made = compileInput(flow.input);
  if (made.ok) return made.validate;
  problems.push(...made.problems);
  return null;
};

/** Every step of the flow by id, those inside blocks included. */
const sourcesOf = (flow: Flow): Map<string, Step> => {
  const found = new Map<string, Step>();
  const walk = (steps: readonly Step[]): void => {
    for (const step of steps) {
      if (!found.has(step.id)) found.set(step.id, step);
      walk(stepsOf(step));
    }
  };
  walk(flow.steps);
  return found;
};

type PerItemSource = { path: (string | number)[]; value: unknown };

/** Takes out the fields that are taken as written. */
const plainOf = (
  raw: Record<string, unknown>,
  kind: StepKind,
): { plain: Record<string, unknown> | null; rest: Record<string, unknown> } => {
  if (kind.plain === undefined) return { plain: null, rest: raw };
  const entries = Object.entries(raw);
  const names = new Set(kind.plain);
  return {
    plain: Object.fromEntries(entries.filter(([name]) => names.has(name))),
    rest: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
  };
};

/** Takes the per-item fields (`where`, `fields.*.of`) and a block's own fields out of `with`. */
const split = (
  raw: Record<string, unknown>,
  kind: StepKind,
  block: boolean,
): { fields: Record<string, unknown>; perItem: PerItemSource[] } => {
  if (block) return { fields: {}, perItem: [] };
  if (kind.perItem === undefined) return { fields: raw, perItem: [] };
  const perItem: PerItemSource[] = [];
  let fields: unknown = raw;
  for (const path of kind.perItem) fields = take(fields, path.split('.'), [], perItem);
  return { fields: fields as Record<string, unknown>, perItem };
};

const take = (value: unknown, path: readonly string[], done: (string | number)[], out: PerItemSource[]): unknown => {
  const [head, ...rest] = path;
  if (head === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return head === '*' ? value.map((v, i) => takeIn(v, rest, [...done, i], out)) : value;
  const copy: Record<string, unknown> = { ...value };
  for (const key of head === '*' ? Object.keys(copy) : [head]) {
    if (!Object.hasOwn(copy, key)) continue;
    const left = takeIn(copy[key], rest, [...done, key], out);
    if (left === undefined) delete copy[key];
    else copy[key] = left;
  }
  return copy;
};

const takeIn = (value: unknown, rest: readonly string[], done: (string | number)[], out: PerItemSource[]): unknown => {
  if (rest.length > 0) return take(value, rest, done, out);
  out.push({ path: done, value });
  return undefined;
};

const retryOf = (step: Step, when: (value: unknown) => Compiled | null): Retrying | null => {
  const r = step.retry;
  if (r === undefined) return null;
  return {
    max: r.max,
    delay: r.delay === undefined ? DEFAULTS.delay : (milliseconds(r.delay) ?? DEFAULTS.delay),
    factor: r.factor ?? DEFAULTS.factor,
    cap: r.cap === undefined ? DEFAULTS.cap : (milliseconds(r.cap) ?? DEFAULTS.cap),
    jitter: r.jitter ?? true,
    when: when(r.when),
  };
};
