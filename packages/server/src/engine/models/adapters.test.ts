/** Each library speaks its provider's words, goes where it is told and sends no key of its own: what it sends is looked at, and what providers document is answered. */

import { expect, test } from 'vitest';
import type { GenerateCall, ProviderKind } from '@headgate/core';
import { speak } from './adapters.ts';
import { ask, listen } from './chat.ts';
import type { Fetch } from './fetch.ts';

type Sent = { readonly url: string; readonly body: Record<string, unknown> };

const NEVER = new AbortController().signal;
const QUESTION: GenerateCall = {
  ...{ models: ['a/m'], timeout: 1_000, tries: 0, maxTokens: 50, stall: 1_000, system: 'Be short.', temperature: 0 },
  messages: [
    {
      role: 'user',
      content: [
        { type: 'file', mediaType: 'image/png', bytes: Uint8Array.of(1, 2, 3) },
        { type: 'text', text: 'What is it?' },
      ],
    },
  ],
};

const kindOf = (adapter: ProviderKind['adapter']): ProviderKind => ({
  ...{ name: 'a', title: 'A', summary: 'A.', adapter, models: [] },
  key: { header: 'authorization', bearer: true, needed: true },
});

/** Asks through a `fetch` that remembers what was sent and answers with this. */
const asked = async (
  adapter: ProviderKind['adapter'],
  baseUrl: string,
  answer: string,
  type = 'application/json',
  streams = false,
) => {
  const sent: Sent[] = [];
  const through: Fetch = async (input, init) => {
    sent.push({ url: String(input), body: JSON.parse(String(init?.body)) as Record<string, unknown> });
    return new Response(answer, { status: 200, headers: { 'content-type': type } });
  };
  const kind = kindOf(adapter);
  const model = (await speak({ provider: { name: 'a', setup: { kind: 'a' }, kind }, baseUrl }, through)).chat('m');
  const heard: string[] = [];
  const said = streams
    ? await listen(model, 'a/m', QUESTION, NEVER, (piece) => heard.push(piece))
    : await ask(model, 'a/m', QUESTION, NEVER);
  return { sent: sent[0], said, heard };
};

const SAID = { text: 'A cat.', calls: [], finish: 'stop', used: { input: 9, output: 3 } };

test('OpenAI is asked for chat completions, with the bound that its newer models take', async () => {
  const answer = {
    ...{ id: 'c', object: 'chat.completion', created: 1, model: 'm' },
    choices: [{ index: 0, message: { role: 'assistant', content: 'A cat.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
  };
  const { sent, said } = await asked('openai', 'https://api.openai.com/v1', JSON.stringify(answer));
  expect(sent?.url).toBe('https://api.openai.com/v1/chat/completions');
  expect(JSON.stringify(sent?.body)).toContain('data:image/png;base64,AQID');
  expect(said).toMatchObject({ ok: true, said: SAID });
});

test('Anthropic is asked for a message, and its stream is heard as it comes', async () => {
  const answer = {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_reason: 'end_turn', stop_sequence: null },
    content: [{ type: 'text', text: 'A cat.' }],
    usage: { input_tokens: 9, output_tokens: 3 },
  };
  const { sent, said } = await asked('anthropic', 'https://api.anthropic.com/v1', JSON.stringify(answer));
  expect(sent?.url).toBe('https://api.anthropic.com/v1/messages');
  expect(sent?.body).toMatchObject({ model: 'm', max_tokens: 50, system: [{ text: 'Be short.' }] });
  expect(JSON.stringify(sent?.body)).toContain('AQID');
  expect(said).toMatchObject({ ok: true, said: SAID });
  const events = [
    {
      type: 'message_start',
      message: { ...answer, content: [], stop_reason: null, usage: { input_tokens: 9, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'A ' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'cat.' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 3 } },
    { type: 'message_stop' },
  ];
  const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  const streamed = await asked('anthropic', 'https://api.anthropic.com/v1', text, 'text/event-stream', true);
  expect(streamed.heard).toEqual(['A ', 'cat.']);
  expect(streamed.said).toMatchObject({ ok: true, said: SAID });
});

test('Google is asked for content, with the key in no address', async () => {
  const answer = {
    candidates: [{ content: { role: 'model', parts: [{ text: 'A cat.' }] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 3, totalTokenCount: 12 },
  };
  const { sent, said } = await asked(
    'google',
    'https://generativelanguage.googleapis.com/v1beta',
    JSON.stringify(answer),
  );
  expect(sent?.url).toBe('https://generativelanguage.googleapis.com/v1beta/models/m:generateContent');
  expect(sent?.body).toMatchObject({ generationConfig: { maxOutputTokens: 50, temperature: 0 } });
  expect(JSON.stringify(sent?.body)).toContain('AQID');
  expect(said).toMatchObject({ ok: true, said: SAID });
});

test('an answer that ends before its end is none', async () => {
  const chunk = {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { content: 'A ' } }],
  };
  const { said } = await asked(
    'openai-compatible',
    'https://models.example/v1',
    `data: ${JSON.stringify(chunk)}\n\n`,
    'text/event-stream',
    true,
  );
  expect(said).toMatchObject({ ok: false, problem: { code: 'model.cut' } });
});

test('thoughts and calls of an answer that breaks off are counted', async () => {
  const chunk = (delta: object) =>
    `data: ${JSON.stringify({ id: 'c', created: 1, model: 'm', choices: [{ index: 0, delta }] })}\n\n`;
  const long = 'so many words '.repeat(100);
  const call = { index: 0, id: 'c1', type: 'function', function: { name: 'do', arguments: `{"text":"${long}` } };
  for (const delta of [{ reasoning_content: long }, { tool_calls: [call] }]) {
    const { said } = await asked(
      ...(['openai-compatible', 'https://models.example/v1', chunk(delta), 'text/event-stream', true] as const),
    );
    expect(said).toMatchObject({ ok: false });
    expect(said.ok ? 0 : said.used?.output).toBeGreaterThan(200);
  }
});
