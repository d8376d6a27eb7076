/** Addresses and their pages. Each page is loaded when it is first gone to. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  useLocation,
} from '@tanstack/react-router';
import { laterTexts } from '../i18n/i18n.ts';
import { Broken } from '../shell/broken.tsx';
import { NotFound } from '../shell/not-found.tsx';
import { Shell } from '../shell/shell.tsx';
import { runSearch, runsSearch } from '../runs/search.ts';
import { filesSearch } from '../files/search.ts';
import { tableSearch, tablesSearch } from '../tables/search.ts';
import { type EditorSearch, FLOW_PAGES, SETTINGS_PAGES, TRUST_PAGES } from './paths.ts';

/** A page whose texts come later, too. */
const withTexts = async <T,>(page: Promise<T>): Promise<T> => (await Promise.all([page, laterTexts()]))[0];

/** Pages that a first look does not open. */
const seldom = () => withTexts(import('./seldom.ts'));

/** A form stands by itself: whoever it was sent to need not be signed in. */
const Root = () =>
  useLocation().pathname.startsWith('/forms/') ? (
    <Outlet />
  ) : (
    <Shell>
      <Outlet />
    </Shell>
  );

const root = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/flows' });
  },
});

const flows = createRoute({
  getParentRoute: () => root,
  path: '/flows',
  component: lazyRouteComponent(() => import('../flows/flows-page.tsx'), 'FlowsPage'),
});

const newFlow = createRoute({
  getParentRoute: () => root,
  path: '/flows/new',
  component: lazyRouteComponent(() => withTexts(import('../flows/new-page.tsx')), 'NewPage'),
});

const deletedFlows = createRoute({
  getParentRoute: () => root,
  path: '/flows/deleted',
  component: lazyRouteComponent(() => withTexts(import('../flows/deleted-page.tsx')), 'DeletedPage'),
});

const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value) : undefined;

/** What of a page stands in its address, where all of it is text. */
const texts =
  <K extends string>(...names: readonly K[]) =>
  (search: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(names.map((name) => [name, text(search[name])])) as { readonly [N in K]?: string | undefined };

const editorSearch = (search: Readonly<Record<string, unknown>>): EditorSearch => ({
  step: text(search.step),
  tab: text(search.tab),
  run: text(search.run),
  item: text(search.item),
  as: text(search.as),
  at: text(search.at),
  from: text(search.from),
  fromAs: text(search.fromAs),
  fromAt: text(search.fromAt),
  view: search.view === 'outline' || search.view === 'canvas' ? search.view : undefined,
  page: FLOW_PAGES.find((one) => one === search.page),
  compare: text(search.compare),
  hints: search.hints === 'on' ? 'on' : undefined,
  talk: search.talk === 'on' || search.talk === 'build' ? search.talk : undefined,
});

export const flowRoute = createRoute({
  getParentRoute: () => root,
  path: '/flows/$flow',
  validateSearch: editorSearch,
  component: lazyRouteComponent(() => withTexts(import('../editor/editor-page.tsx')), 'EditorPage'),
});

export const runsRoute = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => withTexts(import('../runs/runs-page.tsx')), 'RunsPage'),
});

export const runRoute = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  validateSearch: runSearch,
  component: lazyRouteComponent(() => withTexts(import('../runs/run-page.tsx')), 'RunPage'),
});

const trustHome = createRoute({
  getParentRoute: () => root,
  path: '/trust',
  beforeLoad: () => {
    throw redirect({ to: '/trust/$page', params: { page: TRUST_PAGES[0] } });
  },
});

/** Filters, and the project they are about. */
const trustSearch = texts('project', 'about', 'actor', 'action', 'decision', 'span', 'show');
export type TrustSearch = ReturnType<typeof trustSearch>;

export const trustRoute = createRoute({
  getParentRoute: () => root,
  path: '/trust/$page',
  validateSearch: trustSearch,
  component: lazyRouteComponent(() => withTexts(import('../trust/trust-page.tsx')), 'TrustPage'),
});

const settingsHome = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$page', params: { page: SETTINGS_PAGES[0] } });
  },
});

export const settingsRoute = createRoute({
  getParentRoute: () => root,
  path: '/settings/$page',
  component: lazyRouteComponent(() => withTexts(import('../settings/settings-page.tsx')), 'SettingsPage'),
});

export const dashboardRoute = createRoute({
  getParentRoute: () => root,
  path: '/dashboard',
  validateSearch: (search: Readonly<Record<string, unknown>>): { readonly hours?: '168' | undefined } => ({
    hours: text(search.hours) === '168' ? '168' : undefined,
  }),
  component: lazyRouteComponent(async () => (await seldom()).dashboard(), 'DashboardPage'),
});

export const ASK_VIEWS = ['answered', 'late'] as const;
export type InboxSearch = {
  /** The question that is open. */
  readonly ask?: string | undefined;
  /** Absent: those that wait. */
  readonly state?: (typeof ASK_VIEWS)[number] | undefined;
  /** Absent: one's own. */
  readonly whose?: 'all' | undefined;
};

export const inboxRoute = createRoute({
  getParentRoute: () => root,
  path: '/inbox',
  validateSearch: (search: Readonly<Record<string, unknown>>): InboxSearch => ({
    ask: text(search.ask),
    state: ASK_VIEWS.find((one) => one === search.state),
    whose: search.whose === 'all' ? 'all' : undefined,
  }),
  component: lazyRouteComponent(async () => (await seldom()).inbox(), 'InboxPage'),
});

const notificationsRoute = createRoute({
  getParentRoute: () => root,
  path: '/notifications',
  component: lazyRouteComponent(async () => (await seldom()).notifications(), 'NotificationsPage'),
});

export const tablesRoute = createRoute({
  getParentRoute: () => root,
  path: '/tables',
  validateSearch: tablesSearch,
  component: lazyRouteComponent(async () => (await seldom()).tables(), 'TablesPage'),
});

export const tableRoute = createRoute({
  getParentRoute: () => root,
  path: '/tables/$table',
  validateSearch: tableSearch,
  component: lazyRouteComponent(async () => (await seldom()).table(), 'TablePage'),
});

/** `question`: what is asked of the base. */
const knowledgeSearch = texts('project', 'question');

export const knowledgeRoute = createRoute({
  getParentRoute: () => root,
  path: '/knowledge',
  validateSearch: knowledgeSearch,
  component: lazyRouteComponent(async () => (await seldom()).knowledge(), 'KnowledgePage'),
});

export const baseRoute = createRoute({
  getParentRoute: () => root,
  path: '/knowledge/$base',
  validateSearch: knowledgeSearch,
  component: lazyRouteComponent(async () => (await seldom()).knowledge(), 'BasePage'),
});

/** `with`: the earlier evaluation that one is held against; `show`: which rows. */
const evaluationsSearch = texts('project', 'flow', 'with', 'show');

export const evaluationsRoute = createRoute({
  getParentRoute: () => root,
  path: '/evaluations',
  validateSearch: evaluationsSearch,
  component: lazyRouteComponent(async () => (await seldom()).evaluations(), 'EvaluationsPage'),
});

export const datasetRoute = createRoute({
  getParentRoute: () => root,
  path: '/evaluations/datasets/$dataset',
  validateSearch: evaluationsSearch,
  component: lazyRouteComponent(async () => (await seldom()).evaluations(), 'DatasetPage'),
});

export const evaluationRoute = createRoute({
  getParentRoute: () => root,
  path: '/evaluations/$flow/$evaluation',
  validateSearch: evaluationsSearch,
  component: lazyRouteComponent(async () => (await seldom()).evaluations(), 'EvaluationPage'),
});

export const filesRoute = createRoute({
  getParentRoute: () => root,
  path: '/files',
  validateSearch: filesSearch,
  component: lazyRouteComponent(async () => (await seldom()).files(), 'FilesPage'),
});

export const formRoute = createRoute({
  getParentRoute: () => root,
  path: '/forms/$flow',
  component: lazyRouteComponent(() => withTexts(import('../forms/form-page.tsx')), 'FormPage'),
});

/** A fresh router: it holds the state of one page. */
export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      home,
      flows,
      newFlow,
      deletedFlows,
      flowRoute,
      runsRoute,
      runRoute,
      trustHome,
      trustRoute,
      settingsHome,
      settingsRoute,
      tablesRoute,
      tableRoute,
      knowledgeRoute,
      baseRoute,
      evaluationsRoute,
      datasetRoute,
      evaluationRoute,
      filesRoute,
      formRoute,
      dashboardRoute,
      inboxRoute,
      notificationsRoute,
    ]),
    defaultErrorComponent: Broken,
    defaultPreload: 'intent',
    defaultPendingMs: 200,
    // Texts stay texts: an id that looks like a number is no number.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
      const made = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
      return made === '' ? '' : `?${made}`;
    },
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
