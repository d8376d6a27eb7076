/** Texts of pages that nobody begins with: sent when one of them is first gone to. */

import { address } from './address.ts';
import { again } from './again.ts';
import { assistant } from './assistant.ts';
import { code } from './code.ts';
import { compare } from './compare.ts';
import { connect } from './connect.ts';
import { connections } from './connections.ts';
import { data } from './data.ts';
import { declared } from './declared.ts';
import { designer } from './designer.ts';
import { editor } from './editor.ts';
import { environments } from './environments.ts';
import { evaluations } from './evaluations.ts';
import { expression } from './expression.ts';
import { files } from './files.ts';
import { flowActs } from './flow-acts.ts';
import { forms } from './forms.ts';
import { graph } from './graph.ts';
import { health } from './health.ts';
import { held } from './held.ts';
import { hints } from './hints.ts';
import { inbox } from './inbox.ts';
import { listen } from './listen.ts';
import { knowledge } from './knowledge.ts';
import { mcpTools } from './mcp-tools.ts';
import { memory } from './memory.ts';
import { models } from './models.ts';
import { needs } from './needs.ts';
import { notifications } from './notifications.ts';
import { oversight } from './oversight.ts';
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

export const later = {
  address,
  again,
  assistant,
  code,
  compare,
  connect,
  connections,
  data,
  declared,
  designer,
  editor,
  environments,
  evaluations,
  expression,
  files,
  flowActs,
  forms,
  graph,
  health,
  held,
  hints,
  inbox,
  listen,
  knowledge,
  mcpTools,
  memory,
  models,
  needs,
  notifications,
  oversight,
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
} as const;
