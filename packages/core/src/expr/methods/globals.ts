/** Plain functions such as Number(…), and the functions of Object, Array, JSON and String. */
import { toNumber, toText } from '../convert.ts';
import { fail, type Site } from '../fault.ts';
import { write } from '../json.ts';
import { protoKey } from '../literals.ts';
import { isPlain, kindName, kindOf, type Plain } from '../values.ts';
import type { Budget } from '../budget.ts';
import { functionOf, opt, req, rest, type StaticFunction, type Use } from './method.ts';

const plain = functionOf('');
const object = functionOf('Object');
const array = functionOf('Array');
const json = functionOf('JSON');
const string = functionOf('String');

/** The own keys of an object, list or text, as Object.keys gives them. */
const keysOf = (use: Use, value: unknown, name: string): string[] => {
  const kind = kindOf(value);
  if (kind === 'object' || kind === 'list' || kind === 'text') {
    use.budget.charge(typeof value === 'string' || Array.isArray(value) ? value.length * 2 : 0);
    const keys = Object.keys(Object(value));
    use.budget.charge(keys.length * 3);
    return keys;
  }
  if (kind === 'number' || kind === 'boolean') return [];
  return fail(use.site, 'expr.type', `\`${name}\` expects an object, and got ${kindName(kind)}`, 'If it may be absent, write value ?? {}.');
};

const read = (value: unknown, key: string): unknown => {
  if (typeof value === 'string') return value[Number(key)];
  const found = Object.getOwnPropertyDescriptor(value, key);
  return typeof found?.value === 'function' ? undefined : found?.value;
};

/** Sets a computed key of a new object; `__proto__` is refused (PP-01). */
const set = (into: Plain, key: string, value: unknown, site: Site): void => {
  if (key === '__proto__') protoKey(site);
  into[key] = value;
};

const fromEntries = (use: Use, list: readonly unknown[]): Plain => {
  const made: Plain = {};
  use.budget.charge(list.length * 4);
  for (const entry of list) {
    if (!Array.isArray(entry)) return fail(use.site, 'expr.type', '`Object.fromEntries` expects a list of [key, value] pairs');
    set(made, toText(entry[0], use.budget, use.site), entry[1], use.site);
  }
  return made;
};

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
  if (depth > DEEPEST_JSON) return fail(use.site, 'expr.too_deep', `This JSON is nested deeper than ${DEEPEST_JSON} levels`);
  use.budget.charge(keys * 9);
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return fail(use.site, 'expr.value', 'This text is not JSON', 'Look at the text before it is parsed; a reply of a model may have words around its JSON.');
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

const lengthOf = (value: unknown, use: Use): number => {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return 0;
  const length = Object.hasOwn(value, 'length') ? toNumber(read(value, 'length'), use.budget, use.site) : 0;
  return Number.isNaN(length) ? 0 : Math.max(0, Math.trunc(length));
};

const listFrom = (use: Use, value: unknown): unknown[] => {
  const kind = kindOf(value);
  if (kind === 'nothing' || kind === 'foreign') {
    return fail(use.site, 'expr.type', `\`Array.from\` expects a list, a text or { length }, and got ${kindName(kind)}`);
  }
  if (Array.isArray(value)) {
    use.budget.charge(1 + value.length / 4);
    return value.slice();
  }
  if (typeof value === 'string') {
    use.budget.charge(1 + value.length);
    return [...value];
  }
  const length = lengthOf(value, use);
  use.budget.charge(1 + length);
  const made: unknown[] = [];
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 1) {
    for (let i = 0; i < length; i += 1) made.push(undefined);
  } else {
    use.budget.charge(length * 4);
    for (let i = 0; i < length; i += 1) made.push(read(value, String(i)));
  }
  return made;
};

export const globals: readonly StaticFunction[] = [
  plain({
    name: 'String', params: [opt('value', 'any')], result: 'text',
    doc: 'The value as a text.', example: ['String(12)', '12'],
    run: (use, value) => toText(value, use.budget, use.site),
  }),
  plain({
    name: 'Number', params: [opt('value', 'any')], result: 'number',
    doc: 'The value as a number; NaN, which is null in JSON, when it is none.', example: ["Number('12.5')", 12.5],
    run: (use, value) => toNumber(value, use.budget, use.site),
  }),
  plain({
    name: 'Boolean', params: [opt('value', 'any')], result: 'boolean',
    doc: 'False for null, a missing value, false, 0, NaN and the empty text; true for all else.', example: ["['a', '', null].filter(Boolean)", ['a']],
    run: (_use, value) => Boolean(value),
  }),
  ...['', 'Number'].flatMap((on) => {
    const inside = functionOf(on);
    const dot = on === '' ? '' : `${on}.`;
    return [
      inside({
        name: 'parseInt', params: [req('text', 'any'), opt('base', 'number')], result: 'number',
        doc: 'The whole number at the start of a text; NaN when there is none.', example: [`${dot}parseInt('42px', 10)`, 42],
        run: (use, value, base) => {
          const text = toText(value, use.budget, use.site);
          use.budget.scan(text.length);
          return Number.parseInt(text, base);
        },
      }),
      inside({
        name: 'parseFloat', params: [req('text', 'any')], result: 'number',
        doc: 'The number at the start of a text; NaN when there is none.', example: [`${dot}parseFloat('1.5kg')`, 1.5],
        run: (use, value) => {
          const text = toText(value, use.budget, use.site);
          use.budget.scan(text.length);
          return Number.parseFloat(text);
        },
      }),
    ];
  }),
  plain({
    name: 'isNaN', params: [req('value', 'any')], result: 'boolean',
    doc: 'True if the value is no number and cannot be read as one.', example: ["isNaN('x')", true],
    run: (use, value) => Number.isNaN(toNumber(value, use.budget, use.site)),
  }),
  plain({
    name: 'isFinite', params: [req('value', 'any')], result: 'boolean',
    doc: 'True if the value is, or can be read as, a finite number.', example: ["isFinite('12')", true],
    run: (use, value) => Number.isFinite(toNumber(value, use.budget, use.site)),
  }),
  plain({
    name: 'encodeURIComponent', params: [req('text', 'text')], result: 'text',
    doc: 'The text as it may stand in a part of a URL.', example: ["encodeURIComponent('a b&c')", 'a%20b%26c'],
    run: (use, text) => encode(use.budget, use.site, text, encodeURIComponent),
  }),
  plain({
    name: 'decodeURIComponent', params: [req('text', 'text')], result: 'text',
    doc: 'The text that encodeURIComponent was given.', example: ["decodeURIComponent('a%20b')", 'a b'],
    run: (use, text) => encode(use.budget, use.site, text, decodeURIComponent),
  }),
  plain({
    name: 'encodeURI', params: [req('text', 'text')], result: 'text',
    doc: 'The text with what may not stand in a URL encoded.', example: ["encodeURI('http://a/b c')", 'http://a/b%20c'],
    run: (use, text) => encode(use.budget, use.site, text, encodeURI),
  }),
  plain({
    name: 'decodeURI', params: [req('text', 'text')], result: 'text',
    doc: 'The text that encodeURI was given.', example: ["decodeURI('http://a/b%20c')", 'http://a/b c'],
    run: (use, text) => encode(use.budget, use.site, text, decodeURI),
  }),
  object({
    name: 'keys', params: [req('object', 'any')], result: 'list',
    doc: 'The names of the fields of an object.', example: ['Object.keys({ a: 1, b: 2 })', ['a', 'b']],
    run: (use, value) => keysOf(use, value, 'Object.keys'),
  }),
  object({
    name: 'values', params: [req('object', 'any')], result: 'list',
    doc: 'The values of the fields of an object.', example: ['Object.values({ a: 1, b: 2 })', [1, 2]],
    run: (use, value) => keysOf(use, value, 'Object.values').map((key) => read(value, key)),
  }),
  object({
    name: 'entries', params: [req('object', 'any')], result: 'list',
    doc: 'The [name, value] pairs of the fields of an object.', example: ['Object.entries({ a: 1 })', [['a', 1]]],
    run: (use, value) => {
      const keys = keysOf(use, value, 'Object.entries');
      use.budget.charge(keys.length * 3);
      return keys.map((key) => [key, read(value, key)]);
    },
  }),
  object({
    name: 'fromEntries', params: [req('entries', 'list')], result: 'object',
    doc: 'An object made of [name, value] pairs.', example: ["Object.fromEntries([['a', 1]])", { a: 1 }],
    run: fromEntries,
  }),
  object({
    name: 'hasOwn', params: [req('object', 'any'), req('key', 'text')], result: 'boolean',
    doc: 'True if an object has a field of that name.', example: ["Object.hasOwn({ a: 1 }, 'a')", true],
    run: (_use, value, key) => typeof value === 'object' && value !== null && Object.hasOwn(value, key),
  }),
  object({
    name: 'groupBy', params: [req('list', 'list'), req('function', 'function')], result: 'object',
    doc: 'An object that holds the items of a list under the names that the function gives them.',
    example: ["Object.groupBy([1, 2, 3], x => x % 2 === 0 ? 'even' : 'odd')", { odd: [1, 3], even: [2] }],
    run: (use, list, f) => {
      const groups = new Map<string, unknown[]>();
      use.budget.charge(list.length * 4);
      list.forEach((item, i) => {
        const key = toText(f(item, i), use.budget, use.site);
        const known = groups.get(key);
        if (known === undefined) groups.set(key, [item]);
        else known.push(item);
      });
      const made: Plain = {};
      for (const [key, items] of groups) set(made, key, items, use.site);
      return made;
    },
  }),
  array({
    name: 'isArray', params: [req('value', 'any')], result: 'boolean',
    doc: 'True for a list.', example: ['Array.isArray([])', true],
    run: (_use, value) => Array.isArray(value),
  }),
  array({
    name: 'of', params: [rest('items', 'any')], result: 'list',
    doc: 'The list of the arguments.', example: ['Array.of(1, 2)', [1, 2]],
    run: (_use, items) => items,
  }),
  array({
    name: 'from', params: [req('source', 'any'), opt('function', 'function')], result: 'list',
    doc: 'A list made of another list, of the characters of a text, or of { length }; the function makes each item.',
    example: ['Array.from({ length: 3 }, (_, i) => i * 2)', [0, 2, 4]],
    run: (use, source, f) => {
      const list = listFrom(use, source);
      return f === undefined ? list : list.map((item, i) => f(item, i));
    },
  }),
  json({
    name: 'stringify', params: [req('value', 'any'), opt('replacer', 'any'), opt('indent', 'any')], result: 'text',
    doc: 'The value as JSON text; the second argument is null, the third the indent.',
    example: ["JSON.stringify({ a: [1, 'x'] })", '{"a":[1,"x"]}'],
    run: (use, value, replacer, indent) => {
      if (replacer !== undefined && replacer !== null) {
        return fail(use.site, 'expr.value', 'The second argument of `JSON.stringify` is null here', 'Write JSON.stringify(value, null, 2).');
      }
      const by = typeof indent === 'string' ? indent.slice(0, 10) : indent === undefined || indent === null ? 0 : toNumber(indent, use.budget, use.site);
      return write(value, use.budget, use.site, by);
    },
  }),
  json({
    name: 'parse', params: [req('text', 'text')], result: 'any',
    doc: 'The value that a JSON text stands for.', example: ['JSON.parse(\'{"a":1}\').a', 1],
    run: parseJson,
  }),
  string({
    name: 'fromCharCode', params: [rest('codes', 'number')], result: 'text',
    doc: 'The text of UTF-16 units.', example: ['String.fromCharCode(72, 105)', 'Hi'],
    run: (use, codes) => {
      use.budget.charge(codes.length);
      return codes.map((code) => String.fromCharCode(code)).join('');
    },
  }),
  string({
    name: 'fromCodePoint', params: [rest('codes', 'number')], result: 'text',
    doc: 'The text of Unicode characters.', example: ['String.fromCodePoint(9731)', '☃'],
    run: (use, codes) => {
      use.budget.charge(codes.length);
      return codes
        .map((code) =>
          Number.isInteger(code) && code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : fail(use.site, 'expr.value', 'This is not the number of a character'),
        )
        .join('');
    },
  }),
];

