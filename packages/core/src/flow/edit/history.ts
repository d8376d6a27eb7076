/**
 * Undo and redo, as a value: what was done to a draft since it was opened, each with its inverse. Being JSON it is kept
 * beside the draft and survives a reload; saving does not touch it.
 */

import { good, type Result } from '../../problem.ts';
import type { Flow } from '../model.ts';
import { doEdit } from './apply.ts';
import type { Edit } from './edit.ts';

type Entry = { readonly edit: Edit; readonly inverse: Edit };

/** `done` is what undo takes back, the latest last; `undone` what redo does again. */
export type History = { readonly done: readonly Entry[]; readonly undone: readonly Entry[] };

export const NO_HISTORY: History = { done: [], undone: [] };

/** How many edits can be taken back. */
const MOST = 500;

export type Stepped = { readonly flow: Flow; readonly history: History; readonly edit: Edit };

/** Does an edit and remembers it; what was undone before cannot be done again after it. Problems as those of `doEdit`. */
export const perform = (flow: Flow, history: History, edit: Edit): Result<Stepped> => {
  const made = doEdit(flow, edit);
  if (!made.ok) return made;
  const done = [...history.done, { edit, inverse: made.value.inverse }].slice(-MOST);
  return good({ flow: made.value.flow, history: { done, undone: [] }, edit });
};

/** Takes the last edit back. Null: there is none. */
export const undo = (flow: Flow, { done, undone }: History): Result<Stepped> | null => {
  const last = done.at(-1);
  if (last === undefined) return null;
  const made = doEdit(flow, last.inverse);
  if (!made.ok) return made;
  // What undoes the undoing is what redo does: the flow may have been merged since.
  const entry = { edit: made.value.inverse, inverse: last.inverse };
  return good({
    flow: made.value.flow,
    history: { done: done.slice(0, -1), undone: [...undone, entry] },
    edit: last.inverse,
  });
};

/** Does again what was taken back last. Null: there is nothing. */
export const redo = (flow: Flow, { done, undone }: History): Result<Stepped> | null => {
  const last = undone.at(-1);
  if (last === undefined) return null;
  const made = doEdit(flow, last.edit);
  if (!made.ok) return made;
  const entry = { edit: last.edit, inverse: made.value.inverse };
  return good({
    flow: made.value.flow,
    history: { done: [...done, entry], undone: undone.slice(0, -1) },
    edit: last.edit,
  });
};
