import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

test('an alert may be about failed runs, missed schedules, or both, and nothing else', () => {
  expect(trigger.input.safeParse({}).success).toBe(true);
  expect(trigger.input.safeParse({ on: ['run.failed', 'schedule.missed'] }).success).toBe(true);
  expect(trigger.input.safeParse({ on: [] }).success).toBe(false);
  expect(trigger.input.safeParse({ on: ['run.done'] }).success).toBe(false);
});
