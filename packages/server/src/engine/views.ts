/**
 * What readers of a run see: rows, outcomes and events as JSON, with secrets by label and by shape taken out. The
 * gateway's guard removes known values from the bytes that leave; this room only prepares them.
 */

import { type Event, type EventView, type Held, redactJson, type RunView, type Started } from '@headgate/core';
import type { RunRow } from '../store/ports.ts';
import type { Values } from './values.ts';

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

export const viewOf = (row: RunRow, end: Pick<RunView, 'output' | 'problem' | 'apart'>): RunView => ({
  id: row.id,
  flow: row.flow,
  version: row.version,
  state: row.state,
  trigger: { id: row.triggerId, kind: row.triggerKind },
  environment: row.environment,
  output: end.output,
  ...(end.apart === undefined ? {} : { apart: end.apart }),
  problem: end.problem,
  created: new Date(row.created).toISOString(),
  started: iso(row.started),
  ended: iso(row.ended),
  parent: row.parent,
  rerunOf: row.rerunOf,
});

/** Weight of one page of a journal, about characters: a reader asks for the next one. */
export const PAGE = 2 * 1024 * 1024;
const PREVIEW = 256 * 1024;

/** Is it a reference, and too large to be shown beside others? */
export const isLarge = (held: Held): held is Extract<Held, { blob: string }> => 'blob' in held && held.size > PREVIEW;

/** One event for reading; a large value shows as a reference with its size. */
export const eventView = (event: Event, workspace: string, values: Values): EventView => ({
  seq: event.seq,
  at: new Date(event.at).toISOString(),
  type: event.type,
  ...(event.step === undefined ? {} : { step: event.step }),
  ...(event.item === undefined ? {} : { item: event.item }),
  data: redactJson(withBody(unhold(event.data, workspace, values))),
});

/** Readers see the body of a request with the rest of it, wherever the journal holds it. */
const withBody = (data: Record<string, unknown>): Record<string, unknown> => {
  const trigger = data['trigger'] as Started | undefined;
  if (trigger?.body !== 'input') return data;
  const { body: _, data: brought, ...rest } = trigger;
  return { ...data, trigger: { ...rest, data: { ...(brought as object), body: data['input'] } } };
};

const isHeld = (value: object): value is Held => {
  const keys = Object.keys(value);
  return (keys.length === 1 && keys[0] === 'value') || (keys.length === 2 && 'blob' in value && 'size' in value);
};

/** What an event holds under the name by which its readers see it; null: nothing. */
export const heldIn = (event: Event, name: string): Held | null => {
  const held: unknown = Reflect.get(event.data, name === 'value' ? 'out' : name);
  return typeof held === 'object' && held !== null && isHeld(held) ? held : null;
};

/** Names under which events hold values, as the journal has them. */
const HELD = ['out', 'output', 'input', 'body', 'over', 'data'] as const;
/** The same, as their readers see them. */
export const HOLDERS = HELD.map((name) => (name === 'out' ? 'value' : name));

const unhold = (data: object, workspace: string, values: Values): Record<string, unknown> => {
  const out: Record<string, unknown> = { ...data };
  for (const key of HELD) {
    const held = out[key];
    if (typeof held !== 'object' || held === null || !isHeld(held)) continue;
    out[key === 'out' ? 'value' : key] = isLarge(held)
      ? { $blob: held.blob, size: held.size }
      : values.read(workspace, held);
    if (key === 'out') delete out['out'];
  }
  return out;
};
