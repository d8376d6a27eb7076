/** Addresses and their pages. Each page is loaded when it is first gone to. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { NotFound } from '../shell/not-found.tsx';
import { Shell } from '../shell/shell.tsx';
import type { EditorSearch } from './paths.ts';

const root = createRootRoute({
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
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
  component: lazyRouteComponent(() => import('../flows/new-page.tsx'), 'NewPage'),
});

const PAGES = ['versions', 'publish', 'powers', 'api'] as const;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

const editorSearch = (search: Readonly<Record<string, unknown>>): EditorSearch => ({
  step: text(search.step),
  tab: text(search.tab),
  run: text(search.run),
  item: text(search.item),
  view: search.view === 'outline' || search.view === 'canvas' ? search.view : undefined,
  page: PAGES.find((one) => one === search.page),
});

export const flowRoute = createRoute({
  getParentRoute: () => root,
  path: '/flows/$flow',
  validateSearch: editorSearch,
  component: lazyRouteComponent(() => import('../editor/editor-page.tsx'), 'EditorPage'),
});

/** A fresh router: it holds the state of one page. */
export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren([home, flows, newFlow, flowRoute]),
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
