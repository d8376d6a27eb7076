/**
 * The table of all routes: what is not here does not exist. The key is the operation id, and the gateway must give each
 * exactly one handler.
 */

import * as audit from './audit.ts';
import * as flows from './flows.ts';
import * as grants from './grants.ts';
import * as hooks from './hooks.ts';
import * as keys from './keys.ts';
import * as oauth from './oauth.ts';
import * as pages from './pages.ts';
import type { Contract } from './route.ts';
import * as policy from './policy.ts';
import * as runs from './runs.ts';
import * as secrets from './secrets.ts';
import * as steps from './steps.ts';
import * as system from './system.ts';
import * as tokens from './tokens.ts';

export const ROUTES = {
  health: system.health,
  ready: system.ready,
  metrics: system.metrics,
  openapi: system.openapi,
  schema: system.schema,

  createFlow: flows.createFlow,
  listFlows: flows.listFlows,
  checkFlow: flows.checkFlow,
  getFlow: flows.getFlow,
  patchFlow: flows.patchFlow,
  deleteFlow: flows.deleteFlow,
  saveDraft: flows.saveDraft,
  publishFlow: flows.publishFlow,
  listVersions: flows.listVersions,
  getVersion: flows.getVersion,
  listWebhooks: flows.listWebhooks,
  diffFlow: flows.diffFlow,
  listSteps: steps.listSteps,

  stepTypes: steps.stepTypes,
  flowPowers: grants.flowPowers,
  dryRun: grants.dryRun,
  giveGrants: grants.giveGrants,
  takeGrant: grants.takeGrant,

  getPolicy: policy.getPolicy,
  setPolicy: policy.setPolicy,

  startRun: runs.startRun,
  listRuns: runs.listRuns,
  getRun: runs.getRun,
  getJournal: runs.getJournal,
  followRun: runs.followRun,
  cancelRun: runs.cancelRun,
  rerunRun: runs.rerunRun,
  resolveRun: runs.resolveRun,

  webhook: hooks.webhook,
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

  listAudit: audit.listAudit,
  listInstanceAudit: audit.listInstanceAudit,

  referencePage: pages.referencePage,
  signIn: pages.signIn,
  signOut: pages.signOut,
  runsPage: pages.runsPage,
  runPage: pages.runPage,
} as const satisfies Readonly<Record<string, Contract>>;

export type RouteName = keyof typeof ROUTES;
