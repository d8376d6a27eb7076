/**
 * The host's side of models that run on this machine: one process for the model that was asked last, begun with its first
 * question, ended when it was idle, and when another model is asked. It knows no words of any provider.
 *
 * LH1 A process that dies, says nonsense, or more than a question explains, is the end of its questions, and of nothing else.
 * LH2 A question that is called off is stopped in the process; one that does not stop in time takes the process with it.
 * LH3 Where there is no lock, there is no process.
 */

import { filesOf, llamaFile } from './files.ts';
import { type Child, start } from './spawn.ts';

/** `addon`: the folder that node-llama-cpp is installed in. `models`: the folder of the files. */
export type LlamaSettings = {
  readonly addon: string;
  readonly models: string;
  readonly threads: number;
  readonly memoryMb: number;
  /** Tokens that go in and come out together, at most. */
  readonly context: number;
  /** Milliseconds without a question after which it ends. */
  readonly idle?: number;
};

/** A tool that the model calls; without arguments where it takes none. */
export type LlamaCall = { readonly name: string; readonly params?: unknown };

/** The last line of a question, as the child says it; or that there was none. */
export type LlamaEnd =
  | {
      readonly done: {
        readonly input: number;
        readonly output: number;
        readonly full: boolean;
        readonly calls?: readonly LlamaCall[];
      };
    }
  | { readonly vectors: readonly (readonly number[])[]; readonly input: number }
  | { readonly fault: string }
  | { readonly broken: string };

/** A file that is asked: where it lies, and by what it is another one than what lay there before. */
export type LlamaFile = { readonly path: string; readonly is: string };

type Waiter = { readonly piece: (text: string) => void; readonly end: (end: LlamaEnd) => void };
type Process = { readonly child: Child; readonly is: string; readonly waiting: Map<number, Waiter> };

const IDLE = 60_000;
/** Milliseconds that a question may take to stop. */
const PATIENCE = 5_000;
/** A line of the child: vectors of a whole question at most. */
const LONGEST = 64 * 1024 * 1024;

const isCalls = (told: unknown): boolean =>
  told === undefined ||
  (Array.isArray(told) &&
    told.every((one: { readonly name?: unknown } | null) => typeof one?.name === 'string' && one.name !== ''));

const isEnd = (told: Readonly<Record<string, unknown>>): boolean =>
  typeof told['fault'] === 'string' ||
  Array.isArray(told['vectors']) ||
  (typeof told['done'] === 'object' &&
    told['done'] !== null &&
    isCalls((told['done'] as { readonly calls?: unknown }).calls));

export class Llama {
  readonly #s: LlamaSettings;
  #process: Process | null = null;
  #last = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: LlamaSettings) {
    this.#s = settings;
  }

  /** The process that is there; null: none. */
  get pid(): number | null {
    return this.#process?.child.pid ?? null;
  }

  /** Asks the model in a file. `question`: `chat` or `embed` as child/llama.ts takes it. It rejects never. */
  ask(file: LlamaFile, question: object, signal: AbortSignal, piece: (text: string) => void): Promise<LlamaEnd> {
    if (signal.aborted) return Promise.resolve({ fault: 'called off' });
    const { launcher } = filesOf();
    if (launcher === null) return Promise.resolve({ broken: 'on this machine its process cannot be locked' });
    clearTimeout(this.#idle);
    if (this.#process !== null && this.#process.is !== file.is) this.#process.child.kill('SIGKILL');
    const process_ = this.#process?.is === file.is ? this.#process : this.#begin(launcher, file);
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve) => {
      let late: ReturnType<typeof setTimeout> | undefined;
      const stop = (): void => {
        process_.child.stdin.write(`${JSON.stringify({ stop: id })}\n`);
        late = setTimeout(() => process_.child.kill('SIGKILL'), PATIENCE);
      };
      signal.addEventListener('abort', stop, { once: true });
      process_.waiting.set(id, {
        piece,
        end: (end) => {
          clearTimeout(late);
          signal.removeEventListener('abort', stop);
          process_.waiting.delete(id);
          if (process_.waiting.size === 0 && this.#process === process_) this.#rest();
          resolve(end);
        },
      });
      process_.child.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const child = this.#process?.child;
    if (child === undefined) return;
    const over = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.kill('SIGKILL');
    await over;
  }

  #rest(): void {
    this.#idle = setTimeout(() => void this.close(), this.#s.idle ?? IDLE);
    this.#idle.unref();
  }

  #begin(launcher: string, { path, is }: LlamaFile): Process {
    const { addon, models, threads, memoryMb, context } = this.#s;
    const child = start(process.execPath, [
      ...['--no-warnings', '--max-old-space-size=256', launcher, llamaFile(), 'llama', addon, models, path],
      ...[threads, memoryMb, context].map(String),
    ]);
    const process_: Process = { child, is, waiting: new Map() };
    this.#process = process_;
    let broken = 'its process ended';
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    child.stderr.resume();
    let held = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      held += chunk;
      if (held.length > LONGEST) return void child.kill('SIGKILL');
      const lines = held.split('\n');
      held = lines.pop() ?? '';
      for (const line of lines) {
        const why = hear(process_, line);
        if (why === null) continue;
        broken = why;
        child.kill('SIGKILL');
      }
    });
    child.once('close', () => {
      if (this.#process === process_) this.#process = null;
      for (const { end } of [...process_.waiting.values()]) end({ broken });
    });
    return process_;
  }
}

/** Hands a line on; why the process has to end, or null. */
const hear = ({ waiting }: Process, line: string): string | null => {
  // The library itself may write a word of its own there, which nothing can keep it from.
  if (!line.startsWith('{')) return null;
  let told: unknown;
  try {
    told = JSON.parse(line);
  } catch {
    return 'its process said nonsense';
  }
  if (typeof told !== 'object' || told === null) return 'its process said nonsense';
  const said = told as Readonly<Record<string, unknown>>;
  if (typeof said['broken'] === 'string') return said['broken'];
  const waiter = typeof said['id'] === 'number' ? waiting.get(said['id']) : undefined;
  if (typeof said['piece'] === 'string') waiter?.piece(said['piece']);
  else if (isEnd(said)) waiter?.end(said as LlamaEnd);
  else if (waiter !== undefined) return 'its process said nonsense';
  return null;
};
