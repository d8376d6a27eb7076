/** Plain functions such as Number(…), and the functions of JSON and String. */
import { toNumber, toText } from '../convert.ts';
import { fail, type Site } from '../fault.ts';
import { write } from '../json.ts';
import type { Budget } from '../budget.ts';
import { functionOf, opt, req, rest, type StaticFunction, type Use } from './method.ts';

const plain = functionOf('');
const json = functionOf('JSON');
const string = functionOf('String');

/** How deep JSON nests, by its brackets outside texts, and how many keys it has, roughly. */
const shapeOf = (text: string): { depth: number; keys: number } => {
  let depth = 0;
  let deepest = 0;
  let keys = 0;
  let inside = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inside) {
      if (code === 92) i += 1;
      else if (code === 34) inside = false;
    } else if (code === 34) inside = true;
    else if (code === 58) keys += 1;
    else if (code === 123 || code === 91) deepest = Math.max(deepest, (depth += 1));
    else if (code === 125 || code === 93) depth -= 1;
  }
  return { depth: deepest, keys };
};

const DEEPEST_JSON = 200;

const parseJson = (use: Use, text: string): unknown => {
  use.budget.charge(2 + text.length / 4);
  const { depth, keys } = shapeOf(text);
  if (depth > DEEPEST_JSON)
    return fail(use.site, 'expr.too_deep', `This JSON is nested deeper than ${DEEPEST_JSON} levels`);
  use.budget.charge(keys * 9);
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return fail(
      use.site,
      'expr.value',
      'This text is not JSON',
      'Look at the text before it is parsed; a reply of a model may have words around its JSON.',
    );
  }
};

/** Code points that stand for themselves in a URL's component are cheap, all others become %XX. */
const encode = (budget: Budget, site: Site, text: string, run: (text: string) => string): string => {
  budget.charge(1 + text.length / 2);
  try {
    return run(text);
  } catch {
    return fail(site, 'expr.value', 'This text cannot be encoded or decoded this way');
  }
};

export const globals: readonly StaticFunction[] = [
  plain({
    name: 'String',
    params: [opt('value', 'any')],
    result: 'text',
    doc: 'The value as a text.',
    example: ['String(12)', '12'],
    run: (use, value) => toText(value, use.budget, use.site),
  }),
  plain({
    name: 'Number',
    params: [opt('value', 'any')],
    result: 'number',
    doc: 'The value as a number; NaN, which is null in JSON, when it is none.',
    example: ["Number('12.5')", 12.5],
    run: (use, value) => toNumber(value, use.budget, use.site),
  }),
  plain({
    name: 'Boolean',
    params: [opt('value', 'any')],
    result: 'boolean',
    doc: 'False for null, a missing value, false, 0, NaN and the empty text; true for all else.',
    example: ["['a', '', null].filter(Boolean)", ['a']],
    run: (_use, value) => Boolean(value),
  }),
  ...['', 'Number'].flatMap((on) => {
    const inside = functionOf(on);
    const dot = on === '' ? '' : `${on}.`;
    return [
      inside({
        name: 'parseInt',
        params: [req('text', 'any'), opt('base', 'number')],
        result: 'number',
        doc: 'The whole number at the start of a text; NaN when there is none.',
        example: [`${dot}parseInt('42px', 10)`, 42],
        run: (use, value, base) => {
          const text = toText(value, use.budget, use.site);
          use.budget.scan(text.length);
          return Number.parseInt(text, base);
        },
      }),
      inside({
        name: 'parseFloat',
        params: [req('text', 'any')],
        result: 'number',
        doc: 'The number at the start of a text; NaN when there is none.',
        example: [`${dot}parseFloat('1.5kg')`, 1.5],
        run: (use, value) => {
          const text = toText(value, use.budget, use.site);
          use.budget.scan(text.length);
          return Number.parseFloat(text);
        },
      }),
    ];
  }),
  plain({
    name: 'isNaN',
    params: [req('value', 'any')],
    result: 'boolean',
    doc: 'True if the value is no number and cannot be read as one.',
    example: ["isNaN('x')", true],
    run: (use, value) => Number.isNaN(toNumber(value, use.budget, use.site)),
  }),
  plain({
    name: 'isFinite',
    params: [req('value', 'any')],
    result: 'boolean',
    doc: 'True if the value is, or can be read as, a finite number.',
    example: ["isFinite('12')", true],
    run: (use, value) => Number.isFinite(toNumber(value, use.budget, use.site)),
  }),
  plain({
    name: 'encodeURIComponent',
    params: [req('text', 'text')],
    result: 'text',
    doc: 'The text as it may stand in a part of a URL.',
    example: ["encodeURIComponent('a b&c')", 'a%20b%26c'],
    run: (use, text) => encode(use.budget, use.site, text, encodeURIComponent),
  }),
  plain({
    name: 'decodeURIComponent',
    params: [req('text', 'text')],
    result: 'text',
    doc: 'The text that encodeURIComponent was given.',
    example: ["decodeURIComponent('a%20b')", 'a b'],
    run: (use, text) => encode(use.budget, use.site, text, decodeURIComponent),
  }),
  plain({
    name: 'encodeURI',
    params: [req('text', 'text')],
    result: 'text',
    doc: 'The text with what may not stand in a URL encoded.',
    example: ["encodeURI('http://a/b c')", 'http://a/b%20c'],
    run: (use, text) => encode(use.budget, use.site, text, encodeURI),
  }),
  plain({
    name: 'decodeURI',
    params: [req('text', 'text')],
    result: 'text',
    doc: 'The text that encodeURI was given.',
    example: ["decodeURI('http://a/b%20c')", 'http://a/b c'],
    run: (use, text) => encode(use.budget, use.site, text, decodeURI),
  }),
  json({
    name: 'stringify',
    params: [req('value', 'any'), opt('replacer', 'any'), opt('indent', 'any')],
    result: 'text',
    doc: 'The value as JSON text; the second argument is null, the third the indent.',
    example: ["JSON.stringify({ a: [1, 'x'] })", '{"a":[1,"x"]}'],
    run: (use, value, replacer, indent) => {
      if (replacer !== undefined && replacer !== null) {
        return fail(
          use.site,
          'expr.value',
          'The second argument of `JSON.stringify` is null here',
          'Write JSON.stringify(value, null, 2).',
        );
      }
      const by =
        typeof indent === 'string'
          ? indent.slice(0, 10)
          : indent === undefined || indent === null
            ? 0
            : toNumber(indent, use.budget, use.site);
      return write(value, use.budget, use.site, by);
    },
  }),
  json({
    name: 'parse',
    params: [req('text', 'text')],
    result: 'any',
    doc: 'The value that a JSON text stands for.',
    example: ['JSON.parse(\'{"a":1}\').a', 1],
    run: parseJson,
  }),
  string({
    name: 'fromCharCode',
    params: [rest('codes', 'number')],
    result: 'text',
    doc: 'The text of UTF-16 units.',
    example: ['String.fromCharCode(72, 105)', 'Hi'],
    run: (use, codes) => {
      use.budget.charge(codes.length);
      return codes.map((code) => String.fromCharCode(code)).join('');
    },
  }),
  string({
    name: 'fromCodePoint',
    params: [rest('codes', 'number')],
    result: 'text',
    doc: 'The text of Unicode characters.',
    example: ['String.fromCodePoint(9731)', '☃'],
    run: (use, codes) => {
      use.budget.charge(codes.length);
      return codes
        .map((code) =>
          Number.isInteger(code) && code >= 0 && code <= 0x10ffff
            ? String.fromCodePoint(code)
            : fail(use.site, 'expr.value', 'This is not the number of a character'),
        )
        .join('');
    },
  }),
];
