/** The journal of a run as its readers get it: page by page, each of a bounded weight. */

import type { EnginePort } from '@headgate/core';
import type { Store } from '../store/ports.ts';
import type { Runs } from './runs.ts';
import { type Values, weigh } from './values.ts';
import { eventView, PAGE } from './views.ts';

type Deps = { readonly store: Store; readonly runs: Runs; readonly values: Values };

export const journalPages =
  ({ store, runs, values }: Deps): EnginePort['journal'] =>
  async (workspace, id, after, limit) => {
    const row = await store.in(workspace).runs.get(id);
    if (row === null) return null;
    const events = [];
    let next: number | null = null;
    let size = 0;
    for await (const event of runs.ends.events(workspace, id, after)) {
      if (events.length === limit || size > PAGE) {
        next = events[events.length - 1]?.seq ?? after;
        break;
      }
      const view = eventView(event, workspace, values);
      size += weigh(view.data, PAGE);
      events.push(view);
    }
    return { events, next };
  };
