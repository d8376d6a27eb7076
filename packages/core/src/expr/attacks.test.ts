/**
 * The attack rows that end in expressions, each with the neighbour that must still work. Canaries are
 * fresh values planted where an expression must not reach; nothing that comes out may hold them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Problem, Result } from '../problem.ts';
import { newBudget } from './budget.ts';
import { compile, evaluate } from './template.ts';

const canary = `canary-${Math.random().toString(36).slice(2)}${Date.now().toString(36)}`;

const written = (value: unknown): string => {
  const text = JSON.stringify(value) ?? '';
  return [
    text,
    Buffer.from(text, 'base64').toString(),
    decodeURIComponent(text.replace(/%(?![0-9A-F]{2})/gi, '%25')),
  ].join('\n');
};

const scopeOf = (input: unknown, steps: Record<string, unknown> = {}) => ({
  get: (root: string): unknown => (root === 'now' ? 1_772_706_030_000 : root === 'input' ? input : null),
  step: (id: string): unknown => (Object.hasOwn(steps, id) ? steps[id] : undefined),
  problem: (): unknown => null,
});

const data = { name: 'Ann', list: [1, 2, 3], key: 'constructor', parts: ['con', 'structor'], nested: { a: { b: 1 } } };

type Outcome = { readonly saved: Problem[]; readonly ran: Result<unknown> };

/** Saves an expression, and runs it whatever saving said: a row forced into the store is run just so. */
const attempt = (code: string, input: unknown = data, steps: Record<string, unknown> = {}): Outcome => {
  const { compiled, problems } = compile(code.includes('{{') ? code : `{{ ${code} }}`, 'with.value');
  return { saved: problems, ran: evaluate(compiled, scopeOf(input, steps), newBudget()) };
};

const codeOf = (result: Result<unknown>): string =>
  result.ok ? `value ${JSON.stringify(result.value)}` : result.problem.code;

const hole: { reached?: unknown } = {};
Object.assign(globalThis, { expressionHole: hole });
process.env.EXPRESSION_CANARY = canary;

const prototypes = (): string =>
  JSON.stringify(
    [Object.prototype, Array.prototype, Function.prototype, String.prototype, Number.prototype].map((of) =>
      Object.getOwnPropertyNames(of),
    ),
  );
const before = prototypes();

afterEach(() => {
  if (hole.reached !== undefined || prototypes() !== before) throw new Error('An expression reached what is not data');
});

const RUN = "'globalThis.expressionHole.reached = process.env.EXPRESSION_CANARY; return process.env.EXPRESSION_CANARY'";

describe('EXP-01: climbing from a literal to its constructor is refused when saved, and when run all the same', () => {
  test.each([
    `''.constructor.constructor(${RUN})()`,
    `[].constructor.constructor(${RUN})()`,
    `({}).constructor.constructor(${RUN})()`,
    `(1).constructor.constructor(${RUN})()`,
    `true.constructor.constructor(${RUN})()`,
    `/a/.constructor.constructor(${RUN})()`,
    `now.constructor.constructor(${RUN})()`,
    `[].map.constructor(${RUN})()`,
    `[].filter['constructor'](${RUN})()`,
    `input.constructor`,
    `input?.constructor?.constructor(${RUN})()`,
    `input["constructor"]["constructor"](${RUN})()`,
    `input.__proto__`,
    `input.list.__proto__.map`,
    `input['__proto__'].polluted`,
    `input.prototype`,
    `steps.constructor.constructor(${RUN})()`,
    `[1].map(x => x.constructor.constructor(${RUN})())`,
    `[1].map(({ constructor }) => constructor(${RUN})())`,
    `[1].map(({ constructor: c }) => c)`,
    `[[1]].map(([{ __proto__: p }]) => p)`,
    '`${"".constructor}`',
    `Math.constructor.constructor(${RUN})()`,
    `Object.constructor(${RUN})()`,
    `JSON['constructor']`,
    `Object.prototype`,
    `Function(${RUN})()`,
    `eval(${RUN})`,
    `globalThis.process.env`,
    `process.env.EXPRESSION_CANARY`,
    `require('node:child_process').execSync('id')`,
    `import('node:fs')`,
    `import.meta.url`,
    `(x => x)(1)`,
    `(() => 1)()`,
    `input.list[0](1)`,
    `'x'[input.key]('y')`,
    `[].map.call([], x => x)()`,
    `Reflect.get(input, 'name')`,
    `({ __proto__: { polluted: 1 } })`,
    `arguments.callee`,
    `window.location`,
  ])('%s', (code) => {
    const { saved, ran } = attempt(code);
    expect(saved.map((problem) => problem.code)).toContain('expr.forbidden');
    expect(saved[0]?.text).toMatch(/\(line 1, column \d+\)$/);
    expect(saved[0]?.at).toEqual({ field: 'with.value' });
    expect(codeOf(ran)).toBe(saved[0]?.code);
    expect(written(saved) + written(ran)).not.toContain(canary);
  });

  test.each([
    ['this.process', 'expr.unsupported'],
    ['input.name(1)', 'expr.method'],
    ["new Function('return 1')()", 'expr.forbidden'],
    ['(function () { return this })()', 'expr.forbidden'],
    ['class {}', 'expr.unsupported'],
    ['input.name = 1', 'expr.unsupported'],
    ['input.list.push(1)', 'expr.method'],
    ['delete input.name', 'expr.unsupported'],
    ['input.n++', 'expr.unsupported'],
    ['String.raw`a`', 'expr.unsupported'],
    ['await input', 'expr.unsupported'],
    ['1, 2', 'expr.unsupported'],
    ['({ get a() { return 1 } })', 'expr.unsupported'],
    ['({ a() { return 1 } })', 'expr.unsupported'],
    ["'name' in input", 'expr.unsupported'],
    ['input instanceof Object', 'expr.unsupported'],
    ['x => x', 'expr.unsupported'],
    ['[x => x]', 'expr.unsupported'],
    ['[1].map(async x => x)', 'expr.unsupported'],
    ['[1].map(function (x) { return x })', 'expr.arguments'],
    ['[1].map(x => { return x })', 'expr.unsupported'],
    ['10n', 'expr.unsupported'],
    ['[1, , 2]', 'expr.unsupported'],
    ['while (true) {}', 'expr.syntax'],
    ['input; 1', 'expr.syntax'],
    ['...input.list', 'expr.syntax'],
    ['Object.defineProperty({}, "a", {})', 'expr.method'],
    ['Object.setPrototypeOf({}, {})', 'expr.method'],
    ['Object.getOwnPropertyDescriptor({}, "a")', 'expr.method'],
  ])('syntax outside the list, %s, is refused', (code, expected) => {
    const { saved, ran } = attempt(code);
    expect(saved[0]?.code).toBe(expected);
    expect(codeOf(ran)).toBe(expected);
  });

  test('the neighbour: fields, methods and functions of the table work', () => {
    expect(attempt("input.name.toUpperCase() + ' ' + Object.keys(input.nested).join()").ran).toEqual({
      ok: true,
      value: 'ANN a',
    });
  });
});

describe('EXP-03: a forbidden name made at run time is refused, however it is made', () => {
  test.each([
    `input['con' + 'structor']`,
    `input[input.key]`,
    `input[input.parts.join('')]`,
    `input[\`con\${'structor'}\`]`,
    `input[['constructor']]`,
    `input[[['constructor']]]`,
    `''['CONSTRUCTOR'.toLowerCase()]`,
    `input.list['rotcurtsnoc'.split('').reverse().join('')]`,
    `input['__pro' + 'to__']`,
    `input['proto' + 'type']`,
    `now['constru' + 'ctor']`,
    `/a/['constru' + 'ctor']`,
    `input['constr\\u0075ctor']`,
    `input[String.fromCharCode(99) + 'onstructor']`,
    `input[JSON.parse('"constructor"')]`,
    `input?.[input.key]`,
    `[input].map(x => x[input.key])`,
    `[input].map(({ [input.key]: c }) => c)`,
    `['constructor', '__proto__'].map(k => input[k])`,
    `input.list.map(Number)['con' + 'structor']`,
    `({ ['__pro' + 'to__']: { polluted: 1 } })`,
    `Object.fromEntries([['__proto__', { polluted: 1 }]])`,
    `Object.groupBy([1], () => '__proto__')`,
  ])('%s', (code) => {
    const { ran } = attempt(code);
    expect(codeOf(ran)).toBe('expr.forbidden');
    expect(written(ran)).not.toContain(canary);
  });

  test('what only a prototype has does not exist', () => {
    for (const name of [
      'hasOwnProperty',
      'isPrototypeOf',
      '__defineGetter__',
      '__lookupGetter__',
      'propertyIsEnumerable',
    ]) {
      expect(attempt(`input['${name.slice(0, 3)}' + '${name.slice(3)}']`).ran).toEqual({ ok: true, value: null });
    }
    expect(codeOf(attempt("input.list['ma' + 'p']").ran)).toBe('value null');
  });

  test('the neighbour: a computed name reads data', () => {
    expect(attempt("input['na' + 'me'] + input.list[input.list.length - 1]").ran).toEqual({ ok: true, value: 'Ann3' });
  });
});

describe('EXP-06: what goes wrong is told without the values it went wrong with', () => {
  const secret = {
    token: canary,
    list: [canary],
    inner: { [canary]: null },
    n: 5,
    nothing: null,
    deep: { value: canary },
  };

  test.each([
    'input.secret.token.missing.more',
    'input.secret.inner[input.secret.token].x',
    'input.secret[input.secret.token].x',
    'input.secret.deep.value.x.y',
    'JSON.parse(input.secret.token)',
    'JSON.parse(`{"a": ${input.secret.token}}`)',
    'input.secret.token.repeat(-1)',
    'input.secret.token.repeat(1e9)',
    'input.secret.token.map(x => x)',
    'input.secret.list.map(x => x.y.z)',
    'input.secret.list.reduce((a, x) => a[x].b, {})',
    'input.secret.token.toFormat("x")',
    'Object.fromEntries([input.secret.token])',
    'Object.fromEntries(input.secret.token)',
    'decodeURIComponent("%" + input.secret.token)',
    'now.setZone(input.secret.token)',
    'now.setLocale(input.secret.token)',
    'now.startOf(input.secret.token)',
    'now.plus({ [input.secret.token]: 1 })',
    'now.plus({ days: input.secret.token })',
    'now.diff(input.secret.token)',
    'DateTime.fromFormat("x", input.secret.token)',
    'DateTime.fromObject({ year: input.secret.token })',
    'DateTime.fromISO("2026-01-01", { zone: input.secret.token })',
    'DateTime.fromISO("2026-01-01", { [input.secret.token]: 1 })',
    '"a".normalize(input.secret.token)',
    '(1).toLocaleString(input.secret.token)',
    '(1).toLocaleString("en", { [input.secret.token]: 1 })',
    '(1).toString(input.secret.token)',
    'input.secret.token.localeCompare("a", input.secret.token)',
    'String.fromCodePoint(input.secret.token)',
    '[...input.secret.n, input.secret.token]',
    '[].reduce((a, b) => input.secret.token)',
    'JSON.stringify(input.secret.token, input.secret.token)',
    'input.secret.nothing[input.secret.token]',
    'input.secret.list.with(9, input.secret.token)',
    '[input.secret.token].matchAll(/a/)',
    'input.secret.token.replaceAll(/a/, "b")',
  ])('%s', (code) => {
    const { ran } = attempt(code, { secret });
    expect(ran.ok).toBe(false);
    expect(written(ran)).not.toContain(canary);
    if (!ran.ok) {
      expect(ran.problem.code).toMatch(/^expr\./);
      expect(ran.problem.at).toEqual({ field: 'with.value' });
    }
  });

  test('the neighbour: the place, the name that was written and the fix are told', () => {
    const { ran } = attempt('Dear {{ steps.fetch.body.name }}', {}, { fetch: {} });
    expect(ran).toEqual({
      ok: false,
      problem: {
        code: 'expr.missing',
        text: '`steps.fetch.body` is missing, so `name` cannot be read from it (line 1, column 26)',
        at: { field: 'with.value' },
        fix: 'If it may be absent, write steps.fetch.body?.name.',
        retry: 'no',
      },
    });
  });
});

describe('EXP-08: no query language with scripts in it, and no way to run text', () => {
  test.each([
    '$..book[?(@.price < 10)]',
    '$[?(constructor)]',
    'input.list[?(@.a)]',
    'input.list[(1, 2)]',
    '@.name',
    'input..name',
    '$sum(input.list)',
    'input.list.{ "a": 1 }',
  ])('%s is refused', (code) => {
    const { saved, ran } = attempt(code);
    expect(saved.length).toBeGreaterThan(0);
    expect(ran.ok).toBe(false);
  });

  test('the sources of this folder hold nothing that runs text', () => {
    const folder = import.meta.dirname;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    expect(files.length).toBeGreaterThan(20);
    for (const name of files) {
      const text = readFileSync(join(folder, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '');
      expect(text, name).not.toMatch(
        /\beval\b|\bFunction\b|\bimport\s*\(|\bReflect\b|\bProxy\b|\brequire\b|\bprocess\b|\bglobalThis\b/,
      );
    }
  });

  test('the neighbour: filtering is written in the expression', () => {
    expect(attempt('input.list.filter(x => x > 1)').ran).toEqual({ ok: true, value: [2, 3] });
  });
});

describe('EXP-09: a template reaches data, not the objects that carry it', () => {
  class Handle {
    token = canary;
    #hidden = canary;
    read(): string {
      return this.#hidden;
    }
  }
  const carrier = {
    handle: new Handle(),
    call: (): string => canary,
    get lazy(): string {
      hole.reached = true;
      return canary;
    },
    map: new Map([['token', canary]]),
    date: new Date(0),
    bytes: Buffer.from(canary),
    error: new Error(canary),
    symbol: Symbol(canary),
    plain: 'ok',
  };

  test.each([
    'input.handle.token',
    'input.handle.read()',
    'input.handle',
    '{{ input.handle }}!',
    'input.handle["token"]',
    'input.handle?.token',
    'input.call',
    'input.call()',
    '[input.call]',
    'input.lazy',
    'input.lazy.length',
    'input.map.get("token")',
    'input.map.token',
    '[input.map]',
    'JSON.stringify(input.map)',
    'JSON.stringify([input.handle])',
    'input.bytes.toString()',
    'input.bytes[0]',
    'input.bytes.length',
    'input.error.message',
    'input.error + ""',
    '`${input.error}`',
    'input.date + 1',
    'input.symbol',
    '{{ input.handle.token }} and more',
  ])('%s gives nothing away', (code) => {
    const { ran } = attempt(code, carrier);
    expect(written(ran)).not.toContain(canary);
    if (ran.ok) expect([null, '[object Object]', '[object Object]1']).toContain(ran.value);
    else expect(ran.problem.code).toMatch(/^expr\.(forbidden|method|type)$/);
  });

  test('the neighbour: the data beside it is read', () => {
    expect(attempt('Value: {{ input.plain }}', carrier).ran).toEqual({ ok: true, value: 'Value: ok' });
  });
});
