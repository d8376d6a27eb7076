/**
 * Joining the work of two who began at the same draft: my edits are done again on top of what the other saved. An edit that
 * touches what the other changed too is a conflict, told field by field; nothing is decided silently, and nothing is lost.
 *
 * MG1 What neither conflicts is done, whoever did it.
 * MG2 A conflict says what stood there, what I made of it and what the other did; choosing mine is doing the edit.
 * MG3 An edit that stands on one in conflict (a field of a step that is gone) is a conflict, too.
 */

import { canonicalJson } from '../canonical.ts';
import type { Flow, Json } from '../model.ts';
import { doEdit } from './apply.ts';
import type { Edit, EditPath, Owner } from './edit.ts';
import { placeOf, stepIn } from './place.ts';
import { at, NOTHING } from './value.ts';

/** A place that both changed. Absent values: nothing stands there. */
export type Conflict = {
  readonly edit: Edit;
  readonly of: Owner;
  readonly path: EditPath;
  readonly base?: Json;
  readonly mine?: Json;
  readonly theirs?: Json;
};

export type Merged = {
  /** Theirs, and what of mine does not conflict with it. */
  readonly flow: Flow;
  readonly applied: readonly Edit[];
  readonly conflicts: readonly Conflict[];
};

const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.keys(a), Object.keys(b)];
  return (
    left.length === right.length &&
    left.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)))
  );
};

/** What stands at a place of a flow; the empty path of a step or a trigger is all of it. */
const standing = (flow: Flow, of: Owner, path: EditPath): Json | typeof NOTHING => {
  const root =
    of === null
      ? flow
      : 'step' in of
        ? stepIn(flow, of.step)
        : ((flow.triggers ?? []).find(({ id }) => id === of.trigger) ?? null);
  return root === null ? NOTHING : at(root, path);
};

/** The places an edit changes, each of which must be as it was for the edit to be done as it was meant. */
const touched = (edit: Edit): readonly { readonly of: Owner; readonly path: EditPath }[] => {
  switch (edit.do) {
    case 'set':
      return [{ of: edit.of, path: edit.path }];
    case 'step.put':
      return [{ of: { step: edit.step.id }, path: [] }];
    case 'trigger.put':
      return [{ of: { trigger: edit.trigger.id }, path: [] }];
    case 'step.take':
      return [{ of: { step: edit.id }, path: [] }];
    case 'trigger.take':
      return [{ of: { trigger: edit.id }, path: [] }];
    case 'rekey':
      return [
        { of: { step: edit.from }, path: ['id'] },
        { of: { trigger: edit.from }, path: ['id'] },
      ];
    case 'step.move':
    case 'wire':
    case 'layout':
    case 'all':
      // Of these two can be done together: wires come and go one by one, and what is moved twice stands where it was put last.
      return [];
  }
};

/** All places that an edit, or those it is made of, changes. */
const placesOf = (edit: Edit): ReturnType<typeof touched> =>
  edit.do === 'all' ? edit.edits.flatMap(placesOf) : touched(edit);

const shown = (name: 'base' | 'mine' | 'theirs', value: Json | typeof NOTHING): Partial<Record<typeof name, Json>> =>
  value === NOTHING ? {} : { [name]: value };

/** Where the step stands now; both moved it, or it is gone: a conflict about its place. */
const moved = (base: Flow, theirs: Flow, id: string): boolean => {
  const [was, is] = [placeOf(base, id), placeOf(theirs, id)];
  return was !== null && (is === null || was.block !== is.block);
};

/**
 * How many of my edits, from the first on, are what the other saved: it was I who saved, and was not told. Those need no
 * joining, and are no conflict with themselves.
 */
export const landed = (base: Flow, mine: readonly Edit[], theirs: Flow): number => {
  const goal = canonicalJson(theirs);
  let flow = base;
  let count = 0;
  for (const [i, edit] of mine.entries()) {
    const made = doEdit(flow, edit);
    if (!made.ok) break;
    flow = made.value.flow;
    if (canonicalJson(flow) === goal) count = i + 1;
  }
  return count;
};

/**
 * `base`: what both began with; `mine`: my edits since, in order, each as it was done; `theirs`: what the other saved.
 * An edit of several is done whole or not at all, as it would be undone.
 */
export const merge = (base: Flow, mine: readonly Edit[], theirs: Flow): Merged => {
  let flow = theirs;
  let own = base;
  const applied: Edit[] = [];
  const conflicts: Conflict[] = [];
  for (const edit of mine) {
    const after = doEdit(own, edit);
    const ownAfter = after.ok ? after.value.flow : own;
    const found = conflictsOf(base, ownAfter, theirs, edit);
    const done = found.length === 0 ? doEdit(flow, edit) : null;
    if (done?.ok === true) {
      flow = done.value.flow;
      applied.push(edit);
    } else {
      // Nothing it touches differs, and it cannot be done: it stands on one that is in conflict (MG3).
      const places = found.length > 0 ? found : [placesOf(edit)[0] ?? { of: null, path: [] }];
      conflicts.push(...places.map((one) => ({ ...one, edit })));
    }
    own = ownAfter;
  }
  return { flow, applied, conflicts };
};

const conflictsOf = (base: Flow, own: Flow, theirs: Flow, edit: Edit): readonly Omit<Conflict, 'edit'>[] => {
  if (edit.do === 'all') return edit.edits.flatMap((one) => conflictsOf(base, own, theirs, one));
  if (edit.do === 'step.move' && moved(base, theirs, edit.id)) return [{ of: { step: edit.id }, path: [] }];
  return touched(edit).flatMap(({ of, path }) => {
    const was = standing(base, of, path);
    const is = standing(theirs, of, path);
    const made = standing(own, of, path);
    if (same(was, is) || same(made, is)) return [];
    return [{ of, path, ...shown('base', was), ...shown('mine', made), ...shown('theirs', is) }];
  });
};
