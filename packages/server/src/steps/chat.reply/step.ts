/**
 * chat.reply: what a flow answers to the message that started it. It only says what the answer is; the engine records it and
 * keeps it with the session. The run goes on afterwards.
 */

import { defineStep, z } from '@headgate/core/step';

const NONE: Record<string, string> = Object.freeze({});

export const step = defineStep({
  kind: 'chat.reply',
  version: 1,
  title: 'Reply',
  group: 'flow',
  summary:
    'Answers the message that started the run. Where its text is `{{ steps.ID.text }}` of a model step with `stream`, people read along while it is written. The run then goes on.',
  pure: true,
  input: z.strictObject({
    text: z.string().max(1_000_000).describe('The answer. A chat shows a safe part of Markdown.'),
  }),
  output: z.string().describe('The answer.'),
  run: ({ text }) => ({ kind: 'respond', status: 200, headers: NONE, body: text }),
});
