/**
 * What a look through a folder means: the part of watching that is pure. A file is known by its path, and what it is by its
 * size and the time of its last change.
 */

export type Seen = { readonly size: number; readonly updated: number };

export type Event = {
  readonly event: 'created' | 'changed' | 'deleted';
  readonly path: string;
  /** null: it is gone. */
  readonly seen: Seen | null;
};

/** What is not as it is known and has not settled yet, by path: what it was seen as, and since when. */
export type Pending = ReadonlyMap<string, { readonly stamp: string; readonly since: number }>;

export const NOTHING_PENDING: Pending = new Map();

const GONE = '';

export const stampOf = ({ size, updated }: Seen): string => `${size}/${updated}`;

/**
 * What has settled, those that changed first first, and what has not. `settled`: milliseconds that a file has to stand still;
 * at 0 it counts at once.
 */
export const afterLook = (
  known: ReadonlyMap<string, string>,
  seen: ReadonlyMap<string, Seen>,
  before: Pending,
  settled: number,
  now: number,
): { readonly events: readonly Event[]; readonly pending: Pending } => {
  const events: Event[] = [];
  const pending = new Map<string, { stamp: string; since: number }>();
  const judge = (path: string, stamp: string, event: Event): void => {
    const was = before.get(path);
    const since = was?.stamp === stamp ? was.since : now;
    // A clock that was put back starts the wait anew.
    if (now - since >= settled) events.push(event);
    pending.set(path, { stamp, since: Math.min(since, now) });
  };
  for (const [path, one] of seen) {
    const stamp = stampOf(one);
    const was = known.get(path);
    if (was !== stamp) judge(path, stamp, { event: was === undefined ? 'created' : 'changed', path, seen: one });
  }
  for (const path of known.keys()) if (!seen.has(path)) judge(path, GONE, { event: 'deleted', path, seen: null });
  events.sort((a, b) => (a.seen?.updated ?? 0) - (b.seen?.updated ?? 0) || (a.path < b.path ? -1 : 1));
  return { events, pending };
};
