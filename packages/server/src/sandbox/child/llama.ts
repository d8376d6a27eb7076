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
  | { readonly type: 'model'; readonly response: readonly (string | object)[] };
type Tools = Readonly<Record<string, { readonly description?: string; readonly params?: object }>>;
/** `history` ends with the turn of the model that it goes on with. `schema`, `params`: forms that the library has a grammar for. */
type Chat = {
  readonly history: readonly Turn[];
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly schema?: object;
  readonly tools?: Tools;
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
    ) => Promise<{
      readonly response: string;
      readonly functionCalls?: readonly { readonly functionName: string; readonly params?: unknown }[];
      readonly metadata: { readonly stopReason: string };
    }>;
  };
  readonly LlamaLogLevel: { readonly disabled: string };
};

const RLIMIT_DATA = 2;
const MEGABYTE = 1024 * 1024;
/** Calls of one answer. */
const MOST_CALLS = 8;
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

type How = { readonly grammar?: object; readonly functions?: Tools; readonly piece: (text: string) => void };

/** Has the model say something once, and counts what went in and came out. */
const once = async (
  { chat, contextSequence }: Awaited<ReturnType<typeof talkOf>>,
  { history, maxTokens, temperature = 0, topP, seed, stop }: Chat,
  { piece, ...how }: How,
  signal: AbortSignal,
) => {
  const { usedOutputTokens } = contextSequence.tokenMeter;
  const {
    response,
    functionCalls = [],
    metadata,
  } = await chat.generateResponse(history, {
    ...how,
    ...{ maxTokens, signal, stopOnAbortSignal: true, temperature, onTextChunk: piece },
    ...(how.functions === undefined ? {} : { maxParallelFunctionCalls: MOST_CALLS }),
    ...(topP === undefined ? {} : { topP }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined ? {} : { customStopTriggers: stop }),
  });
  const output = contextSequence.tokenMeter.usedOutputTokens - usedOutputTokens;
  return {
    response,
    calls: functionCalls.map(({ functionName, params }) => ({ name: functionName, params })),
    output,
    // Those that it still knew from the question before count, too: what a question costs does not hang on the one before it.
    input: Math.max(0, contextSequence.nextTokenIndex - output),
    full: metadata.stopReason === 'maxTokens',
  };
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const say = async (o: Opened, id: number, asked: Chat, signal: AbortSignal): Promise<object> => {
  const { schema, tools, ...rest } = asked;
  const chat: Chat = { ...rest, maxTokens: Math.min(asked.maxTokens, o.size) };
  const piece = (text: string): void => tell({ id, piece: text });
  const grammar = schema === undefined ? {} : { grammar: await o.llama.createGrammarForJsonSchema(schema) };
  talk ??= await talkOf(o);
  const done = ({ input, output, full, calls }: Omit<Awaited<ReturnType<typeof once>>, 'response'>) => ({
    ...{ id, done: { input, output, full, ...(calls.length === 0 ? {} : { calls }) } },
  });
  if (tools === undefined) return done(await once(talk, chat, { ...grammar, piece }, signal));
  if (schema === undefined) return done(await once(talk, chat, { functions: tools, piece }, signal));
  // The library holds it to tools or to a form. Where it calls none, and answers otherwise, it answers once more.
  const free = await once(talk, chat, { functions: tools, piece: () => undefined }, signal);
  const left = chat.maxTokens - free.output;
  if (free.calls.length > 0 || isJson(free.response) || left < 1 || signal.aborted) {
    if (free.calls.length === 0) piece(free.response);
    return done(free);
  }
  const held = await once(talk, { ...chat, maxTokens: left }, { ...grammar, piece }, signal);
  return done({ ...held, input: free.input + held.input, output: free.output + held.output });
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
