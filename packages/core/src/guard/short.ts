/** What a value's owner is told about values that the guard does not look for. */

import { MIN_LENGTH } from './forms.ts';

/**
 * A sentence about a value that is too short to be hidden where it shows up, null for one that is hidden. For the answer
 * to whoever stores a secret, by API or command line. It tells no more than that the value is short.
 */
export const shortSecret = (value: string): string | null =>
  value.trim().length < MIN_LENGTH
    ? `A value of fewer than ${MIN_LENGTH} characters is not hidden where it shows up: it would hide ordinary words too. Steps can use it all the same.`
    : null;
