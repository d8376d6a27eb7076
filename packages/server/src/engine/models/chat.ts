/**
 * One question to one chat model: what is asked in the form that the libraries share, and what came back in ours. It judges
 * nothing, counts what it can, and calls nobody but through the `fetch` it is given.
 *
 * CH1 What was used is known however it ends: by the provider's own count, or where that did not come, by a guess over what
 *     went out and what came back until then, told or not. Where nothing comes back before the end, and the end does not
 *     come, that is the most that was asked for.
 */

import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import {
  type Finish,
  type GenerateCall,
  guessFileTokens,
  guessTokens,
  type ModelMessage,
  type ModelToolCall,
  type TokensUsed,
} from '@headgate/core';
import { cutOff, malformed, type Unanswered, unanswered } from './faults.ts';

export type Said = {
  readonly text: string;
  readonly calls: readonly ModelToolCall[];
  readonly finish: Finish;
  readonly used: TokensUsed;
};

/** `used`: null when it cost nothing. */
export type Answer =
  | { readonly ok: true; readonly said: Said }
  | ({ readonly ok: false; readonly used: TokensUsed | null } & Unanswered);

const FINISH: Readonly<Record<LanguageModelV4FinishReason['unified'], Finish>> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'filter',
  'tool-calls': 'calls',
  error: 'other',
  interrupted: 'other',
  other: 'other',
};

/** Tokens that go in, guessed. */
export const goingIn = ({ system = '', messages, schema, tools = [] }: GenerateCall): number => {
  let tokens = guessTokens(system) + (schema === undefined ? 0 : guessTokens(JSON.stringify(schema)));
  for (const tool of tools) tokens += guessTokens(JSON.stringify(tool));
  for (const message of messages) {
    if (message.role === 'tool') tokens += guessTokens(JSON.stringify(message.results));
    else
      for (const part of message.content)
        tokens +=
          part.type === 'text'
            ? guessTokens(part.text)
            : part.type === 'call'
              ? guessTokens(JSON.stringify(part))
              : guessFileTokens(part.mediaType, part.bytes.length);
  }
  return tokens;
};

const messageOf = (message: ModelMessage): LanguageModelV4Prompt[number] => {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        content: message.content.map((part) =>
          part.type === 'text'
            ? { type: 'text', text: part.text }
            : {
                type: 'file',
                mediaType: part.mediaType,
                data: { type: 'data', data: part.bytes },
                ...(part.name === undefined ? {} : { filename: part.name }),
              },
        ),
      };
    case 'assistant':
      return {
        role: 'assistant',
        content: message.content.map((part) =>
          part.type === 'text'
            ? { type: 'text', text: part.text }
            : { type: 'tool-call', toolCallId: part.id, toolName: part.name, input: part.input },
        ),
      };
    case 'tool':
      return {
        role: 'tool',
        content: message.results.map(({ id, name, output, failed }) => ({
          type: 'tool-result',
          toolCallId: id,
          toolName: name,
          output: {
            type: failed === true ? 'error-text' : 'text',
            value: typeof output === 'string' ? output : JSON.stringify(output ?? null),
          },
        })),
      };
  }
};

const optionsOf = (call: GenerateCall, signal: AbortSignal): LanguageModelV4CallOptions => ({
  prompt: [
    ...(call.system === undefined || call.system === '' ? [] : [{ role: 'system' as const, content: call.system }]),
    ...call.messages.map(messageOf),
  ],
  maxOutputTokens: call.maxTokens,
  abortSignal: signal,
  ...(call.temperature === undefined ? {} : { temperature: call.temperature }),
  ...(call.stop === undefined || call.stop.length === 0 ? {} : { stopSequences: [...call.stop] }),
  ...(call.schema === undefined ? {} : { responseFormat: { type: 'json', name: 'answer', schema: call.schema } }),
  ...(call.tools === undefined || call.tools.length === 0
    ? {}
    : {
        tools: call.tools.map(({ name, description, input }) => ({
          type: 'function',
          name,
          description,
          inputSchema: input,
        })),
      }),
});

const usedOf = ({ inputTokens, outputTokens }: LanguageModelV4Usage, call: GenerateCall, text: string): TokensUsed => ({
  input: inputTokens.total ?? goingIn(call),
  output: outputTokens.total ?? guessTokens(text),
  cached: inputTokens.cacheRead ?? 0,
});

const toolCall = ({
  toolCallId,
  toolName,
  input,
}: {
  toolCallId: string;
  toolName: string;
  input: string;
}): ModelToolCall => {
  let read: unknown = input;
  try {
    read = input === '' ? {} : JSON.parse(input);
  } catch {
    // No JSON: whoever would call the tool sees that, and says so.
  }
  return { type: 'call', id: toolCallId, name: toolName, input: read };
};

/** `said`: all that came until then, told or not; null: nothing comes before the end, and what was made is not known. */
const failed = (error: unknown, name: string, call: GenerateCall, text: string, said: string | null): Answer => {
  const told = unanswered(error, name);
  const { code } = told.problem;
  // What began well and then cannot be read is an answer that broke off.
  const cut = (code === 'egress.broken' && told.sent === 'maybe') || (code === 'model.answer' && text !== '');
  const why = cut ? { ...told, problem: cutOff(name) } : told;
  return {
    ok: false,
    ...why,
    used: why.free
      ? null
      : { input: goingIn(call), output: said === null ? call.maxTokens : guessTokens(said), cached: 0 },
  };
};

/** Asks, and waits for the whole answer. */
export const ask = async (
  model: LanguageModelV4,
  name: string,
  call: GenerateCall,
  signal: AbortSignal,
): Promise<Answer> => {
  try {
    const { content, finishReason, usage } = await model.doGenerate(optionsOf(call, signal));
    const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
    const calls = content.flatMap((part) => (part.type === 'tool-call' ? [toolCall(part)] : []));
    const all = content.map((part) => ('text' in part ? part.text : 'input' in part ? part.input : '')).join('');
    return { ok: true, said: { text, calls, finish: FINISH[finishReason.unified], used: usedOf(usage, call, all) } };
  } catch (error) {
    return failed(error, name, call, '', null);
  }
};

/** Asks, and hears the answer as it comes: `hear` is told each piece of text. */
export const listen = async (
  model: LanguageModelV4,
  name: string,
  call: GenerateCall,
  signal: AbortSignal,
  hear: (piece: string) => void,
): Promise<Answer> => {
  let text = '';
  // Text, thoughts and what tools are called with: all of it is paid for. Null until the answer began.
  let all: string | null = null;
  const calls: ModelToolCall[] = [];
  let end: Extract<LanguageModelV4StreamPart, { type: 'finish' }> | null = null;
  try {
    const { stream } = await model.doStream(optionsOf(call, signal));
    all = '';
    for await (const part of stream) {
      if ('delta' in part) all += part.delta;
      if (part.type === 'text-delta') {
        text += part.delta;
        hear(part.delta);
      } else if (part.type === 'tool-call') calls.push(toolCall(part));
      else if (part.type === 'finish') end = part;
      else if (part.type === 'error') return failed(part.error, name, call, text, all);
    }
  } catch (error) {
    return failed(error, name, call, text, all);
  }
  // A provider that says neither why it ended nor what it counted did not end.
  if (end === null || (end.finishReason.raw === undefined && end.usage.outputTokens.total === undefined)) {
    const used = { input: goingIn(call), output: guessTokens(all), cached: 0 };
    const why = text === '' && calls.length === 0 ? malformed(name) : cutOff(name);
    return { ok: false, problem: why, sent: 'maybe', again: true, free: false, used };
  }
  return {
    ok: true,
    said: { text, calls, finish: FINISH[end.finishReason.unified], used: usedOf(end.usage, call, all) },
  };
};
