/** Texts of pages that nobody begins with: sent when one of them is first gone to. */

import { code } from './code.ts';
import { connect } from './connect.ts';
import { editor } from './editor.ts';
import { graph } from './graph.ts';
import { hints } from './hints.ts';
import { panel } from './panel.ts';
import { publish } from './publish.ts';
import { running } from './running.ts';
import { runs } from './runs.ts';
import { templates } from './templates.ts';
import { trust } from './trust.ts';

export const later = { code, connect, editor, graph, hints, panel, publish, running, runs, templates, trust } as const;
