/** A run and the runs that called it, the nearest first: by the live ones where they are, else as they are written. */

import type { RunRow, Store } from '../store/ports.ts';
import type { Live } from './live.ts';
import type { Runs } from './runs.ts';

type Deps = { readonly store: Pick<Store, 'in'>; readonly runs: Pick<Runs, 'live'> };
export type Caller = Pick<RunRow, 'flow' | 'limitKey' | 'parent' | 'principal' | 'triggerKind'>;

/** Null stands for what is gone: nobody knows who called from there on. */
export const callersOf = async ({ store, runs }: Deps, { base: own }: Live): Promise<readonly (Caller | null)[]> => {
  const found: (Caller | null)[] = [own];
  const { runs: rows } = store.in(own.workspace);
  for (let { parent } = own; parent !== null; ) {
    const base: Caller | null = runs.live(parent)?.base ?? (await rows.get(parent));
    found.push(base);
    parent = base?.parent ?? null;
  }
  return found;
};
