import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const ports = (raw: Record<string, unknown>): readonly string[] =>
  typeof step.ports === 'function' ? step.ports(raw) : [];

test('it waits for an event, with a deadline in milliseconds if there is a timeout', async () => {
  expect((await trial(step, {})).outcome).toEqual({ kind: 'event' });
  expect((await trial(step, { note: 'Pay?', timeout: '2d' })).outcome).toEqual({
    kind: 'event',
    note: 'Pay?',
    deadline: 172_800_000,
  });
});

test('the port timeout exists only when there is a timeout', () => {
  expect(ports({})).toEqual(['answered']);
  expect(ports({ timeout: '{{ input.patience }}' })).toEqual(['answered', 'timeout']);
});

test('a timeout that is no duration is refused, one too long to count is a Problem', async () => {
  expect(step.input.safeParse({ timeout: 'soon' }).success).toBe(false);
  expect((await trial(step, { timeout: '999999999999d' })).outcome).toMatchObject({
    kind: 'problem',
    problem: { code: 'wait.timeout' },
  });
});
