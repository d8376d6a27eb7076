import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

const fits = (settings: unknown): boolean => trigger.input.safeParse(settings).success;
const github = { service: 'github', trigger: 'event', signing: 'hook' };

test('a service, a trigger of it and the secret it signs by are named, and kinds of events may be', () => {
  expect(fits(github)).toBe(true);
  expect(fits({ ...github, events: ['push', 'issues.opened'] })).toBe(true);
});

test('nothing is called for without a signature, and what is unknown is refused', () => {
  expect(fits({ service: 'github', trigger: 'event' })).toBe(false);
  expect(fits({ ...github, signing: '{{ vars.hook }}' })).toBe(false);
  expect(fits({ ...github, events: [] })).toBe(false);
  expect(fits({ ...github, answer: 'sync' })).toBe(false);
});
