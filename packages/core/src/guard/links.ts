/**
 * Links that answer for a person: the address of a waiting step (`run.resume`). Whoever has one answers, so who may only read
 * runs sees in their place that there was one. Total and pure.
 *
 * RL3 Found however the address is written in a text: as it is, or with its slashes percent-encoded.
 * RL4 What holds none is returned as it is, uncopied.
 */

import { HIDDEN } from './match.ts';

const LINK = /((?:\/|%2f)api(?:\/|%2f)v1(?:\/|%2f)resume(?:\/|%2f))[A-Za-z0-9_-]{16,200}/gi;
/** Values are shown no deeper than this (redact.ts). */
const MAX_DEPTH = 200;

/** The text without the tokens of such links. */
export const hideLinksIn = (text: string): string => text.replaceAll(LINK, `$1${HIDDEN}`);

/** A JSON value without the tokens of such links, in names of fields too. */
export const hideLinks = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return hideLinksIn(value);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    const shown = list.map((one) => hideLinks(one, depth + 1));
    return shown.every((one, i) => one === list[i]) ? value : shown;
  }
  const pairs = Object.entries(value);
  const shown = pairs.map(([name, one]) => [hideLinksIn(name), hideLinks(one, depth + 1)] as const);
  return shown.every(([name, one], i) => name === pairs[i]?.[0] && one === pairs[i]?.[1])
    ? value
    : Object.fromEntries(shown);
};
