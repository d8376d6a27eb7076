/**
 * webhook: an HTTP request to the flow's own address starts a run. These are its settings; the engine judges the
 * signature over the raw bytes and starts the run.
 */

import { defineTrigger, SECRET_NAME, SECRET_NAME_IS, z } from '@headgate/core/step';

/** Schemes of signing: our own (HMAC-SHA-256 with a time), and those of common senders. */
export const PRESETS = ['headgate', 'github', 'stripe', 'slack', 'standard-webhooks'] as const;

export const trigger = defineTrigger({
  kind: 'webhook',
  version: 1,
  title: 'Webhook',
  summary: 'Starts when a request arrives at the flow’s own address. Publishing the flow gives that address.',
  input: z.strictObject({
    answer: z
      .enum(['async', 'sync'])
      .optional()
      .describe(
        'async (or left out): the caller is told the run’s id at once. sync: the caller waits for the answer of the respond step, or else for the output of the flow; after 30 s it is told the id.',
      ),
    method: z
      .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      .optional()
      .describe('The one method that starts a run. Left out: any.'),
    signature: z
      .strictObject({
        preset: z
          .enum(PRESETS)
          .describe(
            'How the sender signs: headgate, github, stripe, slack or standard-webhooks. headgate is the header x-headgate-signature: t=SECONDS,v1=HEX, where HEX is the HMAC-SHA-256 of SECONDS, a point and the raw body; a time more than 300 s off is refused.',
          ),
        secret: z
          .string()
          .regex(SECRET_NAME, SECRET_NAME_IS)
          .describe('Name of the secret shared with the sender, stored by PUT /api/v1/secrets.'),
      })
      .optional()
      .describe(
        'Requests without a right signature are refused. Left out: anybody who knows the address can start a run.',
      ),
    input: z
      .unknown()
      .optional()
      .describe(
        'The input of the run, made of the request, e.g. {{ trigger.body.order }}. Left out: the body, which must then be JSON.',
      ),
  }),
});
