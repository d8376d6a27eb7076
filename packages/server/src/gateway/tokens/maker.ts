/** Who stands behind a token, as he may act now: the key or the account that made it. */

import type { Principal } from '@headgate/core';
import type { Gate } from '../deps.ts';
import { principalOf } from '../identity.ts';

/** `expires`: when what he acts by runs out by itself, or null. */
export type Maker = { readonly principal: Principal; readonly expires: number | null };

/** Null: he is gone, or may nothing any more, and with him goes what he made. Expiry is for the caller to judge. */
export const makerOf = async ({ store }: Pick<Gate, 'store'>, workspace: string, id: string): Promise<Maker | null> => {
  const row = await store.in(workspace).keys.get(id);
  return row === null || row.revoked !== null ? null : { principal: principalOf(row), expires: row.expires };
};
