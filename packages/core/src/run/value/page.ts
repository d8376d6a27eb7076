/**
 * A part of a value, for whoever reads a run: so many items, fields or characters of what stands at a place, and the shape
 * (kind and length) of what was left out.
 *
 * The text comes from the guard, which saw all of it: a value that is secret is hidden before anything is cut, so that no
 * cut leaves half of one on each of two pages.
 *
 * VP1 What stands under a secret's label, or looks like a key, is hidden before it is cut, wherever the page begins.
 * VP2 A page is bounded: by WEIGHT as a whole, one item or field at least; what is heavier by itself is told by its shape.
 */

import { isSecretLabel } from '../../guard/labels.ts';
import { redactJson, redactText } from '../../guard/redact.ts';
import type { JsonKind, JsonText, Span } from './json-text.ts';
import { inPointer, pointerNames } from './pointer.ts';
import { type Cut, shrunk } from './shrink.ts';

export type ValuePage = {
  readonly kind: JsonKind;
  /** Items, fields or characters; null for what has none. */
  readonly length: number | null;
  /** Characters of its JSON. */
  readonly size: number;
  readonly offset: number;
  /** Where the next page begins; null: this is the last. */
  readonly next: number | null;
  /** The items as a list, the fields as an object, the characters as a text, or the value itself. */
  readonly value: unknown;
  /** What of it is not whole. */
  readonly cut: readonly Cut[];
};

/** `whole`: the JSON of the value, written for people, as a text. */
export type PageAsk = {
  readonly path: string;
  readonly offset: number;
  readonly limit: number | undefined;
  readonly whole: boolean;
};

/** Items, and characters, of a page when nothing is said, and at most. */
const ITEMS = { usual: 50, most: 500 };
const CHARACTERS = { usual: 20_000, most: 100_000 };
/** About characters of JSON. */
const WEIGHT = 200_000;
/** An item or field heavier than this is told by its shape alone. */
const HEAVY = 64 * 1024;

/** The texts made last, since the next page of one is mostly asked for next. */
export type Texts = Map<string, string>;

/** Where a pointer leads, and whether a secret's label stands over it. */
export const placeOf = (json: JsonText, path: string): { span: Span; labelled: boolean } | null => {
  let span: Span = json.root;
  let labelled = false;
  const names = pointerNames(path);
  if (names === null) return null;
  for (const name of names) {
    if (json.kind(span) === 'object') labelled ||= isSecretLabel(name);
    const inner = json.step(span, name);
    if (inner === null) return null;
    span = inner;
  }
  return { span, labelled };
};

/** Null: there is nothing at this place. */
export const pageOf = (json: JsonText, ask: PageAsk, texts: Texts): ValuePage | null => {
  const place = placeOf(json, ask.path);
  if (place === null) return null;
  const { span, labelled } = place;
  const kind = json.kind(span);
  const size = span.end - span.at;
  if (ask.whole) {
    const text = kept(texts, `${ask.path} whole`, () => JSON.stringify(redactJson(json.read(span), labelled), null, 2));
    return { ...textPage(text, ask), size };
  }
  if (kind === 'text') {
    const text = kept(texts, ask.path, () => String(redactJson(json.read(span), labelled)));
    return { ...textPage(text, ask), size };
  }
  const inner = json.inner(span);
  if (inner === null) {
    const value = redactJson(json.read(span), labelled);
    return { kind, length: null, size, offset: 0, next: null, value, cut: [] };
  }
  const length = inner.at.length;
  const most = Math.min(ask.limit ?? ITEMS.usual, ITEMS.most);
  const parts: [string, unknown][] = [];
  const cut: Cut[] = [];
  let weight = 0;
  let at = ask.offset;
  for (; at < length && parts.length < most && (weight < WEIGHT || parts.length === 0); at += 1) {
    const part = json.part(inner, at);
    const name = inner.names === null ? null : json.name(inner, at);
    const shown = name === null ? String(at) : redactText(name);
    const hidden = labelled || (name !== null && isSecretLabel(name));
    const path = ask.path + inPointer(shown);
    const made =
      part.end - part.at > HEAVY
        ? told(json, part, path, hidden)
        : shrunk(redactJson(json.read(part), hidden), path, WEIGHT - weight);
    parts.push([shown, made.value]);
    cut.push(...made.cut);
    weight += made.weight;
  }
  const value = inner.names === null ? parts.map(([, one]) => one) : Object.fromEntries(parts);
  return { kind, length, size, offset: ask.offset, next: at < length ? at : null, value, cut };
};

/** What is too heavy to be sent with others: nothing of it, and its shape. */
const told = (json: JsonText, span: Span, path: string, hidden: boolean): ReturnType<typeof shrunk> => {
  const kind = json.kind(span);
  if (kind === 'text') {
    const value = hidden ? redactJson('-', true) : '';
    return { value, cut: hidden ? [] : [{ path, kind, length: span.end - span.at - 2, sent: 0 }], weight: 100 };
  }
  const length = json.inner(span)?.at.length ?? 0;
  if (kind !== 'list' && kind !== 'object') return { value: null, cut: [], weight: 100 };
  return { value: kind === 'list' ? [] : {}, cut: [{ path, kind, length, sent: 0 }], weight: 100 };
};

const textPage = (text: string, { offset, limit }: PageAsk): Omit<ValuePage, 'size'> => {
  let end = Math.min(text.length, offset + Math.min(limit ?? CHARACTERS.usual, CHARACTERS.most));
  // A character of two halves is not cut in the middle.
  if (end < text.length && end - offset > 1 && isHigh(text.charCodeAt(end - 1))) end -= 1;
  const next = end < text.length ? Math.max(end, offset + 1) : null;
  return { kind: 'text', length: text.length, offset, next, value: text.slice(offset, next ?? end), cut: [] };
};

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

const kept = (texts: Texts, key: string, make: () => string): string => {
  const known = texts.get(key);
  if (known !== undefined) return known;
  const made = make();
  texts.clear();
  texts.set(key, made);
  return made;
};
