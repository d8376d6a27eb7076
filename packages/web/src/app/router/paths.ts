/** The only place that builds an address of the app. What a page shows stands in its address, so that it can be kept and sent. */

/** Pages of a flow beside its steps. */
export const FLOW_PAGES = ['publish', 'declared', 'versions', 'environments', 'powers', 'memory', 'api'] as const;
export type FlowPage = (typeof FLOW_PAGES)[number];

export const TRUST_PAGES = [
  'members',
  'roles',
  'secrets',
  'connections',
  'models',
  'services',
  'powers',
  'keys',
  'tokens',
  'environments',
  'limits',
  'audit',
  'doctor',
] as const;
export type TrustPage = (typeof TRUST_PAGES)[number];

/** `general`: what is kept in this browser. The others are the account's own. */
export const SETTINGS_PAGES = ['general', 'notifications', 'sessions', 'keys', 'apps'] as const;
export type SettingsPage = (typeof SETTINGS_PAGES)[number];

/** What of the editor's state stands in its address. */
export type EditorSearch = {
  /** The step (or trigger) whose panel is open. */
  readonly step?: string | undefined;
  readonly tab?: string | undefined;
  readonly view?: 'canvas' | 'outline' | undefined;
  /** The run that is shown on the flow. */
  readonly run?: string | undefined;
  /** An item of a step that ran for several: its path of indexes, with dots. */
  readonly item?: string | undefined;
  readonly page?: FlowPage | undefined;
  /** How the output is shown, and the place within it (a JSON Pointer). */
  readonly as?: string | undefined;
  readonly at?: string | undefined;
  /** Whose value the input pane shows, how, and where. */
  readonly from?: string | undefined;
  readonly fromAs?: string | undefined;
  readonly fromAt?: string | undefined;
  /** The versions that are compared: `3` with the draft, `2..3` with each other. */
  readonly compare?: string | undefined;
  /** The author talks to the draft, or with the assistant about it. */
  readonly talk?: 'on' | 'build' | undefined;
  /** The flow is the first one that somebody sees: hints begin with it. */
  readonly hints?: 'on' | undefined;
};

const withSearch = (path: string, search: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(search).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
};

export const paths = {
  flows: () => '/flows',
  newFlow: () => '/flows/new',
  flow: (id: string, search: EditorSearch = {}) => withSearch(`/flows/${encodeURIComponent(id)}`, search),
  trust: (page = '') => (page === '' ? '/trust' : `/trust/${page}`),
  settings: (page = '') => (page === '' ? '/settings' : `/settings/${page}`),
  invitation: (token: string) => `/api/v1/auth/invitations/${encodeURIComponent(token)}`,
  form: (flow: string) => `/forms/${encodeURIComponent(flow)}`,
  notifications: () => '/notifications',
  runs: () => '/runs',
  dashboard: () => '/dashboard',
  inbox: (
    search: {
      readonly ask?: string | undefined;
      readonly state?: string | undefined;
      readonly whose?: string | undefined;
    } = {},
  ) => withSearch('/inbox', search),
  files: (search: { readonly project?: string | undefined; readonly folder?: string } = {}) =>
    withSearch('/files', search),
  tables: (search: { readonly project?: string | undefined; readonly make?: 'table' } = {}) =>
    withSearch('/tables', search),
  knowledge: () => '/knowledge',
  base: (id: string, project?: string) => withSearch(`/knowledge/${encodeURIComponent(id)}`, { project }),
  evaluations: (search: { readonly project?: string | undefined; readonly flow?: string | undefined } = {}) =>
    withSearch('/evaluations', search),
  evaluation: (flow: string, id: string, other?: string) =>
    withSearch(`/evaluations/${encodeURIComponent(flow)}/${encodeURIComponent(id)}`, { with: other }),
  dataset: (id: string, project?: string) => withSearch(`/evaluations/datasets/${encodeURIComponent(id)}`, { project }),
  table: (id: string, project?: string) => withSearch(`/tables/${encodeURIComponent(id)}`, { project }),
  /** `since`: a day. */
  runsSince: (since: string, state?: string) => withSearch('/runs', { from: since, state }),
  runsIn: (state: string) => withSearch('/runs', { state }),
  runsOf: (flow: string, state?: string) => withSearch('/runs', { flow, state }),
  run: (id: string, search: { readonly step?: string; readonly with?: string } = {}) =>
    withSearch(`/runs/${encodeURIComponent(id)}`, search),
  signIn: () => '/api/v1/auth/login',
  account: () => '/api/v1/auth/account',
} as const;
