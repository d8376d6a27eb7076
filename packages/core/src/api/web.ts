/**
 * Doors of the web app: one page that holds no data, at every address the app has, and the files it is built of. The page
 * calls the API as anybody does.
 *
 * WB1 The page and its files are the same for everybody: nothing of any account, workspace or flow is in them.
 * WB2 A file's name carries the hash of its content, so that it may be kept for good.
 */

import { z } from 'zod';
import { media, route, type Contract } from './route.ts';

const tags = ['pages'] as const;

const rest = z.strictObject({ '*': z.string().max(2000).optional() });

/** The page, at an address of the app. What it shows the app reads from the address. */
const shell = (path: `/${string}`) =>
  route({
    method: 'GET',
    path,
    needs: 'none:the page is the same for everybody and holds no data',
    on: 'nobody',
    ...(path.endsWith('*') ? { params: rest } : {}),
    query: z.record(z.string().max(100), z.union([z.string(), z.array(z.string())])),
    answers: { 200: media('text/html', 'The web app') },
    summary: 'The web app, which reads from the address what to show',
    tags,
  });

export const appHome = shell('/');
export const appFlows = shell('/flows');
export const appFlow = shell('/flows/*');
export const appRuns = shell('/runs');
export const appRun = shell('/runs/*');
export const appSettings = shell('/settings');
export const appSetting = shell('/settings/*');
export const appTrust = shell('/trust');
export const appTrusts = shell('/trust/*');
export const appDashboard = shell('/dashboard');
export const appInbox = shell('/inbox');
export const appNotifications = shell('/notifications');
export const appTables = shell('/tables');
export const appTable = shell('/tables/*');
export const appKnowledge = shell('/knowledge');
export const appKnowledgeBase = shell('/knowledge/*');
export const appEvaluations = shell('/evaluations');
export const appEvaluation = shell('/evaluations/*');
export const appFiles = shell('/files');
export const appForm = shell('/forms/*');

export const appFile = route({
  method: 'GET',
  path: '/assets/{name}',
  needs: 'none:the files of the web app are the same for everybody',
  on: 'nobody',
  params: z.strictObject({ name: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}$/) }),
  answers: { 200: media('text/javascript', 'A script, a style sheet or a picture of the web app, named by its hash') },
  problems: ['missing'],
  summary: 'A file of the web app',
  tags,
});

/** The contracts that answer with the page of the app. */
export const isShell = (contract: Contract): boolean => SHELLS.has(contract);

const SHELLS: ReadonlySet<Contract> = new Set<Contract>([
  appHome,
  appFlows,
  appFlow,
  appRuns,
  appRun,
  appSettings,
  appSetting,
  appTrust,
  appTrusts,
  appDashboard,
  appInbox,
  appNotifications,
  appKnowledge,
  appKnowledgeBase,
  appEvaluations,
  appEvaluation,
  appTables,
  appTable,
  appFiles,
  appForm,
]);
