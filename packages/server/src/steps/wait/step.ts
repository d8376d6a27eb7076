/** wait: sleeps for a time or until a moment. It holds no timer: it says how long, the engine records it and keeps it. */

import { DURATION, defineStep, failed, milliseconds, problem, z } from '@headgate/core/step';
import { instant } from './instant.ts';

/** The last moment a JavaScript date can hold. */
const LAST = 8_640_000_000_000_000;

export const step = defineStep({
  kind: 'wait',
  version: 1,
  title: 'Wait',
  group: 'flow',
  summary:
    'Waits for a time or until a moment, however long, without holding anything up. A moment in the past does not wait.',
  repeatable: () => true,
  input: z
    .strictObject({
      for: z
        .string()
        .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 30s')
        .optional()
        .describe('How long: a whole number and ms, s, m, h or d, e.g. 30s or 2d.'),
      until: z
        .union([z.string(), z.number()])
        .optional()
        .describe(
          'Until when: a date and time with its offset, e.g. 2030-01-31T09:00:00Z or …+01:00, or milliseconds since 1970.',
        ),
    })
    .refine((input) => (input.for === undefined) !== (input.until === undefined), 'exactly one of `for` and `until`'),
  output: z.null().describe('Null.'),
  run: ({ for: span, until }) => {
    if (span !== undefined) {
      const ms = milliseconds(span);
      if (ms !== undefined) return { kind: 'wait', for: ms, value: null };
      return failed(
        problem('wait.for', '`for` is a duration too long to count.', {
          at: { field: 'for' },
          fix: 'Write a shorter one, e.g. 365d.',
        }),
      );
    }
    const ms = typeof until === 'string' ? instant(until) : until;
    if (ms !== undefined && ms >= 0 && ms <= LAST) return { kind: 'wait', until: Math.ceil(ms), value: null };
    return failed(
      problem('wait.until', '`until` must be a date and time with its offset, or milliseconds since 1970.', {
        at: { field: 'until' },
        fix: 'Write e.g. 2030-01-31T09:00:00Z; for a local time give its offset, e.g. 2030-01-31T09:00:00+01:00.',
      }),
    );
  },
});
