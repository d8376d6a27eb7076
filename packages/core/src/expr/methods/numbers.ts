/** Methods of numbers and booleans, and the functions and constants of Number and Math. */
import { toNumber } from '../convert.ts';
import { fail } from '../fault.ts';
import type { Plain } from '../values.ts';
import { localeOf } from './locales.ts';
import {
  functionOf,
  methodOf,
  opt,
  req,
  rest,
  type Constant,
  type Method,
  type StaticFunction,
  type Use,
} from './method.ts';

const number = methodOf('number');

const within = (use: Use, value: number, from: number, to: number): number => {
  const whole = Math.trunc(value) || 0;
  return whole >= from && whole <= to
    ? whole
    : fail(use.site, 'expr.value', `This number must be from ${from} to ${to}`);
};

/** The options of toLocaleString that are passed on; each with what it may be. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  style: /^(?:decimal|percent|currency)$/,
  currency: /^[A-Za-z]{3}$/,
  currencyDisplay: /^(?:symbol|narrowSymbol|code|name)$/,
  notation: /^(?:standard|scientific|engineering|compact)$/,
  compactDisplay: /^(?:short|long)$/,
  useGrouping: /^(?:true|false|always|auto|min2)$/,
  signDisplay: /^(?:auto|never|always|exceptZero|negative)$/,
  minimumIntegerDigits: /^(?:[1-9]|1\d|2[01])$/,
  minimumFractionDigits: /^(?:\d|1\d|20)$/,
  maximumFractionDigits: /^(?:\d|1\d|20)$/,
  maximumSignificantDigits: /^(?:[1-9]|1\d|2[01])$/,
};

const optionsOf = (use: Use, given: Plain): Plain => {
  const made: Plain = {};
  for (const [name, value] of Object.entries(given)) {
    use.budget.charge(10);
    const allowed = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    const simple = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (allowed === undefined || !simple || !allowed.test(String(value))) {
      return fail(
        use.site,
        'expr.value',
        'This option of toLocaleString is not supported',
        `Supported are ${Object.keys(OPTIONS).join(', ')}.`,
      );
    }
    made[name] = value;
  }
  const least = Number(made.minimumFractionDigits ?? 0);
  if (made.style === 'currency' && made.currency === undefined) {
    return fail(
      use.site,
      'expr.value',
      'The style currency needs a currency',
      "Write { style: 'currency', currency: 'EUR' }.",
    );
  }
  if (made.maximumFractionDigits !== undefined && Number(made.maximumFractionDigits) < least) {
    return fail(use.site, 'expr.value', 'maximumFractionDigits is below minimumFractionDigits');
  }
  return made;
};

export const numbers: readonly Method[] = [
  number({
    name: 'toFixed',
    params: [opt('digits', 'number')],
    result: 'text',
    doc: 'The number as a text with so many digits after the point.',
    example: ['(3.14159).toFixed(2)', '3.14'],
    run: (use, self, digits = 0) => {
      use.budget.charge(35);
      return self.toFixed(within(use, digits, 0, 100));
    },
  }),
  number({
    name: 'toPrecision',
    params: [opt('digits', 'number')],
    result: 'text',
    doc: 'The number as a text with so many significant digits.',
    example: ['(1234.5).toPrecision(2)', '1.2e+3'],
    run: (use, self, digits) => {
      use.budget.charge(20);
      return digits === undefined ? String(self) : self.toPrecision(within(use, digits, 1, 100));
    },
  }),
  number({
    name: 'toString',
    params: [opt('base', 'number')],
    result: 'text',
    doc: 'The number as a text, in another base if said.',
    example: ['(255).toString(16)', 'ff'],
    run: (use, self, base = 10) => {
      use.budget.charge(base === 10 ? 5 : 130);
      return self.toString(within(use, base, 2, 36));
    },
  }),
  number({
    name: 'toLocaleString',
    params: [opt('locale', 'text'), opt('options', 'object')],
    result: 'text',
    doc: 'The number as a text in the manner of a language (en-US unless said).',
    example: ["(1234.5).toLocaleString('de-DE')", '1.234,5'],
    run: (use, self, locale, options) => {
      use.budget.charge(1200);
      return self.toLocaleString(
        localeOf(use, locale ?? 'en-US'),
        options === undefined ? undefined : optionsOf(use, options),
      );
    },
  }),
  methodOf('boolean')({
    name: 'toString',
    params: [],
    result: 'text',
    doc: 'The text "true" or "false".',
    example: ['true.toString()', 'true'],
    run: (_use, self) => String(self),
  }),
];

const ofNumber = functionOf('Number');
const math = functionOf('Math');

const check = (
  name: string,
  doc: string,
  example: readonly [string, unknown],
  run: (value: unknown) => boolean,
): StaticFunction =>
  ofNumber({ name, params: [req('value', 'any')], result: 'boolean', doc, example, run: (_use, value) => run(value) });

const one = (
  name: string,
  doc: string,
  example: readonly [string, unknown],
  run: (value: number) => number,
): StaticFunction =>
  math({
    name,
    params: [opt('value', 'any')],
    result: 'number',
    doc,
    example,
    run: (use, value) => run(toNumber(value, use.budget, use.site)),
  });

const all = (use: Use, values: readonly unknown[]): number[] => {
  use.budget.charge(values.length);
  return values.map((value) => toNumber(value, use.budget, use.site));
};

export const numberFunctions: readonly StaticFunction[] = [
  check('isInteger', 'True for a number without a fraction.', ['Number.isInteger(2.5)', false], Number.isInteger),
  check(
    'isSafeInteger',
    'True for a whole number small enough to be exact.',
    ['Number.isSafeInteger(2 ** 60)', false],
    Number.isSafeInteger,
  ),
  check(
    'isFinite',
    'True for a number that is neither infinite nor NaN.',
    ['Number.isFinite(1 / 0)', false],
    Number.isFinite,
  ),
  check('isNaN', 'True for NaN alone.', ["Number.isNaN(Number('x'))", true], Number.isNaN),
  one('abs', 'The number without its sign.', ['Math.abs(-3)', 3], Math.abs),
  one('ceil', 'The next whole number upwards.', ['Math.ceil(1.2)', 2], Math.ceil),
  one('floor', 'The next whole number downwards.', ['Math.floor(-1.2)', -2], Math.floor),
  one('round', 'The nearest whole number; halves go up.', ['Math.round(2.5)', 3], Math.round),
  one('trunc', 'The number without its fraction.', ['Math.trunc(-1.8)', -1], Math.trunc),
  one('sign', '1, -1 or 0 by the sign of the number.', ['Math.sign(-3)', -1], Math.sign),
  one('sqrt', 'The square root.', ['Math.sqrt(9)', 3], Math.sqrt),
  one('cbrt', 'The cube root.', ['Math.cbrt(27)', 3], Math.cbrt),
  one('exp', 'e to the power of the number.', ['Math.exp(0)', 1], Math.exp),
  one('log', 'The natural logarithm.', ['Math.log(1)', 0], Math.log),
  one('log2', 'The logarithm to base 2.', ['Math.log2(8)', 3], Math.log2),
  one('log10', 'The logarithm to base 10.', ['Math.log10(1000)', 3], Math.log10),
  one('sin', 'The sine of an angle in radians.', ['Math.sin(0)', 0], Math.sin),
  one('cos', 'The cosine of an angle in radians.', ['Math.cos(0)', 1], Math.cos),
  one('tan', 'The tangent of an angle in radians.', ['Math.tan(0)', 0], Math.tan),
  one('asin', 'The angle of a sine, in radians.', ['Math.asin(0)', 0], Math.asin),
  one('acos', 'The angle of a cosine, in radians.', ['Math.acos(1)', 0], Math.acos),
  one('atan', 'The angle of a tangent, in radians.', ['Math.atan(0)', 0], Math.atan),
  math({
    name: 'atan2',
    params: [req('y', 'number'), req('x', 'number')],
    result: 'number',
    doc: 'The angle of a point, in radians.',
    example: ['Math.atan2(0, 1)', 0],
    run: (_use, y, x) => Math.atan2(y, x),
  }),
  math({
    name: 'pow',
    params: [req('base', 'number'), req('exponent', 'number')],
    result: 'number',
    doc: 'A number to a power.',
    example: ['Math.pow(2, 10)', 1024],
    run: (_use, base, exponent) => base ** exponent,
  }),
  math({
    name: 'max',
    params: [rest('values', 'any')],
    result: 'number',
    doc: 'The greatest of the numbers.',
    example: ['Math.max(...[1, 3, 2])', 3],
    run: (use, values) => all(use, values).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  }),
  math({
    name: 'min',
    params: [rest('values', 'any')],
    result: 'number',
    doc: 'The least of the numbers.',
    example: ['Math.min(1, 3, 2)', 1],
    run: (use, values) => all(use, values).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  }),
  math({
    name: 'hypot',
    params: [rest('values', 'any')],
    result: 'number',
    doc: 'The square root of the sum of the squares.',
    example: ['Math.hypot(3, 4)', 5],
    run: (use, values) => {
      use.budget.charge(values.length * 2);
      return values.length > 1000
        ? fail(use.site, 'expr.value', '`Math.hypot` takes at most 1000 numbers')
        : Math.hypot(...all(use, values));
    },
  }),
];

const constant = (on: string, name: string, value: number, doc: string): Constant => ({
  on,
  name,
  value,
  doc,
  result: 'number',
  example: [`${on}.${name}`, value],
});

export const numberConstants: readonly Constant[] = [
  constant('Math', 'PI', Math.PI, 'The ratio of a circle to its diameter.'),
  constant('Math', 'E', Math.E, 'The base of natural logarithms.'),
  constant('Number', 'MAX_SAFE_INTEGER', Number.MAX_SAFE_INTEGER, 'The greatest whole number that is exact.'),
  constant('Number', 'MIN_SAFE_INTEGER', Number.MIN_SAFE_INTEGER, 'The least whole number that is exact.'),
  constant('Number', 'EPSILON', Number.EPSILON, 'The step from 1 to the next number.'),
];
