/** English: complete, and the shape of every other language. */

import { actions } from './actions.ts';
import { common } from './common.ts';
import { connect } from './connect.ts';
import { editor } from './editor.ts';
import { flows } from './flows.ts';
import { running } from './running.ts';
import { runs } from './runs.ts';
import { templates } from './templates.ts';

export const english = { actions, common, connect, editor, flows, running, runs, templates } as const;
