/** Texts of pages that nobody begins with: sent when one of them is first gone to. */

import { publish } from './publish.ts';
import { trust } from './trust.ts';

export const later = { publish, trust } as const;
