/**
 * Cursors of lists as they leave and come back: not the numbers of rows, which count the rows of all tenants, but their signs
 * (store/vault-seal/counters.ts). What a caller makes up is a place in the list like any other.
 */

import type { Store } from '../store/ports.ts';

export type List = 'flows' | 'deleted' | 'runs' | 'audit' | 'evaluations';

/** `next` as an answer has it: left out at the end of the list. */
export const nextOf = (store: Pick<Store, 'counters'>, workspace: string, list: List, next: string | null) =>
  next === null ? {} : { next: String(store.counters(workspace).shown(list, Number(next))) };

/** The cursor that came with a call, as the store takes it. */
export const cursorOf = (store: Pick<Store, 'counters'>, workspace: string, list: List, cursor: string | undefined) => {
  if (cursor === undefined) return {};
  const shown = Number(cursor);
  return shown < 2 ** 48 ? { cursor: String(store.counters(workspace).meant(list, shown)) } : { cursor: '0' };
};
