/**
 * What changed between two flows, in the words of flows: steps, wires, triggers, settings, and the powers gained or lost.
 * Layout is kept apart: a moved box is no change of what runs.
 *
 * DF1 Steps are compared by id, wherever they stand; a step that moved into or out of a block says so.
 * DF2 Two flows of equal hash have no difference but their looks; two flows of different hash have one.
 */

import { missing, needsOf, type Missing } from '../access/needs.ts';
import type { Catalog } from '../step/define.ts';
import { isBlock } from './blocks.ts';
import { canonicalJson } from './canonical.ts';
import { graphOf, type Node } from './graph.ts';
import type { Flow, Step, Trigger } from './model.ts';
import { fieldPath, isObject, type Path } from './path.ts';

/** One value that changed; absent `from` means added, absent `to` removed. */
export type Change = { readonly path: string; readonly from?: unknown; readonly to?: unknown };

export type StepChange = {
  readonly id: string;
  readonly changes: readonly Change[];
  /** Entries of `after`. */
  readonly wires: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** Ids of the blocks it stood and stands in; null: the flow itself. */
  readonly moved: { readonly from: string | null; readonly to: string | null } | null;
};

type Kinded = { readonly id: string; readonly kind: string };

export type FlowDiff = {
  /** Name, description, input and output. */
  readonly flow: readonly Change[];
  readonly settings: readonly Change[];
  readonly steps: {
    readonly added: readonly Kinded[];
    readonly removed: readonly Kinded[];
    readonly changed: readonly StepChange[];
  };
  readonly triggers: {
    readonly added: readonly Kinded[];
    readonly removed: readonly Kinded[];
    readonly changed: readonly { readonly id: string; readonly changes: readonly Change[] }[];
  };
  /** Needs of the flow that are new, and that are gone. */
  readonly powers: { readonly gained: readonly Missing[]; readonly lost: readonly Missing[] };
  /** Steps or triggers stand in another order in the file. It changes the hash and nothing else. */
  readonly reordered: boolean;
  /** Ids whose place on the canvas changed. */
  readonly layout: readonly string[];
  /** Ids of notes on the canvas and of groups that are new, changed or gone. */
  readonly drawn: readonly string[];
  /** Nothing but layout, notes and groups differs. */
  readonly same: boolean;
};

/** Compares two flows; powers are told by the needs of the catalogue's kinds. */
export const diff = (a: Flow, b: Flow, catalog: Catalog): FlowDiff => {
  const before = new Map(graphOf(a).nodes.map((node) => [node.id, node]));
  const after = new Map(graphOf(b).nodes.map((node) => [node.id, node]));
  const flow = (['name', 'description', 'input', 'output'] as const).flatMap((name) =>
    changesOf(a[name], b[name], [name]),
  );
  const settings = changesOf(a.settings ?? {}, b.settings ?? {}, ['settings']);
  if (settings.length === 0) settings.push(...presence(a.settings, b.settings, 'settings'));
  if ((a.triggers ?? b.triggers)?.length === 0) flow.push(...presence(a.triggers, b.triggers, 'triggers'));
  const steps = {
    added: kindedOf(onlyIn(after, before)),
    removed: kindedOf(onlyIn(before, after)),
    changed: [...after.values()].flatMap((node) => {
      const old = before.get(node.id);
      return old === undefined ? [] : (stepChange(old, node) ?? []);
    }),
  };
  const triggers = triggersDiff(a.triggers ?? [], b.triggers ?? []);
  const reordered =
    orderOf(before, after) !== orderOf(after, before) ||
    order(a.triggers ?? [], b.triggers ?? []) !== order(b.triggers ?? [], a.triggers ?? []);
  const counts = [
    flow,
    settings,
    steps.added,
    steps.removed,
    steps.changed,
    triggers.added,
    triggers.removed,
    triggers.changed,
  ].map((list) => list.length);
  return {
    flow,
    settings,
    steps,
    triggers,
    powers: powersDiff(a, b, catalog),
    reordered,
    layout: layoutDiff(a.layout ?? {}, b.layout ?? {}),
    drawn: [...layoutDiff(a.notes ?? {}, b.notes ?? {}), ...layoutDiff(a.groups ?? {}, b.groups ?? {})],
    same: !reordered && counts.every((count) => count === 0),
  };
};

/** An empty part and none at all mean the same and have different hashes. */
const presence = (from: unknown, to: unknown, path: string): Change[] =>
  from === undefined && to !== undefined
    ? [{ path, to }]
    : from !== undefined && to === undefined
      ? [{ path, from }]
      : [];

const onlyIn = (here: ReadonlyMap<string, Node>, there: ReadonlyMap<string, Node>): Step[] =>
  [...here.values()].filter((node) => !there.has(node.id)).map((node) => node.step);

const kindedOf = (list: readonly Kinded[]): Kinded[] => list.map(({ id, kind }) => ({ id, kind }));

/** What a step is besides its place in the graph: its wires and what it holds are compared on their own. */
const own = (step: Step): Record<string, unknown> => {
  const { id: _id, after: _after, ...rest } = step;
  if (!isBlock(step) || step.with === undefined) return rest;
  const { steps: _steps, ...fields } = step.with;
  return { ...rest, with: fields };
};

const stepChange = (old: Node, node: Node): StepChange | undefined => {
  const changes = changesOf(own(old.step), own(node.step), []);
  const wires = wiresDiff(old.step.after ?? [], node.step.after ?? []);
  const from = old.level.block?.id ?? null;
  const to = node.level.block?.id ?? null;
  const moved = from === to ? null : { from, to };
  const same = changes.length === 0 && wires.added.length === 0 && wires.removed.length === 0 && moved === null;
  if (!same) return { id: node.id, changes, wires, moved };
  const reordered = changesOf(old.step.after, node.step.after, ['after']);
  return reordered.length === 0 ? undefined : { id: node.id, changes: reordered, wires, moved };
};

const wiresDiff = (before: readonly string[], after: readonly string[]): StepChange['wires'] => {
  const [old, now] = [new Set(before), new Set(after)];
  return { added: after.filter((entry) => !old.has(entry)), removed: before.filter((entry) => !now.has(entry)) };
};

const triggersDiff = (before: readonly Trigger[], after: readonly Trigger[]): FlowDiff['triggers'] => {
  const old = new Map(before.map((trigger) => [trigger.id, trigger]));
  const now = new Map(after.map((trigger) => [trigger.id, trigger]));
  return {
    added: kindedOf(after.filter((trigger) => !old.has(trigger.id))),
    removed: kindedOf(before.filter((trigger) => !now.has(trigger.id))),
    changed: after.flatMap((trigger) => {
      const changes = old.has(trigger.id) ? changesOf(old.get(trigger.id), trigger, []) : [];
      return changes.length === 0 ? [] : [{ id: trigger.id, changes }];
    }),
  };
};

/** Ids common to both, in the order of the first. */
const order = (here: readonly { readonly id: string }[], there: readonly { readonly id: string }[]): string => {
  const ids = new Set(there.map((one) => one.id));
  return here
    .filter((one) => ids.has(one.id))
    .map((one) => one.id)
    .join(' ');
};

/** As `order`, level by level; a step that changed levels is told as moved. */
const orderOf = (here: ReadonlyMap<string, Node>, there: ReadonlyMap<string, Node>): string => {
  const lines = new Map<string, string[]>();
  for (const node of here.values()) {
    const block = node.level.block?.id ?? '';
    const other = there.get(node.id);
    if (other === undefined || (other.level.block?.id ?? '') !== block) continue;
    const line = lines.get(block);
    if (line === undefined) lines.set(block, [node.id]);
    else line.push(node.id);
  }
  return [...lines]
    .map(([block, ids]) => `${block}: ${ids.join(' ')}`)
    .toSorted()
    .join('\n');
};

const powersDiff = (a: Flow, b: Flow, catalog: Catalog): FlowDiff['powers'] => {
  const before = missing(needsOf(a, catalog), []);
  const after = missing(needsOf(b, catalog), []);
  const key = (one: Missing): string => `${one.step}\n${one.power}\n${String(one.computed)}`;
  const old = new Set(before.map(key));
  const now = new Set(after.map(key));
  return { gained: after.filter((one) => !old.has(key(one))), lost: before.filter((one) => !now.has(key(one))) };
};

const layoutDiff = (before: Record<string, unknown>, after: Record<string, unknown>): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (id) => changesOf(own1(before, id), own1(after, id), []).length > 0,
  );

const own1 = (object: Record<string, unknown>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** The values that differ, as deep inside as both sides are alike in kind. Lists of different length differ entry by entry. */
export const changesOf = (from: unknown, to: unknown, path: Path): Change[] => {
  if (isObject(from) && isObject(to)) {
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) =>
      changesOf(own1(from, key), own1(to, key), [...path, key]),
    );
  }
  if (Array.isArray(from) && Array.isArray(to)) {
    return Array.from({ length: Math.max(from.length, to.length) }, (_, i) =>
      changesOf(from[i], to[i], [...path, i]),
    ).flat();
  }
  if (from === undefined && to === undefined) return [];
  if (from !== undefined && to !== undefined && canonicalJson(from) === canonicalJson(to)) return [];
  return [{ path: fieldPath(path), ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
};
