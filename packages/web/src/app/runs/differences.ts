/** Where two values differ, by path: what only one of them has, and what is another value. Pure, and bounded. */

export type Difference = {
  readonly path: string;
  /** Absent: that side has nothing there. */
  readonly left?: unknown;
  readonly right?: unknown;
};

/** More are not told one by one. */
export const MOST_DIFFERENCES = 100;

const isOpen = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const step = (path: string, key: string, inList: boolean): string =>
  inList
    ? `${path}[${key}]`
    : /^[A-Za-z_$][\w$]*$/.test(key)
      ? `${path}${path === '' ? '' : '.'}${key}`
      : `${path}[${JSON.stringify(key)}]`;

/** At most `MOST_DIFFERENCES`, in the order of the left value, then what the right one has besides. */
export const differences = (left: unknown, right: unknown): readonly Difference[] => {
  const found: Difference[] = [];
  const open: { path: string; left: unknown; right: unknown }[] = [{ path: '', left, right }];
  for (let at = open.pop(); at !== undefined && found.length < MOST_DIFFERENCES; at = open.pop()) {
    const { path, left: a, right: b } = at;
    if (Object.is(a, b)) continue;
    if (!isOpen(a) || !isOpen(b) || Array.isArray(a) !== Array.isArray(b)) {
      found.push({ path, ...(a === undefined ? {} : { left: a }), ...(b === undefined ? {} : { right: b }) });
      continue;
    }
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    for (const key of keys.toReversed())
      open.push({ path: step(path, key, Array.isArray(a)), left: a[key], right: b[key] });
  }
  return found;
};
