/**
 * mcp.prompt: the flow makes a prompt that MCP clients offer to people, as a command or a template. These are its settings; the
 * gateway lists the prompt to those who may run the flow, and runs it when one of them takes it.
 */

import { defineTrigger, z } from '@headgate/core/step';

export const trigger = defineTrigger({
  kind: 'mcp.prompt',
  version: 1,
  title: 'MCP prompt',
  summary:
    'Starts when somebody takes this prompt in an MCP client, with a key or token that may run the flow. What can be filled in is the input of the flow; its output is the prompt: a text, or a list of messages, each with `role` (user or assistant) and `text`.',
  input: z.strictObject({
    name: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/, 'letters, digits, _ and -, beginning with a letter; 64 at most')
      .optional()
      .describe('The name of the prompt, e.g. weekly_report. Left out: made of the name of the flow.'),
    description: z
      .string()
      .min(1)
      .max(4000)
      .optional()
      .describe('What it is for, as people read it. Left out: the description of the flow.'),
  }),
});
