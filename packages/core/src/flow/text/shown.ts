/**
 * How Problems name what came: the type, or a short literal when it cannot be a secret.
 *
 * SH1 A text is quoted only when it is short, has no shape of a key and does not look random; what stands under a label
 *     such as `password` is never quoted.
 */

import { isSecretLabel } from '../../guard/labels.ts';
import { findKeys, looksSecret } from '../../guard/keys.ts';
import type { Path } from '../path.ts';

const LONGEST = 40;

/** The type in words: "a text", "a list of 3", "nothing". */
export const typeOf = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty text' : 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return String(value);
    case 'object':
      return 'an object';
    default:
      return 'no JSON value';
  }
};

/** A value written by the flow's author, as a Problem may show it. Never call this with a value that flowed through a run. */
export const shown = (value: unknown, path: Path = []): string => {
  if (path.some((part) => typeof part === 'string' && isSecretLabel(part))) return typeOf(value);
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'string' && value !== '') {
    return value.length > LONGEST || looksSecret(value)
      ? `a text of ${value.length} characters`
      : `the text ${JSON.stringify(value)}`;
  }
  return typeOf(value);
};

/** A name the author wrote, safe to print: quoted in back-ticks, cut when long, hidden when it looks like a key. */
export const named = (name: string): string => {
  if (findKeys(name).length > 0) return `a name of ${name.length} characters`;
  const plain = Array.from(name, (c) => (c < ' ' || c === '`' || c === '\u007f' ? '�' : c)).join('');
  return `\`${plain.length > 60 ? `${plain.slice(0, 60)}…` : plain}\``;
};
