/** schedule: the clock starts runs. These are its settings; the engine keeps the time. */

import { defineTrigger, isZone, z } from '@headgate/core/step';
import { cronFault } from './cron.ts';

/** The zones of whole hours that the database has beside those of places. */
const OFFSET = /^Etc\/GMT[+-](\d|1[0-4])$/;

export const trigger = defineTrigger({
  kind: 'schedule',
  version: 1,
  title: 'Schedule',
  summary: 'Starts at the times of a cron expression, in a time zone.',
  input: z.strictObject({
    cron: z
      .string()
      .superRefine((text, issues) => {
        const fault = cronFault(text);
        if (fault !== undefined)
          issues.addIssue({ code: 'custom', message: `a cron expression like 0 3 * * *: ${fault}` });
      })
      .describe(
        'When: minute, hour, day of month, month, day of week, e.g. 0 3 * * * for every night at three. A sixth field in front counts seconds.',
      ),
    zone: z
      .string()
      .max(64)
      .refine((zone) => isZone(zone) || OFFSET.test(zone), 'a time zone by its IANA name, e.g. Europe/Paris')
      .optional()
      .describe('The time zone by its IANA name, e.g. Europe/Paris. Left out: UTC.'),
    input: z.unknown().optional().describe('The input of each run. Left out: an empty object.'),
    missed: z
      .enum(['skip', 'once', 'all'])
      .optional()
      .describe(
        'What happens to times that passed while the server was down or the machine slept: skip (or left out) none are made up for; once one run for all of them; all one run each. Of several times within the last minute, skip starts a run for the latest.',
      ),
  }),
});
