import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const ports = (raw: Record<string, unknown>): readonly string[] =>
  typeof step.ports === 'function' ? step.ports(raw) : [];

test('the first case that holds decides the port, and is the value', async () => {
  const cases = [
    { port: 'a', when: false },
    { port: 'b', when: true },
    { port: 'c', when: true },
  ];
  expect((await trial(step, { cases, else: 'z' })).outcome).toEqual({ kind: 'done', value: 'b', port: 'b' });
});

test('without a match the else port fires', async () => {
  expect((await trial(step, { cases: [{ port: 'a', when: false }], else: 'z' })).outcome).toEqual({
    kind: 'done',
    value: 'z',
    port: 'z',
  });
});

test('W1 without a match and without else, it is done by the reserved port none, which nobody can name', async () => {
  expect((await trial(step, { cases: [{ port: 'a', when: false }] })).outcome).toEqual({
    kind: 'done',
    value: null,
    port: 'none',
  });
  expect(step.input.safeParse({ cases: [{ port: 'none', when: true }] }).success).toBe(false);
  expect(step.input.safeParse({ cases: [{ port: 'a', when: true }], else: 'none' }).success).toBe(false);
  expect(ports({ cases: [{ port: 'none' }], else: 'none' })).toEqual([]);
});

test('W2 ports are read from the settings as written, each once, and nonsense in them is passed over', () => {
  expect(ports({ cases: [{ port: 'a', when: '{{ x }}' }, { port: 'b' }, { port: 'a' }], else: 'c' })).toEqual([
    'a',
    'b',
    'c',
  ]);
  expect(ports({ cases: [{ port: '{{ input.port }}' }, null, 7, { when: true }, { port: 'problem' }] })).toEqual([]);
  expect(ports({ cases: 'no list' })).toEqual([]);
  expect(ports({})).toEqual([]);
});

test('a condition that is neither true nor false is a Problem at its case; later ones are not asked', async () => {
  const wrong = {
    cases: [
      { port: 'a', when: false },
      { port: 'b', when: 'yes' },
    ],
  };
  expect((await trial(step, wrong)).outcome).toMatchObject({
    kind: 'problem',
    problem: { code: 'value.not_boolean', at: { field: 'cases.1.when' } },
  });
  const fine = {
    cases: [
      { port: 'a', when: true },
      { port: 'b', when: 'yes' },
    ],
  };
  expect((await trial(step, fine)).outcome).toMatchObject({ kind: 'done', port: 'a' });
});

test('names that are no ports, no cases at all, and misspelt fields are refused', () => {
  for (const port of ['problem', 'A', 'a b', '', '__proto__'])
    expect(step.input.safeParse({ cases: [{ port, when: true }] }).success).toBe(false);
  expect(step.input.safeParse({ cases: [] }).success).toBe(false);
  expect(step.input.safeParse({ cases: [{ port: 'a', if: true }] }).success).toBe(false);
});
