/** Runs as their readers see them: in memory or read back, and only to those who may. */

import { type Permission, may, type Principal, problem, type Result, type RunView, thingAt } from '@headgate/core';
import type { RunRow, Store } from '../store/ports.ts';
import type { Live } from './live.ts';
import type { Runs } from './runs.ts';
import { viewOf } from './views.ts';

export type RunViews = {
  readonly live: (live: Live) => RunView;
  /** `apart`: a large output is left where it lies, and told by its place. */
  readonly one: (workspace: string, id: string, apart?: boolean) => Promise<RunView | null>;
  /** A run the principal may do this to; another workspace's is as one that never existed. */
  readonly reach: (who: Principal, id: string, permission: Permission) => Promise<Result<RunRow>>;
};

const notFound = { ok: false, problem: problem('run.not_found', 'There is no such run') } as const;

export const newRunViews = (store: Store, runs: Runs): RunViews => {
  const live = (of: Live): RunView => {
    const { row, output, problem: why } = runs.ends.outcomeOf(of);
    return viewOf(row, { output, problem: why });
  };
  const one = async (workspace: string, id: string, apart = false): Promise<RunView | null> => {
    const here = runs.live(id);
    if (here !== undefined && here.base.workspace === workspace && !here.over) return live(here);
    const row = await store.in(workspace).runs.get(id);
    return row === null ? null : viewOf(row, await runs.ends.ending(workspace, row, apart));
  };

  const reach = async (who: Principal, id: string, permission: Permission): Promise<Result<RunRow>> => {
    const row = await store.in(who.workspace).runs.get(id);
    const here = runs.live(id);
    const found = row ?? (here !== undefined && here.base.workspace === who.workspace ? here.row() : null);
    if (found === null) return notFound;
    const { workspace, flow } = found;
    // One that is not on disk yet is judged by its flow, and by itself alone when that is gone.
    const place = (await store.in(workspace).runs.place(id)) ??
      (await store.in(workspace).flows.place(flow)) ?? { ...found, flow, visibility: 'private' };
    if (!may(who, permission, thingAt(workspace, place))) return notFound;
    return { ok: true, value: found };
  };

  return { live, one, reach };
};
