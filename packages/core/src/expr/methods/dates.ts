/**
 * Dates: luxon's DateTime under luxon's names. A date never changes; each method gives a new one. An
 * impossible date is not a Problem but an invalid date, null in JSON, as in luxon; ask `isValid`.
 */
import type { DateTime } from 'luxon';
import { Moment, Span } from '../values.ts';
import { amountOf, guarded, partsOf, pay, payFormat, STEP, unitOf, unitsOf, writingOf } from './clock.ts';
import { localeOf } from './locales.ts';
import { fieldOf, methodOf, opt, req, type Field, type Method, type Use } from './method.ts';
import { zoneOf } from './zones.ts';

const date = methodOf('date');
const field = fieldOf('date');

const D = "DateTime.fromISO('2026-03-05T10:20:30Z')";

/** A method that gives another date; `steps` is what it costs. */
const moved = (use: Use, self: Moment, steps: number, run: (luxon: DateTime) => DateTime): Moment => {
  pay(use, self, steps);
  return guarded(use, () => new Moment(run(self.luxon)));
};

const number = (name: string, doc: string, result: number, read: (luxon: DateTime) => number): Field =>
  field({
    name,
    doc,
    result: 'number',
    example: [`${D}.${name}`, result],
    read: (self, budget) => {
      budget.charge(STEP / 3);
      return read(self.luxon);
    },
  });

const words = (name: string, doc: string, result: string, read: (luxon: DateTime) => string | null): Field =>
  field({
    name,
    doc,
    result: 'text',
    example: [`${D}.${name}`, result],
    read: (self, budget) => {
      budget.charge(STEP * 3);
      return read(self.luxon);
    },
  });

export const dateFields: readonly Field[] = [
  number('year', 'The year.', 2026, (d) => d.year),
  number('quarter', 'The quarter of the year, 1 to 4.', 1, (d) => d.quarter),
  number('month', 'The month, 1 to 12.', 3, (d) => d.month),
  number('weekNumber', 'The week of the year (ISO 8601).', 10, (d) => d.weekNumber),
  number('weekYear', 'The year the week belongs to (ISO 8601).', 2026, (d) => d.weekYear),
  number('weekday', 'The day of the week, 1 for Monday to 7 for Sunday.', 4, (d) => d.weekday),
  number('ordinal', 'The day of the year.', 64, (d) => d.ordinal),
  number('day', 'The day of the month.', 5, (d) => d.day),
  number('hour', 'The hour, 0 to 23.', 10, (d) => d.hour),
  number('minute', 'The minute.', 20, (d) => d.minute),
  number('second', 'The second.', 30, (d) => d.second),
  number('millisecond', 'The millisecond.', 0, (d) => d.millisecond),
  number('daysInMonth', 'How many days the month has.', 31, (d) => d.daysInMonth ?? Number.NaN),
  number('offset', 'The offset from UTC in minutes.', 0, (d) => d.offset),
  words('monthLong', 'The name of the month.', 'March', (d) => d.monthLong),
  words('monthShort', 'The short name of the month.', 'Mar', (d) => d.monthShort),
  words('weekdayLong', 'The name of the day.', 'Thursday', (d) => d.weekdayLong),
  words('weekdayShort', 'The short name of the day.', 'Thu', (d) => d.weekdayShort),
  words('zoneName', 'The name of the time zone.', 'UTC', (d) => d.zoneName),
  field({
    name: 'isValid',
    doc: 'False for a date that does not exist.',
    result: 'boolean',
    example: ["DateTime.fromISO('2026-02-31').isValid", false],
    read: (self) => self.luxon.isValid,
  }),
];

type Text = readonly [name: string, doc: string, result: string, run: (luxon: DateTime) => string | null];

const written: readonly Text[] = [
  ['toISODate', 'The day as an ISO 8601 text.', '2026-03-05', (d) => d.toISODate()],
  ['toRFC2822', 'The date as in e-mails.', 'Thu, 05 Mar 2026 10:20:30 +0000', (d) => d.toRFC2822()],
  ['toHTTP', 'The date as in HTTP headers.', 'Thu, 05 Mar 2026 10:20:30 GMT', (d) => d.toHTTP()],
  ['toSQL', 'The date as in SQL.', '2026-03-05 10:20:30.000 Z', (d) => d.toSQL()],
  ['toSQLDate', 'The day as in SQL.', '2026-03-05', (d) => d.toSQLDate()],
  ['toString', 'The date as an ISO 8601 text.', '2026-03-05T10:20:30.000Z', (d) => d.toISO()],
  ['toJSON', 'The date as an ISO 8601 text.', '2026-03-05T10:20:30.000Z', (d) => d.toISO()],
];

const counted = (name: string, doc: string, result: number, run: (luxon: DateTime) => number): Method =>
  date({
    name,
    params: [],
    result: 'number',
    doc,
    example: [`${D}.${name}()`, result],
    run: (_use, self) => run(self.luxon),
  });

export const dates: readonly Method[] = [
  date({
    name: 'plus',
    params: [req('amount', 'object or duration')],
    result: 'date',
    doc: 'The date later by an amount of time.',
    example: [`${D}.plus({ days: 1 }).toISODate()`, '2026-03-06'],
    run: (use, self, amount) => {
      const by = amountOf(use, amount);
      return moved(use, self, 1, (d) => d.plus(by));
    },
  }),
  date({
    name: 'minus',
    params: [req('amount', 'object or duration')],
    result: 'date',
    doc: 'The date earlier by an amount of time.',
    example: [`${D}.minus({ months: 1 }).toISODate()`, '2026-02-05'],
    run: (use, self, amount) => {
      const by = amountOf(use, amount);
      return moved(use, self, 1, (d) => d.minus(by));
    },
  }),
  date({
    name: 'startOf',
    params: [req('unit', 'text')],
    result: 'date',
    doc: 'The start of the year, month, week, day or hour that the date is in.',
    example: [`${D}.startOf('month').toISODate()`, '2026-03-01'],
    run: (use, self, unit) => {
      const of = unitOf(use, unit);
      return moved(use, self, 1, (d) => d.startOf(of));
    },
  }),
  date({
    name: 'endOf',
    params: [req('unit', 'text')],
    result: 'date',
    doc: 'The last millisecond of the year, month, week, day or hour that the date is in.',
    example: [`${D}.endOf('month').toISODate()`, '2026-03-31'],
    run: (use, self, unit) => {
      const of = unitOf(use, unit);
      return moved(use, self, 2, (d) => d.endOf(of));
    },
  }),
  date({
    name: 'set',
    params: [req('parts', 'object')],
    result: 'date',
    doc: 'The date with other parts.',
    example: [`${D}.set({ hour: 8, minute: 0 }).hour`, 8],
    run: (use, self, parts) => {
      const to = partsOf(use, parts);
      return moved(use, self, 1, (d) => d.set(to));
    },
  }),
  date({
    name: 'setZone',
    params: [req('zone', 'text')],
    result: 'date',
    doc: 'The same moment in another time zone.',
    example: [`${D}.setZone('Europe/Paris').hour`, 11],
    run: (use, self, zone) => {
      const to = zoneOf(use, zone);
      use.budget.charge(STEP);
      return moved(use, self, 1, (d) => d.setZone(to));
    },
  }),
  date({
    name: 'setLocale',
    params: [req('locale', 'text')],
    result: 'date',
    doc: 'The date with another language for the names in its formats.',
    example: [`${D}.setLocale('fr').toFormat('MMMM')`, 'mars'],
    run: (use, self, locale) => {
      const to = localeOf(use, locale);
      return moved(use, self, 1, (d) => d.setLocale(to));
    },
  }),
  date({
    name: 'toUTC',
    params: [],
    result: 'date',
    doc: 'The same moment in UTC.',
    example: [`${D}.setZone('Asia/Tokyo').toUTC().hour`, 10],
    run: (use, self) => moved(use, self, 1, (d) => d.toUTC()),
  }),
  date({
    name: 'toISO',
    params: [opt('options', 'object')],
    result: 'text',
    doc: 'The date as an ISO 8601 text; suppressMilliseconds, suppressSeconds and includeOffset can be said.',
    example: [`${D}.toISO({ suppressMilliseconds: true })`, '2026-03-05T10:20:30Z'],
    run: (use, self, options) => {
      const how = writingOf(use, options);
      pay(use, self, 1);
      return self.luxon.toISO(how);
    },
  }),
  date({
    name: 'toISOTime',
    params: [opt('options', 'object')],
    result: 'text',
    doc: 'The time of day as an ISO 8601 text.',
    example: [`${D}.toISOTime({ suppressMilliseconds: true })`, '10:20:30Z'],
    run: (use, self, options) => {
      const how = writingOf(use, options);
      pay(use, self, 1);
      return self.luxon.toISOTime(how);
    },
  }),
  date({
    name: 'toFormat',
    params: [req('format', 'text')],
    result: 'text',
    doc: 'The date by a format: yyyy, MM, dd, HH, mm, ss, EEEE, MMMM… with other letters in single quotes.',
    example: [`${D}.toFormat('dd.MM.yyyy HH:mm')`, '05.03.2026 10:20'],
    run: (use, self, format) => {
      payFormat(use, format);
      return self.luxon.toFormat(format);
    },
  }),
  ...written.map(([name, doc, result, run]) =>
    date({
      name,
      params: [],
      result: 'text',
      doc,
      example: [`${D}.${name}()`, result],
      run: (use, self) => {
        pay(use, self, 2);
        return run(self.luxon);
      },
    }),
  ),
  counted('toMillis', 'Milliseconds since 1970 in UTC.', 1772706030000, (d) => d.toMillis()),
  counted('toSeconds', 'Seconds since 1970 in UTC, with a fraction.', 1772706030, (d) => d.toSeconds()),
  counted('toUnixInteger', 'Whole seconds since 1970 in UTC.', 1772706030, (d) => d.toUnixInteger()),
  counted('valueOf', 'Milliseconds since 1970 in UTC.', 1772706030000, (d) => d.toMillis()),
  date({
    name: 'toObject',
    params: [],
    result: 'object',
    doc: 'The parts of the date.',
    example: [`${D}.toObject().hour`, 10],
    run: (use, self) => {
      pay(use, self, 1);
      return { ...self.luxon.toObject() };
    },
  }),
  date({
    name: 'diff',
    params: [req('other', 'date'), opt('units', 'text or list')],
    result: 'duration',
    doc: 'The time from another date to this one, in the units named.',
    example: [`${D}.diff(DateTime.fromISO('2026-03-01T10:20:30Z'), 'days').days`, 4],
    run: (use, self, other, units) => {
      const of = unitsOf(use, units);
      pay(use, self, 3 + 2 * of.length);
      return guarded(use, () => new Span(self.luxon.diff(other.luxon, of)));
    },
  }),
  date({
    name: 'hasSame',
    params: [req('other', 'date'), req('unit', 'text')],
    result: 'boolean',
    doc: 'True if another date is in the same year, month, week, day or hour.',
    example: [`${D}.hasSame(DateTime.fromISO('2026-03-01'), 'month')`, true],
    run: (use, self, other, unit) => {
      const of = unitOf(use, unit);
      pay(use, self, 4);
      return guarded(use, () => self.luxon.hasSame(other.luxon, of));
    },
  }),
  date({
    name: 'equals',
    params: [req('other', 'date')],
    result: 'boolean',
    doc: 'True if another date is the same moment in the same zone.',
    example: [`${D}.equals(${D})`, true],
    run: (_use, self, other) => self.luxon.equals(other.luxon),
  }),
];
