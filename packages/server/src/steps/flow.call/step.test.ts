import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('it calls the flow with the input', async () => {
  expect((await trial(step, { flow: 'Price', input: { sku: 'a' } })).outcome).toEqual({
    kind: 'call',
    flow: 'Price',
    input: { sku: 'a' },
  });
});

test('the power is for that flow when it is written plainly, else for any', () => {
  expect(step.needs?.({ flow: 'Price', input: '{{ item }}' })).toEqual([
    { power: 'flow', scope: 'call Price', sentence: 'Run the flow “Price” of this project and read its output.' },
  ]);
  for (const flow of ['{{ input.flow }}', 'a{{ input.flow }}', undefined, 7]) {
    expect(step.needs?.({ flow })).toMatchObject([{ power: 'flow', scope: 'call *', computed: true }]);
  }
});

test('a call without a flow or an input is refused', () => {
  expect(step.input.safeParse({ flow: '', input: {} }).success).toBe(false);
  expect(step.input.safeParse({ flow: 'Price' }).success).toBe(false);
});
