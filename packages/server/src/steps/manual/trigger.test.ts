import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

test('manual has no settings', () => {
  expect(trigger.input.safeParse({}).success).toBe(true);
  expect(trigger.input.safeParse({ input: {} }).success).toBe(false);
});
