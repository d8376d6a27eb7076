/**
 * The functions of DateTime, which read dates. Unless said, in UTC and English; nothing is filled up
 * from the machine's clock: what does not name a day is not a date.
 */
import { DateTime } from 'luxon';
import { fail } from '../fault.ts';
import { Moment } from '../values.ts';
import { checkReadable, guarded, invalid, partsOf, readingOf, STEP } from './clock.ts';
import { functionOf, opt, req, type StaticFunction, type Use } from './method.ts';

const dateTime = functionOf('DateTime');

const LONGEST_DATE = 100;

const fromText = (use: Use, text: string, run: () => DateTime): Moment => {
  if (text.length > LONGEST_DATE) return invalid();
  use.budget.charge(STEP * 4);
  return guarded(use, () => new Moment(run()));
};

/** A text that gives a time but no day would be filled up from the machine's clock. */
const DAY_FIRST = /^[+-]?\d{4}/;

export const dateFunctions: readonly StaticFunction[] = [
  dateTime({
    name: 'fromISO',
    params: [req('text', 'text'), opt('options', 'object')],
    result: 'date',
    doc: 'The date of an ISO 8601 text, in UTC unless a zone is said; a text without a day is invalid.',
    example: ["DateTime.fromISO('2026-03-05T10:00', { zone: 'Europe/Paris' }).toUTC().hour", 9],
    run: (use, text, options) => {
      const how = readingOf(use, options);
      return DAY_FIRST.test(text) ? fromText(use, text, () => DateTime.fromISO(text, how)) : invalid();
    },
  }),
  dateTime({
    name: 'fromSQL',
    params: [req('text', 'text'), opt('options', 'object')],
    result: 'date',
    doc: 'The date of an SQL text, in UTC unless a zone is said.',
    example: ["DateTime.fromSQL('2026-03-05 10:20:30').hour", 10],
    run: (use, text, options) => {
      const how = readingOf(use, options);
      // The date library takes a zone's name behind the date; only offsets are let through.
      return /^\d{4}[-\d:. +Z]*$/.test(text) ? fromText(use, text, () => DateTime.fromSQL(text, how)) : invalid();
    },
  }),
  dateTime({
    name: 'fromRFC2822',
    params: [req('text', 'text'), opt('options', 'object')],
    result: 'date',
    doc: 'The date of an e-mail.',
    example: ["DateTime.fromRFC2822('Thu, 05 Mar 2026 10:20:30 +0000').day", 5],
    run: (use, text, options) => {
      const how = readingOf(use, options);
      return fromText(use, text, () => DateTime.fromRFC2822(text, how));
    },
  }),
  dateTime({
    name: 'fromHTTP',
    params: [req('text', 'text'), opt('options', 'object')],
    result: 'date',
    doc: 'The date of an HTTP header.',
    example: ["DateTime.fromHTTP('Thu, 05 Mar 2026 10:20:30 GMT').day", 5],
    run: (use, text, options) => {
      const how = readingOf(use, options);
      return fromText(use, text, () => DateTime.fromHTTP(text, how));
    },
  }),
  dateTime({
    name: 'fromFormat',
    params: [req('text', 'text'), req('format', 'text'), opt('options', 'object')],
    result: 'date',
    doc: 'The date of a text in a format of your own, in UTC and English unless said.',
    example: ["DateTime.fromFormat('5 Mar 2026', 'd MMM yyyy').toISODate()", '2026-03-05'],
    run: (use, text, format, options) => {
      const how = readingOf(use, options);
      checkReadable(use, format);
      return fromText(use, text, () => DateTime.fromFormat(text, format, how));
    },
  }),
  dateTime({
    name: 'fromMillis',
    params: [req('milliseconds', 'number'), opt('options', 'object')],
    result: 'date',
    doc: 'The date of milliseconds since 1970, in UTC unless a zone is said.',
    example: ['DateTime.fromMillis(0).year', 1970],
    run: (use, milliseconds, options) => {
      const how = readingOf(use, options);
      use.budget.charge(STEP);
      if (!Number.isFinite(milliseconds)) return invalid();
      return guarded(use, () => new Moment(DateTime.fromMillis(milliseconds, how)));
    },
  }),
  dateTime({
    name: 'fromSeconds',
    params: [req('seconds', 'number'), opt('options', 'object')],
    result: 'date',
    doc: 'The date of seconds since 1970, in UTC unless a zone is said.',
    example: ['DateTime.fromSeconds(86400).day', 2],
    run: (use, seconds, options) => {
      const how = readingOf(use, options);
      use.budget.charge(STEP);
      if (!Number.isFinite(seconds)) return invalid();
      return guarded(use, () => new Moment(DateTime.fromSeconds(seconds, how)));
    },
  }),
  dateTime({
    name: 'fromObject',
    params: [req('parts', 'object'), opt('options', 'object')],
    result: 'date',
    doc: 'The date made of its parts; the year is needed.',
    example: ['DateTime.fromObject({ year: 2026, month: 3 }).toISODate()', '2026-03-01'],
    run: (use, given, options) => {
      const how = readingOf(use, options);
      const parts = partsOf(use, given);
      if (parts.year === undefined)
        return fail(
          use.site,
          'expr.value',
          'A date needs a year',
          'Write { year: 2026, month: 1, day: 31 }, or now.set({ hour: 8 }).',
        );
      use.budget.charge(STEP * 2);
      return guarded(use, () => new Moment(DateTime.fromObject(parts, { zone: how.zone, locale: how.locale })));
    },
  }),
];
