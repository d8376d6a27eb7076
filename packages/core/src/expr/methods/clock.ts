/**
 * What the methods of dates and durations share: units, options, formats and what they cost.
 * Everything that reaches the date library has been checked here, so that it neither throws nor asks
 * the machine for its clock, its zone or its language.
 */
import { DateTime, type DateTimeUnit, type DurationLikeObject, type DurationUnit } from 'luxon';
import { toNumber } from '../convert.ts';
import { fail } from '../fault.ts';
import { Moment, Span, type Plain } from '../values.ts';
import { localeOf } from './locales.ts';
import type { Use } from './method.ts';
import { zoneOf } from './zones.ts';

/** Operations of one step of date arithmetic in UTC; a named zone costs about twice that. */
export const STEP = 300;

/** Pays for `steps` steps on a date. */
export const pay = (use: Use, moment: Moment, steps: number): void =>
  use.budget.charge(STEP * steps * (moment.luxon.zone.type === 'iana' ? 2 : 1));

/** The result of a call of the date library; its own errors are Problems of the author. */
export const guarded = <T>(use: Use, run: () => T): T => {
  try {
    return run();
  } catch {
    return fail(use.site, 'expr.value', 'No date can be made of this');
  }
};

const UNITS = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'] as const;

const unitNames: ReadonlyMap<string, (typeof UNITS)[number]> = new Map(
  UNITS.flatMap(
    (unit) =>
      [
        [unit, unit],
        [`${unit}s`, unit],
      ] as const,
  ),
);

/** A unit by its name, in singular or plural. */
export const unitOf = (use: Use, name: string): DateTimeUnit & DurationUnit =>
  unitNames.get(name) ??
  fail(
    use.site,
    'expr.value',
    'There is no such unit of time',
    `Units are ${UNITS.map((unit) => `${unit}s`).join(', ')}.`,
  );

export const unitsOf = (use: Use, given: string | readonly string[] | undefined): (DateTimeUnit & DurationUnit)[] => {
  const list = typeof given === 'string' ? [given] : (given ?? ['milliseconds']);
  if (list.length === 0 || list.length > UNITS.length)
    return fail(use.site, 'expr.value', 'Name one or more units of time');
  return list.map((name) => unitOf(use, name));
};

/** An amount of time, from `{ days: 1 }` or a duration. */
export const amountOf = (use: Use, given: Plain | Span): DurationLikeObject => {
  if (given instanceof Span) return given.luxon.toObject();
  const made: DurationLikeObject = {};
  for (const [name, value] of Object.entries(given)) {
    use.budget.charge(5);
    const amount = toNumber(value, use.budget, use.site);
    if (!Number.isFinite(amount))
      return fail(use.site, 'expr.value', 'An amount of time must be a number', 'Write { days: 1 }.');
    made[unitOf(use, name)] = amount;
  }
  return made;
};

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond'] as const;

/** Parts of a date, from `{ year: 2026, month: 1 }`. */
export const partsOf = (use: Use, given: Plain): Partial<Record<(typeof PARTS)[number], number>> => {
  const made: Partial<Record<(typeof PARTS)[number], number>> = {};
  for (const [name, value] of Object.entries(given)) {
    use.budget.charge(5);
    const part = PARTS.find((known) => known === name);
    if (part === undefined)
      return fail(use.site, 'expr.value', 'A date has no such part', `Parts are ${PARTS.join(', ')}.`);
    const number = toNumber(value, use.budget, use.site);
    if (!Number.isInteger(number)) return fail(use.site, 'expr.value', 'A part of a date must be a whole number');
    made[part] = number;
  }
  return made;
};

/** A text or boolean option of the author's; undefined when it is absent. */
const option = (given: Plain, name: string): unknown => (Object.hasOwn(given, name) ? given[name] : undefined);

const onlyOptions = (use: Use, given: Plain, allowed: readonly string[]): void => {
  if (Object.keys(given).some((name) => !allowed.includes(name))) {
    fail(use.site, 'expr.value', 'This option is not supported', `Supported are ${allowed.join(', ')}.`);
  }
};

export type Reading = { readonly zone: string; readonly setZone: boolean; readonly locale: string };

/** How a text is read as a date: in UTC and English unless said. */
export const readingOf = (use: Use, given: Plain = {}): Reading => {
  use.budget.charge(20);
  onlyOptions(use, given, ['zone', 'setZone', 'locale']);
  const zone = option(given, 'zone');
  const locale = option(given, 'locale');
  return {
    zone: zoneOf(use, zone === undefined ? 'utc' : String(zone)),
    setZone: option(given, 'setZone') === true,
    locale: localeOf(use, locale === undefined ? 'en-US' : String(locale)),
  };
};

/** The switches of toISO and its like. */
export const writingOf = (use: Use, given: Plain = {}): { [name: string]: boolean } => {
  const allowed = ['suppressMilliseconds', 'suppressSeconds', 'includeOffset'];
  onlyOptions(use, given, allowed);
  const made: { [name: string]: boolean } = {};
  for (const name of allowed) {
    const value = option(given, name);
    if (value !== undefined) made[name] = value === true;
  }
  return made;
};

/** Runs of the same letter, quoted pieces, and all else: the tokens of a format. */
const TOKENS = /'[^']*'|([A-Za-z])\1*|[^A-Za-z']+|'/g;

const LONGEST_FORMAT = 200;

export const tokensOf = (use: Use, format: string): string[] => {
  if (format.length > LONGEST_FORMAT)
    return fail(use.site, 'expr.value', `A date format may be ${LONGEST_FORMAT} characters long`);
  use.budget.charge(10 + format.length);
  return format.match(TOKENS) ?? [];
};

const isToken = (token: string): boolean => /^[A-Za-z]/.test(token);

/** Pays for writing a date by a format: names of months and zones are dear, numbers are not. */
export const payFormat = (use: Use, format: string): void => {
  let cost = 150;
  for (const token of tokensOf(use, format)) {
    if (!isToken(token)) continue;
    if (/^(?:z|Z{4,})/.test(token)) cost += 3500;
    else if (/^(?:[DtTfF]|[MLEc]{3,}|[aG])/.test(token)) cost += 700;
    else cost += 40;
  }
  use.budget.charge(cost);
};

const FIXED = /^(?:yyyy|MM|LL|dd|HH|hh|mm|ss|SSS|ooo|kkkk|WW)$/;
const VARIABLE = /^(?:yy|[MLdHhmsS]|[ML]{3,4}|a|E{3,4}|c{3,4}|Z{1,3}|o)$/;

/**
 * Checks a format for reading. Two parts of unknown length must have something between them: else a
 * text could be cut in many ways, and the date library would try them all.
 */
export const checkReadable = (use: Use, format: string): void => {
  const tokens = tokensOf(use, format);
  const wrong = tokens.find((token) => isToken(token) && !FIXED.test(token) && !VARIABLE.test(token));
  if (wrong !== undefined)
    fail(
      use.site,
      'expr.value',
      'This date format has a part that cannot be read',
      'Write a format such as yyyy-MM-dd HH:mm, with other letters in single quotes.',
    );
  if (tokens.some((token, i) => VARIABLE.test(token) && isToken(tokens[i + 1] ?? ''))) {
    fail(
      use.site,
      'expr.value',
      'This date format has parts of unknown length without anything between them',
      'Write MM for M, dd for d, HH for H.',
    );
  }
  if (tokens.some((token, i) => VARIABLE.test(token) && /^'?\d/.test(tokens[i + 1] ?? ''))) {
    fail(use.site, 'expr.value', 'This date format has a digit behind a part of unknown length');
  }
  if (tokens.filter(isToken).length > 20) fail(use.site, 'expr.value', 'This date format has too many parts');
  if (!tokens.some((token) => /^(?:yy|yyyy|kkkk)$/.test(token))) {
    fail(
      use.site,
      'expr.value',
      'This date format has no year, so it names no day',
      'Write a format with yyyy, and put the year into the text.',
    );
  }
};

/** A date that stands for "no date", as the date library gives it for texts that are none. */
export const invalid = (): Moment => new Moment(DateTime.invalid('unparsable'));
