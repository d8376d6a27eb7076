/**
 * Doing an edit: the flow after it, and the edit that undoes it.
 *
 * AE1 The flow before is not changed, and what the edit does not name is shared with it.
 * AE2 The inverse, done to what came out, gives the flow before again, field for field.
 * AE3 What cannot be done does nothing and says where: a step that is not there, an id that is taken, a field that is none.
 * AE4 Whether a flow may run is the check's to say: an edit may leave it unfinished, but never out of its form.
 */

import { bad, good, problem, type Result } from '../../problem.ts';
import { everyStep } from '../blocks.ts';
import { type Flow, flowSchema, ID, type Json, type Step, stepSchema, type Trigger, triggerSchema } from '../model.ts';
import { fieldPath } from '../path.ts';
import type { Edit } from './edit.ts';
import { pathTo, placeOf, putBefore, stepIn, withList, withStep } from './place.ts';
import { at, firstMissing, NOTHING, put } from './value.ts';

export type Done = { readonly flow: Flow; readonly inverse: Edit };

type Set = Extract<Edit, { readonly do: 'set' }>;
type Wire = Extract<Edit, { readonly do: 'wire' }>;

const refuse = (code: string, text: string, where: Readonly<Record<string, string>> = {}): Result<never> =>
  bad(problem(code, text, { at: where }));
const noStep = (id: string): Result<never> => refuse('edit.missing', `There is no step or trigger ${id}`, { step: id });

/** Does an edit. Problems: `edit.missing`, `edit.taken`, `edit.field`. */
export const doEdit = (flow: Flow, edit: Edit): Result<Done> => {
  switch (edit.do) {
    case 'step.put': {
      const taken = [...everyStep({ ...flow, steps: [edit.step] })].find(({ id }) => isTaken(flow, id));
      if (taken !== undefined) return refuse('edit.taken', `There is a ${taken.id} already`, { step: taken.id });
      const made = withList(flow, edit.at.block, (list) => putBefore(list, edit.step, edit.at.before));
      return made === null
        ? noStep(edit.at.block ?? '')
        : good({ flow: made, inverse: { do: 'step.take', id: edit.step.id } });
    }
    case 'step.take': {
      const [step, place] = [stepIn(flow, edit.id), placeOf(flow, edit.id)];
      if (step === null || place === null) return noStep(edit.id);
      const made = withList(flow, place.block, (list) => list.filter(({ id }) => id !== edit.id));
      return made === null ? noStep(edit.id) : good({ flow: made, inverse: { do: 'step.put', step, at: place } });
    }
    case 'step.move': {
      const [step, from] = [stepIn(flow, edit.id), placeOf(flow, edit.id)];
      if (step === null || from === null) return noStep(edit.id);
      if (edit.to.block !== null && pathTo([step], edit.to.block) !== null)
        return refuse('edit.field', `${edit.id} cannot stand in itself`, { step: edit.id });
      const before = edit.to.before === edit.id ? from.before : edit.to.before;
      const without = withList(flow, from.block, (list) => list.filter(({ id }) => id !== edit.id));
      const made = without && withList(without, edit.to.block, (list) => putBefore(list, step, before));
      if (made === null) return noStep(edit.to.block ?? '');
      return good({ flow: made, inverse: { do: 'step.move', id: edit.id, to: from } });
    }
    case 'trigger.put': {
      const { trigger, before } = edit;
      if (isTaken(flow, trigger.id))
        return refuse('edit.taken', `There is a ${trigger.id} already`, { step: trigger.id });
      const triggers = putBefore(flow.triggers ?? [], trigger, before);
      const inverse: Edit = { do: 'trigger.take', id: trigger.id };
      // An empty list and none are two texts: what was there is there again.
      return good({ flow: { ...flow, triggers }, inverse: flow.triggers === undefined ? dropping(inverse) : inverse });
    }
    case 'trigger.take': {
      const all = flow.triggers ?? [];
      const i = all.findIndex(({ id }) => id === edit.id);
      const trigger = all[i];
      if (trigger === undefined) return noStep(edit.id);
      const inverse: Edit = { do: 'trigger.put', trigger, before: all[i + 1]?.id ?? null };
      return good({ flow: { ...flow, triggers: all.filter((one) => one !== trigger) }, inverse });
    }
    case 'set':
      return set(flow, edit);
    case 'wire':
      return wire(flow, edit);
    case 'rekey':
      return rekey(flow, edit.from, edit.to);
    case 'layout':
      return layout(flow, edit.places);
    case 'all':
      return all(flow, edit.what, edit.edits);
  }
};

const isTaken = (flow: Flow, id: string): boolean =>
  pathTo(flow.steps, id) !== null || (flow.triggers ?? []).some((one) => one.id === id);

/** Takes the list of triggers away as well, once nothing is in it. */
const dropping = (inverse: Edit): Edit => ({
  do: 'all',
  what: 'Take the trigger away',
  edits: [inverse, { do: 'set', of: null, path: ['triggers'] }],
});

/** Fields of a flow that `set` may name; `triggers` only to take an empty list away, or to put one where none is. */
const OF_FLOW = new Set(['name', 'description', 'input', 'output', 'settings', 'notes', 'groups']);
const OF_STEP = new Set(Object.keys(stepSchema.shape));
const OF_TRIGGER = new Set(Object.keys(triggerSchema.shape));

const isEmpty = (value: Json): boolean => Array.isArray(value) && value.length === 0;

const mayName = (edit: Set, flow: Flow): boolean => {
  const [first, second] = edit.path;
  if (typeof first !== 'string' || first === 'id') return false;
  if (edit.of === null && first === 'triggers') {
    const { value } = edit;
    return value === undefined ? flow.triggers?.length === 0 : flow.triggers === undefined && isEmpty(value);
  }
  if (edit.of === null) return OF_FLOW.has(first);
  return 'step' in edit.of ? OF_STEP.has(first) && !(first === 'with' && second === 'steps') : OF_TRIGGER.has(first);
};

const set = (flow: Flow, edit: Set): Result<Done> => {
  const { of, path } = edit;
  const where = { ...(of === null ? {} : { step: 'step' in of ? of.step : of.trigger }), field: fieldPath(path) };
  const wrong = (): Result<never> =>
    refuse('edit.field', `${fieldPath(path)} is not a field that can be set here`, where);
  if (!mayName(edit, flow)) return wrong();
  const root = ownerOf(flow, edit);
  if (root === null) return noStep(where.step ?? '');
  const made = put(root, path, edit.value === undefined ? NOTHING : edit.value);
  if (made === null || made === NOTHING) return wrong();
  const was = at(root, path);
  const back = was === NOTHING ? firstMissing(root, path) : path;
  const inverse: Edit =
    was === NOTHING || edit.value !== undefined || typeof path.at(-1) !== 'number'
      ? { do: 'set', of, path: back, ...(was === NOTHING ? {} : { value: was }) }
      : // Taken out of a list, those after it moved up: the whole list comes back.
        listBack(root, edit);
  const next = placed(flow, edit, made);
  return next === null ? wrong() : good({ flow: next, inverse });
};

const listBack = (root: object, { of, path }: Set): Edit => {
  const list = at(root, path.slice(0, -1));
  return { do: 'set', of, path: path.slice(0, -1), ...(list === NOTHING ? {} : { value: list }) };
};

const ownerOf = (flow: Flow, { of }: Set): Flow | Step | Trigger | null =>
  of === null
    ? flow
    : 'step' in of
      ? stepIn(flow, of.step)
      : ((flow.triggers ?? []).find(({ id }) => id === of.trigger) ?? null);

/** The flow with its step, trigger or self made anew, if that has the form of one (AE4). */
const placed = (flow: Flow, { of }: Set, made: Json): Flow | null => {
  if (of === null) {
    const read = flowSchema.omit({ steps: true, triggers: true, layout: true }).loose().safeParse(made);
    return read.success ? { ...(made as unknown as Flow) } : null; // judged just before, but for what was not touched
  }
  if ('step' in of) {
    const read = stepSchema.safeParse(made);
    return read.success ? withStep(flow, of.step, () => made as unknown as Step) : null;
  }
  if (!triggerSchema.safeParse(made).success) return null;
  const trigger = made as unknown as Trigger; // judged just before
  return { ...flow, triggers: (flow.triggers ?? []).map((one) => (one.id === of.trigger ? trigger : one)) };
};

const wire = (flow: Flow, edit: Wire): Result<Done> => {
  const step = stepIn(flow, edit.step);
  if (step === null) return noStep(edit.step);
  const after = step.after ?? [];
  const i = after.indexOf(edit.entry);
  const asItWas: Edit = { do: 'all', what: 'Leave the wires as they are', edits: [] };
  if (edit.on === i >= 0) return good({ flow, inverse: asItWas });
  const place = edit.at ?? after.length;
  const next = edit.on ? after.toSpliced(place, 0, edit.entry) : after.toSpliced(i, 1);
  if (!stepSchema.shape.after.safeParse(next).success)
    return refuse('edit.field', 'expected a step id, or step.port', { step: edit.step, field: 'after' });
  const { after: _, ...bare } = step;
  const made = withStep(flow, edit.step, () => (next.length === 0 ? bare : { ...step, after: next }));
  const exact = edit.on ? step.after?.length !== 0 : next.length > 0 || step.after?.length === 1;
  const inverse: Edit = exact
    ? { do: 'wire', step: edit.step, entry: edit.entry, on: !edit.on, ...(edit.on ? {} : { at: i }) }
    : { do: 'set', of: { step: edit.step }, path: ['after'], value: [...after] };
  return made === null ? noStep(edit.step) : good({ flow: made, inverse });
};

const rekey = (flow: Flow, from: string, to: string): Result<Done> => {
  if (!ID.test(to))
    return refuse('edit.field', 'expected an id: a lower-case letter, then lower-case letters, digits or _', {
      step: from,
      field: 'id',
    });
  if (!isTaken(flow, from)) return noStep(from);
  if (from !== to && isTaken(flow, to)) return refuse('edit.taken', `There is a ${to} already`, { step: to });
  const step = withStep(flow, from, (one) => ({ ...one, id: to })) ?? flow;
  const triggers = step.triggers?.map((one) => (one.id === from ? { ...one, id: to } : one));
  const made = { ...step, ...(triggers === undefined ? {} : { triggers }) };
  const back: Edit = { do: 'rekey', from: to, to: from };
  if (from === to || flow.layout === undefined) return good({ flow: made, inverse: back });
  // A place that was kept for the new id by nobody is given up, and comes back with the old one.
  const left = flow.layout[to];
  const own = flow.layout[from];
  const entries = Object.entries(flow.layout).filter(([id]) => id !== to);
  const places = Object.fromEntries(entries.map(([id, point]) => [id === from ? to : id, point]));
  const { layout: _, ...bare } = made;
  const placed = entries.length === 0 ? bare : { ...bare, layout: places };
  if (left === undefined) return good({ flow: placed, inverse: back });
  const again: Edit = { do: 'layout', places: { [to]: left, [from]: own ?? null } };
  return good({ flow: placed, inverse: { do: 'all', what: `Rename ${to} to ${from}`, edits: [back, again] } });
};

const layout = (flow: Flow, places: Extract<Edit, { readonly do: 'layout' }>['places']): Result<Done> => {
  const before = flow.layout ?? {};
  const next: Record<string, [number, number]> = { ...before };
  const back: Record<string, readonly [number, number] | null> = {};
  for (const [id, point] of Object.entries(places)) {
    if (!ID.test(id)) return refuse('edit.field', 'expected ids of steps and triggers', { field: 'layout' });
    back[id] = before[id] ?? null;
    if (point === null) delete next[id];
    else next[id] = [...point];
  }
  const { layout: _, ...bare } = flow;
  const empty = Object.keys(next).length === 0;
  return good({ flow: empty ? bare : { ...bare, layout: next }, inverse: { do: 'layout', places: back } });
};

const all = (flow: Flow, what: string, edits: readonly Edit[]): Result<Done> => {
  let now = flow;
  const back: Edit[] = [];
  for (const edit of edits) {
    const done = doEdit(now, edit);
    if (!done.ok) return done;
    now = done.value.flow;
    back.unshift(done.value.inverse);
  }
  return good({ flow: now, inverse: { do: 'all', what, edits: back } });
};

/** Does several edits one after the other; the inverse undoes them all. Problems as those of `doEdit`: then none is done. */
export const doEdits = (flow: Flow, edits: readonly Edit[]): Result<Done> => all(flow, 'Several edits', edits);
