/** What went over a wire in a run: whether it was taken, how much, how long it took, and of what shape. */

import type { Out, StepView } from './fold.ts';

export type WireView = {
  readonly state: 'taken' | 'skipped' | 'failed';
  /** How many; null: one value. */
  readonly items: number | null;
  /** Milliseconds of the step it comes from; null: not known. */
  readonly took: number | null;
  /** Of the first item, or of the one value; null: not at hand. */
  readonly shape: string | null;
};

const MOST_FIELDS = 6;

/** The kinds of the values of an object, shortly: `{ id: number, name: text, … }`. */
export const shapeText = (value: unknown, deep = 0): string => {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'empty list' : `list of ${shapeText(value[0], deep + 1)}`;
  if (typeof value === 'string') return 'text';
  if (typeof value !== 'object') return typeof value === 'boolean' ? 'true or false' : typeof value;
  const fields = Object.entries(value);
  if (deep > 1) return 'object';
  const shown = fields.slice(0, MOST_FIELDS).map(([key, one]) => `${key}: ${shapeText(one, deep + 1)}`);
  return `{ ${[...shown, ...(fields.length > MOST_FIELDS ? ['…'] : [])].join(', ')} }`;
};

const valueOf = (out: Out | null): unknown => (out !== null && 'value' in out ? out.value : undefined);

/**
 * `port`: the one the wire leaves by; null: any but `problem`. `isOver`: the run has ended, and what it has not come to it never will.
 * Null: the run has not come to it.
 */
export const wireView = (from: StepView | null, port: string | null, isOver = false): WireView | null => {
  if (from === null) return isOver ? { state: 'skipped', items: null, took: null, shape: null } : null;
  const took = from.started === null || from.ended === null ? null : Math.max(0, from.ended - from.started);
  const nothing = { items: null, took, shape: null };
  if (from.state === 'failed') {
    if (port === 'problem') return { state: 'taken', ...nothing };
    return { state: 'failed', ...nothing };
  }
  if (from.state === 'skipped') return { state: 'skipped', ...nothing };
  if (from.state !== 'done') return null;
  const taken = port === null ? from.port !== 'problem' : from.port === port;
  if (!taken) return { state: 'skipped', ...nothing };
  const value = valueOf(from.out);
  const items = Array.isArray(value) ? value.length : (from.items?.count ?? null);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return { state: 'taken', items, took, shape: first === undefined ? null : shapeText(first) };
};
