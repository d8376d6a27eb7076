/** Texts of pages that nobody begins with: sent when one of them is first gone to. */

import { again } from './again.ts';
import { compare } from './compare.ts';
import { code } from './code.ts';
import { connect } from './connect.ts';
import { editor } from './editor.ts';
import { graph } from './graph.ts';
import { held } from './held.ts';
import { hints } from './hints.ts';
import { listen } from './listen.ts';
import { panel } from './panel.ts';
import { publish } from './publish.ts';
import { running } from './running.ts';
import { runs } from './runs.ts';
import { templates } from './templates.ts';
import { trust } from './trust.ts';

export const later = {
  again,
  code,
  compare,
  connect,
  editor,
  graph,
  held,
  hints,
  listen,
  panel,
  publish,
  running,
  runs,
  templates,
  trust,
} as const;
