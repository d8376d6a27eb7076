/**
 * A question in the words of OpenAI (https://platform.openai.com/docs/api-reference/chat/create), as the process of a model of
 * this machine takes it (sandbox/child/llama.ts): what was said, the tools with the forms of their arguments, and the form of
 * the answer.
 *
 * QU1 A tool that was not offered has no name in the question, and arguments are in the form of their schema: both the grammar
 *     holds the model to. Whoever offered a tool judges the call all the same.
 */

import { isObject, problem } from '@headgate/core';
import type { LlamaCall } from '../../../sandbox/llama.ts';
import { CallFault } from '../fetch.ts';
import { type Form, formOf } from './form.ts';

type Called = {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
};
type Message = {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly Called[];
  readonly tool_call_id?: string;
};
type Offered = {
  readonly function: { readonly name: string; readonly description?: string; readonly parameters?: unknown };
};
export type Body = {
  readonly messages?: readonly Message[];
  readonly input?: readonly string[] | string;
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly tools?: readonly Offered[];
  readonly response_format?: { readonly json_schema?: { readonly schema?: object } };
};

type Call = { readonly type: 'functionCall'; readonly name: string; readonly params: unknown; result: unknown };
type Turn =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: (string | Call)[] };

/** `answer`: its text as it was meant; `args`: the arguments of a call, as JSON. `whole`: pieces of it are not to be told. */
export type Question = {
  readonly asked: object;
  readonly whole: boolean;
  readonly answer: (said: string) => string;
  readonly args: (call: LlamaCall) => string;
};

export const refusal = (code: string, text: string, fix: string): CallFault =>
  new CallFault(problem(code, text, { at: { field: 'with.model' }, retry: 'no', fix }), 'no');

const read = (text: string): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
};

const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: { readonly type?: unknown; readonly text?: unknown }) => {
      if (part.type !== 'text' || typeof part.text !== 'string')
        throw refusal('model.task', 'A model of this server takes no files', 'Name a model of another provider.');
      return part.text;
    })
    .join('\n');
};

/** What was said, in turns; the last is the one that the model goes on with. */
const historyOf = (messages: readonly Message[]): readonly Turn[] => {
  const turns: Turn[] = [];
  const calls = new Map<string, Call>();
  const model = (): (string | Call)[] => {
    const last = turns.at(-1);
    if (last?.type === 'model') return last.response;
    const response: (string | Call)[] = [];
    turns.push({ type: 'model', response });
    return response;
  };
  for (const { role, content, tool_calls: called = [], tool_call_id: of = '' } of messages) {
    const text = textOf(content);
    if (role === 'tool') {
      const call = calls.get(of);
      if (call !== undefined) call.result = (read(text) ?? { value: text }).value;
    } else if (role === 'assistant') {
      if (text !== '') model().push(text);
      for (const { id, function: one } of called) {
        const params = one.arguments === '' ? undefined : (read(one.arguments) ?? { value: one.arguments }).value;
        const call: Call = { type: 'functionCall', name: one.name, params, result: 'There is no answer to this call.' };
        calls.set(id, call);
        model().push(call);
      }
    } else turns.push({ type: role === 'system' ? 'system' : 'user', text });
  }
  model();
  return turns;
};

/** A tool without arguments has no form. */
const takesNothing = ({ schema }: Form): boolean =>
  schema['type'] === 'object' &&
  schema['additionalProperties'] === undefined &&
  isObject(schema['properties']) &&
  Object.keys(schema['properties']).length === 0;

export const questionOf = (body: Body): Question => {
  const nothing = { whole: false, answer: (said: string) => said, args: () => '{}' };
  if (body.input !== undefined)
    return { ...nothing, asked: { embed: typeof body.input === 'string' ? [body.input] : body.input } };
  const schema = body.response_format?.json_schema?.schema;
  const form = schema === undefined ? null : formOf(schema);
  const tools = new Map(
    (body.tools ?? []).map(({ function: one }) => [one.name, { one, form: formOf(one.parameters) }]),
  );
  const { max_tokens: maxTokens = 1_000, temperature, top_p: topP, seed, stop } = body;
  const offered = [...tools].map(([name, { one, form: of }]) => [
    name,
    { description: one.description, ...(takesNothing(of) ? {} : { params: of.schema }) },
  ]);
  return {
    asked: {
      chat: {
        history: historyOf(body.messages ?? []),
        ...{ maxTokens, temperature, topP, seed, stop, schema: form?.schema },
        ...(offered.length === 0 ? {} : { tools: Object.fromEntries(offered) }),
      },
    },
    whole: form !== null,
    answer: (said) => {
      const value = form === null ? null : read(said);
      return form === null || value === null ? said : JSON.stringify(form.back(value.value));
    },
    args: ({ name, params }) => JSON.stringify(tools.get(name)?.form.back(params) ?? params ?? {}),
  };
};
