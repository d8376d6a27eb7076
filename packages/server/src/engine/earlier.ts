/** An earlier run, read back for one that takes over what need not be done twice. It is never changed. */

import { apply, finished, type Held, newState, type OldRun, type RunCreated } from '@headgate/core';
import type { RunRow } from '../store/ports.ts';
import type { CompiledFlow } from './compiled.ts';
import type { Live } from './live.ts';
import type { Runs } from './runs.ts';

export type Earlier = {
  readonly created: RunCreated;
  readonly old: OldRun;
  /** Did values stand in it that somebody gave: pinned, or as the input of a held step? */
  readonly pinned: boolean;
};

/** Null: its journal is gone. `compiled`: what it ran. */
export const earlier = async (
  runs: Pick<Runs, 'ends'>,
  row: Pick<RunRow, 'workspace' | 'id'>,
  compiled: CompiledFlow,
): Promise<Earlier | null> => {
  const state = newState(compiled.shape);
  let pinned = false;
  for await (const event of runs.ends.events(row.workspace, row.id, 0)) {
    apply(state, event);
    pinned ||= event.type === 'step.done' && event.data.pinned === true;
    pinned ||= event.type === 'step.continued' && event.data.input !== undefined;
  }
  const { created } = state;
  return created === null ? null : { created, old: finished(state, compiled.flow), pinned };
};

/** A blob that is taken over must live as long as the new run, too. */
export const keepBlobs = (live: Live, data: object): void => {
  for (const held of Object.values(data) as unknown[]) {
    if (typeof held === 'object' && held !== null && 'blob' in held)
      live.uses.push(String((held as Held & { blob: string }).blob));
  }
};
