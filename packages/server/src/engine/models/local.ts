/**
 * Models of this machine, asked in the words of OpenAI as every other: a `fetch` that leads to their process and nowhere else.
 *
 * LO1 Nothing of a question becomes a path: which file is read follows from the name of a model that the store lists.
 */

import { randomUUID } from 'node:crypto';
import { type ModelSpec, problem } from '@headgate/core';
import { Llama, type LlamaCall, type LlamaEnd, type LlamaFile, type LlamaSettings } from '../../sandbox/llama.ts';
import { CallFault, type Fetch } from './fetch.ts';
import { type Body, type Question, questionOf, refusal } from './here/question.ts';

export type LocalModels = LlamaSettings & {
  /** Whether there is an add-on for this machine at all. */
  readonly fits: boolean;
  /** Whether the add-on is there. */
  readonly installed: () => Promise<boolean>;
  readonly list: () => Promise<readonly ModelSpec[]>;
  /** The file of a model; null: there is none of this name. */
  readonly fileOf: (id: string) => Promise<LlamaFile | null>;
};

const NO_MACHINE = (): CallFault =>
  refusal(
    'model.addon',
    'This machine runs no models itself: the add-on is there for Linux with glibc, on x64 and arm64',
    'Name a model of another provider; servers of models such as Ollama run beside it (docs/guides/ai-without-the-cloud.md).',
  );
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
type Done = Extract<LlamaEnd, { readonly done: object }>['done'];
const usageOf = ({ input, output }: Pick<Done, 'input' | 'output'>) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});
const finishOf = ({ full, calls = [] }: Done): string => (calls.length > 0 ? 'tool_calls' : full ? 'length' : 'stop');

/** Calls of tools, as they are told; an id says which answer belongs to which. */
const calledOf = ({ calls = [] }: Done, { args }: Question) =>
  calls.map((call: LlamaCall, index) => ({
    ...{ index, id: `call_${randomUUID()}`, type: 'function' },
    function: { name: call.name, arguments: args(call) },
  }));

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
    if (!local.models.fits) throw NO_MACHINE();
    if (!(await local.models.installed())) throw NO_ADDON();
    const file = await local.models.fileOf(id);
    if (file === null) throw noFile(id);
    const body = JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as Body;
    const question = questionOf(body);
    const over = new AbortController();
    const signal = AbortSignal.any([o.signal, over.signal, ...(init?.signal ? [init.signal] : [])]);
    const timer = setTimeout(() => over.abort(), o.timeout);
    const asking = (piece: (text: string) => void): Promise<LlamaEnd> =>
      local.process.ask(file, question.asked, signal, piece).finally(() => clearTimeout(timer));
    if (body.stream === true) return streamed(id, question, asking, () => over.abort());
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
    const called = calledOf(end.done, question);
    const message = {
      ...{ role: 'assistant', content: question.answer(said) },
      ...(called.length === 0 ? {} : { tool_calls: called }),
    };
    return json({
      ...{ id, model: id, created: 0 },
      choices: [{ index: 0, message, finish_reason: finishOf(end.done) }],
      usage: usageOf(end.done),
    });
  };

const streamed = (
  id: string,
  question: Question,
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
      const delta = (of: object): void => event({ choices: [{ index: 0, delta: { role: 'assistant', ...of } }] });
      let said = '';
      const piece = (content: string): void => {
        if (question.whole) said += content;
        else delta({ content });
      };
      void asking(piece).then(
        (end) => {
          if (!('done' in end)) return 'vectors' in end ? into.close() : into.error(ended(end));
          if (said !== '') delta({ content: question.answer(said) });
          const called = calledOf(end.done, question);
          if (called.length > 0) delta({ tool_calls: called });
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
