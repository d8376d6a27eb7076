/**
 * What better-auth keeps for minutes at most (its own short sessions while a factor is changed, challenges, counts of wrong
 * codes): in memory, never in the database. Bounded; the oldest goes first.
 */

const MOST = 10_000;

export type Memory = {
  readonly get: (key: string) => string | null;
  readonly set: (key: string, value: string, ttl?: number) => void;
  readonly delete: (key: string) => void;
  readonly getAndDelete: (key: string) => string | null;
  /** Adds one; a counter lives `ttl` seconds from its making. */
  readonly increment: (key: string, ttl: number) => number;
};

export const memory = (clock: () => number): Memory => {
  const kept = new Map<string, { readonly value: string; readonly until: number }>();
  const get = (key: string): string | null => {
    const one = kept.get(key);
    if (one === undefined) return null;
    if (one.until > clock()) return one.value;
    kept.delete(key);
    return null;
  };
  const put = (key: string, value: string, until: number): void => {
    kept.delete(key);
    kept.set(key, { value, until });
    const [oldest] = kept.keys();
    if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
  };
  return {
    get,
    /** `ttl` in seconds. */
    set: (key, value, ttl) => put(key, value, ttl === undefined ? Number.POSITIVE_INFINITY : clock() + ttl * 1000),
    increment: (key, ttl) => {
      const count = Number(get(key) ?? 0) + 1;
      put(key, String(count), kept.get(key)?.until ?? clock() + ttl * 1000);
      return count;
    },
    delete: (key) => void kept.delete(key),
    getAndDelete: (key) => {
      const value = get(key);
      kept.delete(key);
      return value;
    },
  };
};
