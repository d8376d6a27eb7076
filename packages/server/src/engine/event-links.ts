/** Addresses by which what a step waits for may come from outside. A link lets its step alone go on, for the item it is for. */

import type { Live } from './live.ts';

type TokenOf = (live: Live, step: string, item: readonly number[]) => string;

/** Answers the links of a run's steps that wait for something, by step. Null: it has none that wait. */
export const eventLinks =
  (publicUrl: string, tokenOf: TokenOf) =>
  (live: Live, item: readonly number[]): Record<string, string> | null => {
    const { events, shape } = live.compiled;
    if (events.length === 0) return null;
    const depthOf = (id: string): number => shape.steps[shape.byId.get(id) ?? -1]?.depth ?? 0;
    return Object.fromEntries(
      events.map((id) => [id, `${publicUrl}/api/v1/resume/${tokenOf(live, id, item.slice(0, depthOf(id)))}`]),
    );
  };
