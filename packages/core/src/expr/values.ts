/**
 * The kinds of value an expression meets, and the three that are not JSON: dates, durations and
 * regexes. Those are opaque: their state sits in private fields, so reading a member finds no own
 * property on them and only their method table answers.
 *
 * Invariant V1: a value of any other kind (a function, a class instance, a Map…) is `foreign` and is
 * refused wherever it is looked into.
 */
import { DateTime, type Duration } from 'luxon';
import type { RE2JS } from 're2js';
import type { Plain as PlainRegex } from './regex/plain.ts';

export type Plain = { [key: string]: unknown };

export const KINDS = ['text', 'number', 'boolean', 'list', 'object', 'date', 'duration', 'regex'] as const;

export type Kind = (typeof KINDS)[number] | 'nothing' | 'foreign';

export abstract class Opaque {
  abstract readonly kind: 'date' | 'duration' | 'regex';

  /** What the value becomes in JSON and in texts. */
  abstract toJSON(): string | null;
}

/** A point in time with its zone. An impossible date is kept as an invalid one, as luxon does. */
export class Moment extends Opaque {
  readonly #luxon: DateTime;

  constructor(luxon: DateTime) {
    super();
    this.#luxon = luxon;
  }

  get kind(): 'date' {
    return 'date';
  }

  get luxon(): DateTime {
    return this.#luxon;
  }

  toJSON(): string | null {
    return this.#luxon.toISO();
  }
}

/** A length of time. */
export class Span extends Opaque {
  readonly #luxon: Duration;

  constructor(luxon: Duration) {
    super();
    this.#luxon = luxon;
  }

  get kind(): 'duration' {
    return 'duration';
  }

  get luxon(): Duration {
    return this.#luxon;
  }

  toJSON(): string | null {
    return this.#luxon.toISO();
  }
}

type Written = {
  readonly source: string;
  readonly flags: string;
  readonly steady: boolean;
  readonly plain: PlainRegex | undefined;
};

/** A regex literal; its linear-time automaton is built when it is first used. */
export class Pattern extends Opaque {
  readonly #build: () => RE2JS;
  readonly #written: Written;
  #engine: RE2JS | undefined;

  constructor(written: Written, build: () => RE2JS) {
    super();
    this.#build = build;
    this.#written = written;
  }

  get kind(): 'regex' {
    return 'regex';
  }

  get engine(): RE2JS {
    this.#engine ??= this.#build();
    return this.#engine;
  }

  get source(): string {
    return this.#written.source;
  }

  get flags(): string {
    return this.#written.flags;
  }

  /** See regex/steady.ts. */
  get steady(): boolean {
    return this.#written.steady;
  }

  /** See regex/plain.ts. */
  get plain(): PlainRegex | undefined {
    return this.#written.plain;
  }

  toJSON(): string {
    return `/${this.source}/${this.flags}`;
  }
}

export const utc = (milliseconds: number): Moment =>
  new Moment(DateTime.fromMillis(milliseconds, { zone: 'utc', locale: 'en-US' }));

export const isPlain = (value: object): value is Plain => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

export const kindOf = (value: unknown): Kind => {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'undefined':
      return 'nothing';
    case 'object':
      if (value === null) return 'nothing';
      if (Array.isArray(value)) return 'list';
      if (isPlain(value)) return 'object';
      return value instanceof Opaque ? value.kind : 'foreign';
    default:
      return 'foreign';
  }
};

const names: Record<Kind, string> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  object: 'an object',
  date: 'a date',
  duration: 'a duration',
  regex: 'a regex',
  nothing: 'nothing (null or missing)',
  foreign: 'something that is not data',
};

/** A kind in words, with its article: "a list". */
export const kindName = (kind: Kind): string => names[kind];
