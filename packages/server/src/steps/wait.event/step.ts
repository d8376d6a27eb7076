/**
 * wait.event: waits until somebody opens the resume link and answers, or the deadline passes. The engine makes the link
 * (one use, unguessable, bound to this run and step); this only says how long and for what.
 */

import { DURATION, defineStep, failed, milliseconds, problem, z } from '@headgate/core/step';

export const step = defineStep({
  kind: 'wait.event',
  version: 1,
  title: 'Wait for an answer',
  group: 'people',
  summary:
    'Waits until its resume link is answered, or until the timeout. Its value is what the answer brought, or null after the timeout; the port answered or timeout says which.',
  ports: (raw) => (raw['timeout'] === undefined ? ['answered'] : ['answered', 'timeout']),
  repeatable: () => true,
  input: z.strictObject({
    note: z
      .string()
      .max(2000)
      .optional()
      .describe('What the person who opens the link is asked, e.g. Pay invoice {{ input.number }}?'),
    timeout: z
      .string()
      .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 2d')
      .optional()
      .describe('How long to wait at most, e.g. 2d. Left out: for ever.'),
  }),
  output: z.unknown().describe('What the answer brought; null after the timeout.'),
  run: ({ note, timeout }) => {
    const deadline = timeout === undefined ? undefined : milliseconds(timeout);
    if (timeout !== undefined && deadline === undefined) {
      return failed(
        problem('wait.timeout', '`timeout` is a duration too long to count.', {
          at: { field: 'timeout' },
          fix: 'Write a shorter one, e.g. 365d.',
        }),
      );
    }
    return { kind: 'event', ...(deadline === undefined ? {} : { deadline }), ...(note === undefined ? {} : { note }) };
  },
});
