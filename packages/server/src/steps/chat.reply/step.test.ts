import { expect, test } from 'vitest';
import { trial } from '@headgate/core/step';
import { step } from './step.ts';

test('what it is given is the answer', async () => {
  expect((await trial(step, { text: 'Hello' })).outcome).toMatchObject({ kind: 'respond', status: 200, body: 'Hello' });
});

test('API-09 takes a text and nothing else', () => {
  for (const input of [{ text: 1 }, {}, { text: 'a', html: '<b>' }])
    expect(step.input.safeParse(input).success).toBe(false);
});
