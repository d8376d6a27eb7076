/** Answers in the words of OpenAI: completions and responses, whole and as streams. Nothing is asked or judged here. */

import type { ChatSent, Problem } from '@headgate/core';
import { statusOf } from '@headgate/core/api';
import type { Telling } from './words.ts';

const typeOf = (status: number): string => {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
};

/** Of one that is not there, and of one that this key may not run: nobody learns which. */
const NO_MODEL =
  'No model of this name may be run with this key. GET /v1/models lists those that may; a flow is one by the field model of its chat trigger, once it is published.';

/** A Problem in OpenAI's envelope. */
export const openError = (
  { code, text, at, fix }: Pick<Problem, 'code' | 'text' | 'at' | 'fix'>,
  missing: boolean,
) => ({
  error: {
    message: missing ? NO_MODEL : fix === undefined ? text : `${text}. ${fix}`,
    type: typeOf(statusOf(code)),
    param: at?.field ?? null,
    code: missing ? 'model_not_found' : code,
  },
});

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

type About = { readonly model: string; readonly created: number };

/** What the models of the run used, as completions tell it. */
export const tokensOf = ({ read, wrote }: ChatSent['use']) => ({
  prompt_tokens: read,
  completion_tokens: wrote,
  total_tokens: read + wrote,
});

export const completion = ({ run, reply, use }: ChatSent, { model, created }: About) => ({
  ...{ id: `chatcmpl-${run}`, object: 'chat.completion' as const, created, model },
  choices: [
    {
      index: 0,
      message: { role: 'assistant' as const, content: reply.text ?? '', refusal: null },
      logprobs: null,
      finish_reason: 'stop' as const,
    },
  ],
  usage: tokensOf(use),
});

/** `counted`: the last chunk tells what the models used, and has no choice. */
export const completionTelling = ({ run }: ChatSent, { model, created }: About, counted: boolean): Telling => {
  const head = { id: `chatcmpl-${run}`, object: 'chat.completion.chunk', created, model };
  const chunk = (delta: object, finish: 'stop' | null = null): string =>
    data({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(counted ? { usage: null } : {}),
    });
  return {
    begin: () => [chunk({ role: 'assistant', content: '', refusal: null })],
    piece: (content) => [chunk({ content })],
    end: (_, use) => [
      chunk({}, 'stop'),
      ...(counted ? [data({ ...head, choices: [], usage: tokensOf(use) })] : []),
      'data: [DONE]\n\n',
    ],
    fail: (problem) => [data(openError(problem, false))],
  };
};

/** `previous`: the response this one goes on from, as it was named. */
type Asked = About & { readonly previous: string | null; readonly instructions: string | null; readonly kept: boolean };

const part = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });
const messageOf = (id: string, text: string | null) => ({
  ...{ type: 'message', id, role: 'assistant' },
  ...(text === null ? { status: 'in_progress', content: [] } : { status: 'completed', content: [part(text)] }),
});

/** The id of a response: of the message that it is, by which the session is found again. */
export const responseId = (sent: ChatSent): string => `resp_${sent.reply.id}`;

export const responseOf = (
  sent: ChatSent,
  { model, created, previous, instructions, kept }: Asked,
  text: string | null,
  problem: Problem | null = null,
  use: ChatSent['use'] | null = null,
) => ({
  ...{ id: responseId(sent), object: 'response', created_at: created, model, instructions },
  status: problem !== null ? 'failed' : text === null ? 'in_progress' : 'completed',
  error: problem === null ? null : { code: 'server_error', message: problem.text },
  output: text === null ? [] : [messageOf(sent.reply.id, text)],
  output_text: text ?? '',
  previous_response_id: previous,
  ...{ incomplete_details: null, max_output_tokens: null, metadata: {}, parallel_tool_calls: false, store: kept },
  ...{
    temperature: null,
    top_p: null,
    tool_choice: 'none',
    tools: [],
    truncation: 'disabled',
    usage:
      use === null ? null : { input_tokens: use.read, output_tokens: use.wrote, total_tokens: use.read + use.wrote },
    user: null,
  },
  ...{ reasoning: { effort: null, summary: null }, text: { format: { type: 'text' } } },
});

export const responseTelling = (sent: ChatSent, asked: Asked): Telling => {
  let number = -1;
  const event = (type: string, value: object): string => {
    number += 1;
    return `event: ${type}\n${data({ type, sequence_number: number, ...value })}`;
  };
  const item_id = sent.reply.id;
  const at = { item_id, output_index: 0, content_index: 0 };
  const message = (text: string | null) => ({ output_index: 0, item: messageOf(item_id, text) });
  return {
    begin: () => [
      event('response.created', { response: responseOf(sent, asked, null) }),
      event('response.in_progress', { response: responseOf(sent, asked, null) }),
      event('response.output_item.added', message(null)),
      event('response.content_part.added', { ...at, part: part('') }),
    ],
    piece: (delta) => [event('response.output_text.delta', { ...at, delta, logprobs: [] })],
    end: (text, use) => [
      event('response.output_text.done', { ...at, text, logprobs: [] }),
      event('response.content_part.done', { ...at, part: part(text) }),
      event('response.output_item.done', message(text)),
      event('response.completed', { response: responseOf(sent, asked, text, null, use) }),
    ],
    fail: (problem) => [event('response.failed', { response: responseOf(sent, asked, null, problem) })],
  };
};
