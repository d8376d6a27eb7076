/** manual: a person, or a program with a key, starts the flow by hand. */

import { defineTrigger, z } from '@headgate/core/step';

export const trigger = defineTrigger({
  kind: 'manual',
  version: 1,
  title: 'By hand',
  summary:
    'Starts when a person or a program with a key says so, and hands over the input. Every flow can be started like this; the trigger only says that it is meant to.',
  input: z.strictObject({}),
});
