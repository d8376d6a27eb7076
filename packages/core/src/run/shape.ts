/**
 * The shape of a flow: its steps and wires with every name resolved to a number, made once per version and shared by
 * all its runs. Fold and plan see the shape only; they never look at what steps do.
 *
 * It does not judge a flow (flow/check.ts does); a dangling wire is left out, a step id met twice keeps its first place.
 *
 * H1 A step with the short form `each` becomes a block of the same id whose only child is the step itself: the child's
 *    item path is one longer, which is what tells the two apart in the journal.
 * H2 An agent's first child is what asks its model, and has the id of the agent in the same way. Its tools have no wires:
 *    which of them is next is told by the events of its moves (agent.ts).
 */

import { agentWith, eachWith, PROBLEM_PORT, repeatWith, type Flow, type Step } from '../flow/model.ts';

export type Wire = { readonly to: number; readonly port: string | null };

export type ShapeStep = {
  /** Position in `Shape.steps`. */
  readonly index: number;
  readonly id: string;
  /** Index of the block that holds it, or -1. */
  readonly parent: number;
  /** Position among its siblings. */
  readonly pos: number;
  /** Length of the item path of its instances. */
  readonly depth: number;
  readonly entries: number;
  readonly join: 'all' | 'any' | 'first';
  readonly out: readonly Wire[];
  readonly onProblem: 'stop' | 'continue' | 'port';
  readonly disabled: boolean;
  readonly block: Block | null;
};

export type Block = {
  readonly kind: 'each' | 'repeat' | 'agent';
  /** Of an agent: what asks the model, which has the id of the agent, and then its tools. */
  readonly children: readonly number[];
  readonly concurrency: number;
  readonly onItem: 'stop' | 'collect';
  /** Turns at most; repeat only. */
  readonly max: number;
  /** The end of an item needs an evaluation: a declared result, or a repeat's `until`. */
  readonly judged: boolean;
  readonly short: boolean;
};

export type Shape = {
  readonly steps: readonly ShapeStep[];
  /** Of a short form: the block. Its child is `block.children[0]`. */
  readonly byId: ReadonlyMap<string, number>;
  readonly roots: readonly number[];
};

/** Items of one `each` at most; more is a Problem, so that a run's memory and time stay bounded. */
export const MAX_ITEMS = 250_000;
/** Moves of one agent at most: questions to its model, questions to people, and calls of tools. */
export const MAX_MOVES = 2_000;

type Mutable = { -readonly [K in keyof ShapeStep]: ShapeStep[K] } & { out: Wire[] };

const blockOf = (step: Step): { block: Omit<Block, 'children'>; inner: readonly Step[] } | null => {
  if (step.kind === 'each@1') {
    const w = eachWith.safeParse(step.with ?? {});
    if (!w.success) return null;
    const { concurrency = 4, onItem = 'stop', steps, result } = w.data;
    return {
      block: { kind: 'each', concurrency, onItem, max: 0, judged: result !== undefined, short: false },
      inner: steps,
    };
  }
  if (step.kind === 'repeat@1') {
    const w = repeatWith.safeParse(step.with ?? {});
    if (!w.success) return null;
    return {
      block: { kind: 'repeat', concurrency: 1, onItem: 'stop', max: w.data.max, judged: true, short: false },
      inner: w.data.steps,
    };
  }
  if (step.kind === 'agent@1') {
    const w = agentWith.safeParse(step.with ?? {});
    if (!w.success) return null;
    return {
      block: { kind: 'agent', concurrency: 1, onItem: 'stop', max: MAX_MOVES, judged: true, short: false },
      inner: w.data.steps,
    };
  }
  return null;
};

/** Resolves a flow's names to numbers; linear in the number of steps and wires. */
export const shapeOf = (flow: Flow): Shape => {
  const steps: Mutable[] = [];
  const byId = new Map<string, number>();

  const add = (step: Step, parent: number, pos: number, depth: number, entries: number): Mutable => {
    const made: Mutable = {
      index: steps.length,
      id: step.id,
      parent,
      pos,
      depth,
      entries,
      join: step.join ?? 'all',
      out: [],
      onProblem: step.onProblem ?? 'stop',
      disabled: step.disabled === true,
      block: null,
    };
    steps.push(made);
    return made;
  };

  /** Steps inside a block; a short form may itself be around a block. */
  const hold = (step: Step, made: Mutable): void => {
    const held = blockOf(step);
    if (held === null) return;
    const depth = made.depth + 1;
    const first =
      held.block.kind === 'agent'
        ? [add({ id: step.id, kind: step.kind }, made.index, 0, depth, 0).index]
        : ([] as number[]);
    made.block = { ...held.block, children: [...first, ...level(held.inner, made.index, depth, first.length)] };
  };

  const level = (siblings: readonly Step[], parent: number, depth: number, from = 0): number[] => {
    const here: Mutable[] = [];
    const local = new Map<string, Mutable>();
    for (const step of siblings) {
      if (byId.has(step.id)) continue;
      const made = add(step, parent, from + here.length, depth, 0);
      local.set(step.id, made);
      byId.set(step.id, made.index);
      here.push(made);
    }
    const seen = new Set<string>();
    for (const step of siblings) {
      const made = local.get(step.id);
      if (made === undefined || seen.has(step.id)) continue;
      seen.add(step.id);
      for (const entry of new Set(step.after ?? [])) {
        const dot = entry.indexOf('.');
        const from = local.get(dot < 0 ? entry : entry.slice(0, dot));
        if (from === undefined) continue;
        from.out.push({ to: made.pos, port: dot < 0 ? null : entry.slice(dot + 1) });
        made.entries += 1;
      }
      if (step.each !== undefined) {
        const child = add({ ...step, onProblem: 'stop', disabled: false }, made.index, 0, depth + 1, 0);
        const { concurrency = 4, onItem = 'stop' } = step.each;
        made.block = { kind: 'each', children: [child.index], concurrency, onItem, max: 0, judged: false, short: true };
        hold(step, child);
      } else hold(step, made);
    }
    return here.map((s) => s.index);
  };

  const roots = level(flow.steps, -1, 0);
  return { steps, byId, roots };
};

/** Does a wire carry on when its step ended by this port? A bare entry takes any port but `problem`. */
export const carries = (wire: Wire, port: string | null): boolean =>
  wire.port === null ? port !== PROBLEM_PORT : wire.port === port;
