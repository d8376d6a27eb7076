/** Which kinds of steps are offered for a place, and in what order: what fits there first, then by how well the text is met. */

import { type Flow, graphOf } from '@headgate/core';
import type { Where } from './add-wish.ts';
import type { Kinds } from './editor-context.ts';

type Offered = { readonly kind: string; readonly title: string; readonly summary: string };

/** 0: not met; a title that begins with the text is met best. */
const met = ({ kind, title, summary }: Offered, text: string): number => {
  const low = title.toLowerCase();
  if (low.startsWith(text)) return 4;
  if (low.includes(` ${text}`)) return 3;
  if (low.includes(text) || kind.includes(text)) return 2;
  const words = text.split(/\s+/);
  const all = (where: string): boolean => words.every((word) => where.includes(word));
  // Each word somewhere: "ask model" means "Ask a model".
  if (all(`${low} ${kind}`)) return 1.5;
  return all(`${low} ${summary.toLowerCase()}`) ? 1 : 0;
};

const isList = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && Reflect.get(schema, 'type') === 'array';

/** Kinds that are likely next to what gives a result of this schema. */
const likely = (kinds: Kinds, flow: Flow, where: Where): ReadonlySet<string> => {
  if (where.at !== 'after' && where.at !== 'wire') return new Set();
  const id = (where.at === 'after' ? where.entry : where.from).split('.')[0] ?? '';
  const step = graphOf(flow).byId.get(id)?.step;
  const kind = kinds.steps.find((one) => one.kind === step?.kind);
  if (step?.kind === 'each@1' || step?.each !== undefined || isList(kind?.output)) return new Set(['each@1']);
  return new Set();
};

export type Found = {
  readonly steps: readonly Offered[];
  readonly triggers: readonly Offered[];
  /** A trigger is met better than every step: it stands first, so that Enter adds what was typed. */
  readonly triggerFirst: boolean;
};

export const found = (kinds: Kinds, flow: Flow, where: Where, search: string): Found => {
  const text = search.trim().toLowerCase();
  const first = likely(kinds, flow, where);
  const order = <T extends Offered>(list: readonly T[]): readonly T[] =>
    list
      .map((one, i) => ({ one, i, how: met(one, text) + (first.has(one.kind) ? 0.5 : 0) }))
      .filter(({ one }) => met(one, text) > 0)
      .toSorted((a, b) => b.how - a.how || a.i - b.i)
      .map(({ one }) => one);
  // A trigger waits for nothing: where a wire leads to the new one, none fits.
  const triggers = where.at === 'flow' ? order(kinds.triggers) : [];
  const steps = order(kinds.steps);
  const best = (list: readonly Offered[]): number => Math.max(0, ...list.map((one) => met(one, text)));
  return { steps, triggers, triggerFirst: text !== '' && best(triggers) > best(steps) };
};
