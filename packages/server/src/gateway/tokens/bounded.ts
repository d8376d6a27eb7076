/**
 * Keys that are bounded: by a budget, by requests a minute or at once. What such a key would make, a key or a token, or the
 * secret of another key that it would get, counts for itself alone and so would be a way around the bounds. It makes nothing.
 */

import type { Principal } from '@headgate/core';
import type { Gate } from '../deps.ts';
import { refuse, type Refused } from '../outcome.ts';

/** Why this principal makes no other credential, or null. */
export const boundedBy = async (gate: Pick<Gate, 'store'>, who: Principal): Promise<Refused | null> => {
  if (who.kind !== 'key') return null;
  const row = await gate.store.in(who.workspace).keys.get(who.id);
  if (row === null || (row.budget === undefined && row.limits === undefined)) return null;
  const what = row.budget === undefined ? 'limits' : 'a budget';
  return refuse('key.beyond', `A key that has ${what} makes no other keys and tokens`, 'Use a key without.');
};
