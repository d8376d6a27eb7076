/**
 * Models of this machine, asked in the words of OpenAI as every other: a `fetch` that leads to their process and nowhere else.
 *
 * LO1 Nothing of a question becomes a path: which file is read follows from the name of a model that the store lists.
 */

import { type ModelSpec, problem } from '@headgate/core';
import { Llama, type LlamaEnd, type LlamaFile, type LlamaSettings } from '../../sandbox/llama.ts';
import { CallFault, type Fetch } from './fetch.ts';

export type LocalModels = LlamaSettings & {
  /** Whether the add-on is there. */
  readonly installed: () => Promise<boolean>;
  readonly list: () => Promise<readonly ModelSpec[]>;
  /** The file of a model; null: there is none of this name. */
  readonly fileOf: (id: string) => Promise<LlamaFile | null>;
};

type Message = { readonly role: string; readonly content?: unknown };
type Body = {
  readonly messages?: readonly Message[];
  readonly input?: readonly string[] | string;
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly tools?: readonly unknown[];
  readonly response_format?: { readonly json_schema?: { readonly schema?: object } };
};

const refusal = (code: string, text: string, fix: string): CallFault =>
  new CallFault(problem(code, text, { at: { field: 'with.model' }, retry: 'no', fix }), 'no');

const NO_ADDON = (): CallFault =>
  refusal(
    'model.addon',
    'The add-on that runs models on this server is not installed',
    'On the server: headgate models install',
  );
const noFile = (id: string): CallFault =>
  refusal(
    'model.unknown',
    `There is no model local/${id} on this server`,
    `On the server: headgate models add ${id} FILE`,
  );
const onlyTexts = (what: string): CallFault =>
  refusal('model.task', `A model of this server takes no ${what}`, 'Name a model of another provider.');

const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: { readonly type?: unknown; readonly text?: unknown }) => {
      if (part.type !== 'text' || typeof part.text !== 'string') throw onlyTexts('files');
      return part.text;
    })
    .join('\n');
};

const questionOf = (body: Body): object => {
  if (body.input !== undefined) return { embed: typeof body.input === 'string' ? [body.input] : body.input };
  if ((body.tools ?? []).length > 0) throw onlyTexts('tools');
  const history = (body.messages ?? []).map(({ role, content }) => {
    const text = textOf(content);
    return role === 'assistant'
      ? { type: 'model', response: [text] }
      : { type: role === 'system' ? 'system' : 'user', text };
  });
  const { max_tokens: maxTokens = 1_000, temperature, top_p: topP, seed, stop } = body;
  return {
    chat: { history, maxTokens, temperature, topP, seed, stop, schema: body.response_format?.json_schema?.schema },
  };
};

type Done = Extract<LlamaEnd, { readonly done: object }>['done'];
const usageOf = ({ input, output }: Pick<Done, 'input' | 'output'>) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});
const finishOf = ({ full }: Done): string => (full ? 'length' : 'stop');

const ended = (end: Extract<LlamaEnd, { fault: string } | { broken: string }>): CallFault =>
  new CallFault(
    'broken' in end
      ? problem('model.broken', `The model of this server could not be run: ${end.broken}`, {
          retry: 'no',
          fix: 'Is the file whole, and small enough for the memory it is given? Add it again: headgate models add.',
        })
      : problem('model.answer', `The model of this server did not answer: ${end.fault}`, { retry: 'no' }),
    'maybe',
  );

const json = (value: object): Response =>
  new Response(JSON.stringify(value), { status: 200, headers: { 'content-type': 'application/json' } });

export class LocalDoor {
  readonly models: LocalModels;
  readonly process: Llama;

  constructor(models: LocalModels) {
    this.models = models;
    this.process = new Llama(models);
  }

  close(): Promise<void> {
    return this.process.close();
  }
}

/** `fetch` to a model of this machine. It rejects with a CallFault, as the way out does. */
export const fetchHere =
  (local: LocalDoor | null, id: string, o: { readonly signal: AbortSignal; readonly timeout: number }): Fetch =>
  async (_to, init) => {
    if (local === null) throw noFile(id);
    if (!(await local.models.installed())) throw NO_ADDON();
    const file = await local.models.fileOf(id);
    if (file === null) throw noFile(id);
    const body = JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as Body;
    const question = questionOf(body);
    const over = new AbortController();
    const signal = AbortSignal.any([o.signal, over.signal, ...(init?.signal ? [init.signal] : [])]);
    const timer = setTimeout(() => over.abort(), o.timeout);
    const asking = (piece: (text: string) => void): Promise<LlamaEnd> =>
      local.process.ask(file, question, signal, piece).finally(() => clearTimeout(timer));
    if (body.stream === true) return streamed(id, asking, () => over.abort());
    let said = '';
    const end = await asking((piece) => {
      said += piece;
    });
    if ('vectors' in end)
      return json({
        data: end.vectors.map((embedding, index) => ({ index, embedding })),
        usage: { prompt_tokens: end.input, total_tokens: end.input },
      });
    if (!('done' in end)) throw ended(end);
    const message = { role: 'assistant', content: said };
    return json({
      ...{ id, model: id, created: 0 },
      choices: [{ index: 0, message, finish_reason: finishOf(end.done) }],
      usage: usageOf(end.done),
    });
  };

const streamed = (
  id: string,
  asking: (piece: (text: string) => void) => Promise<LlamaEnd>,
  left: () => void,
): Response => {
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    start: (into) => {
      let open = true;
      const event = (value: object): void => {
        if (open) into.enqueue(encoder.encode(`data: ${JSON.stringify({ id, model: id, created: 0, ...value })}\n\n`));
      };
      void asking((content) => event({ choices: [{ index: 0, delta: { role: 'assistant', content } }] })).then(
        (end) => {
          if (!('done' in end)) return 'vectors' in end ? into.close() : into.error(ended(end));
          event({ choices: [{ index: 0, delta: {}, finish_reason: finishOf(end.done) }], usage: usageOf(end.done) });
          open = false;
          into.enqueue(encoder.encode('data: [DONE]\n\n'));
          into.close();
        },
        () => undefined,
      );
    },
    cancel: left,
  });
  return new Response(stream, { status: 200, headers: { 'content-type': 'text/event-stream' } });
};
