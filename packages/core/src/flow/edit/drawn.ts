/** What is drawn around the steps: where boxes stand, notes, and groups. None of it is part of what a version is. */

import { bad, good, problem, type Result } from '../../problem.ts';
import type { Flow } from '../model.ts';
import { everyId, freeId } from './commands.ts';
import { type Edit, together } from './edit.ts';

export type Point = readonly [number, number];

/** Puts boxes somewhere: steps and triggers by the layout, notes by themselves. */
export const placeBoxes = (flow: Flow, places: Readonly<Record<string, Point>>): Edit => {
  const ids = Object.keys(places);
  const boxes = Object.entries(places).filter(([id]) => flow.notes?.[id] === undefined);
  const notes = Object.entries(places).filter(([id]) => flow.notes?.[id] !== undefined);
  const edits: Edit[] = [
    ...(boxes.length === 0 ? [] : [{ do: 'layout' as const, places: Object.fromEntries(boxes) }]),
    ...notes.map(([id, at]): Edit => ({ do: 'set', of: null, path: ['notes', id, 'at'], value: [...at] })),
  ];
  if (edits.length === 1 && edits[0] !== undefined && notes.length === 0) return edits[0];
  return together(ids.length === 1 ? `Move ${ids[0]} on the canvas` : `Move ${ids.length} boxes on the canvas`, edits);
};

/** A note on the canvas; it gets an id of its own. */
export const addNote = (
  flow: Flow,
  at: Point,
  text: string,
  block: string | null = null,
): { readonly edit: Edit; readonly id: string } => {
  const id = freeId(everyId(flow), 'note');
  const value = { text, at: [...at], ...(block === null ? {} : { block }) };
  return { edit: together('Add a note', [{ do: 'set', of: null, path: ['notes', id], value }]), id };
};

/** A frame around steps, triggers and notes. What stood in another group leaves it: a box is in one group at most. */
export const groupBoxes = (
  flow: Flow,
  ids: readonly string[],
  name: string,
): Result<{ readonly edit: Edit; readonly id: string }> => {
  const known = everyId(flow);
  const holds = ids.filter((id) => known.has(id) && flow.groups?.[id] === undefined);
  if (holds.length === 0) return bad(problem('edit.missing', 'There is nothing to put into a group'));
  const id = freeId(known, 'group');
  const taken = new Set(holds);
  const left = Object.entries(flow.groups ?? {}).flatMap(([one, group]): Edit[] => {
    const rest = group.holds.filter((held) => !taken.has(held));
    if (rest.length === group.holds.length) return [];
    const path = rest.length === 0 ? ['groups', one] : ['groups', one, 'holds'];
    return [{ do: 'set', of: null, path, ...(rest.length === 0 ? {} : { value: rest }) }];
  });
  const edits: Edit[] = [...left, { do: 'set', of: null, path: ['groups', id], value: { name, holds } }];
  return good({ edit: together(`Group ${holds.length} boxes`, edits), id });
};
