/**
 * One flow made into another as an edit: how a draft becomes what a version was, so that it can be undone like any change.
 * Steps that are the same on both sides stay where they are, so that what others do to them meanwhile joins.
 *
 * RS1 The edit, done to the first flow, gives the second, but for empty lists and objects that mean nothing.
 */

import { everyStep } from '../blocks.ts';
import { canonicalJson } from '../canonical.ts';
import type { Flow, Json } from '../model.ts';
import { type Edit, together } from './edit.ts';

type Named = { readonly id: string };

const FIELDS = ['name', 'description', 'input', 'output', 'settings'] as const;

/** `what`: said to people, who undo it as one. No edits in it: the flows are the same. */
export const restoreFlow = (from: Flow, to: Flow, what: string): Edit =>
  together(what, [...takes(from, to), ...puts(from, to), ...fields(from, to), ...places(from, to)]);

/** Ids of both lists whose entries are the same. */
const kept = (from: readonly Named[], to: readonly Named[]): ReadonlySet<string> => {
  const there = new Map(to.map((one) => [one.id, canonicalJson(one)]));
  return new Set(from.filter((one) => there.get(one.id) === canonicalJson(one)).map(({ id }) => id));
};

const takes = (from: Flow, to: Flow): Edit[] => {
  const steps = kept(from.steps, to.steps);
  const triggers = keptTriggers(from, to);
  return [
    ...(from.triggers ?? []).filter(({ id }) => !triggers.has(id)).map(({ id }): Edit => ({ do: 'trigger.take', id })),
    ...from.steps.filter(({ id }) => !steps.has(id)).map(({ id }): Edit => ({ do: 'step.take', id })),
  ];
};

/** A trigger cannot be moved: those out of their order are taken and put. */
const keptTriggers = (from: Flow, to: Flow): ReadonlySet<string> => {
  const same = kept(from.triggers ?? [], to.triggers ?? []);
  return inOrder(from.triggers ?? [], to.triggers ?? [], same) ? same : new Set();
};

const inOrder = (from: readonly Named[], to: readonly Named[], same: ReadonlySet<string>): boolean => {
  const order = (list: readonly Named[]): string =>
    list
      .filter(({ id }) => same.has(id))
      .map(({ id }) => id)
      .join(' ');
  return order(from) === order(to);
};

const puts = (from: Flow, to: Flow): Edit[] => {
  const steps = kept(from.steps, to.steps);
  const ordered = inOrder(from.steps, to.steps, steps);
  const edits: Edit[] = [];
  let before: string | null = null;
  for (const step of to.steps.toReversed()) {
    const at = { block: null, before };
    if (!steps.has(step.id)) edits.push({ do: 'step.put', step, at });
    else if (!ordered) edits.push({ do: 'step.move', id: step.id, to: at });
    before = step.id;
  }
  const triggers = keptTriggers(from, to);
  before = null;
  for (const trigger of (to.triggers ?? []).toReversed()) {
    if (!triggers.has(trigger.id)) edits.push({ do: 'trigger.put', trigger, before });
    before = trigger.id;
  }
  // An empty list and none are two texts.
  if (to.triggers === undefined && from.triggers !== undefined) edits.push({ do: 'set', of: null, path: ['triggers'] });
  if (to.triggers?.length === 0 && from.triggers === undefined)
    edits.push({ do: 'set', of: null, path: ['triggers'], value: [] });
  return edits;
};

const fields = (from: Flow, to: Flow): Edit[] =>
  FIELDS.flatMap((name): Edit[] => {
    if (canonicalJson(from[name] ?? null) === canonicalJson(to[name] ?? null)) return [];
    const value = to[name] as Json | undefined; // fields of a flow are JSON
    return [{ do: 'set', of: null, path: [name], ...(value === undefined ? {} : { value }) }];
  });

const places = (from: Flow, to: Flow): Edit[] => {
  const ids = new Set([...Object.keys(from.layout ?? {}), ...Object.keys(to.layout ?? {})]);
  const known = new Set([...[...everyStep(to)].map(({ id }) => id), ...(to.triggers ?? []).map(({ id }) => id)]);
  const moved = [...ids].filter(
    (id) => String(from.layout?.[id]) !== String(known.has(id) ? to.layout?.[id] : undefined),
  );
  if (moved.length === 0) return [];
  return [
    {
      do: 'layout',
      places: Object.fromEntries(moved.map((id) => [id, known.has(id) ? (to.layout?.[id] ?? null) : null])),
    },
  ];
};
