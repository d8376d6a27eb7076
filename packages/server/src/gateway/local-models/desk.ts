/**
 * Models of the server on their way in: a file at an address is got in the background and told of, one that is sent is taken in
 * as it comes. What lies there already, and what is kept, the files of the store say.
 *
 * MD1 Few come at once, and no two under one name.
 * MD2 What did not come is told with its reason until somebody forgets it or tries the name again.
 */

import type { IncomingMessage } from 'node:http';
import { problem, type Problem, type Result } from '@headgate/core';
import type { Door } from '../../egress/door.ts';
import { download } from '../../egress/download.ts';
import type { LocalModel, LocalModelFiles } from '../../store/local-models.ts';
import { refuse, type Refused } from '../outcome.ts';

/** What whoever composes the server hands over. */
export type LocalModelsHere = {
  readonly files: LocalModelFiles;
  /** Whether the add-on that runs them is there. */
  readonly installed: () => Promise<boolean>;
  readonly door: Pick<Door, 'request'>;
};

/** `problem`: why it did not come; null: it is on its way. */
export type Coming = {
  readonly name: string;
  readonly bytes: number;
  readonly total: number | null;
  readonly problem: Problem | null;
};

type Wish = { readonly name: string; readonly sha256?: string | undefined };
type Job = { at: Coming; readonly stop: AbortController };

const AT_ONCE = 2;
/** Names of what did not come, the oldest forgotten first. */
const REMEMBERED = 20;

const BUSY = refuse('requests.limit', `${AT_ONCE} models are on their way already`, 'Wait for one, or stop one.');

export class LocalDesk {
  readonly #here: LocalModelsHere;
  readonly #clock: () => number;
  readonly #jobs = new Map<string, Job>();

  constructor(here: LocalModelsHere, clock: () => number) {
    this.#here = here;
    this.#clock = clock;
  }

  async list(): Promise<{ installed: boolean; models: readonly LocalModel[]; coming: readonly Coming[] }> {
    const { files, installed } = this.#here;
    const [there, models] = await Promise.all([installed(), files.list()]);
    return { installed: there, models, coming: [...this.#jobs.values()].map(({ at }) => at) };
  }

  /** Begins to get a file; it answers before any of it came. */
  async fetch(wish: Wish & { readonly url: string }): Promise<Coming | Refused> {
    const job = await this.#begin(wish.name, null);
    if ('refused' in job) return job;
    const { files, door } = this.#here;
    const total = (bytes: number): void => void (job.at = { ...job.at, total: bytes });
    void download(door, wish.url, { signal: job.stop.signal, total }, (bytes) =>
      files.add(wish.name, bytes, this.#wish(job, wish)),
    ).then(
      (done) => this.#over(job, done.ok ? null : done.problem),
      (error: unknown) => this.#over(job, unwritten(error)),
    );
    return job.at;
  }

  /** Takes a body in. */
  async take(wish: Wish, body: IncomingMessage): Promise<LocalModel | Refused> {
    const declared = Number(body.headers['content-length'] ?? Number.NaN);
    const job = await this.#begin(wish.name, Number.isFinite(declared) ? declared : null);
    if ('refused' in job) return job;
    let early = false;
    const whole = async function* (): AsyncGenerator<Uint8Array> {
      try {
        // Left in the middle, it stays open for the answer.
        for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
          if (job.stop.signal.aborted) throw new Error('it was stopped');
          yield piece;
        }
      } catch (error) {
        early = !job.stop.signal.aborted;
        throw error;
      }
      early = !body.complete;
      if (early) throw new Error('it ended early');
    };
    try {
      const done: Result<LocalModel> = await this.#here.files.add(wish.name, whole(), this.#wish(job, wish));
      return done.ok ? done.value : { refused: done.problem };
    } catch (error) {
      return early ? refuse('body.text', 'The body ended early') : { refused: unwritten(error) };
    } finally {
      // Who sent it is told by the answer.
      this.#over(job, null);
    }
  }

  /** Takes a model away, stops one on its way, or forgets one that did not come; was there any? */
  async drop(name: string): Promise<boolean> {
    const job = this.#jobs.get(name);
    job?.stop.abort();
    this.#jobs.delete(name);
    return (await this.#here.files.remove(name)) || job !== undefined;
  }

  async #begin(name: string, total: number | null): Promise<Job | Refused> {
    const taken = await this.#here.files.refuses(name);
    if (taken !== null) return { refused: taken };
    const known = this.#jobs.get(name);
    if (known?.at.problem === null)
      return refuse('model.taken', `A model ${name} is on its way already`, 'Wait for it, or stop it.');
    if ([...this.#jobs.values()].filter(({ at }) => at.problem === null).length >= AT_ONCE) return BUSY;
    const job: Job = { at: { name, bytes: 0, total, problem: null }, stop: new AbortController() };
    this.#jobs.delete(name);
    this.#jobs.set(name, job);
    const failed = [...this.#jobs.values()].filter(({ at }) => at.problem !== null);
    for (const { at } of failed.slice(0, Math.max(0, failed.length - REMEMBERED))) this.#jobs.delete(at.name);
    return job;
  }

  #wish(job: Job, { sha256 }: Wish) {
    const progress = (bytes: number): void => void (job.at = { ...job.at, bytes });
    return { sha256: sha256 ?? null, now: this.#clock(), progress };
  }

  #over(job: Job, why: Problem | null): void {
    // Another one of its name may have begun since it was stopped.
    if (this.#jobs.get(job.at.name) !== job) return;
    if (why === null) this.#jobs.delete(job.at.name);
    else job.at = { ...job.at, problem: why };
  }
}

/** What the disk says of a file that it does not take. */
const unwritten = (error: unknown): Problem =>
  problem('model.file', `The file could not be kept: ${error instanceof Error ? error.message : 'no reason'}`, {
    at: { field: 'file' },
    fix: 'Is there room on the disk of the server, and may it write to its folder?',
  });
