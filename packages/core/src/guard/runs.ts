/**
 * Where runs of characters end, asked again and again over one text, each run looked at once.
 *
 * RN1 Linear: a question about a place inside a run that was measured is answered from memory; three runs a class are
 *     remembered, as many as a key has parts.
 */

import { CLASSES, type Class } from './shapes.ts';

const PATTERNS = new Map<Class, RegExp>();
for (const [name, source] of Object.entries(CLASSES) as [Class, string][]) PATTERNS.set(name, new RegExp(source, 'y'));

type Span = { readonly from: number; readonly to: number };
const REMEMBERED = 3;
const PEM_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const PEM_LINE = /[A-Za-z0-9+/]{40}/g;

export class Runs {
  readonly text: string;
  /** Something asked so far depends on what may come after the text. */
  touched = false;
  readonly #spans = new Map<Class, Span[]>();
  readonly #nexts = new Map<RegExp, Span & { readonly length: number }>();
  #digits = { from: 0, to: -1, at: -1 };

  constructor(text: string) {
    this.text = text;
  }

  /** The end of the run of this class that begins at `at` or holds it. */
  end(of: Class, at: number): number {
    const spans = this.#spans.get(of);
    for (const span of spans ?? []) if (at >= span.from && at <= span.to) return this.#seen(span.to);
    const pattern = PATTERNS.get(of);
    if (pattern === undefined) return at;
    pattern.lastIndex = at;
    const to = at + (pattern.exec(this.text)?.[0].length ?? 0);
    if (spans === undefined) this.#spans.set(of, [{ from: at, to }]);
    else {
      spans.unshift({ from: at, to });
      if (spans.length > REMEMBERED) spans.pop();
    }
    return this.#seen(to);
  }

  #seen(to: number): number {
    if (to >= this.text.length) this.touched = true;
    return to;
  }

  /** Where the last line of a private key ends, looked for from `at`; -1: nowhere. */
  pemEnd(at: number): number {
    const found = this.#next(PEM_END, at);
    return found.to === -1 ? -1 : found.to + found.length;
  }

  /** Where a line that is nothing but key material begins, from `at`; -1: nowhere. */
  pemLine(at: number): number {
    return this.#next(PEM_LINE, at).to;
  }

  #next(pattern: RegExp, at: number): Span & { readonly length: number } {
    const known = this.#nexts.get(pattern);
    if (known !== undefined && at >= known.from && (known.to === -1 || at <= known.to)) return known;
    pattern.lastIndex = at;
    const match = pattern.exec(this.text);
    const found = { from: at, to: match?.index ?? -1, length: match?.[0].length ?? 0 };
    this.#nexts.set(pattern, found);
    return found;
  }

  /** Is there a digit between these places? Of a long run only the end is looked at: it is random, or it is no key. */
  digit(from: number, to: number): boolean {
    if (this.#digits.to !== to || this.#digits.from > from)
      this.#digits = { from, to, at: lastDigit(this.text, from, to) };
    return this.#digits.at >= from;
  }
}

const lastDigit = (text: string, from: number, to: number): number => {
  for (let at = to - 1; at >= Math.max(from, to - 64); at--) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) return at;
  }
  return -1;
};
