/** German. */

import type { Translation } from '../i18n.ts';
import { actions } from './actions.ts';
import { address } from './address.ts';
import { again } from './again.ts';
import { assistant } from './assistant.ts';
import { code } from './code.ts';
import { common } from './common.ts';
import { compare } from './compare.ts';
import { connect } from './connect.ts';
import { connections } from './connections.ts';
import { data } from './data.ts';
import { declared } from './declared.ts';
import { designer } from './designer.ts';
import { editor } from './editor.ts';
import { evaluations } from './evaluations.ts';
import { expression } from './expression.ts';
import { files } from './files.ts';
import { flowActs } from './flow-acts.ts';
import { flows } from './flows.ts';
import { graph } from './graph.ts';
import { health } from './health.ts';
import { held } from './held.ts';
import { hints } from './hints.ts';
import { inbox } from './inbox.ts';
import { notifications } from './notifications.ts';
import { knowledge } from './knowledge.ts';
import { mcpTools } from './mcp-tools.ts';
import { memory } from './memory.ts';
import { models } from './models.ts';
import { needs } from './needs.ts';
import { listen } from './listen.ts';
import { environments } from './environments.ts';
import { oversight } from './oversight.ts';
import { forms } from './forms.ts';
import { ownServices } from './own-services.ts';
import { overview } from './overview.ts';
import { panel } from './panel.ts';
import { playground } from './playground.ts';
import { publish } from './publish.ts';
import { running } from './running.ts';
import { runs } from './runs.ts';
import { services } from './services.ts';
import { settings } from './settings.ts';
import { tables } from './tables.ts';
import { templates } from './templates.ts';
import { trace } from './trace.ts';
import { trust } from './trust.ts';

export const german: Translation = {
  actions,
  address,
  again,
  assistant,
  code,
  common,
  compare,
  connect,
  connections,
  data,
  declared,
  designer,
  editor,
  evaluations,
  expression,
  files,
  flowActs,
  flows,
  graph,
  health,
  held,
  hints,
  inbox,
  notifications,
  knowledge,
  mcpTools,
  memory,
  models,
  needs,
  listen,
  environments,
  oversight,
  forms,
  overview,
  ownServices,
  panel,
  playground,
  publish,
  running,
  runs,
  services,
  settings,
  tables,
  templates,
  trace,
  trust,
};
