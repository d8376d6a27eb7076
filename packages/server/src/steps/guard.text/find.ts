/**
 * What a text holds that it should not: by form, with the checksum where there is one. Each place is looked at a bounded number
 * of times, whatever the text is.
 *
 * What has no checksum (telephone numbers, mail addresses) is found by its form alone: a number that looks like one is taken
 * for one, and one that is written in words is not found.
 */

import { findKeys } from '@headgate/core/step';
import { cardsIn, ibansIn, type Span } from './numbers.ts';

export const KINDS = ['email', 'phone', 'card', 'iban', 'secret'] as const;
export type Kind = (typeof KINDS)[number] | 'word';
export type Found = Span & { readonly kind: Kind };

const LOCAL = 64;
const DOMAIN = 253;
const BEFORE = /[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]+$/u;
const AFTER = /^(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.){1,8}[\p{L}\p{M}]{2,63}/u;

/** RFC 5321's limits of length; what stands around the @ is looked at, and no more. */
const emailsIn = (text: string): Span[] => {
  const found: Span[] = [];
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const name = BEFORE.exec(text.slice(Math.max(0, at - LOCAL), at))?.[0] ?? '';
    const host = AFTER.exec(text.slice(at + 1, at + 1 + DOMAIN))?.[0] ?? '';
    if (name !== '' && host !== '') found.push({ start: at - name.length, end: at + 1 + host.length });
  }
  return found;
};

/** With the country (+49 …, 0049 …); with the 0 of an area; three, three and four digits as in North America. */
const PHONES = [
  /(?<![\p{L}\p{N}+])(?:\+|00)[1-9](?:[ ()./-]{0,3}\d){6,14}(?!\d)/gu,
  /(?<![\p{L}\p{N}.,+])\(?0[1-9]\d{1,4}\)?[ /-]{1,3}\d(?:[ -]?\d){4,9}(?!\d)/gu,
  /(?<![\p{L}\p{N}.,+])\(?[2-9]\d{2}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?![\p{L}\p{N}])/gu,
] as const;
const LEAST_DIGITS = 8;

const phonesIn = (text: string): Span[] =>
  PHONES.flatMap((form) =>
    [...text.matchAll(form)].flatMap(({ 0: hit, index }) =>
      hit.replaceAll(/\D/g, '').length < LEAST_DIGITS ? [] : [{ start: index, end: index + hit.length }],
    ),
  );

const plain = (word: string): string => word.normalize('NFKC').toLowerCase();
const wordsOf = (text: string): (Span & { readonly word: string })[] =>
  [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map(({ 0: word, index }) => ({
    ...{ start: index, end: index + word.length },
    word: plain(word),
  }));

type Node = { readonly next: Map<string, number>; back: number; length: number };

/**
 * All phrases in one: what stands after each word of each, where to go on when another word comes, and how many words the longest
 * phrase has that ends there (Aho and Corasick, 1975). A text is gone through once, however many phrases there are.
 */
const phrasesOf = (list: readonly string[]): readonly Node[] => {
  const nodes: Node[] = [{ next: new Map(), back: 0, length: 0 }];
  const at = (of: number): Node => nodes[of] as Node; // each number is that of a node
  for (const one of list) {
    const words = wordsOf(one);
    let here = 0;
    for (const { word } of words) {
      let next = at(here).next.get(word);
      if (next === undefined) {
        next = nodes.push({ next: new Map(), back: 0, length: 0 }) - 1;
        at(here).next.set(word, next);
      }
      here = next;
    }
    if (here !== 0) at(here).length = words.length;
  }
  const order = [0];
  for (let i = 0; i < order.length; i += 1) {
    const here = order[i] ?? 0;
    for (const [word, next] of at(here).next) {
      order.push(next);
      if (here === 0) continue;
      const back = along(nodes, at(here).back, word);
      at(next).back = back;
      at(next).length = Math.max(at(next).length, at(back).length);
    }
  }
  return nodes;
};

/** The longest of all beginnings of phrases that the words so far end with. */
const along = (nodes: readonly Node[], from: number, word: string): number => {
  for (let here = from; ; here = nodes[here]?.back ?? 0) {
    const next = nodes[here]?.next.get(word);
    if (next !== undefined) return next;
    if (here === 0) return 0;
  }
};

/**
 * Words and phrases of a list, as whole words; upper and lower case, and what stands between words, make no difference. Of those
 * that end with the same word, the longest.
 */
export const wordsIn = (text: string, list: readonly string[]): Span[] => {
  const nodes = phrasesOf(list);
  if (nodes.length === 1) return [];
  const there = wordsOf(text);
  const found: Span[] = [];
  let here = 0;
  for (const [at, { word, end }] of there.entries()) {
    here = along(nodes, here, word);
    const length = nodes[here]?.length ?? 0;
    if (length > 0) found.push({ start: there[at - length + 1]?.start ?? 0, end });
  }
  return found;
};

const FINDERS: Readonly<Record<(typeof KINDS)[number], (text: string) => readonly Span[]>> = {
  email: emailsIn,
  phone: phonesIn,
  card: cardsIn,
  iban: ibansIn,
  secret: findKeys,
};
/** Of two that overlap the surer one counts. */
const SURE: readonly Kind[] = ['secret', 'iban', 'card', 'email', 'phone', 'word'];

/** All of it, in order, none within another: what overlaps is one place, under the name of the surer kind. */
export const findIn = (text: string, kinds: readonly (typeof KINDS)[number][], words: readonly string[]): Found[] => {
  const all: Found[] = kinds.flatMap((kind) => FINDERS[kind](text).map(({ start, end }) => ({ kind, start, end })));
  for (const span of wordsIn(text, words)) all.push({ kind: 'word', ...span });
  const made: Found[] = [];
  for (const next of all.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = made.at(-1);
    if (last === undefined || next.start >= last.end) made.push(next);
    else {
      const kind = SURE.indexOf(next.kind) < SURE.indexOf(last.kind) ? next.kind : last.kind;
      made[made.length - 1] = { kind, start: last.start, end: Math.max(last.end, next.end) };
    }
  }
  return made;
};
