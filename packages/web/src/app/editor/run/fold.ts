/** The journal of a run as a person looks at it: what became of each step, when, and what came out. */

import type { Problem } from '@headgate/core';

/** An event as the API gives it. */
export type RunEvent = {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly step?: string | undefined;
  readonly item?: readonly number[] | undefined;
  readonly data: unknown;
};

export type StepState = 'queued' | 'waiting' | 'held' | 'running' | 'done' | 'failed' | 'skipped';

/** What is held: inline, or as a reference to a blob with its size. */
export type Out = { readonly value: unknown } | { readonly blob: string; readonly size: number };

/** A step instance at a breakpoint: what it is about to be given, or why that cannot be told. */
export type HeldView = {
  readonly item: readonly number[];
  readonly input: Out | null;
  readonly problem: Problem | null;
};

export type StepView = {
  readonly state: StepState;
  /** Milliseconds since the epoch; null: not known. */
  readonly started: number | null;
  readonly ended: number | null;
  readonly attempts: number;
  readonly port: string | null;
  readonly out: Out | null;
  readonly problem: Problem | null;
  readonly reused: string | null;
  readonly pinned: boolean;
  /** `going`: those that began and neither ended nor wait. */
  readonly items: {
    readonly done: number;
    readonly failed: number;
    readonly count: number | null;
    readonly going: number;
  } | null;
  readonly waitsFor: string | null;
  readonly held: readonly HeldView[];
};

export type RunFold = {
  readonly last: number;
  readonly state: 'queued' | 'running' | 'waiting' | 'done' | 'failed' | 'cancelled' | 'in_doubt';
  readonly steps: ReadonlyMap<string, StepView>;
  readonly created: number | null;
  readonly started: number | null;
  readonly ended: number | null;
  /** Who started it. */
  readonly principal: string | null;
  readonly input: Out | null;
  readonly output: Out | null;
  readonly problem: Problem | null;
  /** What the run was limited to; null: nothing. */
  readonly only: readonly string[] | null;
  readonly logs: readonly {
    readonly at: number;
    readonly level: string;
    readonly text: string;
    readonly step: string | null;
  }[];
};

export const NOTHING_YET: RunFold = {
  last: 0,
  state: 'queued',
  steps: new Map(),
  created: null,
  started: null,
  ended: null,
  principal: null,
  input: null,
  output: null,
  problem: null,
  only: null,
  logs: [],
};

const BLANK: StepView = {
  state: 'queued',
  started: null,
  ended: null,
  attempts: 0,
  port: null,
  out: null,
  problem: null,
  reused: null,
  pinned: false,
  items: null,
  waitsFor: null,
  held: [],
};

const get = (data: unknown, key: string): unknown =>
  typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined;

/** The engine writes what is small as it is, and what is large as a reference with its size. */
const outOf = (data: unknown, key: string): Out | null => {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return null;
  const value: unknown = Reflect.get(data, key);
  const [blob, size] = [get(value, '$blob'), get(value, 'size')];
  return typeof blob === 'string' && typeof size === 'number' ? { blob, size } : { value };
};

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The state after one more event; events come in order, each once. */
export const folded = (fold: RunFold, event: RunEvent): RunFold => {
  if (event.seq <= fold.last) return fold;
  const at = Date.parse(event.at);
  const next = { ...fold, last: event.seq };
  const { data } = event;
  switch (event.type) {
    case 'run.created':
      return {
        ...next,
        created: at,
        principal: text(get(data, 'principal')),
        input: outOf(data, 'input'),
        only: (get(data, 'only') ?? null) as RunFold['only'],
      };
    case 'run.started':
      return { ...next, state: 'running', started: at };
    case 'run.done':
      return { ...within(next), state: 'done', ended: at, output: outOf(data, 'output') };
    case 'run.failed':
      return { ...settled(next), state: 'failed', ended: at, problem: get(data, 'problem') as Problem };
    case 'run.cancelled':
      return { ...settled(next), state: 'cancelled', ended: at };
    case 'run.doubted':
      return { ...next, state: 'in_doubt', problem: get(data, 'problem') as Problem };
    case 'run.resolved':
      return { ...next, state: 'running', problem: null };
    case 'run.log': {
      const line = {
        at,
        level: text(get(data, 'level')) ?? 'info',
        text: text(get(data, 'text')) ?? '',
        step: event.step ?? null,
      };
      return { ...next, logs: [...fold.logs, line] };
    }
    default:
      return event.step === undefined
        ? next
        : { ...next, state: next.state === 'queued' ? 'running' : next.state, steps: withStep(fold, event, at) };
  }
};

const WORKING: ReadonlySet<StepState> = new Set(['running', 'waiting', 'held']);

/** What was still at work when the run ended is not at work any more. */
const settled = (fold: RunFold): RunFold => ({
  ...fold,
  steps: new Map(
    [...fold.steps].map(([id, one]) =>
      WORKING.has(one.state) ? [id, { ...one, state: 'skipped' as const, held: [] }] : [id, one],
    ),
  ),
});

/** Steps within blocks are told by their items alone: when the run is done, so are they. */
const within = (fold: RunFold): RunFold => ({
  ...fold,
  steps: new Map(
    [...fold.steps].map(([id, one]) => {
      if ((one.state !== 'running' && one.state !== 'waiting') || one.items === null) return [id, one];
      const state = one.items.done === 0 && one.items.failed > 0 ? ('failed' as const) : ('done' as const);
      return [id, { ...one, state }];
    }),
  ),
});

const withStep = (fold: RunFold, event: RunEvent, at: number): ReadonlyMap<string, StepView> => {
  const id = event.step ?? '';
  const was = fold.steps.get(id) ?? BLANK;
  const inBlock = (event.item?.length ?? 0) > 0;
  const now =
    event.type === 'step.held' || event.type === 'step.continued'
      ? heldOf(was, event)
      : inBlock
        ? itemOf(was, event)
        : stepOf(was, event, at);
  return new Map(fold.steps).set(id, now);
};

/** One more is held, or one less; while any is, that is what there is to say of the step. */
const heldOf = (was: StepView, { type, item = [], data }: RunEvent): StepView => {
  const others = was.held.filter((one) => one.item.join() !== item.join());
  const problem = (get(data, 'problem') ?? null) as Problem | null;
  const held = type === 'step.held' ? [...others, { item, input: outOf(data, 'input'), problem }] : others;
  if (held.length > 0) return { ...was, held, state: 'held' };
  return { ...was, held, state: was.items === null && item.length === 0 ? 'queued' : 'running' };
};

const stepOf = (was: StepView, { type, data }: RunEvent, at: number): StepView => {
  switch (type) {
    case 'step.started':
      return {
        ...was,
        state: 'running',
        started: was.started ?? at,
        attempts: Number(get(data, 'attempt') ?? 1),
        problem: null,
      };
    case 'step.done':
      return {
        ...was,
        state: 'done',
        started: was.started ?? at,
        ended: at,
        attempts: Math.max(was.attempts, Number(get(data, 'attempt') ?? 1)),
        port: text(get(data, 'port')),
        out: outOf(data, 'value'),
        reused: text(get(data, 'reused')),
        pinned: get(data, 'pinned') === true,
        problem: null,
        waitsFor: null,
      };
    case 'step.problem': {
      const final = get(data, 'retryAt') === undefined;
      return {
        ...was,
        state: final ? 'failed' : 'waiting',
        started: was.started ?? at,
        ended: final ? at : null,
        attempts: Number(get(data, 'attempt') ?? 1),
        problem: get(data, 'problem') as Problem,
        reused: text(get(data, 'reused')),
      };
    }
    case 'step.waiting':
      return { ...was, state: 'waiting', started: was.started ?? at, waitsFor: text(get(data, 'note')) };
    case 'block.opened':
      return {
        ...was,
        state: 'running',
        started: was.started ?? at,
        // How many moves an agent makes nobody knows before it ends.
        items: {
          ...{ done: 0, failed: 0, going: 0 },
          count: get(data, 'next') === undefined ? Number(get(data, 'count')) : null,
        },
      };
    case 'block.item':
      return itemOf(was, { seq: 0, at: '', type, data });
    default:
      return was;
  }
};

/** One item of a block, or of a step inside one, began, waits or ended. */
const itemOf = (was: StepView, { type, data }: RunEvent): StepView => {
  const items = was.items ?? { done: 0, failed: 0, count: null, going: 0 };
  // Others of its items may be held meanwhile.
  const state = was.held.length > 0 ? ('held' as const) : ('running' as const);
  const less = Math.max(0, items.going - 1);
  switch (type) {
    case 'block.item':
    case 'step.done': {
      const failed = get(data, 'problem') !== undefined;
      const counted = failed ? { ...items, failed: items.failed + 1 } : { ...items, done: items.done + 1 };
      const going = type === 'step.done' ? less : items.going;
      return { ...was, state, items: { ...counted, going }, out: outOf(data, 'value') ?? was.out, waitsFor: null };
    }
    case 'step.problem':
      return {
        ...was,
        state,
        items: { ...items, failed: items.failed + 1, going: less },
        problem: get(data, 'problem') as Problem,
      };
    case 'step.waiting':
      return {
        ...was,
        state: state === 'held' || less > 0 ? state : 'waiting',
        items: { ...items, going: less },
        waitsFor: text(get(data, 'note')),
      };
    case 'step.started':
      return { ...was, state, items: { ...items, going: items.going + 1 } };
    default:
      // What is told of one that waits, or said by one at work, makes it no other.
      return was.state === 'queued' ? { ...was, state } : was;
  }
};

/** The steps that are held, in the order in which they came to be. */
export const heldIn = ({ steps }: RunFold): readonly string[] =>
  [...steps].filter(([, { held }]) => held.length > 0).map(([id]) => id);

/** Does all of the run wait: for somebody who lets a step go on or answers, for a time, or for an event? */
export const isWaiting = ({ state, steps }: RunFold): boolean => {
  const all = [...steps.values()];
  return (
    (state === 'running' || state === 'queued') &&
    all.some((one) => one.held.length > 0 || one.state === 'waiting') &&
    !all.some((one) => one.state === 'running' && (one.items === null || one.items.going > 0))
  );
};
