import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('stop ends the run with the code and text of its author', async () => {
  expect((await trial(step, { problem: 'name.empty', text: 'A name is needed' })).outcome).toEqual({
    kind: 'stop',
    problem: { code: 'name.empty', text: 'A name is needed', retry: 'no' },
  });
});

test('a code that callers could not compare, or an empty text, is refused', () => {
  const codes = ['', 'Name', 'name.', '.name', 'name..empty', 'name empty', 'a'.repeat(101)];
  expect(codes.filter((problem) => step.input.safeParse({ problem, text: 'x' }).success)).toEqual([]);
  expect(step.input.safeParse({ problem: 'name.empty', text: '' }).success).toBe(false);
  expect(step.input.safeParse({ problem: 'name.empty' }).success).toBe(false);
});
