/**
 * Files on their way to the engine. They go on while other pages are looked at, a few at a time.
 *
 * UP1 What is there is not written over: it is told, and the person says whether it is.
 * UP2 They go where they were begun: when another workspace is chosen, none goes on (`drop`).
 */

import type { Problem } from '@headgate/core';
import { useSyncExternalStore } from 'react';
import type { Client } from '../transport/client.ts';
import { Refusal } from '../transport/refusal.ts';
import { Unreached } from '../transport/transport.ts';

export type Upload = {
  readonly id: number;
  readonly project: string;
  readonly path: string;
  readonly size: number;
  readonly sent: number;
  readonly state: 'waiting' | 'sending' | 'done' | 'failed' | 'stopped';
  /** Why it failed; null: the engine could not be reached. */
  readonly problem: Problem | null;
};

type Work = { readonly file: File; readonly engine: Client; readonly done: () => void; stop: AbortController };

const AT_ONCE = 3;

export class Uploads {
  #list: readonly Upload[] = [];
  readonly #works = new Map<number, Work>();
  readonly #listeners = new Set<() => void>();
  #count = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly list = (): readonly Upload[] => this.#list;

  /** `folder`: where they go, without a `/` at its end. `done`: called after each that arrived. */
  add(files: readonly File[], to: { engine: Client; project: string; folder: string; done: () => void }): void {
    const { engine, project, folder, done } = to;
    const more = files.map((file): Upload => {
      const id = (this.#count += 1);
      this.#works.set(id, { file, engine, done, stop: new AbortController() });
      const path = folder === '' ? file.name : `${folder}/${file.name}`;
      return { id, project, path, size: file.size, sent: 0, state: 'waiting', problem: null };
    });
    this.#set([...this.#list, ...more]);
    this.#next();
  }

  /** Sends it once more; over what is there when that was the reason why it was not taken. */
  again(id: number): void {
    const work = this.#works.get(id);
    const fresh = this.#list.find((one) => one.id === id)?.problem?.code !== 'file.taken';
    if (work === undefined) return;
    work.stop = new AbortController();
    this.#put(id, { state: 'sending', sent: 0, problem: null });
    void this.#send(id, fresh);
  }

  stop(id: number): void {
    this.#works.get(id)?.stop.abort();
    if (this.#list.find((one) => one.id === id)?.state === 'waiting') this.#put(id, { state: 'stopped' });
  }

  /** Forgets those that are over. */
  clear(): void {
    const over = this.#list.filter(({ state }) => state !== 'waiting' && state !== 'sending');
    for (const { id } of over) this.#works.delete(id);
    this.#set(this.#list.filter((one) => !over.includes(one)));
  }

  /** Stops all, and forgets them. */
  drop(): void {
    const works = [...this.#works.values()];
    this.#works.clear();
    this.#set([]);
    for (const { stop } of works) stop.abort();
  }

  #next(): void {
    const sending = this.#list.filter(({ state }) => state === 'sending').length;
    for (const { id } of this.#list
      .filter(({ state }) => state === 'waiting')
      .slice(0, Math.max(0, AT_ONCE - sending))) {
      this.#put(id, { state: 'sending' });
      void this.#send(id, true);
    }
  }

  async #send(id: number, fresh: boolean): Promise<void> {
    const work = this.#works.get(id);
    const one = this.#list.find((known) => known.id === id);
    if (work === undefined || one === undefined) return;
    const { project, path } = one;
    try {
      await work.engine.upload('putFile', { query: { project, path, ...(fresh ? { only: 'new' } : {}) } }, work.file, {
        signal: work.stop.signal,
        progress: (sent) => this.#put(id, { sent }),
      });
      this.#put(id, { state: 'done', sent: one.size });
      work.done();
    } catch (error) {
      if (work.stop.signal.aborted) this.#put(id, { state: 'stopped' });
      else if (error instanceof Refusal) this.#put(id, { state: 'failed', problem: error.problem });
      else if (error instanceof Unreached) this.#put(id, { state: 'failed', problem: null });
      else throw error;
    } finally {
      this.#next();
    }
  }

  #put(id: number, part: Partial<Upload>): void {
    this.#set(this.#list.map((one) => (one.id === id ? { ...one, ...part } : one)));
  }

  #set(list: readonly Upload[]): void {
    this.#list = list;
    for (const listener of this.#listeners) listener();
  }
}

export const uploads = new Uploads();

export const useUploads = (): readonly Upload[] => useSyncExternalStore(uploads.subscribe, uploads.list);
