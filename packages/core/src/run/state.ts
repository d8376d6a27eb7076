/**
 * The state of a run: the fold of its journal. It is mutable and grows by one event at a time, so that a run of
 * 100,000 items costs linear time; nothing changes it but fold.ts with instance.ts, and plan.ts, which takes
 * commands out.
 *
 * S1 A scope holds one instance of a list of sibling steps: the flow itself, or one item of a block.
 * S2 A scope that ended or was abandoned is dropped: its values go, events that still speak of it are ignored.
 */

import type { Problem } from '../problem.ts';
import type { AskState } from './asks.ts';
import type { Moves } from './agent.ts';
import type { Held, RunCreated, RunState } from './journal.ts';
import type { Shape, ShapeStep } from './shape.ts';

/** Life of one step instance. */
export const PENDING = 0;
export const READY = 1;
/** A block whose items are under way; it does no work itself. */
export const OPEN = 2;
export const ACTIVE = 3;
export const WAITING = 4;
export const RETRYING = 5;
export const DOUBTED = 6;
/** Its turn came, and somebody has to let it begin. */
export const HELD = 7;
export const DONE = 8;
export const SKIPPED = 9;
/** Ended by a problem that nobody takes: the run fails. Everything from DONE on is settled. */
export const FAILED = 10;

export type Scope = {
  readonly owner: BlockRun | null;
  /** Item path of the steps in it. */
  readonly item: readonly number[];
  readonly steps: readonly number[];
  readonly status: Uint8Array;
  /** Entries not settled yet, and entries that carried, by sibling position. */
  readonly left: Int32Array;
  readonly carried: Int32Array;
  readonly attempts: Uint16Array;
  readonly values: (Held | undefined)[];
  readonly problems: Map<number, Problem>;
  readonly blocks: Map<number, BlockRun>;
  /** Inputs that somebody gave to held steps in place of their own; null: none. */
  edited: Map<number, Held> | null;
  /** The last command for each instance: an older one no longer holds. */
  readonly asked: (Command | null)[];
  /** Steps neither done nor skipped; one that failed stays open, so that its scope never ends. */
  open: number;
  dropped: boolean;
};

export type ItemResult = Held | { readonly problem: Problem };

/** `results` has gaps where items have not ended; of a repeat it holds the last turn's. */
export type BlockRun = {
  readonly step: ShapeStep;
  readonly scope: Scope;
  readonly count: number;
  readonly over: Held | null;
  readonly items: Map<number, Scope>;
  readonly results: ItemResult[];
  next: number;
  ended: number;
  closed: boolean;
  /** Of an agent: what it did so far. */
  readonly moves: Moves | null;
  /** Items are being opened: an item that ends at once must not open the next one from within. */
  opening: boolean;
};

/** What a run with breakpoints knows of them. Times are milliseconds since the epoch, as events tell them. */
export type Holding = {
  readonly at: ReadonlySet<string>;
  /** Stepping: what comes up next at this depth of blocks or above is held, too; -1: not stepping. */
  depth: number;
  /** How many steps are held now. */
  count: number;
  /** Since when some are; null: none is. How long some were, before that. */
  since: number | null;
  total: number;
  /** When a step was last held or let go on. */
  touched: number;
};

/** What the engine is asked to do. `scope` and `step` are the instance; stale commands never leave plan(). */
export type Command =
  | { readonly do: 'start'; readonly step: ShapeStep; readonly scope: Scope; readonly attempt: number }
  /** Its turn came, and it is to be held before it begins. */
  | { readonly do: 'hold'; readonly step: ShapeStep; readonly scope: Scope }
  | {
      readonly do: 'wait';
      readonly step: ShapeStep;
      readonly scope: Scope;
      readonly until: number | null;
      readonly token: string | null;
      readonly child: string | null;
      /** When the step has waited longer than its timeout. */
      readonly deadline: number | null;
      /** The question that is waited for. */
      readonly ask: AskState | null;
      readonly retry: boolean;
      readonly attempt: number;
    }
  /**
   * A block that is still open at this time has taken longer than its timeout; `held`: how long the run had been held when it
   * opened, since what is held after that does not count.
   */
  | { readonly do: 'deadline'; readonly block: BlockRun; readonly at: number; readonly held: number }
  /** An item or turn ended and its result (and `until`) wants evaluating. */
  | { readonly do: 'item'; readonly block: BlockRun; readonly scope: Scope; readonly index: number }
  /** All items ended: the block's value is the list of its results, or the last of a repeat. */
  | { readonly do: 'close'; readonly block: BlockRun }
  /** Work of scopes that were dropped is no longer wanted. */
  | { readonly do: 'drop' }
  | { readonly do: 'finish' }
  | { readonly do: 'fail'; readonly problem: Problem }
  | { readonly do: 'cancel'; readonly by: string };

export type State = {
  readonly shape: Shape;
  created: RunCreated | null;
  /** The run's recorded time: when it left the queue. Milliseconds since the epoch. */
  now: number;
  phase: 'new' | 'queued' | 'running' | 'in_doubt' | 'done' | 'failed' | 'cancelled';
  root: Scope;
  only: ReadonlySet<string> | null;
  /** Null: a run without breakpoints, as nearly all are. */
  holding: Holding | null;
  readonly commands: Command[];
  /** So many commands are too many to keep those that no longer hold. */
  crowded: number;
  /** Ports by which steps of the flow's own level ended, by position. */
  readonly ports: Map<number, string>;
  /** `each` blocks of the flow's own level that ended with items missing or failed: a partial run takes up the rest. */
  readonly broken: Map<number, BlockRun>;
  readonly doubts: { scope: Scope; step: ShapeStep; problem: Problem }[];
  /** Steps started and not ended, and steps waiting, held or between two tries. */
  active: number;
  waiting: number;
  /** A fail or cancel was handed out: nothing else is, whatever comes before the run's last event. */
  stopped: boolean;
  seq: number;
  output: Held | null;
  problem: Problem | null;
  response: { status: number; headers: Record<string, string>; body: Held } | null;
};

export const CROWDED = 1024;

export const scopeOf = (
  shape: Shape,
  steps: readonly number[],
  owner: BlockRun | null,
  item: readonly number[],
): Scope => {
  const n = steps.length;
  const scope: Scope = {
    owner,
    item,
    steps,
    status: new Uint8Array(n),
    left: new Int32Array(n),
    carried: new Int32Array(n),
    attempts: new Uint16Array(n),
    values: new Array<Held | undefined>(n).fill(undefined),
    problems: new Map(),
    blocks: new Map(),
    edited: null,
    asked: new Array<Command | null>(n).fill(null),
    open: n,
    dropped: false,
  };
  for (let i = 0; i < n; i += 1) scope.left[i] = stepAt(shape, steps[i]).entries;
  return scope;
};

export const newState = (shape: Shape): State => ({
  shape,
  created: null,
  now: 0,
  phase: 'new',
  root: scopeOf(shape, shape.roots, null, []),
  only: null,
  holding: null,
  commands: [],
  crowded: CROWDED,
  ports: new Map(),
  broken: new Map(),
  doubts: [],
  active: 0,
  waiting: 0,
  stopped: false,
  seq: 0,
  output: null,
  problem: null,
  response: null,
});

/** Shape indexes are made by shapeOf and never dangle; a miss is a bug of ours. */
export const stepAt = (shape: Shape, index: number | undefined): ShapeStep => {
  const step = index === undefined ? undefined : shape.steps[index];
  if (step === undefined) throw new Error('a step index outside its shape');
  return step;
};

/** The instance an event speaks of, or null when it does not exist (any more). */
export const find = (
  state: State,
  id: string | undefined,
  item: readonly number[] | undefined,
): { scope: Scope; step: ShapeStep } | null => {
  const at = id === undefined ? undefined : state.shape.byId.get(id);
  if (at === undefined) return null;
  let step = stepAt(state.shape, at);
  const depth = item?.length ?? 0;
  while (depth > step.depth && (step.block?.short === true || step.block?.kind === 'agent'))
    step = stepAt(state.shape, step.block.children[0]);
  if (step.depth !== depth) return null;
  const scope = depth === 0 ? state.root : scopeAt(state, step.parent, item ?? []);
  return scope === null || scope.dropped ? null : { scope, step };
};

const scopeAt = (state: State, block: number, item: readonly number[]): Scope | null => {
  const holder = stepAt(state.shape, block);
  const outer = holder.parent < 0 ? state.root : scopeAt(state, holder.parent, item.slice(0, -1));
  return outer?.blocks.get(holder.pos)?.items.get(item[item.length - 1] ?? -1) ?? null;
};

/** The nearest instance of a step that this scope can see: a sibling, or a step of an outer scope. */
export const visible = (state: State, from: Scope, id: string): { scope: Scope; step: ShapeStep } | null => {
  const at = state.shape.byId.get(id);
  if (at === undefined) return null;
  const step = stepAt(state.shape, at);
  for (let scope: Scope | null = from; scope !== null; scope = scope.owner?.scope ?? null) {
    if (scope.steps[step.pos] === step.index) return { scope, step };
  }
  return null;
};

/** The last value of a scope: of the last step, in the order of the file, that is done. */
export const lastValue = (scope: Scope): Held => {
  for (let i = scope.steps.length - 1; i >= 0; i -= 1) {
    if (scope.status[i] === DONE) return scope.values[i] ?? { value: null };
  }
  return { value: null };
};

/** The run's state as its row and its readers know it. */
export const runState = (state: State): RunState => {
  switch (state.phase) {
    case 'new':
    case 'queued':
      return 'queued';
    case 'running':
      return state.active === 0 && state.waiting > 0 && state.commands.length === 0 ? 'waiting' : 'running';
    default:
      return state.phase;
  }
};
