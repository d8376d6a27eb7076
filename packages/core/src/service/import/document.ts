/**
 * An OpenAPI document (3.0 or 3.1) as it is read: values by place, references within the document resolved. It is written by
 * somebody else and may be hostile.
 *
 * DO1 References lead within the document alone: nothing is ever fetched.
 * DO2 What is read is bounded: by size, by the number of steps through references, by depth. Beyond it is a Problem with
 *     its place, never a stall.
 * DO3 Own members alone are read.
 */

import { isObject } from '../../flow/path.ts';
import { problem, type Problem } from '../../problem.ts';

/** Characters of a document. */
export const LARGEST_DOCUMENT = 8_000_000;
/** References followed for one document. */
const MOST_STEPS = 200_000;
/** References that lead to references. */
const LONGEST_CHAIN = 20;
const MOST_PROBLEMS = 50;

/** A place in the document, as a JSON pointer. */
export type At = string;

export const below = (at: At, ...keys: readonly (string | number)[]): At =>
  at + keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Ends the reading of a document that asks for too much; its problem is among those that were found. */
export class TooMuch extends Error {}

export class OpenApiDocument {
  readonly problems: Problem[] = [];
  /** What was left out, and why: it does not keep the rest from being used. */
  readonly notes: Problem[] = [];
  readonly #root: unknown;
  #steps = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  refuse(at: At, text: string, fix?: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(told(at, text, fix));
  }

  note(at: At, text: string): void {
    if (this.notes.length < MOST_PROBLEMS) this.notes.push(told(at, text));
  }

  /** The object that stands there, behind references; `at`: where it really stands. Undefined: there is none. */
  object(value: unknown, at: At): { readonly value: Readonly<Record<string, unknown>>; readonly at: At } | undefined {
    let here = value;
    let place = at;
    for (let links = 0; ; links += 1) {
      this.#steps += 1;
      if (this.#steps > MOST_STEPS) {
        this.refuse(at, 'The document leads through more references than are followed.');
        throw new TooMuch();
      }
      if (!isObject(here)) return undefined;
      const to = own(here, '$ref');
      if (to === undefined) return { value: here, at: place };
      if (typeof to !== 'string' || !to.startsWith('#')) {
        this.note(place, 'A reference leads out of the document; nothing is fetched.');
        return undefined;
      }
      if (links === LONGEST_CHAIN) {
        this.refuse(at, 'References lead to references without end.');
        return undefined;
      }
      place = decoded(to.slice(1));
      here = this.#at(place);
      if (here === undefined) {
        this.note(at, `The reference ${to.slice(0, 200)} leads to nothing.`);
        return undefined;
      }
    }
  }

  #at(pointer: At): unknown {
    let here = this.#root;
    for (const key of pointer === '' ? [] : pointer.slice(1).split('/')) {
      const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
      here = Reflect.get(here, name);
    }
    return here;
  }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const told = (at: At, text: string, fix?: string): Problem =>
  problem('service.import', text, {
    at: { field: at === '' ? '/' : at.slice(0, 300) },
    ...(fix === undefined ? {} : { fix }),
  });

/** An own member. */
export const own = (value: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined;

export const textOf = (value: unknown, most: number): string | undefined => {
  if (typeof value !== 'string') return undefined;
  // oxlint-disable-next-line no-control-regex -- they are what has to be found
  const text = value.replaceAll(/[\u0000-\u001f\u007f\s]+/g, ' ').trim();
  return text === '' ? undefined : text.length > most ? `${text.slice(0, most - 1)}…` : text;
};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isObject(value) ? Object.entries(value) : [];
