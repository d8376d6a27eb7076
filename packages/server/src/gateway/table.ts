/** All handlers, and the proof that each contract has exactly one. */

import { type Contract, isShell, type OpenApi, openApi, ROUTES } from '@headgate/core/api';
import type { Lodge } from './lodge.ts';
import type { Route } from './implement.ts';
import { auditRoutes } from './routes/audit.ts';
import { assistRoutes } from './routes/assist.ts';
import { askRoutes } from './routes/asks.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { authRoutes } from './routes/auth.ts';
import { authInvitationRoutes } from './routes/auth-invitations.ts';
import { authLinkRoutes } from './routes/auth-links.ts';
import { authOwnRoutes } from './routes/auth-own.ts';
import { ssoRoutes } from './routes/auth-sso.ts';
import { publicChatRoutes } from './routes/chat-public.ts';
import { chatRoutes } from './routes/chat.ts';
import { KnownChats } from './chats/known.ts';
import { langflowRoutes } from './routes/langflow.ts';
import { openaiRoutes } from './routes/openai.ts';
import { evaluationRoutes } from './routes/evaluations.ts';
import { environmentRoutes } from './routes/environments.ts';
import { deletedFlowRoutes } from './routes/deleted-flows.ts';
import { fileRoutes } from './routes/files.ts';
import { formRoutes } from './routes/forms.ts';
import { flowRoutes } from './routes/flows.ts';
import { grantRoutes } from './routes/grants.ts';
import { keyRoutes } from './routes/keys.ts';
import { kvRoutes } from './routes/kv.ts';
import { listeningRoutes } from './routes/listening.ts';
import { limitRoutes } from './routes/limits.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { memberRoutes } from './routes/members.ts';
import { localModelRoutes } from './routes/local-models.ts';
import { memoryRoutes } from './routes/memories.ts';
import { modelRoutes } from './routes/models.ts';
import { overviewRoutes } from './routes/overview.ts';
import { pageRoutes } from './routes/pages.ts';
import { powerRoutes } from './routes/powers.ts';
import { projectRoutes } from './routes/projects.ts';
import { promotionRoutes } from './routes/promotions.ts';
import { publicRoutes } from './routes/public.ts';
import { policyRoutes } from './routes/policy.ts';
import { resumeRoutes } from './routes/resume.ts';
import { roleRoutes } from './routes/roles.ts';
import { runRoutes } from './routes/runs.ts';
import { runSearchRoutes } from './routes/run-search.ts';
import { secretUseRoutes } from './routes/secret-uses.ts';
import { secretRoutes } from './routes/secrets.ts';
import { serviceRoutes } from './routes/services.ts';
import { connectionRoutes } from './routes/connections.ts';
import { docsRoutes } from './routes/docs.ts';
import { stepRoutes } from './routes/steps.ts';
import { systemRoutes } from './routes/system.ts';
import { knowledgeRoutes } from './routes/knowledge.ts';
import { tableRoutes } from './routes/tables.ts';
import { triggerRoutes } from './routes/triggers.ts';
import { templateRoutes } from './routes/templates.ts';
import { ticketRoutes } from './routes/tickets.ts';
import { userRoutes } from './routes/users.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { valueRoutes } from './routes/values.ts';
import { webRoutes } from './routes/web.ts';
import { versionRoutes } from './routes/versions.ts';
import { workspaceRoutes } from './routes/workspaces.ts';

/** What the switch of the documentation turns off. */
const DOCS: ReadonlySet<Contract> = new Set<Contract>([ROUTES.referencePage, ROUTES.docsHome, ROUTES.docsPage]);

/** The routes to register. Webhooks are served apart (hooks.ts); pages only where the web is on, the reference only where the documentation is, too. */
export const routes = (lodge: Lodge): readonly Route[] => {
  // Made when somebody asks for it: not every start needs it.
  let made: OpenApi | undefined;
  const document = (): OpenApi => (made ??= openApi(ROUTES));
  const byContract = new Map<Contract, Route>();
  const routeOf = (contract: Contract): Route => {
    const found = byContract.get(contract);
    if (found === undefined) throw new Error(`no route ${contract.path}`);
    return found;
  };
  const chats = new KnownChats(lodge.gate.store);
  const all: readonly Route[] = [
    ...systemRoutes(lodge, document),
    ...flowRoutes(lodge),
    ...deletedFlowRoutes(lodge),
    ...versionRoutes(lodge),
    ...listeningRoutes(lodge),
    ...stepRoutes(lodge),
    ...templateRoutes(lodge),
    ...serviceRoutes(lodge),
    ...localModelRoutes(lodge),
    ...modelRoutes(lodge),
    ...grantRoutes(lodge),
    ...powerRoutes(lodge),
    ...environmentRoutes(lodge),
    ...promotionRoutes(lodge),
    ...policyRoutes(lodge),
    ...limitRoutes(lodge),
    ...runRoutes(lodge),
    ...mcpRoutes(lodge, routeOf),
    ...assistRoutes(lodge, routeOf),
    ...valueRoutes(lodge),
    ...runSearchRoutes(lodge),
    ...overviewRoutes(lodge),
    ...ticketRoutes(lodge),
    ...resumeRoutes(lodge),
    ...triggerRoutes(lodge),
    ...tableRoutes(lodge),
    ...knowledgeRoutes(lodge),
    ...evaluationRoutes(lodge),
    ...memoryRoutes(lodge),
    ...kvRoutes(lodge),
    ...keyRoutes(lodge),
    ...tokenRoutes(lodge),
    ...oauthRoutes(lodge),
    ...secretRoutes(lodge),
    ...secretUseRoutes(lodge),
    ...connectionRoutes(lodge),
    ...fileRoutes(lodge),
    ...askRoutes(lodge),
    ...chatRoutes(lodge),
    ...publicChatRoutes(lodge),
    ...openaiRoutes(lodge, chats),
    ...langflowRoutes(lodge, chats, routeOf),
    ...notificationRoutes(lodge),
    ...formRoutes(lodge),
    ...workspaceRoutes(lodge),
    ...projectRoutes(lodge),
    ...memberRoutes(lodge),
    ...roleRoutes(lodge),
    ...publicRoutes(lodge),
    ...auditRoutes(lodge),
    ...authRoutes(lodge),
    ...authLinkRoutes(lodge),
    ...authInvitationRoutes(lodge),
    ...authOwnRoutes(lodge),
    ...ssoRoutes(lodge),
    ...userRoutes(lodge),
    ...pageRoutes(lodge, document),
    ...docsRoutes(lodge),
    ...webRoutes(lodge),
  ];
  for (const one of all) byContract.set(one.contract, one);
  const counts = new Map<Contract, number>();
  for (const { contract } of all) counts.set(contract, (counts.get(contract) ?? 0) + 1);
  for (const [name, contract] of Object.entries(ROUTES)) {
    const expected = contract === ROUTES.webhook ? 0 : 1;
    if ((counts.get(contract) ?? 0) !== expected)
      throw new Error(`the contract ${name} has ${counts.get(contract) ?? 0} handlers`);
  }
  const { web, docs, app } = lodge.gate;
  return all.filter(({ contract }) => {
    if (DOCS.has(contract)) return web && docs;
    if (isShell(contract) || contract === ROUTES.appFile) return web && app !== null;
    return web || !contract.tags.includes('pages');
  });
};
