/** What pages of sites come to, and taking them out with their source or base. */

import { PAGE_STATES, type PageState } from '@headgate/core';
import type { PageSums } from '../knowledge-page.ts';
import type { Trx } from './own-ground.ts';

export const noPages = (): PageSums => ({ waiting: 0, read: 0, same: 0, skipped: 0, gone: 0, failed: 0, bytes: 0 });

/** Adds what some pages of one state come to. */
export const addPages = (
  sums: PageSums,
  { state, many, bytes }: { readonly state: string; readonly many: number; readonly bytes: number | null },
): PageSums => {
  const known: PageState | undefined = PAGE_STATES.find((one) => one === state);
  return known === undefined ? sums : { ...sums, [known]: sums[known] + many, bytes: sums.bytes + Number(bytes ?? 0) };
};

/** Takes out the pages of a source; the bytes that they counted. */
export const dropPages = async (
  trx: Trx,
  workspace: string,
  { base, source }: { readonly base: string; readonly source: string },
): Promise<number> => {
  const gone = await trx
    .deleteFrom('knowledge_page')
    .where('workspace', '=', workspace)
    .where('base', '=', base)
    .where('source', '=', source)
    .returning('size')
    .execute();
  return gone.reduce((sum, { size }) => sum + size, 0);
};
