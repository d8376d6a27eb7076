/**
 * `URL` and `URLSearchParams` for the realm of code. What an address is made of is worked out by the host, which has the
 * parser of the standard (urls.ts): texts go there and texts come back. Lists of parameters live here. The function is
 * handed over as text (realm.ts), so it refers to nothing outside itself.
 *
 * WU1 What an object remembers lies in its own private fields: nothing is kept for all of a realm.
 * WU2 No object of the host is ever seen: an answer is one text, or an empty one where there is no address.
 */

type World = Record<PropertyKey, unknown>;
/** `what` is empty to read `text`, `base` to read it against `more`, or the part that becomes `more`. */
export type AskUrl = (what: string, text: string, more: string) => string;
/** Puts things on the global object; gives what no global leads to. */
export type Install = (world: World, url: AskUrl) => readonly unknown[] | void;

/** Puts them on the global object; gives what no global leads to. Before the realm is frozen, after `installText`. */
// oxlint-disable-next-line max-lines-per-function -- one text that stands alone
export const installUrl = (world: World, ask: AskUrl): readonly unknown[] => {
  'use strict';
  const decoder = new (world['TextDecoder'] as typeof TextDecoder)('utf-8', { ignoreBOM: true });
  const encoder = new (world['TextEncoder'] as typeof TextEncoder)();
  const LONGEST = 4_000_000;
  const NAMES = 'href origin protocol username password host hostname port pathname search hash'.split(' ');
  const SEARCH = 9;

  /** As the language makes a text of a value: of a symbol it makes none. */
  const textOf = (value: unknown): string => `${value as string}`.toWellFormed();
  const partsOf = (what: string, text: string, more: string): readonly string[] | null => {
    if (text.length + more.length > LONGEST) return null;
    const answer = ask(what, text, more);
    return answer === '' ? null : answer.split('\n');
  };
  const invalid = (input: string): TypeError => {
    const error = new TypeError('Invalid URL');
    for (const [name, value] of [
      ['code', 'ERR_INVALID_URL'],
      ['input', input],
    ])
      Object.defineProperty(error, name ?? '', { value, configurable: true, enumerable: true, writable: true });
    return error;
  };

  // application/x-www-form-urlencoded
  const PLAIN = /^[A-Za-z0-9*\-._]*$/;
  const plain = (byte: number): boolean =>
    (byte >= 48 && byte <= 57) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 97 && byte <= 122) ||
    byte === 42 ||
    byte === 45 ||
    byte === 46 ||
    byte === 95;
  const coded = (text: string): string => {
    if (PLAIN.test(text)) return text;
    let out = '';
    const bytes = encoder.encode(text);
    for (let i = 0; i < bytes.length; i += 1) {
      const byte = bytes[i] ?? 0;
      if (plain(byte)) out += String.fromCharCode(byte);
      else if (byte === 32) out += '+';
      else out += `%${(byte + 256).toString(16).slice(1).toUpperCase()}`;
    }
    return out;
  };
  const nibble = (unit: number): number =>
    unit >= 48 && unit <= 57
      ? unit - 48
      : unit >= 65 && unit <= 70
        ? unit - 55
        : unit >= 97 && unit <= 102
          ? unit - 87
          : -1;
  const uncoded = (text: string): string => {
    const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
    if (!spaced.includes('%')) return spaced;
    const from = encoder.encode(spaced);
    const to = new Uint8Array(from.length);
    let size = 0;
    for (let i = 0; i < from.length; i += 1) {
      const byte = from[i] ?? 0;
      const [high, low] = byte === 37 ? [nibble(from[i + 1] ?? 0), nibble(from[i + 2] ?? 0)] : [-1, -1];
      to[size] = high >= 0 && low >= 0 ? high * 16 + low : byte;
      size += 1;
      if (high >= 0 && low >= 0) i += 2;
    }
    return decoder.decode(new Uint8Array(to.buffer, 0, size));
  };
  const pairsOf = (text: string): [string, string][] => {
    const pairs: [string, string][] = [];
    for (const part of text.split('&')) {
      if (part === '') continue;
      const at = part.indexOf('=');
      pairs.push(at < 0 ? [uncoded(part), ''] : [uncoded(part.slice(0, at)), uncoded(part.slice(at + 1))]);
    }
    return pairs;
  };
  const queryOf = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.map(([name, value]) => `${coded(name)}=${coded(value)}`).join('&');

  /** Pairs out of what a constructor was given. */
  const given = (init: unknown): [string, string][] => {
    if (init === undefined || init === null) return [];
    if (typeof init !== 'object' && typeof init !== 'function') {
      const text = textOf(init);
      return pairsOf(text.startsWith('?') ? text.slice(1) : text);
    }
    const each = (init as { [Symbol.iterator]?: unknown })[Symbol.iterator];
    if (each !== undefined && each !== null) {
      const pairs: [string, string][] = [];
      for (const pair of init as Iterable<unknown>) {
        if ((typeof pair !== 'object' && typeof pair !== 'function') || pair === null)
          throw new TypeError('Each pair of a query must be an iterable of a name and a value');
        const two = [...(pair as Iterable<unknown>)];
        if (two.length !== 2) throw new TypeError('Each pair of a query must be a name and a value');
        pairs.push([textOf(two[0]), textOf(two[1])]);
      }
      return pairs;
    }
    const found = new Map<string, string>();
    for (const key of Reflect.ownKeys(init)) {
      if (Reflect.getOwnPropertyDescriptor(init, key)?.enumerable !== true) continue;
      if (typeof key === 'symbol') throw new TypeError('A name in a query cannot be a symbol');
      found.set(textOf(key), textOf((init as Record<string, unknown>)[key]));
    }
    return [...found];
  };
  const need = (got: number, wanted: number): void => {
    if (got < wanted) throw new TypeError(`${wanted === 1 ? 'An argument' : 'Two arguments'} must be given`);
  };

  type Kind = 'key' | 'value' | 'both';
  const over = { value: undefined, done: true } as const;

  class Pairs {
    readonly #list: () => readonly (readonly [string, string])[];
    readonly #kind: Kind;
    #at = 0;
    constructor(list: () => readonly (readonly [string, string])[], kind: Kind) {
      this.#list = list;
      this.#kind = kind;
    }
    next(): { value: unknown; done: boolean } {
      const pair = this.#list()[this.#at];
      if (pair === undefined) return { ...over };
      this.#at += 1;
      const [name, value] = pair;
      return { value: this.#kind === 'key' ? name : this.#kind === 'value' ? value : [name, value], done: false };
    }
  }
  const iterator = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;
  Object.setPrototypeOf(Pairs.prototype, iterator);
  Object.defineProperty(Pairs.prototype, 'next', { enumerable: true });
  Object.defineProperty(Pairs.prototype, Symbol.toStringTag, {
    value: 'URLSearchParams Iterator',
    configurable: true,
  });
  // No way leads from what it makes to the class itself: with it any list could be made one of these.
  delete (Pairs.prototype as { constructor?: unknown }).constructor;

  /** Ties a list to its address: who changes the one changes the other. */
  let bind: (query: URLSearchParams, changed: (search: string) => void) => void;
  let refill: (query: URLSearchParams, search: string) => void;

  class URLSearchParams {
    static {
      bind = (query, changed) => void (query.#changed = changed);
      refill = (query, search) => void (query.#pairs = pairsOf(search));
    }

    #pairs: [string, string][];
    #changed: ((search: string) => void) | null = null;

    constructor(init: unknown = undefined) {
      this.#pairs = given(init);
    }

    #tell(): void {
      this.#changed?.(queryOf(this.#pairs));
    }

    get size(): number {
      return this.#pairs.length;
    }

    append(name: unknown, value: unknown): void {
      // oxlint-disable-next-line prefer-rest-params -- how many were given is meant
      need(arguments.length, 2);
      const pair: [string, string] = [textOf(name), textOf(value)];
      this.#pairs.push(pair);
      this.#tell();
    }

    delete(name: unknown, value: unknown = undefined): void {
      // oxlint-disable-next-line prefer-rest-params -- how many were given is meant
      need(arguments.length, 1);
      const [key, only] = [textOf(name), value === undefined ? null : textOf(value)];
      this.#pairs = this.#pairs.filter((pair) => pair[0] !== key || (only !== null && pair[1] !== only));
      this.#tell();
    }

    get(name: unknown): string | null {
      // oxlint-disable-next-line prefer-rest-params -- how many were given is meant
      need(arguments.length, 1);
      const key = textOf(name);
      return this.#pairs.find((pair) => pair[0] === key)?.[1] ?? null;
    }

    getAll(name: unknown): string[] {
      // oxlint-disable-next-line prefer-rest-params -- how many were given is meant
      need(arguments.length, 1);
      const key = textOf(name);
      return this.#pairs.filter((pair) => pair[0] === key).map((pair) => pair[1]);
    }

    has(name: unknown, value: unknown = undefined): boolean {
      // oxlint-disable-next-line prefer-rest-params -- how many were given is meant
      need(arguments.length, 1);
      const [key, only] = [textOf(name), value === undefined ? null : textOf(value)];
      return this.#pairs.some((pair) => pair[0] === key && (only === null || pair[1] === only));
    }

    set(name: unknown, value: unknown): void {
      // oxlint-disable-next-line prefer-rest-params -- how many were given is meant
      need(arguments.length, 2);
      const [key, text] = [textOf(name), textOf(value)];
      const first = this.#pairs.findIndex((pair) => pair[0] === key);
      if (first < 0) this.#pairs.push([key, text]);
      else {
        this.#pairs = this.#pairs.filter((pair, at) => at <= first || pair[0] !== key);
        this.#pairs[first] = [key, text];
      }
      this.#tell();
    }

    sort(): void {
      this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#tell();
    }

    forEach(act: unknown, self: unknown = undefined): void {
      if (typeof act !== 'function') throw new TypeError('forEach takes a function');
      for (let at = 0; at < this.#pairs.length; at += 1) {
        const [name, value] = this.#pairs[at] ?? ['', ''];
        Reflect.apply(act, self, [value, name, this]);
      }
    }

    keys(): Pairs {
      return new Pairs(() => this.#pairs, 'key');
    }

    values(): Pairs {
      return new Pairs(() => this.#pairs, 'value');
    }

    entries(): Pairs {
      return new Pairs(() => this.#pairs, 'both');
    }

    toString(): string {
      return queryOf(this.#pairs);
    }
  }

  /** Says that what the constructor of URL is given are the parts themselves. Nobody outside has it. */
  const PARTS = {};

  class URL {
    #parts: readonly string[];
    #query: URLSearchParams | null = null;

    constructor(url: unknown, base: unknown = undefined) {
      // oxlint-disable-next-line prefer-rest-params -- how many were given is meant
      need(arguments.length, 1);
      if (base === PARTS) {
        this.#parts = url as readonly string[];
        return;
      }
      const text = textOf(url);
      const found = base === undefined ? partsOf('', text, '') : partsOf('base', text, textOf(base));
      if (found === null) throw invalid(text);
      this.#parts = found;
    }

    static canParse(url: unknown, base: unknown = undefined): boolean {
      // oxlint-disable-next-line prefer-rest-params -- how many were given is meant
      need(arguments.length, 1);
      const text = textOf(url);
      return (base === undefined ? partsOf('', text, '') : partsOf('base', text, textOf(base))) !== null;
    }

    static parse(url: unknown, base: unknown = undefined): URL | null {
      // oxlint-disable-next-line prefer-rest-params -- how many were given is meant
      need(arguments.length, 1);
      const text = textOf(url);
      const found = base === undefined ? partsOf('', text, '') : partsOf('base', text, textOf(base));
      return found === null ? null : new URL(found, PARTS);
    }

    static {
      for (let at = 0; at < NAMES.length; at += 1) {
        const name = NAMES[at] ?? '';
        const pair = {
          get(this: URL): string {
            return this.#parts[at] ?? '';
          },
          set(this: URL, value: unknown): void {
            const text = textOf(value);
            const found = name === 'href' ? partsOf('', text, '') : partsOf(name, this.#parts[0] ?? '', text);
            if (found !== null) this.#parts = found;
            else if (name === 'href') throw invalid(text);
            if (this.#query !== null && (name === 'href' || at === SEARCH))
              refill(this.#query, (this.#parts[SEARCH] ?? '').slice(1));
          },
        };
        const set = name === 'origin' ? undefined : pair.set;
        Object.defineProperty(this.prototype, name, { get: pair.get, set, enumerable: true, configurable: true });
      }
    }

    get searchParams(): URLSearchParams {
      if (this.#query === null) {
        this.#query = new URLSearchParams(this.#parts[SEARCH] ?? '');
        bind(this.#query, (search) => {
          this.#parts = partsOf('search', this.#parts[0] ?? '', search) ?? this.#parts;
        });
      }
      return this.#query;
    }

    toString(): string {
      return this.#parts[0] ?? '';
    }

    toJSON(): string {
      return this.#parts[0] ?? '';
    }
  }

  Object.defineProperty(URLSearchParams.prototype, Symbol.iterator, {
    value: URLSearchParams.prototype.entries,
    writable: true,
    configurable: true,
  });
  for (const [kind, members] of [
    [URL, ['searchParams', 'toString', 'toJSON']],
    [URLSearchParams, 'size append delete get getAll has set sort forEach keys values entries toString'.split(' ')],
  ] as const) {
    for (const name of members) Object.defineProperty(kind.prototype, name, { enumerable: true });
    Object.defineProperty(kind.prototype, Symbol.toStringTag, { value: kind.name, configurable: true });
    Object.defineProperty(world, kind.name, { value: kind, writable: true, configurable: true });
  }
  for (const name of ['canParse', 'parse']) Object.defineProperty(URL, name, { enumerable: true });
  return [new URLSearchParams('a=b').entries()];
};
