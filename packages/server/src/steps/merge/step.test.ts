import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('merge names the value to go on with, null included', async () => {
  expect((await trial(step, { value: [1, 2] })).outcome).toEqual({ kind: 'done', value: [1, 2] });
  expect((await trial(step, { value: null })).outcome).toEqual({ kind: 'done', value: null });
  expect(step.input.safeParse({}).success).toBe(false);
});
