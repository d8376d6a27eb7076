/**
 * The table of all routes: what is not here does not exist. The key is the operation id, and the gateway must give each
 * exactly one handler.
 */

import * as asks from './asks.ts';
import * as forms from './forms.ts';
import * as audit from './audit.ts';
import * as auth from './auth.ts';
import * as invitations from './auth-invitations.ts';
import * as own from './auth-own.ts';
import * as connections from './connections.ts';
import * as docs from './docs.ts';
import * as environments from './environments.ts';
import * as deletedFlows from './deleted-flows.ts';
import * as files from './files.ts';
import * as assist from './assist.ts';
import * as flows from './flows.ts';
import * as grants from './grants.ts';
import * as hooks from './hooks.ts';
import * as keys from './keys.ts';
import * as kv from './kv.ts';
import * as limits from './limits.ts';
import * as mcp from './mcp.ts';
import { MCP_MOUNTS } from './mcp-mounts.ts';
import * as localModels from './local-models.ts';
import * as models from './models.ts';
import * as notifications from './notifications.ts';
import * as oauth from './oauth.ts';
import * as members from './members.ts';
import * as overview from './overview.ts';
import * as pages from './pages.ts';
import * as powers from './powers.ts';
import * as projects from './projects.ts';
import * as promotions from './promotions.ts';
import * as open from './public.ts';
import * as roles from './roles.ts';
import { CHAT_ROUTES } from './chat-routes.ts';
import type { Contract } from './route.ts';
import * as policy from './policy.ts';
import * as runs from './runs.ts';
import * as secrets from './secrets.ts';
import * as services from './services.ts';
import * as steps from './steps.ts';
import * as system from './system.ts';
import * as evaluations from './evaluations.ts';
import * as knowledge from './knowledge.ts';
import * as tables from './tables.ts';
import * as triggers from './triggers.ts';
import * as templates from './templates.ts';
import * as tickets from './tickets.ts';
import * as tokens from './tokens.ts';
import * as values from './values.ts';
import * as workspaces from './workspaces.ts';
import * as users from './users.ts';
import * as web from './web.ts';

export const ROUTES = {
  health: system.health,
  ready: system.ready,
  metrics: system.metrics,
  openapi: system.openapi,
  schema: system.schema,
  doctor: system.doctor,

  createFlow: flows.createFlow,
  listFlows: flows.listFlows,
  checkFlow: flows.checkFlow,
  assistFlow: assist.assistFlow,
  followFlow: flows.followFlow,
  getFlow: flows.getFlow,
  patchFlow: flows.patchFlow,
  deleteFlow: flows.deleteFlow,
  listDeletedFlows: deletedFlows.listDeletedFlows,
  restoreFlow: deletedFlows.restoreFlow,
  removeFlow: deletedFlows.removeFlow,
  transferFlow: flows.transferFlow,
  moveFlow: flows.moveFlow,
  saveDraft: flows.saveDraft,
  publishFlow: flows.publishFlow,
  listVersions: flows.listVersions,
  getVersion: flows.getVersion,
  listWebhooks: flows.listWebhooks,
  listenWebhook: flows.listenWebhook,
  unlistenWebhook: flows.unlistenWebhook,
  rotateWebhook: flows.rotateWebhook,
  diffFlow: flows.diffFlow,
  listSteps: steps.listSteps,
  listTemplates: templates.listTemplates,
  listServices: services.listServices,
  getService: services.getService,
  putService: services.putService,
  deleteService: services.deleteService,
  listLocalModels: localModels.listLocalModels,
  fetchLocalModel: localModels.fetchLocalModel,
  putLocalModel: localModels.putLocalModel,
  deleteLocalModel: localModels.deleteLocalModel,
  listModels: models.listModels,
  listModelKinds: models.listModelKinds,
  listModelProviders: models.listModelProviders,
  putModelProvider: models.putModelProvider,
  deleteModelProvider: models.deleteModelProvider,
  testModelProvider: models.testModelProvider,

  stepTypes: steps.stepTypes,
  flowPowers: grants.flowPowers,
  dryRun: grants.dryRun,
  giveGrants: grants.giveGrants,
  takeGrant: grants.takeGrant,
  listPowers: powers.listPowers,

  ...CHAT_ROUTES,

  listEnvironments: environments.listEnvironments,
  createEnvironment: environments.createEnvironment,
  getEnvironment: environments.getEnvironment,
  patchEnvironment: environments.patchEnvironment,
  deleteEnvironment: environments.deleteEnvironment,
  getVars: environments.getVars,
  putVars: environments.putVars,

  listDeployments: promotions.listDeployments,
  endDeployment: promotions.endDeployment,
  comparePromotion: promotions.comparePromotion,
  promote: promotions.promote,
  listPromotions: promotions.listPromotions,
  getPromotion: promotions.getPromotion,
  decidePromotion: promotions.decidePromotion,

  getPolicy: policy.getPolicy,
  setPolicy: policy.setPolicy,
  getBounds: policy.getBounds,
  setBounds: policy.setBounds,

  getUsage: limits.getUsage,
  listUsage: limits.listUsage,
  setQuota: limits.setQuota,

  speakMcp: mcp.speakMcp,
  speakBuildMcp: mcp.speakBuildMcp,
  speakProjectMcp: mcp.speakProjectMcp,
  ...MCP_MOUNTS,

  startRun: runs.startRun,
  listRuns: runs.listRuns,
  listFailures: runs.listFailures,
  getOverview: overview.getOverview,
  getQueue: overview.getQueue,
  getRun: runs.getRun,
  getJournal: runs.getJournal,
  readValue: values.readValue,
  shapeValue: values.shapeValue,
  searchValue: values.searchValue,
  compareValue: values.compareValue,
  originOfValue: values.originOfValue,
  searchRuns: values.searchRuns,
  followRun: runs.followRun,
  createTicket: tickets.createTicket,
  cancelRun: runs.cancelRun,
  rerunRun: runs.rerunRun,
  resolveRun: runs.resolveRun,
  continueRun: runs.continueRun,

  webhook: hooks.webhook,
  showForm: forms.showForm,
  sendForm: forms.sendForm,
  showResume: hooks.showResume,
  useResume: hooks.useResume,

  createKey: keys.createKey,
  listKeys: keys.listKeys,
  rotateKey: keys.rotateKey,
  revokeKey: keys.revokeKey,
  createOwnKey: keys.createOwnKey,
  listOwnKeys: keys.listOwnKeys,
  rotateOwnKey: keys.rotateOwnKey,
  revokeOwnKey: keys.revokeOwnKey,

  createToken: tokens.createToken,
  listTokens: tokens.listTokens,
  refreshToken: tokens.refreshToken,
  revokeToken: tokens.revokeToken,
  revokeTokens: tokens.revokeTokens,
  rotateTokenKeys: tokens.rotateTokenKeys,
  tokenKeys: tokens.tokenKeys,

  oauthServer: oauth.oauthServer,
  oauthServerInserted: oauth.oauthServerInserted,
  oauthResource: oauth.oauthResource,
  oauthResourceInserted: oauth.oauthResourceInserted,
  authorize: oauth.authorize,
  consent: oauth.consent,
  oauthToken: oauth.oauthToken,
  oauthRevoke: oauth.oauthRevoke,
  oauthIntrospect: oauth.oauthIntrospect,
  createClient: oauth.createClient,
  listClients: oauth.listClients,
  deleteClient: oauth.deleteClient,
  listConsents: oauth.listConsents,
  endConsent: oauth.endConsent,

  putSecret: secrets.putSecret,
  listSecrets: secrets.listSecrets,
  getSecret: secrets.getSecret,
  deleteSecret: secrets.deleteSecret,
  secretUses: secrets.secretUses,

  listConnections: connections.listConnections,
  createConnection: connections.createConnection,
  getConnection: connections.getConnection,
  connect: connections.connect,
  connectBack: connections.connectBack,
  disconnect: connections.disconnect,
  deleteConnection: connections.deleteConnection,

  putFile: files.putFile,
  listFiles: files.listFiles,
  getFile: files.getFile,
  downloadFile: files.downloadFile,
  listFolder: files.listFolder,
  moveFile: files.moveFile,
  deleteFile: files.deleteFile,

  listTriggers: triggers.listTriggers,
  listKnowledge: knowledge.listKnowledge,
  createKnowledge: knowledge.createKnowledge,
  getKnowledge: knowledge.getKnowledge,
  patchKnowledge: knowledge.patchKnowledge,
  deleteKnowledge: knowledge.deleteKnowledge,
  addKnowledgeSource: knowledge.addKnowledgeSource,
  deleteKnowledgeSource: knowledge.deleteKnowledgeSource,
  listKnowledgeDocuments: knowledge.listKnowledgeDocuments,
  listKnowledgePages: knowledge.listKnowledgePages,
  indexKnowledge: knowledge.indexKnowledge,
  searchKnowledge: knowledge.searchKnowledge,

  listDatasets: evaluations.listDatasets,
  createDataset: evaluations.createDataset,
  getDataset: evaluations.getDataset,
  putDataset: evaluations.putDataset,
  deleteDataset: evaluations.deleteDataset,
  listEvaluations: evaluations.listEvaluations,
  beginEvaluation: evaluations.beginEvaluation,
  getEvaluation: evaluations.getEvaluation,
  compareEvaluations: evaluations.compareEvaluations,
  stopEvaluation: evaluations.stopEvaluation,
  deleteEvaluation: evaluations.deleteEvaluation,

  listTables: tables.listTables,
  createTable: tables.createTable,
  getTable: tables.getTable,
  patchTable: tables.patchTable,
  deleteTable: tables.deleteTable,
  addColumn: tables.addColumn,
  patchColumn: tables.patchColumn,
  deleteColumn: tables.deleteColumn,
  findRows: tables.findRows,
  addRows: tables.addRows,
  changeRows: tables.changeRows,
  deleteRows: tables.deleteRows,
  exportTable: tables.exportTable,

  listStores: kv.listStores,
  listKeyValues: kv.listKeyValues,
  getKeyValue: kv.getKeyValue,
  setKeyValue: kv.setKeyValue,
  incrementKeyValue: kv.incrementKeyValue,
  deleteKeyValue: kv.deleteKeyValue,

  listWorkspaces: workspaces.listWorkspaces,
  createWorkspace: workspaces.createWorkspace,
  patchWorkspace: workspaces.patchWorkspace,
  listAllWorkspaces: workspaces.listAllWorkspaces,
  appointOwner: workspaces.appointOwner,
  breakGlass: workspaces.breakGlass,

  listProjects: projects.listProjects,
  createProject: projects.createProject,
  getProject: projects.getProject,
  patchProject: projects.patchProject,
  deleteProject: projects.deleteProject,
  listProjectMembers: projects.listProjectMembers,
  putProjectMember: projects.putProjectMember,
  deleteProjectMember: projects.deleteProjectMember,

  listMembers: members.listMembers,
  putMember: members.putMember,
  deleteMember: members.deleteMember,
  invite: members.invite,
  listInvitations: members.listInvitations,
  revokeInvitation: members.revokeInvitation,

  listAsks: asks.listAsks,
  followAsks: asks.followAsks,
  getAsk: asks.getAsk,
  answerAsk: asks.answerAsk,
  delegateAsk: asks.delegateAsk,

  listNotifications: notifications.listNotifications,
  followNotifications: notifications.followNotifications,
  readNotifications: notifications.readNotifications,
  readNotification: notifications.readNotification,
  getNotificationSettings: notifications.getNotificationSettings,
  putNotificationSettings: notifications.putNotificationSettings,

  listRoles: roles.listRoles,
  createRole: roles.createRole,
  patchRole: roles.patchRole,
  deleteRole: roles.deleteRole,
  listGroups: roles.listGroups,
  createGroup: roles.createGroup,
  patchGroup: roles.patchGroup,
  deleteGroup: roles.deleteGroup,

  visit: open.visit,
  publicForm: open.publicForm,

  listAudit: audit.listAudit,
  listInstanceAudit: audit.listInstanceAudit,

  loginPage: auth.loginPage,
  login: auth.login,
  codePage: auth.codePage,
  loginCode: auth.loginCode,
  passkeyPage: auth.passkeyPage,
  passkeyScript: auth.passkeyScript,
  loginPasskeyOptions: auth.loginPasskeyOptions,
  loginPasskey: auth.loginPasskey,
  logout: auth.logout,
  setUpPage: auth.setUpPage,
  setUp: auth.setUp,
  signUpPage: auth.signUpPage,
  signUp: auth.signUp,
  signUpLinkPage: auth.signUpLinkPage,
  useSignUp: auth.useSignUp,
  resetPage: auth.resetPage,
  askReset: auth.askReset,
  resetLinkPage: auth.resetLinkPage,
  useReset: auth.useReset,
  signOn: auth.signOn,
  signOnBack: auth.signOnBack,
  acceptPage: invitations.acceptPage,
  accept: invitations.accept,

  me: own.me,
  accountPage: own.accountPage,
  ownWorkspaces: invitations.ownWorkspaces,
  chooseWorkspace: invitations.chooseWorkspace,
  deleteWorkspace: invitations.deleteWorkspace,
  listSessions: own.listSessions,
  endSession: own.endSession,
  endSessions: own.endSessions,
  logoutEverywhere: own.logoutEverywhere,
  changePassword: own.changePassword,
  beginTotp: own.beginTotp,
  confirmTotp: own.confirmTotp,
  removeTotp: own.removeTotp,
  newRecovery: own.newRecovery,
  listPasskeys: own.listPasskeys,
  passkeyOptions: own.passkeyOptions,
  addPasskey: own.addPasskey,
  removePasskey: own.removePasskey,
  totpPage: own.totpPage,
  confirmTotpPage: own.confirmTotpPage,
  passkeysPage: own.passkeysPage,
  removePasskeyForm: own.removePasskeyForm,
  endSessionForm: own.endSessionForm,

  listUsers: users.listUsers,
  patchUser: users.patchUser,
  resetUser: users.resetUser,

  referencePage: pages.referencePage,
  docsHome: docs.docsHome,
  docsPage: docs.docsPage,

  appHome: web.appHome,
  appFlows: web.appFlows,
  appFlow: web.appFlow,
  appRuns: web.appRuns,
  appRun: web.appRun,
  appSettings: web.appSettings,
  appSetting: web.appSetting,
  appTrust: web.appTrust,
  appTrusts: web.appTrusts,
  appDashboard: web.appDashboard,
  appInbox: web.appInbox,
  appNotifications: web.appNotifications,
  appKnowledge: web.appKnowledge,
  appKnowledgeBase: web.appKnowledgeBase,
  appEvaluations: web.appEvaluations,
  appEvaluation: web.appEvaluation,
  appTables: web.appTables,
  appTable: web.appTable,
  appFiles: web.appFiles,
  appForm: web.appForm,
  appFile: web.appFile,
} as const satisfies Readonly<Record<string, Contract>>;

export type RouteName = keyof typeof ROUTES;
