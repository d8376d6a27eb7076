/**
 * A document in YAML as the JSON text it stands for. What is JSON already is that text.
 *
 * YM1 It is written by somebody else: names that stand for other parts of it are followed so far and no further, so that a
 *     short text cannot become an endless one, and no tag makes anything but plain values.
 */

import { bad, good, problem, type Result } from '@headgate/core';
import { parse } from 'yaml';

/** Characters of a document. */
const LARGEST = 8_000_000;
/** How often one part may stand for others. */
const MOST_ALIASES = 1_000;

export const jsonOf = (text: string): Result<string> => {
  if (/^\s*[{[]/.test(text)) return good(text);
  if (text.length > LARGEST) return refused(`A document may have ${LARGEST} characters; this has more.`);
  try {
    const value: unknown = parse(text, {
      schema: 'core',
      merge: false,
      maxAliasCount: MOST_ALIASES,
      logLevel: 'error',
    });
    const json = JSON.stringify(value) ?? 'null';
    return json.length > LARGEST ? refused('What this document stands for is too large.') : good(json);
  } catch (error) {
    // Its own words name the line; they hold a piece of the document at most.
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    return refused(`This is neither JSON nor YAML: ${why.slice(0, 200)}`);
  }
};

const refused = (text: string): Result<string> => bad(problem('service.import', text));
