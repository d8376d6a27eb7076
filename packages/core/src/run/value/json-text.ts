/**
 * A JSON text that is looked into without reading all of it: where a value begins and ends, what kind it is, where its
 * items or fields stand. A part of ten megabytes costs a walk over its characters, and what is read is the part alone.
 *
 * The text is valid JSON: whoever hands it over has made it. Nothing here judges what is in it (page.ts, find.ts).
 *
 * JT1 What is remembered of where things stand is bounded (KEPT), and costs nothing but time when it is forgotten.
 * JT2 A field that stands twice is the last one, as JSON.parse has it.
 */

export type JsonKind = 'object' | 'list' | 'text' | 'number' | 'boolean' | 'null';

/** Where a value stands: from `at` up to `end`. */
export type Span = { readonly at: number; readonly end: number };

/** Where the items of a list, or the names and values of an object's fields, stand. */
export type Inner = { readonly names: Int32Array | null; readonly at: Int32Array; readonly end: Int32Array };

/** Places of items and fields that are remembered at most. */
const KEPT = 2_000_000;

/** Characters of a text that are looked at one by one. */
const SHORT = 32;
/** There are at most as many of these, at each level, as the text has such lengths. */
const LARGE = 4096;

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;
const opens = (code: number): boolean => code === 123 || code === 91;
const closes = (code: number): boolean => code === 125 || code === 93;

export class JsonText {
  readonly text: string;
  readonly root: Span;
  readonly #inner = new Map<number, Inner>();
  /** Where the large lists and objects end that were walked over already: what lies within one is not walked over once a level. */
  readonly #ends = new Map<number, number>();
  #kept = 0;

  constructor(text: string) {
    this.text = text;
    const at = this.#over(0);
    let end = text.length;
    while (end > at && isSpace(text.charCodeAt(end - 1))) end -= 1;
    this.root = { at, end };
  }

  /** About bytes that it takes up. */
  get weight(): number {
    return this.text.length * 2 + this.#kept * 12;
  }

  kind({ at }: Span): JsonKind {
    switch (this.text.charCodeAt(at)) {
      case 123:
        return 'object';
      case 91:
        return 'list';
      case QUOTE:
        return 'text';
      case 116:
      case 102:
        return 'boolean';
      case 110:
        return 'null';
      default:
        return 'number';
    }
  }

  /** The value itself. A text without an escape is what stands between its quotes: it is not copied. */
  read({ at, end }: Span): unknown {
    if (this.text.charCodeAt(at) === QUOTE) {
      const escape = this.text.indexOf('\\', at);
      if (escape === -1 || escape >= end) return this.text.slice(at + 1, end - 1);
    }
    return JSON.parse(this.text.slice(at, end));
  }

  /** Where its items or fields stand; null: it has none, being neither list nor object. */
  inner(span: Span): Inner | null {
    const known = this.#inner.get(span.at);
    if (known !== undefined) return known;
    const kind = this.kind(span);
    if (kind !== 'list' && kind !== 'object') return null;
    const made = this.#look(span.at, kind === 'object');
    this.#kept += made.at.length;
    for (const [at, { at: places }] of this.#inner) {
      if (this.#kept <= KEPT) break;
      this.#inner.delete(at);
      this.#kept -= places.length;
    }
    this.#inner.set(span.at, made);
    return made;
  }

  /** The name of a field. */
  name(inner: Inner, index: number): string {
    const at = inner.names?.[index] ?? 0;
    return String(this.read({ at, end: this.#endOfText(at) }));
  }

  /** The item or field at a place. */
  part(inner: Inner, index: number): Span {
    return { at: inner.at[index] ?? 0, end: inner.end[index] ?? 0 };
  }

  /** The item or field of this name; null: there is none. */
  step(span: Span, name: string): Span | null {
    const inner = this.inner(span);
    if (inner === null) return null;
    if (inner.names === null) {
      const index = /^(0|[1-9][0-9]{0,8})$/.test(name) ? Number(name) : -1;
      return index >= 0 && index < inner.at.length ? this.part(inner, index) : null;
    }
    for (let i = inner.at.length - 1; i >= 0; i -= 1) if (this.name(inner, i) === name) return this.part(inner, i);
    return null;
  }

  #over(from: number): number {
    let at = from;
    while (isSpace(this.text.charCodeAt(at))) at += 1;
    return at;
  }

  #endOfText(at: number): number {
    const { text } = this;
    const near = Math.min(text.length, at + SHORT);
    let i = at + 1;
    for (; i < near; i += 1) {
      const code = text.charCodeAt(i);
      if (code === BACKSLASH) i += 1;
      else if (code === QUOTE) return i + 1;
    }
    // A long text: from quote to quote, and an even number of backslashes before one leaves it what it is.
    for (let quote = text.indexOf('"', i); quote >= 0; quote = text.indexOf('"', quote + 1)) {
      let before = quote;
      while (before > i && text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
      if ((quote - before) % 2 === 0) return quote + 1;
    }
    return text.length;
  }

  #endOf(at: number): number {
    const { text } = this;
    const first = text.charCodeAt(at);
    if (first === QUOTE) return this.#endOfText(at);
    if (!opens(first)) {
      let i = at;
      for (; i < text.length; i += 1) {
        const code = text.charCodeAt(i);
        if (code === COMMA || closes(code) || isSpace(code)) break;
      }
      return i;
    }
    const known = this.#ends.get(at);
    if (known !== undefined) return known;
    const open: number[] = [];
    for (let i = at; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code === QUOTE) i = this.#endOfText(i) - 1;
      else if (opens(code)) open.push(i);
      else if (closes(code)) {
        const from = open.pop() ?? at;
        if (i - from > LARGE) this.#ends.set(from, i + 1);
        if (open.length === 0) return i + 1;
      }
    }
    return text.length;
  }

  #look(from: number, named: boolean): Inner {
    const { text } = this;
    const names: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    let at = this.#over(from + 1);
    while (at < text.length && !closes(text.charCodeAt(at))) {
      if (named) {
        names.push(at);
        at = this.#over(this.#over(this.#endOfText(at)) + 1);
      }
      starts.push(at);
      at = this.#endOf(at);
      ends.push(at);
      at = this.#over(at);
      if (text.charCodeAt(at) === COMMA) at = this.#over(at + 1);
    }
    return {
      names: named ? Int32Array.from(names) : null,
      at: Int32Array.from(starts),
      end: Int32Array.from(ends),
    };
  }
}
