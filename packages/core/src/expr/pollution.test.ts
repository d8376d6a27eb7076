/** The attack rows about magic keys: what data is named must never change what objects are. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Result } from '../problem.ts';
import { compile, evaluate } from './template.ts';

const attempt = (code: string, input: unknown = {}): { ran: Result<unknown> } => {
  const { compiled } = compile(`{{ ${code} }}`, 'with.value');
  return {
    ran: evaluate(compiled, {
      get: (root) => (root === 'input' ? input : null),
      step: () => null,
      problem: () => null,
    }),
  };
};

const codeOf = (result: Result<unknown>): string => (result.ok ? 'a value' : result.problem.code);

const prototypes = (): string =>
  JSON.stringify(
    [Object.prototype, Array.prototype, String.prototype].map((of: object) => Object.getOwnPropertyNames(of)),
  );
const before = prototypes();

afterEach(() => {
  if (prototypes() !== before || 'polluted' in {}) throw new Error('A prototype was changed');
});

describe('PP-01 and PP-03: magic keys in data are inert, and odd names are only names', () => {
  test.each([
    `JSON.parse('{"__proto__": {"polluted": 1}}')`,
    `JSON.parse('{"constructor": {"prototype": {"polluted": 1}}}')`,
    `Object.entries(JSON.parse('{"__proto__": {"polluted": 1}}'))`,
    'input.evil',
    '[input.evil].map(x => x)',
    'Object.values(input.evil)',
    'Object.keys(input.evil)',
    'JSON.stringify(input.evil)',
  ])('%s', (code) => {
    const evil: unknown = JSON.parse('{"evil": {"__proto__": {"polluted": true}, "a": 1}}');
    expect(attempt(code, evil).ran.ok).toBe(true);
  });

  test('an object with the key __proto__ cannot be spread, rebuilt or compiled', () => {
    const evil: unknown = JSON.parse('{"evil": {"__proto__": {"polluted": true}, "a": 1}}');
    expect(codeOf(attempt('({ ...input.evil })', evil).ran)).toBe('expr.forbidden');
    expect(codeOf(attempt('Object.fromEntries(Object.entries(input.evil))', evil).ran)).toBe('expr.forbidden');
    const { problems } = compile(JSON.parse('{"a": {"__proto__": "{{ 1 }}"}}'), 'with');
    expect(problems[0]).toMatchObject({ code: 'expr.forbidden', at: { field: 'with.a.__proto__' } });
  });

  test('fields named like members of built-ins are read as data', () => {
    const odd = {
      toString: 'a',
      valueOf: 'b',
      hasOwnProperty: 'c',
      length: 'd',
      then: 'e',
      map: [1],
      name: { call: 'f' },
    };
    expect(
      attempt(
        '[input.toString, input.valueOf, input.hasOwnProperty, input.length, input.then, input.map[0], input.name.call]',
        odd,
      ).ran,
    ).toEqual({
      ok: true,
      value: ['a', 'b', 'c', 'd', 'e', 1, 'f'],
    });
    expect(attempt('`${input}` + Object.keys(input).length', odd).ran).toEqual({ ok: true, value: '[object Object]7' });
  });
});
