/** The functions of Object and Array. What they make holds own data properties only (PP-01). */
import { toNumber, toText } from '../convert.ts';
import { fail, type Site } from '../fault.ts';
import { protoKey } from '../literals.ts';
import { isPlain, kindName, kindOf, type Plain } from '../values.ts';
import { functionOf, opt, req, rest, type StaticFunction, type Use } from './method.ts';

const object = functionOf('Object');
const array = functionOf('Array');

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
  return fail(
    use.site,
    'expr.type',
    `\`${name}\` expects an object, and got ${kindName(kind)}`,
    'If it may be absent, write value ?? {}.',
  );
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
    if (!Array.isArray(entry))
      return fail(use.site, 'expr.type', '`Object.fromEntries` expects a list of [key, value] pairs');
    set(made, toText(entry[0], use.budget, use.site), entry[1], use.site);
  }
  return made;
};

const lengthOf = (value: unknown, use: Use): number => {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return 0;
  const length = Object.hasOwn(value, 'length') ? toNumber(read(value, 'length'), use.budget, use.site) : 0;
  return Number.isNaN(length) ? 0 : Math.max(0, Math.trunc(length));
};

const listFrom = (use: Use, value: unknown): unknown[] => {
  const kind = kindOf(value);
  if (kind === 'nothing' || kind === 'foreign') {
    return fail(
      use.site,
      'expr.type',
      `\`Array.from\` expects a list, a text or { length }, and got ${kindName(kind)}`,
    );
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

export const objectFunctions: readonly StaticFunction[] = [
  object({
    name: 'keys',
    params: [req('object', 'any')],
    result: 'list',
    doc: 'The names of the fields of an object.',
    example: ['Object.keys({ a: 1, b: 2 })', ['a', 'b']],
    run: (use, value) => keysOf(use, value, 'Object.keys'),
  }),
  object({
    name: 'values',
    params: [req('object', 'any')],
    result: 'list',
    doc: 'The values of the fields of an object.',
    example: ['Object.values({ a: 1, b: 2 })', [1, 2]],
    run: (use, value) => keysOf(use, value, 'Object.values').map((key) => read(value, key)),
  }),
  object({
    name: 'entries',
    params: [req('object', 'any')],
    result: 'list',
    doc: 'The [name, value] pairs of the fields of an object.',
    example: ['Object.entries({ a: 1 })', [['a', 1]]],
    run: (use, value) => {
      const keys = keysOf(use, value, 'Object.entries');
      use.budget.charge(keys.length * 3);
      return keys.map((key) => [key, read(value, key)]);
    },
  }),
  object({
    name: 'fromEntries',
    params: [req('entries', 'list')],
    result: 'object',
    doc: 'An object made of [name, value] pairs.',
    example: ["Object.fromEntries([['a', 1]])", { a: 1 }],
    run: fromEntries,
  }),
  object({
    name: 'hasOwn',
    params: [req('object', 'any'), req('key', 'text')],
    result: 'boolean',
    doc: 'True if an object has a field of that name.',
    example: ["Object.hasOwn({ a: 1 }, 'a')", true],
    run: (_use, value, key) => typeof value === 'object' && value !== null && Object.hasOwn(value, key),
  }),
  object({
    name: 'groupBy',
    params: [req('list', 'list'), req('function', 'function')],
    result: 'object',
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
    name: 'isArray',
    params: [req('value', 'any')],
    result: 'boolean',
    doc: 'True for a list.',
    example: ['Array.isArray([])', true],
    run: (_use, value) => Array.isArray(value),
  }),
  array({
    name: 'of',
    params: [rest('items', 'any')],
    result: 'list',
    doc: 'The list of the arguments.',
    example: ['Array.of(1, 2)', [1, 2]],
    run: (_use, items) => items,
  }),
  array({
    name: 'from',
    params: [req('source', 'any'), opt('function', 'function')],
    result: 'list',
    doc: 'A list made of another list, of the characters of a text, or of { length }; the function makes each item.',
    example: ['Array.from({ length: 3 }, (_, i) => i * 2)', [0, 2, 4]],
    run: (use, source, f) => {
      const list = listFrom(use, source);
      return f === undefined ? list : list.map((item, i) => f(item, i));
    },
  }),
];
