/**
 * mcp.tool: the flow is a tool of the MCP server of this instance. These are its settings; the gateway lists the tool to those
 * who may run the flow, and starts a run when one of them calls it.
 */

import { compileInput, defineTrigger, z } from '@headgate/core/step';

/** What a tool gives is an object by its schema: what the protocol calls structured content is one. */
const promised = z
  .record(z.string(), z.json())
  .refine(
    (schema) => schema['type'] === 'object' && compileInput(schema).ok,
    'a JSON Schema of type object, in the subset of a flow’s input',
  );

export const trigger = defineTrigger({
  kind: 'mcp.tool',
  version: 1,
  title: 'MCP tool',
  summary:
    'Starts when an MCP client (an assistant, an editor, another agent) calls the flow as a tool, with a key or token that may run it. What the tool takes is the input of the flow, what it gives is its output.',
  input: z.strictObject({
    name: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/, 'letters, digits, _ and -, beginning with a letter; 64 at most')
      .optional()
      .describe('The name of the tool, e.g. look_up_order. Left out: made of the name of the flow.'),
    description: z
      .string()
      .min(1)
      .max(4000)
      .optional()
      .describe('What it does and when it is of use: a model chooses by this. Left out: the description of the flow.'),
    output: promised
      .optional()
      .describe(
        'What the tool promises to give, as a JSON Schema of an object. An output that does not fit it is no answer but a Problem.',
      ),
  }),
});
