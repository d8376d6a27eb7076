/**
 * respond: the answer of a synchronous webhook. It only says what the answer is; the engine records it and the gateway
 * sends it. The run goes on afterwards.
 */

import { defineStep, failed, headersField, headersOf, z } from '@headgate/core/step';

const NONE: Record<string, string> = Object.freeze({});

export const step = defineStep({
  kind: 'respond',
  version: 1,
  title: 'Respond',
  group: 'flow',
  summary: 'Answers the caller of a webhook that waits for it (`"answer": "sync"`). The run then goes on.',
  pure: true,
  input: z.strictObject({
    status: z.int().min(200).max(599).optional().describe('The HTTP status, from 200 to 599. Left out: 200.'),
    headers: headersField('Headers of the answer. A null value leaves a header out.').optional(),
    body: z.unknown().describe('The body. A text is sent as it is, anything else as JSON.'),
  }),
  output: z.unknown().describe('The body.'),
  run: ({ status = 200, headers, body }) => {
    if (headers === undefined) return { kind: 'respond', status, headers: NONE, body };
    const fields = headersOf(headers);
    return fields.ok ? { kind: 'respond', status, headers: fields.value, body } : failed(fields.problem);
  },
});
