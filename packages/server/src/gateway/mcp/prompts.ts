/**
 * Prompts: flows with a trigger of the kind `mcp.prompt`. To take one is to run its flow with what was filled in, and what
 * it gives is the prompt. Where its arguments are not texts in the schema of the flow, they are read as what they are meant to be.
 */

import { isObject } from '@headgate/core';
import type { Lodge } from '../lodge.ts';
import { calledOf, runFor } from './call.ts';
import type { DescribedPrompt, Prompts, PromptSaid } from './desk.ts';
import type { Tool, Tools } from './tools.ts';

/** `project`: the prompts of this one alone. */
export const promptsOf = (
  lodge: Pick<Lodge, 'gate' | 'waiting' | 'places'>,
  prompts: Tools,
  project: string | undefined,
): Prompts => ({
  list: async (who) => [...(await prompts.of(who, project)).values()].map(described),
  get: async (name, input, caller) => {
    const prompt = (await prompts.of(caller.who, project)).get(name);
    if (prompt === undefined) return null;
    const came = await runFor(lodge, 'prompt', prompt, readBy(prompt, input), caller);
    if ('question' in came) return 'The flow asks a question, which a prompt cannot';
    if ('problem' in came) return calledOf(came).content[0]?.text ?? came.problem.text;
    return {
      ...(prompt.description === undefined ? {} : { description: prompt.description }),
      messages: messagesOf(came.output),
    };
  },
});

const schemasOf = ({ inputSchema }: Tool): Readonly<Record<string, unknown>> =>
  isObject(inputSchema['properties']) ? inputSchema['properties'] : {};

const described = (prompt: Tool): DescribedPrompt => {
  const { name, title, description, inputSchema } = prompt;
  const required = Array.isArray(inputSchema['required']) ? inputSchema['required'] : [];
  return {
    name,
    title,
    ...(description === undefined ? {} : { description }),
    arguments: Object.entries(schemasOf(prompt)).map(([argument, schema]) => ({
      name: argument,
      ...(isObject(schema) && typeof schema['description'] === 'string' ? { description: schema['description'] } : {}),
      required: required.includes(argument),
    })),
  };
};

/** Arguments of prompts are texts; a flow may want a number. What does not read as one stays a text, and the flow says so. */
const readBy = (prompt: Tool, input: Readonly<Record<string, string>>): Record<string, unknown> => {
  const schemas = schemasOf(prompt);
  return Object.fromEntries(
    Object.entries(input).map(([name, text]) => {
      const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
      const type = isObject(schema) ? schema['type'] : undefined;
      if ((type === 'number' || type === 'integer') && text.trim() !== '' && Number.isFinite(Number(text)))
        return [name, Number(text)];
      if (type === 'boolean' && (text === 'true' || text === 'false')) return [name, text === 'true'];
      return [name, text];
    }),
  );
};

const messagesOf = (output: unknown): PromptSaid['messages'] => {
  const list = Array.isArray(output) ? output : isObject(output) ? output['messages'] : undefined;
  if (Array.isArray(list) && list.length > 0 && list.every(isMessage)) return list;
  return [{ role: 'user', text: typeof output === 'string' ? output : JSON.stringify(output ?? null) }];
};

const isMessage = (one: unknown): one is { readonly role: 'user' | 'assistant'; readonly text: string } =>
  isObject(one) && (one['role'] === 'user' || one['role'] === 'assistant') && typeof one['text'] === 'string';
