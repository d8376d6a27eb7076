/**
 * What a model is asked, without the secrets that the guard knows: a step never holds one, but a service may have told one
 * back, and an author may have written one down. What is sent to a provider of models stays there.
 *
 * HI1 The guard looks at every text that goes to a model. What the flow itself goes on with stays as it is.
 */

import type { GenerateCall, GuardPort, ModelMessage } from '@headgate/core';

export type Hide = (text: string) => string;

export const hider =
  (guard: Pick<GuardPort, 'redact'>, workspace: string): Hide =>
  (text) =>
    guard.redact(text, { workspace });

const DEEPEST = 100;

/** The same value, its texts and names looked at. */
const valueOf = (value: unknown, hide: Hide, deep = 0): unknown => {
  if (typeof value === 'string') return hide(value);
  if (typeof value !== 'object' || value === null || deep > DEEPEST) return value;
  if (Array.isArray(value)) return value.map((one) => valueOf(one, hide, deep + 1));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [hide(name), valueOf(one, hide, deep + 1)]));
};

const messageOf = (message: ModelMessage, hide: Hide): ModelMessage => {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        content: message.content.map((part) => (part.type === 'text' ? { ...part, text: hide(part.text) } : part)),
      };
    case 'assistant':
      return {
        role: 'assistant',
        content: message.content.map((part) =>
          part.type === 'text' ? { ...part, text: hide(part.text) } : { ...part, input: valueOf(part.input, hide) },
        ),
      };
    case 'tool':
      return { role: 'tool', results: message.results.map((one) => ({ ...one, output: valueOf(one.output, hide) })) };
  }
};

/** The same question without secrets. */
export const hidden = (call: GenerateCall, hide: Hide): GenerateCall => ({
  ...call,
  messages: call.messages.map((message) => messageOf(message, hide)),
  ...(call.system === undefined ? {} : { system: hide(call.system) }),
  ...(call.tools === undefined
    ? {}
    : { tools: call.tools.map((tool) => ({ ...tool, description: hide(tool.description) })) }),
});
