/**
 * Partial runs: which steps of a flow run again, and which results of an old run stand in for the others. The answer
 * becomes events put before planning (`eventsBefore`), so that plan itself knows nothing of partial runs.
 *
 * It works on the flow's own level: what is in a block goes with its block, except that the items of an `each` that
 * ended well are reused when the others run again. It compares pins with old results and reads no other value.
 *
 * R1 A result is reused only if its step and every step upstream are defined as they were (name and note apart), and
 *    nothing upstream runs again whose result it may have seen.
 * R2 A pin wins over a reused result; what is downstream of a pin that differs from the old result is not reused.
 * R3 A step that was skipped is planned anew: after the same results upstream it is skipped again.
 */

import { canonicalJson } from '../flow/canonical.ts';
import { graphOf, type Node } from '../flow/graph.ts';
import type { Flow } from '../flow/model.ts';
import { bad, good, type Problem, problem, type Result } from '../problem.ts';
import type { EventData, Held } from './journal.ts';
import type { OldRun, OldStep } from './finished.ts';
import type { RerunRequest } from './port.ts';

export type PartialRequest = {
  /** The version that is to run now. */
  readonly flow: Flow;
  readonly mode: RerunRequest['mode'];
  /** The run whose results may be reused; null: there is none. */
  readonly old: OldRun | null;
  /**
   * `input`: this run has another input than the old one; only `from`, which says so, still reuses what is upstream.
   * `steps`: their results are not reused, nor what is downstream of them.
   */
  readonly edited?: { readonly input?: boolean; readonly steps?: readonly string[] };
  /** Values that stand in for results, by step id. The caller puts them before planning itself. */
  readonly pins?: Readonly<Record<string, unknown>>;
};

/** One thing taken over from the old run: a result, a problem that `onProblem` took, a list, or one of its items. */
export type Reuse =
  | { readonly step: string; readonly out: Held; readonly port?: string }
  | { readonly step: string; readonly problem: Problem }
  | { readonly step: string; readonly opened: { readonly count: number; readonly over: Held | null } }
  | { readonly step: string; readonly item: readonly number[]; readonly out: Held };

/** `only` is for `run.created`; absent, every step may run. */
export type PartialPlan = { readonly only?: readonly string[]; readonly reuse: readonly Reuse[] };

type BeforeType = 'step.done' | 'step.problem' | 'block.opened' | 'block.item';

/** An event without its place in a journal. */
export type Before = {
  readonly [K in BeforeType]: {
    readonly type: K;
    readonly step: string;
    readonly item?: readonly number[];
    readonly data: EventData[K];
  };
}[BeforeType];

/** The events of what is reused, to be put in this order between `run.created` and `run.started`. `run`: the old run's id. */
export const eventsBefore = (reuse: readonly Reuse[], run: string): Before[] =>
  reuse.map((one): Before => {
    const { step } = one;
    if ('problem' in one)
      return { type: 'step.problem', step, data: { problem: one.problem, attempt: 1, reused: run } };
    if ('opened' in one) {
      const { count, over } = one.opened;
      return { type: 'block.opened', step, data: over === null ? { count } : { count, over } };
    }
    if ('item' in one) return { type: 'block.item', step, item: one.item, data: { out: one.out, reused: run } };
    const data = { out: one.out, reused: run };
    return { type: 'step.done', step, data: one.port === undefined ? data : { ...data, port: one.port } };
  });

/**
 * Decides what runs and what is reused.
 *
 * - `all`: everything runs.
 * - `failed`: everything that ended well is reused, items of a list too; a problem that was taken or collected is tried
 *   again, with what is downstream of it. What the old run was limited to limits this one.
 * - `from`: the step and all downstream of it run, and what they need that cannot be reused.
 * - `to`: the step runs, and what it needs that cannot be reused; nothing else.
 *
 * A Problem (`rerun.step`) when the step asked for is not on the flow's own level.
 */
export const partial = (request: PartialRequest): Result<PartialPlan> => {
  const { flow, mode, old } = request;
  const { root, byId } = graphOf(flow);
  const asked = 'from' in mode ? mode.from : 'to' in mode ? mode.to : null;
  const target = root.nodes.find((node) => node.id === asked);
  if (asked !== null && target === undefined) return bad(noSuchStep(asked, byId.get(asked)));
  if ('all' in mode) return good({ reuse: [] });

  const pins = new Map(Object.entries(request.pins ?? {}));
  const standing = judge(request, root.order, target, pins);
  const reuseOf = (node: Node, runs: boolean): Reuse[] =>
    pins.has(node.id) ? [] : reused(node.id, old?.values.get(node.id), standing.get(node), runs);

  if (target === undefined) {
    const reuse = root.nodes.flatMap((node) => reuseOf(node, true));
    return good(old === null || old.only === null ? { reuse } : { only: old.only, reuse });
  }
  const from = 'from' in mode;
  const asIs = (node: Node): boolean => pins.has(node.id) || standing.get(node)?.keep === true;
  const start = from ? reach([target], (node) => node.next) : new Set([target]);
  const runs = reach(start, (node) => before(node).filter((source) => !asIs(source)));
  const upstream = reach([target], before);
  const useful = root.nodes.filter((node) => node !== target && (from || upstream.has(node)));
  return good({
    only: root.nodes.filter((node) => runs.has(node)).map((node) => node.id),
    reuse: useful.flatMap((node) => reuseOf(node, runs.has(node))),
  });
};

const before = (node: Node): Node[] => node.entries.map((entry) => entry.from);

/** All that can be reached, the beginnings included. */
const reach = (beginnings: Iterable<Node>, next: (node: Node) => readonly Node[]): Set<Node> => {
  const found = new Set(beginnings);
  for (const node of found) for (const other of next(node)) found.add(other);
  return found;
};

const noSuchStep = (id: string, inner: Node | undefined): Problem => {
  let block = inner?.level.block ?? null;
  while (block !== null && block.level.block !== null) block = block.level.block;
  if (block === null) {
    const text = `expected a step of this version of the flow, got ${id}, which it does not have`;
    return problem('rerun.step', text, { at: { step: id }, fix: 'Name a step that is there.' });
  }
  const text = `expected a step of the flow's own level, got ${id}, which is inside a block`;
  return problem('rerun.step', text, { at: { step: id }, fix: `Name the block around it: ${block.id}.` });
};

/** What the old result of a step is worth. */
type Standing = {
  /** As a whole run would give it, and this mode takes it over. */
  readonly keep: boolean;
  /** What is downstream may have seen another result than it will see. */
  readonly stale: boolean;
  /** It was skipped because the old run was limited, not because of the flow. */
  readonly left: boolean;
  /** The items that ended well stand, though the whole does not. */
  readonly items: boolean;
};

/** In topological order. A step on a cycle is not in it, and nothing of it stands. */
const judge = (
  { mode, old, edited }: PartialRequest,
  order: readonly Node[],
  target: Node | undefined,
  pins: ReadonlyMap<string, unknown>,
): Map<Node, Standing> => {
  const standing = new Map<Node, Standing>();
  if (old === null) return standing;
  const was = new Map(graphOf(old.flow).root.nodes.map((node) => [node.id, node]));
  const limit = old.only === null ? null : new Set(old.only);
  const changed = new Set(edited?.steps ?? []);
  const from = 'from' in mode;
  const unfit = edited?.input === true && !from;
  for (const node of order) {
    const sources = before(node).map((source) => standing.get(source));
    const step = old.values.get(node.id);
    const inherited = sources.some((source) => source?.stale !== false);
    if (pins.has(node.id)) {
      const stale = inherited || !isPinned(step, pins.get(node.id));
      standing.set(node, { keep: false, stale, left: false, items: false });
      continue;
    }
    const left =
      step?.status === 'skipped' && (limit?.has(node.id) === false || sources.some((source) => source?.left === true));
    const forced = !isSame(node, was.get(node.id)) || unfit || changed.has(node.id) || (from && node === target);
    const settled = step !== undefined && step.status !== 'open' && !left;
    const well = step?.problem === null && step.items === null;
    const keep = settled && !forced && !inherited && ('failed' in mode ? well : true);
    const stale = forced || inherited || (settled && !keep);
    const items = !keep && !forced && !inherited && step !== undefined && (step.items?.done.size ?? 0) > 0;
    standing.set(node, { keep, stale, left, items });
  }
  return standing;
};

/** Is a step defined as before, after the same steps? */
const isSame = (node: Node, was: Node | undefined): boolean => {
  if (was === undefined) return false;
  const [now, then] = [node, was].map(({ step: { name: _name, note: _note, ...defined }, entries }) =>
    canonicalJson([defined, entries.map((entry) => entry.text)]),
  );
  return now === then;
};

/** Does a pin stand for what the old run had anyway? */
const isPinned = (step: OldStep | undefined, pin: unknown): boolean =>
  step?.status === 'done' &&
  step.problem === null &&
  step.held !== null &&
  'value' in step.held &&
  canonicalJson(step.held.value) === canonicalJson(pin);

const reused = (id: string, step: OldStep | undefined, standing: Standing | undefined, runs: boolean): Reuse[] => {
  if (step === undefined || standing === undefined) return [];
  if (standing.keep && step.status === 'done') {
    if (step.problem !== null) return [{ step: id, problem: step.problem }];
    const out = step.held ?? { value: null };
    return [step.port === null ? { step: id, out } : { step: id, out, port: step.port }];
  }
  if (!standing.items || !runs || step.items === null) return [];
  const { count, over, done } = step.items;
  return [
    { step: id, opened: { count, over } },
    ...[...done].map(([index, out]) => ({ step: id, item: [index], out })),
  ];
};
