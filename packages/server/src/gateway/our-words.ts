/**
 * Words of ours in everybody's answers, and nobody's secret: the names of all fields that contracts have, and the words that
 * contracts list for a field (a state, a kind of event, a permission) or that are in the table of problems. Where the guard
 * looks, these stand aside.
 *
 * OW1 A listed word stands aside in its own field alone: anywhere else it is data, and hidden if it is somebody's secret.
 * OW2 What anybody wrote is never taken for a mark of ours: marks hold a number that this process drew.
 */

import { randomInt } from 'node:crypto';
import type { Beside } from '@headgate/core';
import { FLOW_PROBLEMS, openApi, PROBLEM_CODES, ROUTES } from '@headgate/core/api';

type Ours = {
  /** Names first, then words; a mark is the place in it. */
  readonly all: readonly string[];
  readonly names: ReadonlyMap<string, number>;
  /** Words by the name of their field. */
  readonly words: ReadonlyMap<string, ReadonlyMap<string, number>>;
};

function* propertiesIn(schema: unknown): Generator<readonly [string, unknown]> {
  if (typeof schema !== 'object' || schema === null) return;
  const properties: unknown = Reflect.get(schema, 'properties');
  if (typeof properties === 'object' && properties !== null) yield* Object.entries(properties);
  for (const part of Object.values(schema)) yield* propertiesIn(part);
}

/** The words that a schema lists, for a value or for the items of a list. */
function* listedIn(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  const [listed, one]: unknown[] = [Reflect.get(schema, 'enum'), Reflect.get(schema, 'const')];
  for (const word of [...(Array.isArray(listed) ? listed : []), one]) if (typeof word === 'string') yield word;
  for (const way of ['anyOf', 'oneOf', 'items'] as const) {
    const inner: unknown = Reflect.get(schema, way);
    for (const part of Array.isArray(inner) ? inner : [inner]) yield* listedIn(part);
  }
}

const collected = (): Ours => {
  const listed = new Map<string, Set<string>>();
  for (const [name, schema] of propertiesIn(openApi(ROUTES))) {
    const words = listed.get(name) ?? new Set();
    for (const word of listedIn(schema)) words.add(word);
    listed.set(name, words);
  }
  const codes = [...PROBLEM_CODES, ...Object.keys(FLOW_PROBLEMS)];
  for (const name of ['code', 'problem']) listed.set(name, new Set([...(listed.get(name) ?? []), ...codes]));
  const all = [...listed.keys()];
  const names = new Map(all.map((name, i) => [name, i]));
  const words = new Map<string, ReadonlyMap<string, number>>();
  for (const [name, own] of listed) {
    words.set(name, new Map([...own].map((word, i) => [word, all.length + i])));
    all.push(...own);
  }
  return { all, names, words };
};

let known: Ours | undefined;

/** Made when it is first needed. */
const ours = (): Ours => (known ??= collected());

/** Signs that are nobody's (Unicode's private use) around two numbers: what this process drew, and the place. */
const [OPEN, CLOSE] = [`\uE000${randomInt(2 ** 20)}.`, '\uE001'];
const MARK = new RegExp(`${OPEN.replace('.', '\\.')}(\\d+)${CLOSE}`, 'g');

const mark = (place: number): string => `"${OPEN}${place}${CLOSE}"`;

const FIELD = /"([A-Za-z][A-Za-z0-9_]*)"(\s*:\s*)("[A-Za-z][\w.@ -]*"|\[\s*"[A-Za-z][\w.@", \n-]*\])?/g;
const ITEM = /"([A-Za-z][\w.@ -]*)"/g;

/** A JSON text with marks in the places of our names and words. */
const marked = (text: string): string => {
  const { names, words } = ours();
  return text.replaceAll(FIELD, (whole, name: string, between: string, value = '') => {
    const place = names.get(name);
    if (place === undefined) return whole;
    const own = words.get(name);
    const told = String(value).replaceAll(ITEM, (item, word: string) => {
      const at = own?.get(word);
      return at === undefined ? item : mark(at);
    });
    return mark(place) + between + told;
  });
};

/** The text with our names and words where their marks are. */
const restored = (text: string): string =>
  text.includes(OPEN) ? text.replaceAll(MARK, (_, place: string) => ours().all[Number(place)] ?? '') : text;

/** Does what `hide` does to a JSON text, and leaves the names of our fields and our words in them as they are. */
export const besideOurs = (text: string, hide: (text: string) => string): string => restored(hide(marked(text)));

const EVENT = /^((?:(?:id|retry):[^\n]*\n)*event: )([a-z][a-z_.]*)(\n)/;

/** The same for a frame of a stream, for the guard over frames (core/guard/frames.ts). */
export const BESIDE_FRAMES: Beside = {
  stands: (name, text) => ours().words.get(name)?.has(text) === true,
  hide: (frame, hide) => {
    // A comment is ours as it stands; whoever writes none holds no data.
    if (frame.startsWith(':')) return hide(frame);
    const named = frame.replace(EVENT, (whole, before: string, name: string, after: string) => {
      const place = ours().words.get('type')?.get(name);
      return place === undefined ? whole : `${before}${mark(place).slice(1, -1)}${after}`;
    });
    const from = named === frame ? 0 : named.indexOf(CLOSE) + 1;
    return restored(hide(named.slice(0, from) + marked(named.slice(from))));
  },
};
