import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileInput, type InputValidator } from './input.ts';

const validator = (schema: unknown): InputValidator => {
  const made = compileInput(schema);
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  return made.validate;
};
const problems = (schema: unknown, value: unknown): string[] => {
  const made = validator(schema)(value);
  return made.ok
    ? []
    : made.problems.map((p) => `${p.code} ${p.at?.field ?? ''}: ${p.text}${p.fix === undefined ? '' : ` ${p.fix}`}`);
};
const filled = (schema: unknown, value: unknown): unknown => {
  const made = validator(schema)(value);
  return made.ok ? made.value : made.problems;
};
const broken = (schema: unknown): string[] => {
  const made = compileInput(schema);
  return made.ok
    ? []
    : made.problems.map((p) => `${p.code} ${p.at?.field ?? ''}: ${p.text}${p.fix === undefined ? '' : ` ${p.fix}`}`);
};

const order = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 5 },
    count: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
    items: {
      type: 'array',
      maxItems: 3,
      items: {
        type: 'object',
        properties: { id: { type: 'string', pattern: '^[a-z]+$' }, price: { type: 'number', exclusiveMinimum: 0 } },
        required: ['id'],
      },
    },
    state: { enum: ['new', 'old'] },
    mail: { type: ['string', 'null'], format: 'email' },
  },
  required: ['name'],
  additionalProperties: false,
};

test('a flow without input accepts any JSON, and an input that was not given is an empty object', () => {
  for (const value of [1, 'x', null, [1], { a: 1 }]) expect(filled(undefined, value)).toEqual(value);
  expect(filled(undefined, undefined)).toEqual({});
  expect(problems(order, undefined)).toEqual(['input.missing input.name: expected a text in `name`, got nothing']);
});

test('every problem is told at once, with its place, what was expected, and the type that came', () => {
  const value = {
    nme: 'x',
    count: 0.5,
    items: [{ id: 'ok' }, { id: 'NO', price: 0 }, 7, {}],
    state: 'gone',
    mail: 'nobody',
  };
  expect(problems(order, value)).toEqual([
    'input.missing input.name: expected a text in `name`, got nothing',
    'input.wrong input.count: expected a whole number, got a number',
    'input.wrong input.items: expected at most 3 entries, got 4',
    'input.wrong input.items[1].id: expected a text that matches the pattern ^[a-z]+$, got another text',
    'input.wrong input.items[1].price: expected more than 0, got a smaller number',
    'input.wrong input.items[2]: expected an object, got a number',
    'input.missing input.items[3].id: expected a text in `id`, got nothing',
    'input.wrong input.state: expected one of "new", "old", got another value (a text)',
    'input.wrong input.mail: expected an e-mail address, got another text',
    'input.unknown input.nme: the field `nme` is not known here Did you mean name?',
  ]);
});

test('null, lists, texts and numbers where an object is expected are refused (API-09)', () => {
  for (const value of [null, [], '', 0, true]) expect(problems(order, value)).toHaveLength(1);
  for (const name of [null, [], {}, 0, ['x']]) expect(problems(order, { name })).toHaveLength(1);
});

test('IN2 defaults are filled in at every level, and the value given stays as it was', () => {
  const schema = {
    type: 'object',
    properties: {
      a: { type: 'object', default: {}, properties: { b: { type: 'array', items: { type: 'number' }, default: [1] } } },
    },
  };
  const given = Object.freeze({});
  const first = filled(schema, given);
  expect(first).toEqual({ a: { b: [1] } });
  expect(filled(schema, { a: {} })).toEqual({ a: { b: [1] } });
  (first as { a: { b: number[] } }).a.b.push(2);
  expect(filled(schema, given)).toEqual({ a: { b: [1] } });
  expect(given).toEqual({});
});

test('a value that needs no default is passed on as it is, not copied', () => {
  const value = { name: 'x', count: 2, items: [{ id: 'a' }] };
  expect(filled(order, value)).toBe(value);
});

test('IN1 names like __proto__ and constructor are names like any other (PP-01)', () => {
  const value: unknown = JSON.parse('{"name":"x","__proto__":{"polluted":1},"constructor":1}');
  expect(problems(order, value)).toEqual([
    'input.unknown input.__proto__: the field `__proto__` is not known here',
    'input.unknown input.constructor: the field `constructor` is not known here',
  ]);
  const open = {
    type: 'object',
    properties: { constructor: { type: 'string' }, d: { default: 1 } },
    required: ['toString'],
  };
  expect(problems(open, {})).toEqual(['input.missing input.toString: expected a value in `toString`, got nothing']);
  const made = filled({ properties: { d: { default: 1 } } }, value);
  expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('IN3 no problem carries a value', () => {
  const canary = 'k9-canary-9e1f';
  const value = { name: canary, count: canary, items: [{ id: canary, price: canary }], state: canary, mail: canary };
  expect(problems(order, value).join('\n')).not.toContain(canary);
});

test('IN4 what the schema says and this subset does not keep is refused, with what to write instead', () => {
  expect(
    broken({
      type: 'object',
      propertys: {},
      minLength: 3,
      properties: {
        a: { $ref: '#/x' },
        b: { type: 'strin' },
        c: { type: [] },
        d: { enum: [] },
        e: { pattern: '(?=x)' },
        f: { format: 'ipv9' },
        g: { minimum: '1' },
        h: { type: 'integer', default: 'x' },
        i: { anyOf: [] },
        j: 5,
      },
      required: ['z', 1],
    }),
  ).toMatchSnapshot();
  expect(broken({ type: 'object', properties: { name: {} }, required: ['nmae'], additionalProperties: false })).toEqual(
    ['schema.wrong input.required: `nmae` is required and not allowed Did you mean name?'],
  );
  expect(broken(7)).toEqual(['schema.wrong input: expected a JSON Schema (an object), got a number']);
});

test('formats take what is valid and refuse what is not', () => {
  const fits = (format: string, text: string): boolean => problems({ format }, text).length === 0;
  for (const text of ['2026-02-28T23:59:60Z', '2024-02-29T00:00:00.123+02:00', '2026-01-01t00:00:00z'])
    expect(fits('date-time', text)).toBe(true);
  for (const text of ['2026-02-29T00:00:00Z', '2026-01-01', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00', 'x'])
    expect(fits('date-time', text)).toBe(false);
  for (const text of ['a@b.co', 'ü.x+y@sub.bücher.example']) expect(fits('email', text)).toBe(true);
  for (const text of ['a', '@b.co', 'a@b', 'a b@c.de', 'a@-b.de', `${'a'.repeat(65)}@b.co`])
    expect(fits('email', text)).toBe(false);
  for (const text of ['https://a.example/x?y#z', 'mailto:a@b.co', 'urn:isbn:1']) expect(fits('uri', text)).toBe(true);
  for (const text of ['/x', 'a.example', 'https://a b', 'https://']) expect(fits('uri', text)).toBe(false);
  expect(fits('date', '2026-13-01')).toBe(false);
  expect(fits('uuid', '123e4567-e89b-12d3-a456-426614174000')).toBe(true);
});

test('lengths count characters, not code units; multiples survive the precision of doubles', () => {
  expect(problems({ maxLength: 2 }, '😀😀')).toEqual([]);
  expect(problems({ maxLength: 2 }, '😀😀😀')).toHaveLength(1);
  expect(problems({ multipleOf: 0.1 }, 0.3)).toEqual([]);
  expect(problems({ multipleOf: 0.1 }, 0.35)).toHaveLength(1);
  expect(
    problems({ uniqueItems: true }, [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ]),
  ).toHaveLength(1);
});

test('a costly pattern meets a bound of characters, not a stalled loop (DOS-06)', () => {
  const costly = validator({ pattern: '(.{0,30}){0,30}[xy]' });
  const begun = performance.now();
  for (const length of [500, 5_000, 50_000, 500_000]) expect(costly('a'.repeat(length)).ok).toBe(false);
  expect(performance.now() - begun).toBeLessThan(1500);
  expect(validator({ pattern: '^[a-z]+$' })('a'.repeat(50_000)).ok).toBe(true);
});

test('judging is total: any schema and any value end in an answer', () => {
  const words = [
    'type',
    'properties',
    'required',
    'items',
    'enum',
    'default',
    'minLength',
    'additionalProperties',
    'pattern',
  ];
  const value = fc.jsonValue({ maxDepth: 2 });
  const schema = (depth: number): fc.Arbitrary<unknown> =>
    depth === 0
      ? value
      : fc.dictionary(
          fc.constantFrom(...words),
          fc.oneof(
            value,
            fc.constantFrom('object', 'string', ['array', 'null']),
            fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), schema(depth - 1), { maxKeys: 2 }),
            schema(depth - 1),
          ),
          { maxKeys: 4 },
        );
  fc.assert(
    fc.property(schema(3), value, (s, value) => {
      const made = compileInput(s);
      if (made.ok) made.validate(value);
    }),
    { numRuns: 500 },
  );
});

test('a schema cannot make its own compiling costly (DOS-06)', () => {
  const properties = Object.fromEntries(
    Array.from({ length: 2000 }, (_, i) => [`p${i}`, { pattern: `(x{30}){30}(y{30}){30}a{1000}${i}` }]),
  );
  const begun = performance.now();
  expect(broken({ properties })).toHaveLength(100);
  expect(broken({ pattern: 'a{9}'.repeat(20) })).toHaveLength(1);
  expect(performance.now() - begun).toBeLessThan(2000);
});

/** The middle of three, so that a pause of the machine does not count. */
const median = (work: () => unknown): number => {
  const times = [0, 1, 2].map(() => {
    const begun = performance.now();
    work();
    return performance.now() - begun;
  });
  return times.toSorted((a, b) => a - b)[1] ?? 0;
};

test('DOS-06 the patterns of one input look at a bounded number of characters, however many texts there are', () => {
  const pattern = '(a|b)*(c|d){0,50}[^z]{0,90}$';
  const judge = validator({
    type: 'object',
    properties: { list: { type: 'array', items: { type: 'string', pattern } } },
  });
  const texts = (n: number): unknown => ({ list: Array.from({ length: n }, () => `${'ab'.repeat(200)}z`) });
  const told = judge(texts(2_000));
  expect(told.ok ? [] : told.problems.map((p) => p.text)).toContain(
    'expected fewer or shorter texts, for all that their patterns have to look at, got more',
  );
  // Ten times as many texts cost hardly more than those that use the bound up.
  const control = median(() => judge(texts(2_000)));
  expect(median(() => judge(texts(20_000)))).toBeLessThan(4 * control + 50);
});

test('DOS-06 a thousand texts of an everyday pattern are judged as before', () => {
  const judge = validator({ type: 'array', items: { type: 'string', pattern: '^[a-z0-9_-]{1,40}$' } });
  const texts = Array.from({ length: 1_000 }, (_, i) => `a-name-of-an-order-${i}`);
  expect(judge(texts).ok).toBe(true);
  expect(judge([...texts, 'No!']).ok).toBe(false);
});

test('DOS-04 a body of unknown fields for a schema of thousands costs about what known fields cost', () => {
  const fields = (letter: string, n: number): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length: n }, (_, i) => [`${letter}${i}`, 1]));
  const properties = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`p${i}`, { type: 'integer' }]));
  const judge = validator({ type: 'object', properties, additionalProperties: false });
  const unknown = fields('q', 60_000);
  const told = judge(unknown);
  expect(told.ok ? 0 : told.problems.length).toBe(100);
  const known = fields('p', 3_000);
  const control = median(() => {
    for (let i = 0; i < 20; i += 1) judge(known);
  });
  expect(median(() => judge(unknown))).toBeLessThan(10 * control + 50);
});
