/** German. */

import type { Translation } from '../i18n.ts';
import { actions } from './actions.ts';
import { code } from './code.ts';
import { common } from './common.ts';
import { connect } from './connect.ts';
import { editor } from './editor.ts';
import { flows } from './flows.ts';
import { graph } from './graph.ts';
import { hints } from './hints.ts';
import { panel } from './panel.ts';
import { publish } from './publish.ts';
import { running } from './running.ts';
import { runs } from './runs.ts';
import { templates } from './templates.ts';
import { trust } from './trust.ts';

export const german: Translation = {
  actions,
  code,
  common,
  connect,
  editor,
  flows,
  graph,
  hints,
  panel,
  publish,
  running,
  runs,
  templates,
  trust,
};
