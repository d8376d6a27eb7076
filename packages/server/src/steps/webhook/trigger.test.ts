import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

const fits = (settings: unknown): boolean => trigger.input.safeParse(settings).success;

test('every setting may be left out, and each known one is taken', () => {
  expect(fits({})).toBe(true);
  expect(
    fits({
      answer: 'sync',
      method: 'POST',
      signature: { preset: 'github', secret: 'hook' },
      input: '{{ trigger.body }}',
    }),
  ).toBe(true);
  for (const preset of ['headgate', 'github', 'stripe', 'slack', 'standard-webhooks'])
    expect(fits({ signature: { preset, secret: 's' } })).toBe(true);
});

test('unknown presets, a signature without a secret, and unknown fields are refused', () => {
  expect(fits({ signature: { preset: 'paypal', secret: 's' } })).toBe(false);
  expect(fits({ signature: { preset: 'github' } })).toBe(false);
  expect(fits({ signature: { preset: 'github', secret: 's', optional: true } })).toBe(false);
  expect(fits({ answer: 'later' })).toBe(false);
  expect(fits({ path: '/orders' })).toBe(false);
});
