/**
 * The main thread's side of the search: the thread begins with the first question and ends when nobody asked for a minute, so
 * that nothing of it is in memory while it is not used.
 */

import { Worker } from 'node:worker_threads';
import { problem, type Result, type KnowledgeHit } from '@headgate/core';
import type { KnowledgeAsk } from '../knowledge.ts';
import { Builds } from './builds.ts';
import type { Renewed, SearchAnswer, SearchSettings, Wanted } from './messages.ts';

/** Milliseconds without a question after which its memory is given back. */
const IDLE = 60_000;

type Answer = Result<readonly KnowledgeHit[]> | null;
type Waiter = { readonly of: Worker; readonly done: (answer: Answer) => void };

const source = (): URL => new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

const DOWN: Answer = {
  ok: false,
  problem: problem('knowledge.down', 'The thread that searches ended', { retry: 'yes' }),
};

export class Searcher {
  readonly #settings: SearchSettings;
  readonly #waiting = new Map<number, Waiter>();
  #worker: Worker | null = null;
  #last = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** The graphs of large bases. */
  readonly builds: Builds;

  constructor({ clock, ...settings }: SearchSettings & { readonly clock: () => number }) {
    this.#settings = settings;
    const renew = (base: string): void => {
      const renewed: Renewed = { renewed: base };
      this.#worker?.postMessage(renewed);
    };
    this.builds = new Builds({ path: settings.path, folder: settings.graphs, clock, built: renew });
  }

  /** Is its thread there? */
  get awake(): boolean {
    return this.#worker !== null;
  }

  ask(workspace: string, ask: KnowledgeAsk): Promise<Answer> {
    clearTimeout(this.#idle);
    const worker = this.#worker ?? this.#begin();
    this.#last += 1;
    const id = this.#last;
    return new Promise((done) => {
      this.#waiting.set(id, { of: worker, done });
      worker.postMessage({ ...ask, id, workspace });
    });
  }

  async close(): Promise<void> {
    await this.#sleep();
    await this.builds.close();
  }

  async #sleep(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #begin(): Worker {
    const worker = new Worker(source(), { name: 'knowledge', workerData: this.#settings });
    worker.unref();
    this.#worker = worker;
    const ended = (): void => {
      if (this.#worker === worker) this.#worker = null;
      for (const [id, { of, done }] of this.#waiting) {
        if (of !== worker) continue;
        this.#waiting.delete(id);
        done(DOWN);
      }
    };
    worker.on('message', (answer: SearchAnswer | Wanted) => {
      if ('wanted' in answer) {
        this.builds.want(answer.wanted.workspace, answer.wanted.base);
        return;
      }
      const waiter = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('problem' in answer) waiter?.done({ ok: false, problem: answer.problem });
      else waiter?.done(answer.hits === null ? null : { ok: true, value: answer.hits });
      if (this.#waiting.size === 0) this.#rest();
    });
    worker.on('error', ended);
    worker.on('exit', ended);
    return worker;
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#sleep(), IDLE);
    this.#idle.unref?.();
  }
}
