/** Texts of pages that nobody begins with: sent when one of them is first gone to. */

import { editor } from './editor.ts';
import { publish } from './publish.ts';
import { templates } from './templates.ts';
import { trust } from './trust.ts';

export const later = { editor, publish, templates, trust } as const;
