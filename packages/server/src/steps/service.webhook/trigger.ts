/**
 * service.webhook: a service calls the flow's own address. These are its settings; who calls is judged by the engine as the
 * manifest of the service says, over the raw bytes.
 */

import { defineTrigger, ID, SECRET_NAME, SECRET_NAME_IS, SERVICE_NAME, z } from '@headgate/core/step';

const input = z.strictObject({
  service: z.string().max(60).regex(SERVICE_NAME).describe('The service, written plainly, e.g. github.'),
  trigger: z.string().max(60).regex(ID).describe('What to wait for there, written plainly, e.g. event.'),
  signing: z
    .string()
    .regex(SECRET_NAME, SECRET_NAME_IS)
    .describe('Name of the secret shared with the service, by which it proves that it is the one who calls.'),
  events: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Which kinds of events start a run, as the service names them, e.g. push or issues.opened. Left out: all. The others are answered and start nothing.',
    ),
});

export const trigger = defineTrigger({
  kind: 'service.webhook',
  version: 1,
  title: 'When a service calls',
  summary:
    'A service calls the flow’s own address with each event, which is the input of the run: each once, however often the service sends it. Publishing the flow gives the address; the manifest of the service says where it is entered and how calls are signed.',
  input,
});
