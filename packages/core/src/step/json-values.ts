/**
 * JSON that others wrote (an answer of a server, a result of code, a file), read without making more of it than is bounded.
 *
 * JV1 What is read at once is bounded by the number of its values as well as by its length: 16 MB of `{}` are five million
 *     objects, which cost seconds to make, to weigh and to forget, where 16 MB of text cost some milliseconds. The number is
 *     known before anything is made (row DOS-04).
 */

import { type Problem, problem, type Result } from '../problem.ts';

/** Values of one JSON text at most; lists and objects count as two. */
export const MOST_VALUES = 200_000;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Does a JSON text hold more than so many values? Counts the signs before them, outside texts; makes nothing. */
export const holdsMore = (text: string, most: number): boolean => {
  // A value has at least one sign and one more before it.
  if (text.length <= most) return false;
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = endOf(text, i);
    else if (c === 0x2c || c === 0x5b || c === 0x7b) {
      count += 1;
      if (count > most) return true;
    }
  }
  return false;
};

/** Where a text that begins at a quote ends; the engine's own search is quicker than looking at each sign. */
const endOf = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - slashes - 1) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
};

/** What an answer or a result with too many values is told. `whose` begins the sentence. */
const tooMany = (whose: string): Problem =>
  problem('value.too_many', `${whose} holds more than ${MOST_VALUES} values`, {
    fix: 'Ask for fewer at a time (page by page, or only the fields that are read); or take it as a text and cut it up.',
  });

/** Reads one JSON text; undefined where it is none. Lets through what has at most MOST_VALUES values. */
export const readValues = (text: string, whose: string): Result<unknown> | undefined => {
  if (holdsMore(text, MOST_VALUES)) return { ok: false, problem: tooMany(whose) };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};
