/**
 * A server of models for tests: it speaks the chat completions and embeddings of OpenAI over loopback HTTP, and does what a
 * test tells it: streams, calls tools, refuses, answers nonsense, stands still, breaks off. It counts tokens, and remembers
 * every byte that it was sent.
 *
 * Words are its tokens: a text of so many words costs so many, in and out.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ToolCall = { readonly name: string; readonly input: unknown };

/** How one question is answered. */
export type Turn =
  | { readonly says: string; readonly finish?: 'stop' | 'length' | 'content_filter' }
  | { readonly calls: readonly ToolCall[]; readonly says?: string }
  | { readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  /** What comes is no answer. */
  | { readonly raw: string; readonly type?: string }
  /** Says so many pieces, then nothing more; `then` cut: the connection ends there. */
  | { readonly pieces: readonly string[]; readonly then: 'stall' | 'cut' };

/** One question as it came. */
export type Asked = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: {
    readonly model?: string;
    readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
    readonly stream?: boolean;
    readonly max_tokens?: number;
    readonly [name: string]: unknown;
  };
};

export type ModelServer = {
  /** With the version, as a provider is set up with it. */
  readonly url: string;
  readonly origin: string;
  readonly host: string;
  readonly asked: readonly Asked[];
  /** What the next questions get, in order; afterwards `otherwise`. */
  readonly next: (...turns: readonly Turn[]) => void;
  readonly otherwise: (turn: Turn | ((asked: Asked) => Turn)) => void;
  /** Resolves when so many questions came. */
  readonly came: (count: number) => Promise<void>;
  /** Connections that stand still now. */
  readonly stalled: () => number;
  readonly close: () => Promise<void>;
};

const words = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

/** The text of what was asked, whatever form it came in. */
const textOf = ({ body }: Asked): string =>
  (body.messages ?? [])
    .map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)))
    .join('\n');

/** A picture of one point, as PNG. */
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const INSTRUCTION = /\bCALL (\w+) (\{.*?\})(?=\s|$)/s;

/**
 * A model that does whatever the last text that it reads tells it, wherever that came from: `CALL tool {json}` has it call the tool,
 * anything else it says back, its instructions included. The worst a model can be.
 */
export const obedient = (asked: Asked): Turn => {
  const last = asked.body.messages?.at(-1);
  const text = typeof last?.content === 'string' ? last.content : JSON.stringify(last?.content ?? '');
  const order = INSTRUCTION.exec(text);
  if (order === null || last?.role === 'tool') return { says: textOf(asked) };
  return { calls: [{ name: order[1] ?? '', input: JSON.parse(order[2] ?? '{}') as unknown }] };
};

const read = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
};

export const openModelServer = async (): Promise<ModelServer> => {
  const asked: Asked[] = [];
  const turns: Turn[] = [];
  let usual: Turn | ((of: Asked) => Turn) = { says: 'Well.' };
  const waiting: { readonly count: number; readonly go: () => void }[] = [];
  const still = new Set<ServerResponse>();

  const json = (
    response: ServerResponse,
    status: number,
    value: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };

  const usageOf = (of: Asked, said: string) => {
    const [prompt_tokens, completion_tokens] = [words(textOf(of)), words(said)];
    return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
  };

  const toolCalls = (calls: readonly ToolCall[]) =>
    calls.map(({ name, input }, index) => ({
      ...{ index, id: `call_${index}`, type: 'function' },
      function: { name, arguments: JSON.stringify(input) },
    }));

  const whole = (response: ServerResponse, of: Asked, turn: Turn): void => {
    const head = { id: 'chat_1', object: 'chat.completion', created: 1, model: of.body.model };
    if ('pieces' in turn) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":');
      if (turn.then === 'cut') response.destroy();
      else still.add(response);
      return;
    }
    const calls = 'calls' in turn ? turn.calls : [];
    const says = 'says' in turn ? (turn.says ?? '') : '';
    const finish = calls.length > 0 ? 'tool_calls' : 'finish' in turn ? (turn.finish ?? 'stop') : 'stop';
    const message = {
      ...{ role: 'assistant', content: says === '' ? null : says },
      ...(calls.length === 0 ? {} : { tool_calls: toolCalls(calls).map(({ index: _, ...call }) => call) }),
    };
    json(response, 200, { ...head, choices: [{ index: 0, message, finish_reason: finish }], usage: usageOf(of, says) });
  };

  const streamed = (response: ServerResponse, of: Asked, turn: Turn): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = (delta: object, finish: string | null = null, more: object = {}): void => {
      const choices = [{ index: 0, delta, finish_reason: finish }];
      const made = {
        id: 'chat_1',
        object: 'chat.completion.chunk',
        created: 1,
        model: of.body.model,
        choices,
        ...more,
      };
      response.write(`data: ${JSON.stringify(made)}\n\n`);
    };
    if ('pieces' in turn) {
      for (const piece of turn.pieces) chunk({ content: piece });
      if (turn.then === 'stall') return void still.add(response);
      // What was written leaves before the connection ends.
      return void setImmediate(() => response.destroy());
    }
    const calls = 'calls' in turn ? turn.calls : [];
    const says = 'says' in turn ? (turn.says ?? '') : '';
    for (const piece of says.match(/\S+\s*/g) ?? []) chunk({ content: piece });
    if (calls.length > 0) chunk({ tool_calls: toolCalls(calls) });
    chunk({}, calls.length > 0 ? 'tool_calls' : 'finish' in turn ? (turn.finish ?? 'stop') : 'stop');
    const last = { id: 'chat_1', object: 'chat.completion.chunk', created: 1, model: of.body.model, choices: [] };
    response.write(`data: ${JSON.stringify({ ...last, usage: usageOf(of, says) })}\n\ndata: [DONE]\n\n`);
    response.end();
  };

  /** Vectors that say how often each letter comes: alike texts have alike ones. */
  const embedded = (response: ServerResponse, of: Asked): void => {
    const texts = ([] as unknown[]).concat(of.body['input']).map(String);
    const data = texts.map((text, index) => {
      const vector = Array.from({ length: 26 }, () => 0);
      for (const letter of text.toLowerCase()) {
        const at = letter.charCodeAt(0) - 97;
        if (at >= 0 && at < 26) vector[at] = (vector[at] ?? 0) + 1;
      }
      const length = Math.hypot(...vector) || 1;
      return { object: 'embedding', index, embedding: vector.map((one) => one / length) };
    });
    const tokens = texts.reduce((sum, text) => sum + words(text), 0);
    json(response, 200, {
      object: 'list',
      model: of.body.model,
      data,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  };

  /** By how many words of the question are in a text. */
  const ranked = (response: ServerResponse, of: Asked): void => {
    const query = new Set(String(of.body['query']).toLowerCase().split(/\W+/));
    const results = ([] as unknown[]).concat(of.body['documents']).map((text, index) => ({
      index,
      relevance_score: String(text)
        .toLowerCase()
        .split(/\W+/)
        .filter((word) => query.has(word)).length,
    }));
    json(response, 200, { results, usage: { total_tokens: 7 } });
  };

  const answer = (response: ServerResponse, of: Asked): void => {
    if (of.path === '/v1/models') return json(response, 200, { data: [{ id: 'small' }, { id: 'large' }] });
    const turn = turns.shift() ?? (typeof usual === 'function' ? usual(of) : usual);
    if ('status' in turn) {
      const message = turn.message ?? 'It said no.';
      return json(response, turn.status, { error: { message, type: 'x', code: 'x' } }, turn.headers);
    }
    if ('raw' in turn) {
      response.writeHead(200, { 'content-type': turn.type ?? 'application/json' });
      return void response.end(turn.raw);
    }
    if (of.path === '/v1/embeddings') return embedded(response, of);
    if (of.path === '/v1/rerank') return ranked(response, of);
    if (of.path === '/v1/images/generations')
      return json(response, 200, { data: [{ b64_json: PICTURE }], usage: { input_tokens: 5, output_tokens: 100 } });
    if (of.path === '/v1/audio/transcriptions')
      return json(response, 200, { text: 'Hello from the recording.', usage: { input_tokens: 20, output_tokens: 4 } });
    if (of.path === '/v1/audio/speech') {
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      return void response.end(`ID3 ${String(of.body['input'])}`);
    }
    return of.body.stream === true ? streamed(response, of, turn) : whole(response, of, turn);
  };

  const server = createServer((request, response) => {
    read(request).then(
      (text) => {
        let body: Asked['body'] = {};
        try {
          body = JSON.parse(text) as Asked['body'];
        } catch {
          // A form, or nothing.
        }
        const of: Asked = { path: request.url ?? '', headers: request.headers, text, body };
        asked.push(of);
        response.on('close', () => still.delete(response));
        answer(response, of);
        for (const one of waiting) if (asked.length >= one.count) one.go();
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    url: `http://${host}/v1`,
    origin: `http://${host}`,
    host,
    asked,
    next: (...more) => void turns.push(...more),
    otherwise: (turn) => {
      usual = turn;
    },
    came: (count) =>
      new Promise((resolve) => {
        if (asked.length >= count) resolve();
        else waiting.push({ count, go: resolve });
      }),
    stalled: () => still.size,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
