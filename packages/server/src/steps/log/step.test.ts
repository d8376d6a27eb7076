import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('log writes one line, at info unless said otherwise, and passes nothing on', async () => {
  expect(await trial(step, { text: 'three orders' })).toEqual({
    outcome: { kind: 'done', value: null },
    logs: [{ level: 'info', text: 'three orders' }],
  });
  const { logs } = await trial(step, { text: 'odd', level: 'warn', data: { n: 3 } });
  expect(logs).toEqual([{ level: 'warn', text: 'odd', data: { n: 3 } }]);
});

test('a text that is none and an unknown level are refused', () => {
  expect(step.input.safeParse({ text: { a: 1 } }).success).toBe(false);
  expect(step.input.safeParse({ text: 'x', level: 'fatal' }).success).toBe(false);
});
