/** English: complete, and the shape of every other language. */

import { actions } from './actions.ts';
import { common } from './common.ts';
import { flows } from './flows.ts';
import type { later } from './later.ts';

/** What every page needs; later.ts has the rest. */
export const english = { actions, common, flows } as const;

export type English = typeof english & typeof later;
