/** Durations: luxon's Duration under luxon's names; what `diff` gives and `plus` takes. */
import { Duration } from 'luxon';
import { Span } from '../values.ts';
import { amountOf, guarded, STEP, unitOf, unitsOf } from './clock.ts';
import {
  fieldOf,
  functionOf,
  methodOf,
  opt,
  req,
  type Field,
  type Method,
  type StaticFunction,
  type Use,
} from './method.ts';

const duration = methodOf('duration');
const field = fieldOf('duration');
const ofDuration = functionOf('Duration');

const D = 'Duration.fromObject({ hours: 36, minutes: 30 })';

const english = { locale: 'en-US' } as const;

const changed = (use: Use, run: () => Duration): Span => {
  use.budget.charge(STEP);
  return guarded(use, () => new Span(run()));
};

const amount = (name: string, read: (luxon: Duration) => number, result: number): Field =>
  field({
    name,
    result: 'number',
    doc: `The ${name} of the duration as it is divided now; see \`as\` and \`shiftTo\`.`,
    example: [`${D}.${name}`, result],
    read: (self, budget) => {
      budget.charge(STEP / 10);
      return read(self.luxon);
    },
  });

export const durationFields: readonly Field[] = [
  amount('years', (d) => d.years, 0),
  amount('quarters', (d) => d.quarters, 0),
  amount('months', (d) => d.months, 0),
  amount('weeks', (d) => d.weeks, 0),
  amount('days', (d) => d.days, 0),
  amount('hours', (d) => d.hours, 36),
  amount('minutes', (d) => d.minutes, 30),
  amount('seconds', (d) => d.seconds, 0),
  amount('milliseconds', (d) => d.milliseconds, 0),
];

export const durations: readonly Method[] = [
  duration({
    name: 'as',
    params: [req('unit', 'text')],
    result: 'number',
    doc: 'The whole duration in one unit.',
    example: [`${D}.as('days')`, 1.5208333333333333],
    run: (use, self, unit) => {
      const to = unitOf(use, unit);
      use.budget.charge(STEP);
      return guarded(use, () => self.luxon.as(to));
    },
  }),
  duration({
    name: 'shiftTo',
    params: [req('units', 'text or list')],
    result: 'duration',
    doc: 'The duration divided into the units named.',
    example: [`${D}.shiftTo(['days', 'hours']).toObject()`, { days: 1, hours: 12.5 }],
    run: (use, self, units) => {
      const to = unitsOf(use, units);
      return changed(use, () => self.luxon.shiftTo(...to));
    },
  }),
  duration({
    name: 'plus',
    params: [req('amount', 'object or duration')],
    result: 'duration',
    doc: 'The duration made longer.',
    example: [`${D}.plus({ minutes: 15 }).minutes`, 45],
    run: (use, self, more) => {
      const by = amountOf(use, more);
      return changed(use, () => self.luxon.plus(by));
    },
  }),
  duration({
    name: 'minus',
    params: [req('amount', 'object or duration')],
    result: 'duration',
    doc: 'The duration made shorter.',
    example: [`${D}.minus({ hours: 6 }).hours`, 30],
    run: (use, self, less) => {
      const by = amountOf(use, less);
      return changed(use, () => self.luxon.minus(by));
    },
  }),
  duration({
    name: 'toMillis',
    params: [],
    result: 'number',
    doc: 'The whole duration in milliseconds.',
    example: [`${D}.toMillis()`, 131400000],
    run: (use, self) => {
      use.budget.charge(STEP / 3);
      return self.luxon.toMillis();
    },
  }),
  duration({
    name: 'toISO',
    params: [],
    result: 'text',
    doc: 'The duration as an ISO 8601 text.',
    example: [`${D}.toISO()`, 'PT36H30M'],
    run: (use, self) => {
      use.budget.charge(STEP);
      return self.luxon.toISO();
    },
  }),
  duration({
    name: 'toString',
    params: [],
    result: 'text',
    doc: 'The duration as an ISO 8601 text.',
    example: [`${D}.toString()`, 'PT36H30M'],
    run: (use, self) => {
      use.budget.charge(STEP);
      return self.luxon.toISO();
    },
  }),
  duration({
    name: 'toObject',
    params: [],
    result: 'object',
    doc: 'The units of the duration and how many of each.',
    example: [`${D}.toObject()`, { hours: 36, minutes: 30 }],
    run: (use, self) => {
      use.budget.charge(STEP / 3);
      return { ...self.luxon.toObject() };
    },
  }),
];

export const durationFunctions: readonly StaticFunction[] = [
  ofDuration({
    name: 'fromObject',
    params: [req('amount', 'object')],
    result: 'duration',
    doc: 'The duration of so many units.',
    example: ['Duration.fromObject({ days: 2 }).toMillis()', 172800000],
    run: (use, given) => {
      const amounts = amountOf(use, given);
      return changed(use, () => Duration.fromObject(amounts, english));
    },
  }),
  ofDuration({
    name: 'fromISO',
    params: [req('text', 'text')],
    result: 'duration',
    doc: 'The duration of an ISO 8601 text.',
    example: ["Duration.fromISO('PT90M').as('hours')", 1.5],
    run: (use, text) => changed(use, () => Duration.fromISO(text.length > 100 ? '' : text, english)),
  }),
  ofDuration({
    name: 'fromMillis',
    params: [opt('milliseconds', 'number')],
    result: 'duration',
    doc: 'The duration of so many milliseconds.',
    example: ["Duration.fromMillis(90000).as('minutes')", 1.5],
    run: (use, milliseconds = 0) =>
      changed(use, () => Duration.fromMillis(Number.isFinite(milliseconds) ? milliseconds : 0, english)),
  }),
];
