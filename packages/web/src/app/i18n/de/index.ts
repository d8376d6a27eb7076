/** German. */

import type { Translation } from '../i18n.ts';
import { actions } from './actions.ts';
import { common } from './common.ts';
import { editor } from './editor.ts';
import { flows } from './flows.ts';
import { panel } from './panel.ts';

export const german: Translation = { actions, common, editor, flows, panel };
