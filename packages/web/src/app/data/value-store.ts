/**
 * A value of a run as far as it was fetched: pages by place, and what each left out. Nothing is fetched that nobody looks
 * at; what was fetched once is not fetched again.
 */

import { inPointer } from '@headgate/core';
import type { Answer } from '../transport/client.ts';

export type Page = Answer<'readValue'>;
type Kind = Page['kind'];

/** A value at a place. `cut`: not all of it came with what it stands in. */
export type Entry = {
  readonly path: string;
  readonly name: string;
  readonly kind: Kind;
  /** Items, fields or characters; null for what has none. */
  readonly length: number | null;
  readonly value: unknown;
  readonly cut: boolean;
};

export type Inner = { readonly entries: readonly Entry[]; readonly more: boolean };

export const kindOf = (value: unknown): Kind => {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'list';
  const type = typeof value;
  return type === 'object' ? 'object' : type === 'string' ? 'text' : type === 'number' ? 'number' : 'boolean';
};

const lengthOf = (value: unknown): number | null => {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : null;
};

export type Load = (path: string, offset: number) => Promise<Page>;

export class ValueStore {
  readonly #load: Load;
  readonly #listeners = new Set<() => void>();
  readonly #pages = new Map<string, Page[]>();
  readonly #cuts = new Map<string, Page['cut'][number]>();
  readonly #loading = new Set<string>();
  #error: unknown = null;
  #version = 0;

  constructor(load: Load) {
    this.#load = load;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly version = (): number => this.#version;

  get error(): unknown {
    return this.#error;
  }

  /** What stands at a place that was fetched by itself; null: not yet. */
  at(path: string): Entry | null {
    const [first] = this.#pages.get(path) ?? [];
    if (first === undefined) return null;
    const { kind, length, value } = first;
    return { path, name: path.slice(path.lastIndexOf('/') + 1), kind, length, value, cut: first.next !== null };
  }

  /** Fetches the first page of a place, unless it is there. */
  ensure(path: string): void {
    if (!this.#pages.has(path)) this.#fetch(path, 0);
  }

  /** Fetches the next page of a place. */
  more(path: string): void {
    const next = this.#pages.get(path)?.at(-1)?.next ?? null;
    if (next !== null) this.#fetch(path, next);
    else this.ensure(path);
  }

  isLoading(path: string): boolean {
    return this.#loading.has(path);
  }

  /** Items or fields as far as they are there. `more`: there are others. */
  inner(entry: Entry): Inner {
    const pages = this.#pages.get(entry.path);
    if (pages === undefined) {
      // Cut short where it stands: it is fetched by itself from its beginning.
      if (entry.cut) return { entries: [], more: true };
      return { entries: this.#entries(entry.path, entry.value, 0), more: false };
    }
    const entries: Entry[] = [];
    for (const { value, offset } of pages)
      for (const one of this.#entries(entry.path, value, offset)) entries.push(one);
    return { entries, more: pages.at(-1)?.next !== null };
  }

  /** The characters of a text as far as they are there. */
  text(entry: Entry): string {
    const pages = this.#pages.get(entry.path);
    return pages === undefined ? String(entry.value) : pages.map(({ value }) => String(value)).join('');
  }

  #entries(path: string, value: unknown, offset: number): Entry[] {
    if (typeof value !== 'object' || value === null) return [];
    const list = Array.isArray(value);
    return Object.entries(value).map(([key, one]: [string, unknown]) => {
      const name = list ? String(offset + Number(key)) : key;
      const at = path + inPointer(name);
      const cut = this.#cuts.get(at);
      return {
        path: at,
        name,
        kind: cut?.kind ?? kindOf(one),
        length: cut?.length ?? lengthOf(one),
        value: one,
        cut: cut !== undefined,
      };
    });
  }

  #fetch(path: string, offset: number): void {
    if (this.#loading.has(path)) return;
    this.#loading.add(path);
    this.#load(path, offset)
      .then(
        (page) => {
          this.#pages.set(path, [...(this.#pages.get(path) ?? []), page]);
          for (const cut of page.cut) this.#cuts.set(cut.path, cut);
          this.#error = null;
        },
        (error: unknown) => {
          this.#error = error;
        },
      )
      .finally(() => {
        this.#loading.delete(path);
        this.#tell();
      });
    this.#tell();
  }

  #tell(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
