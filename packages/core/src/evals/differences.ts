/** Where two JSON values differ, one line a place: `items[2].price: expected 10, got 12`. */

const MOST = 20;

/** At most 20 lines; empty when the values are equal. The order of keys does not matter. */
export const differences = (expected: unknown, got: unknown): string[] => {
  const lines: string[] = [];
  const visit = (a: unknown, b: unknown, at: string): void => {
    if (lines.length >= MOST || Object.is(a, b)) return;
    if (Array.isArray(a) && Array.isArray(b)) {
      for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
        if (i >= a.length) lines.push(`${at}[${i}]: not expected, got ${show(b[i])}`);
        else if (i >= b.length) lines.push(`${at}[${i}]: expected ${show(a[i])}, got nothing`);
        else visit(a[i], b[i], `${at}[${i}]`);
      }
      return;
    }
    if (isObject(a) && isObject(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        const place = at === '' ? key : `${at}.${key}`;
        if (!Object.hasOwn(a, key)) lines.push(`${place}: not expected, got ${show(b[key])}`);
        else if (!Object.hasOwn(b, key)) lines.push(`${place}: expected ${show(a[key])}, got nothing`);
        else visit(a[key], b[key], place);
      }
      return;
    }
    lines.push(`${at === '' ? 'output' : at}: expected ${show(a)}, got ${show(b)}`);
  };
  visit(expected, got, '');
  return lines.slice(0, MOST);
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
};
