import { expect, test } from 'vitest';
import { newBudget } from '../budget.ts';
import { compile, evaluate } from '../template.ts';
import { KINDS } from '../values.ts';
import { constants, fields, functions, methods } from './table.ts';

const empty = { get: () => null, step: () => null, problem: () => null };

const entries = [...methods, ...functions, ...fields, ...constants];

test.each(entries.map((entry) => [`${entry.on}.${entry.name}`, entry.example] as const))(
  'the example of %s gives what is documented',
  (_name, [code, result]) => {
    const { compiled, problems } = compile(`{{ ${code} }}`);
    expect(problems).toEqual([]);
    expect(evaluate(compiled, empty, newBudget())).toEqual({ ok: true, value: result });
  },
);

test('every entry uses its own name in its example and has one sentence of documentation', () => {
  for (const entry of entries) {
    expect(entry.example[0], entry.name).toContain(entry.name);
    expect(entry.doc, entry.name).toMatch(/^[A-Z0-9e-].*\.$/);
  }
});

test('no two entries share a kind and a name', () => {
  const names = entries.map((entry) => `${entry.on}.${entry.name}`);
  expect(new Set(names).size).toBe(names.length);
});

test('methods belong to known kinds, and no entry has a forbidden name', () => {
  for (const method of methods) expect(KINDS).toContain(method.on);
  for (const entry of entries) expect(['constructor', '__proto__', 'prototype']).not.toContain(entry.name);
});
