/**
 * The model for embeddings that comes with the server: no network, no key, nothing to set up. Its thread begins with the first
 * text and ends when nobody asked for a minute.
 *
 * OF1 It is loaded from the packages that the server was installed with, and asks nobody for anything.
 */

import { Worker } from 'node:worker_threads';

/** Milliseconds without a question after which its memory is given back. */
const IDLE = 60_000;
/** Texts of one turn of the thread. */
const AT_ONCE = 16;
/** Megabytes of its own objects; the weights lie beside them. */
const MEMORY = 512;

type Waiter = {
  readonly of: Worker;
  readonly done: (vectors: readonly (readonly number[])[]) => void;
  readonly failed: (error: Error) => void;
};
type Told = { readonly id: number; readonly vectors?: readonly (readonly number[])[]; readonly fault?: string };

const source = (): URL =>
  new URL(import.meta.url.endsWith('.ts') ? './offline-worker.ts' : './offline-worker.js', import.meta.url);

export class Offline {
  #worker: Worker | null = null;
  readonly #waiting = new Map<number, Waiter>();
  #last = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;
  readonly #after: number;

  constructor(after = IDLE) {
    this.#after = after;
  }

  /** Is its thread there? */
  get awake(): boolean {
    return this.#worker !== null;
  }

  /** The vectors of texts, of length 1 each. Rejects when the thread ended, or the signal says so. */
  async embed(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]> {
    const vectors: (readonly number[])[] = [];
    for (let from = 0; from < texts.length; from += AT_ONCE) {
      if (signal.aborted) throw new Error('called off');
      vectors.push(...(await this.#ask(texts.slice(from, from + AT_ONCE))));
    }
    return vectors;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #ask(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    clearTimeout(this.#idle);
    const worker = this.#worker ?? this.#begin();
    this.#last += 1;
    const id = this.#last;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { of: worker, done, failed });
      worker.postMessage({ id, texts });
    });
  }

  #begin(): Worker {
    const worker = new Worker(source(), { name: 'offline', resourceLimits: { maxOldGenerationSizeMb: MEMORY } });
    worker.unref();
    this.#worker = worker;
    const ended = (error: Error): void => {
      if (this.#worker === worker) this.#worker = null;
      for (const [id, { of, failed }] of this.#waiting) {
        if (of !== worker) continue;
        this.#waiting.delete(id);
        failed(error);
      }
    };
    worker.on('message', ({ id, vectors, fault }: Told) => {
      const waiter = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (vectors === undefined) waiter?.failed(new Error(fault ?? 'no vectors'));
      else waiter?.done(vectors);
      if (this.#waiting.size === 0) this.#rest();
    });
    worker.on('error', ended);
    worker.on('exit', () => ended(new Error('the thread of the model ended')));
    return worker;
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), this.#after);
    this.#idle.unref?.();
  }
}
