/** What of the pages of tables stands in their address: the project, what is shown of a table, and in which order. */

export type TablesSearch = {
  readonly project?: string | undefined;
  /** Absent: the tables. */
  readonly shown?: 'values' | undefined;
  /** Of the values by key: their store, and how their keys begin. */
  readonly store?: string | undefined;
  readonly prefix?: string | undefined;
  /** A new table is being made. */
  readonly make?: 'table' | undefined;
};

export type TableSearch = {
  readonly project?: string | undefined;
  /** Conditions as the API takes them, in JSON. */
  readonly where?: string | undefined;
  readonly match?: 'any' | undefined;
  readonly sort?: string | undefined;
  readonly order?: 'desc' | undefined;
};

const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value) : undefined;

/** Reads an address. What is not understood is left out: an old link shows more, and never nothing. */
export const tablesSearch = (search: Readonly<Record<string, unknown>>): TablesSearch => ({
  project: text(search.project),
  shown: search.shown === 'values' ? 'values' : undefined,
  store: text(search.store),
  prefix: text(search.prefix),
  make: search.make === 'table' ? 'table' : undefined,
});

export const tableSearch = (search: Readonly<Record<string, unknown>>): TableSearch => ({
  project: text(search.project),
  where: text(search.where),
  match: search.match === 'any' ? 'any' : undefined,
  sort: text(search.sort),
  order: search.order === 'desc' ? 'desc' : undefined,
});
