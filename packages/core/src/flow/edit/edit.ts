/**
 * What an author does to a flow, as values: each is JSON, names what it changes by id and field (never by a position in
 * the file), and has an inverse. Undo, autosave, merging two people's work and upgrading steps are made of these.
 *
 * It says what is done; apply.ts does it, commands.ts makes edits out of what an author asks for, merge.ts joins those of two.
 *
 * ED1 An edit carries all that doing and undoing it needs, so that it can be kept and done elsewhere.
 * ED2 A field is named by the id of its step or trigger and a path in it. `id` and the steps of a block are no fields.
 */

import type { Json, Step, Trigger } from '../model.ts';

/** Where a step stands: in which block (null: the flow itself), and before which of its neighbours (null: the last). */
export type Place = { readonly block: string | null; readonly before: string | null };

/** A path in a step, a trigger or a flow: names of fields and positions in lists. */
export type EditPath = readonly (string | number)[];

/** What a field belongs to; null: the flow itself (name, description, input, output, settings, notes, groups). */
export type Owner = { readonly step: string } | { readonly trigger: string } | null;

export type Edit =
  /** Puts a step there, with all it holds. */
  | { readonly do: 'step.put'; readonly step: Step; readonly at: Place }
  | { readonly do: 'step.take'; readonly id: string }
  | { readonly do: 'step.move'; readonly id: string; readonly to: Place }
  | { readonly do: 'trigger.put'; readonly trigger: Trigger; readonly before: string | null }
  | { readonly do: 'trigger.take'; readonly id: string }
  /** Gives a field a value; absent: takes the field away. */
  | { readonly do: 'set'; readonly of: Owner; readonly path: EditPath; readonly value?: Json }
  /** Adds an entry to what a step waits for, at this position (absent: the end), or takes it away. */
  | { readonly do: 'wire'; readonly step: string; readonly entry: string; readonly on: boolean; readonly at?: number }
  /** Gives a step or a trigger another id. References to it are fields of their own (commands.ts). */
  | { readonly do: 'rekey'; readonly from: string; readonly to: string }
  /** Where boxes stand on the canvas; null: nowhere in particular. */
  | { readonly do: 'layout'; readonly places: Readonly<Record<string, readonly [number, number] | null>> }
  /** Several as one: all are done or none. `what`: said to people, who undo it as one. */
  | { readonly do: 'all'; readonly what: string; readonly edits: readonly Edit[] };

/** One edit of several. */
export const together = (what: string, edits: readonly Edit[]): Edit => ({ do: 'all', what, edits });
