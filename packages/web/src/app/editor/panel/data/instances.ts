/** Where in the journal of a run the values of a step stand: its result, and that of each item where it ran for several. */

import type { RunEvent } from '../../run/fold.ts';

export type Instances = {
  /** The event that holds the result of the step as a whole; null: there is none. */
  readonly whole: number | null;
  /** Results by item: its path of indexes with dots, and the event. The last result of an item counts. */
  readonly items: readonly { readonly item: string; readonly seq: number }[];
  /** Did it begin, as a whole or for an item? */
  readonly begun: boolean;
};

const holds = (data: unknown): boolean => typeof data === 'object' && data !== null && 'value' in data;

/** `until`: the event after which the run is shown; null: as it is now. */
export const instancesOf = (events: readonly RunEvent[], step: string, until: number | null): Instances => {
  let whole: number | null = null;
  let begun = false;
  const items = new Map<string, number>();
  for (const event of events) {
    if (until !== null && event.seq > until) break;
    if (event.step !== step) continue;
    begun = true;
    const item = event.item ?? [];
    const result = event.type === 'step.done' || event.type === 'block.item';
    if (!result || !holds(event.data)) continue;
    if (item.length === 0) whole = event.seq;
    else items.set(item.join('.'), event.seq);
  }
  return { whole, items: [...items].map(([item, seq]) => ({ item, seq })).toSorted(byIndexes), begun };
};

const byIndexes = (a: { readonly item: string }, b: { readonly item: string }): number => {
  const [left, right] = [a.item.split('.').map(Number), b.item.split('.').map(Number)];
  for (let i = 0; i < left.length; i += 1) {
    const by = (left[i] ?? 0) - (right[i] ?? 0);
    if (by !== 0) return by;
  }
  return 0;
};
