/** flow.call: runs another flow of the project and waits for its end. A Problem of that flow is a Problem of this step. */

import { defineStep, z } from '@headgate/core/step';

export const step = defineStep({
  kind: 'flow.call',
  version: 1,
  title: 'Call a flow',
  group: 'flow',
  summary: 'Runs another flow of the same project, in its latest version, and gives its output. Calls can be 16 deep.',
  input: z.strictObject({
    flow: z
      .string()
      .min(1)
      .max(200)
      .describe('Id or name of the flow. Written plainly, the power is lent for that flow alone.'),
    input: z.unknown().describe('The input of the flow.'),
  }),
  output: z.unknown().describe('The output of the flow.'),
  needs: ({ flow }) =>
    typeof flow === 'string' && flow !== '' && !flow.includes('{{')
      ? [
          {
            power: 'flow',
            scope: `call ${flow}`,
            sentence: `Run the flow “${flow}” of this project and read its output.`,
          },
        ]
      : [
          {
            power: 'flow',
            scope: 'call *',
            computed: true,
            sentence: 'Run any flow of this project and read its output: which one is only known when the flow runs.',
          },
        ],
  // The engine finds the run a call began before a crash by the place that called, and begins no second one.
  repeatable: () => true,
  run: ({ flow, input }) => ({ kind: 'call', flow, input }),
});
