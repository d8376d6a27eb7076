/** The only place that builds an address of the app. What a page shows stands in its address, so that it can be kept and sent. */

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
  readonly page?: 'versions' | 'publish' | 'powers' | 'api' | undefined;
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
  runs: () => '/runs',
  signIn: () => '/api/v1/auth/login',
  account: () => '/api/v1/auth/account',
} as const;
