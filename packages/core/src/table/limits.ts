/** What tables and stores of keys may have at most. */

/** What one table may have. `text`: characters of one cell; `json`: characters of its JSON. */
export const TABLE_LIMITS = {
  tables: 500,
  columns: 60,
  rows: 100_000,
  text: 10_000,
  json: 60_000,
  /** Rows that one call adds, changes or takes away. */
  atOnce: 1_000,
  /** Rows of one page. */
  page: 1_000,
} as const;

/** `key`: characters of a key; `value`: characters of its JSON; `ttl`: the longest that one lasts, in milliseconds. */
export const KEY_LIMITS = { key: 500, value: 60_000, keys: 100_000, ttl: 10 * 366 * 86_400_000, page: 1_000 } as const;
