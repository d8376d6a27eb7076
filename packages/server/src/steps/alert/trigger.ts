/** alert: something of the workspace went wrong on its own. The engine starts every flow that has this trigger. */

import { defineTrigger, z } from '@headgate/core/step';

/** What can be told of. */
export const EVENTS = ['run.failed', 'schedule.missed', 'connection.reconnect', 'trigger.failing'] as const;

export const trigger = defineTrigger({
  kind: 'alert',
  version: 1,
  title: 'When something goes wrong',
  summary:
    'Starts when a run of another flow of the workspace fails, a schedule misses its times, or a run finds that a connection has to be connected anew, or a trigger cannot ask its service or watch its folder three times in a row, as far as who published this flow last may read the runs of that one (permission `run.read`, as of now). The input says which: event, flow, run, trigger, connection, problem or count. Runs started by an alert never raise one.',
  input: z.strictObject({
    on: z
      .array(z.enum(EVENTS))
      .min(1)
      .max(EVENTS.length)
      .optional()
      .describe(
        'Of what to be told: run.failed, schedule.missed, connection.reconnect, trigger.failing. Left out: of all.',
      ),
  }),
});
