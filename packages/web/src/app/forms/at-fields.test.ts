import type { Problem } from '@headgate/core';
import { expect, test } from 'vitest';
import { atFields } from './at-fields.ts';

const refused: Problem = {
  code: 'input.invalid',
  text: 'expected a text in `city`, got nothing; input.days: expected a whole number, got a text; input.zz: the field `zz` is not known here',
  at: { field: 'input.city' },
  retry: 'no',
};

test('each part of a refusal is told at the field that it is about', () => {
  const { fields, rest } = atFields(refused, (path) => ['city', 'days', 'zz'].includes(path));
  expect([...fields]).toEqual([
    ['city', 'expected a text in `city`, got nothing'],
    ['days', 'expected a whole number, got a text'],
    ['zz', 'the field `zz` is not known here'],
  ]);
  expect(rest).toBeNull();
});

test('what is about no field that is shown stays as a whole, and so does any other problem', () => {
  const { fields, rest } = atFields(refused, (path) => path === 'days');
  expect([...fields.keys()]).toEqual(['days']);
  expect(rest).toBe(refused);
  const other: Problem = { code: 'flow.disabled', text: 'input.days: no', retry: 'no' };
  expect(atFields(other, () => true)).toEqual({ fields: new Map(), rest: other });
});
