/**
 * How PostgreSQL's values become values of a flow (docs/guides/databases.md has the table): whole numbers as numbers as long
 * as they are exact and as texts beyond, decimals as texts, times in ISO 8601, bytes in base64, JSON parsed, arrays as lists.
 */

type Read = (text: string) => unknown;

const number: Read = (text) => {
  const value = Number(text);
  // NaN and the infinities are no JSON.
  return Number.isFinite(value) ? value : text;
};
/** Exact as a number, or as it is written. */
export const whole: Read = (text) => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
};
const bytes: Read = (text) =>
  text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString('base64') : Buffer.from(text).toString('base64');
const json: Read = (text) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
const local: Read = (text) => text.replace(' ', 'T');
/** In UTC, as the session is set to. */
const moment: Read = (text) => text.replace(' ', 'T').replace(/\+00(:?00)?$/, 'Z');

/** By the type's number in the catalogue, which is the same everywhere; with that of its array. */
const TYPES: readonly (readonly [number, number, Read])[] = [
  [16, 1000, (text) => text === 't'],
  [17, 1001, bytes],
  [20, 1016, whole],
  [21, 1005, number],
  [23, 1007, number],
  [26, 1028, number],
  [114, 199, json],
  [700, 1021, number],
  [701, 1022, number],
  [1114, 1115, local],
  [1184, 1185, moment],
  [3802, 3807, json],
];
/** Arrays of what is told as a text. */
const TEXT_ARRAYS = [1002, 1009, 1014, 1015, 1041, 1040, 1182, 1183, 1187, 1231, 1270, 2951];

/** Deeper than PostgreSQL's own bound there is no array. */
const DEEPEST = 6;

/** `{1,NULL,"a b",{2}}` as lists; as it is written where it cannot be read (one with bounds, `[0:1]={…}`). */
export const arrayOf = (text: string, read: Read): unknown => {
  let at = 0;
  const list = (depth: number): unknown[] | null => {
    if (depth > DEEPEST || text[at] !== '{') return null;
    at += 1;
    const found: unknown[] = [];
    if (text[at] === '}') {
      at += 1;
      return found;
    }
    for (;;) {
      if (text[at] === '{') {
        const inner = list(depth + 1);
        if (inner === null) return null;
        found.push(inner);
      } else if (text[at] === '"') {
        let part = '';
        for (at += 1; at < text.length && text[at] !== '"'; at += 1) {
          if (text[at] === '\\') at += 1;
          part += text[at] ?? '';
        }
        at += 1;
        found.push(read(part));
      } else {
        const from = at;
        while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1;
        const part = text.slice(from, at);
        found.push(part.toUpperCase() === 'NULL' ? null : read(part));
      }
      const sign = text[at];
      at += 1;
      if (sign === '}') return found;
      if (sign !== ',') return null;
    }
  };
  const found = list(1);
  return found === null || at !== text.length ? text : found;
};

const same: Read = (text) => text;
const READ = new Map<number, Read>([
  ...TYPES.flatMap(([type, array, read]): [number, Read][] => [
    [type, read],
    [array, (text) => arrayOf(text, read)],
  ]),
  ...TEXT_ARRAYS.map((type): [number, Read] => [type, (text) => arrayOf(text, same)]),
]);

/** What reads values of the type of this number. */
export const readerOf = (type: number): Read => READ.get(type) ?? same;
