/**
 * Runs one GGUF model in a locked process of its own: the launcher let it read the add-on and the folder of the model, write
 * nothing, and reach nobody. It speaks in lines of JSON, and does one question after the other.
 *
 * LL1 What the model's file makes of the library, its crash included, is the end of this process and of nothing else.
 * LL2 It takes so much memory of its own and no more: the kernel refuses it the rest.
 *
 * In: `{id, chat}`, `{id, embed}`, `{stop: id}`. Out: `{ready}`, then of a question any number of `{id, piece}`, and one
 * `{id, done}`, `{id, vectors}` or `{id, fault}`.
 *
 * Arguments: the layers of the lock, the word `llama`, the folder of the add-on, that of the models, the file of the model, then
 * threads, megabytes, and tokens of context.
 */

import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setrlimit } from './kernel.ts';

type Turn =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly string[] };
type Chat = {
  readonly history: readonly Turn[];
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly schema?: object;
};
type Asked = { readonly id: number; readonly chat?: Chat; readonly embed?: readonly string[]; readonly stop?: number };

/** What of the library is used here; it is no package of this room, and lies where the admin installed it. */
type Disposed = { readonly dispose: () => Promise<void> | void };
type Sequence = Disposed & {
  readonly tokenMeter: { readonly usedOutputTokens: number };
  /** How many tokens stand in it. */
  readonly nextTokenIndex: number;
};
type Model = {
  readonly trainContextSize: number;
  readonly createContext: (o: object) => Promise<Disposed & { readonly getSequence: () => Sequence }>;
  readonly createEmbeddingContext: (
    o: object,
  ) => Promise<
    Disposed & { readonly getEmbeddingFor: (text: string) => Promise<{ readonly vector: readonly number[] }> }
  >;
  readonly tokenize: (text: string) => readonly number[];
};
type Llama = {
  readonly loadModel: (o: object) => Promise<Model>;
  readonly createGrammarForJsonSchema: (schema: object) => Promise<object>;
};
type Library = {
  readonly getLlama: (o: object) => Promise<Llama>;
  readonly LlamaChat: new (o: {
    contextSequence: Sequence;
  }) => {
    readonly generateResponse: (
      history: readonly Turn[],
      o: object,
    ) => Promise<{ readonly response: string; readonly metadata: { readonly stopReason: string } }>;
  };
  readonly LlamaLogLevel: { readonly disabled: string };
};

const RLIMIT_DATA = 2;
const MEGABYTE = 1024 * 1024;
/** A line longer than this is none of the host's. */
const LONGEST = 32 * MEGABYTE;

const [addon = '', , file = '', threadsWord = '', memoryWord = '', contextWord = ''] = process.argv.slice(4);
const [threads, memory, most] = [Number(threadsWord), Number(memoryWord), Number(contextWord)];
if (setrlimit(RLIMIT_DATA, memory * MEGABYTE).value !== 0) throw new Error('no bound on memory');

// The library asks for the home of whoever it runs as, and the lock lets nobody look that up.
process.env['HOME'] = '/';

const tell = (told: object): void => void process.stdout.write(`${JSON.stringify(told)}\n`);
const reason = (error: unknown): string => (error instanceof Error ? error.message : 'no reason').slice(0, 500);

/**
 * The library would first try in a second process whether its binary loads. This one is that process, and may start none: so
 * the try is taken for granted, and a binary that does not load ends what runs here.
 */
registerHooks({
  load: (url, context, next) =>
    url.endsWith('/bindings/utils/testBindingBinary.js')
      ? { format: 'module', source: 'export const testBindingBinary = async () => true;', shortCircuit: true }
      : next(url, context),
});

const open = async () => {
  const main = pathToFileURL(join(addon, 'node_modules/node-llama-cpp/dist/index.js')).href;
  const library = (await import(main)) as Library;
  const llama = await library.getLlama({
    ...{ gpu: false, build: 'never', skipDownload: true, usePrebuiltBinaries: true, progressLogs: false },
    ...{ logLevel: library.LlamaLogLevel.disabled, logger: () => undefined, maxThreads: threads },
  });
  const model = await llama.loadModel({
    ...{ modelPath: file, gpuLayers: 0, useMmap: true, checkTensors: true, ignoreMemorySafetyChecks: true },
  });
  const size = Math.min(most, model.trainContextSize);
  return { library, llama, model, size };
};

type Opened = Awaited<ReturnType<typeof open>>;

const talkOf = async ({ library, model, size }: Opened) => {
  const context = await model.createContext({ contextSize: size, threads, batchSize: Math.min(512, size) });
  const contextSequence = context.getSequence();
  return { contextSequence, chat: new library.LlamaChat({ contextSequence }) };
};

// What a model is asked for is what memory is taken for: some only make vectors.
let talk: Awaited<ReturnType<typeof talkOf>> | undefined;
let embedder: Awaited<ReturnType<Model['createEmbeddingContext']>> | undefined;

const say = async (o: Opened, id: number, asked: Chat, signal: AbortSignal): Promise<object> => {
  const grammar = asked.schema === undefined ? {} : { grammar: await o.llama.createGrammarForJsonSchema(asked.schema) };
  talk ??= await talkOf(o);
  const { chat, contextSequence } = talk;
  const { usedOutputTokens } = contextSequence.tokenMeter;
  const { metadata } = await chat.generateResponse([...asked.history, { type: 'model', response: [] }], {
    ...grammar,
    ...{ maxTokens: Math.min(asked.maxTokens, o.size), signal, stopOnAbortSignal: true },
    ...{ temperature: asked.temperature ?? 0, ...(asked.topP === undefined ? {} : { topP: asked.topP }) },
    ...(asked.seed === undefined ? {} : { seed: asked.seed }),
    ...(asked.stop === undefined ? {} : { customStopTriggers: asked.stop }),
    onTextChunk: (piece: string) => tell({ id, piece }),
  });
  const output = contextSequence.tokenMeter.usedOutputTokens - usedOutputTokens;
  // Those that it still knew from the question before count, too: what a question costs does not hang on the one before it.
  const input = Math.max(0, contextSequence.nextTokenIndex - output);
  return { id, done: { input, output, full: metadata.stopReason === 'maxTokens' } };
};

const embed = async (o: Opened, id: number, texts: readonly string[], signal: AbortSignal): Promise<object> => {
  embedder ??= await o.model.createEmbeddingContext({ contextSize: o.size, threads, batchSize: o.size });
  const vectors: (readonly number[])[] = [];
  let input = 0;
  for (const text of texts) {
    if (signal.aborted) throw new Error('called off');
    input += o.model.tokenize(text).length;
    vectors.push([...(await embedder.getEmbeddingFor(text)).vector]);
  }
  return { id, vectors, input };
};

const stops = new Map<number, AbortController>();
let turn: Promise<unknown> = open().then(
  (opened) => {
    tell({ ready: opened.size });
    return opened;
  },
  (error: unknown) => {
    tell({ broken: reason(error) });
    process.exitCode = 1;
    process.stdin.destroy();
  },
);
const opened = turn as Promise<Opened | undefined>;

const take = ({ id, chat, embed: texts, stop }: Asked): void => {
  if (stop !== undefined) return stops.get(stop)?.abort();
  const controller = new AbortController();
  stops.set(id, controller);
  const { signal } = controller;
  turn = turn.then(async () => {
    const o = await opened;
    if (o === undefined) return;
    try {
      if (signal.aborted) throw new Error('called off');
      tell(chat === undefined ? await embed(o, id, texts ?? [], signal) : await say(o, id, chat, signal));
    } catch (error) {
      tell({ id, fault: reason(error) });
    }
    stops.delete(id);
  });
};

let held = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (piece: string) => {
  held += piece;
  if (held.length > LONGEST) process.exit(1);
  const lines = held.split('\n');
  held = lines.pop() ?? '';
  for (const line of lines) take(JSON.parse(line) as Asked);
});
process.stdin.on('end', () => process.exit(0));
