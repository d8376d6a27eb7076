/** English: complete, and the shape of every other language. */

import { actions } from './actions.ts';
import { common } from './common.ts';
import { connect } from './connect.ts';
import { editor } from './editor.ts';
import { flows } from './flows.ts';
import { panel } from './panel.ts';
import { templates } from './templates.ts';

export const english = { actions, common, connect, editor, flows, panel, templates } as const;
