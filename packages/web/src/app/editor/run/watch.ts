/** The run that is looked at: its events as they come, folded. One at a time. */

import type { Client } from '../../transport/client.ts';
import { folded, NOTHING_YET, type RunEvent, type RunFold } from './fold.ts';

export type Watched = { readonly run: string | null; readonly fold: RunFold; readonly events: readonly RunEvent[] };

const NONE: Watched = { run: null, fold: NOTHING_YET, events: [] };

export class RunWatch {
  readonly #client: Client;
  readonly #listeners = new Set<() => void>();
  #state: Watched = NONE;
  #end: AbortController | null = null;
  #drawn: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): Watched => this.#state;

  /** Looks at a run, or at none. */
  watch(run: string | null): void {
    if (run === this.#state.run) return;
    this.#end?.abort();
    this.#end = null;
    this.#state = { ...NONE, run };
    this.#draw();
    if (run === null) return;
    const end = new AbortController();
    this.#end = end;
    const path = this.#client.path('followRun', { params: { id: run } });
    void this.#client.transport.follow({
      path,
      signal: end.signal,
      on: ({ data }) => {
        const event = data as RunEvent;
        const { fold, events } = this.#state;
        if (event.seq <= fold.last) return;
        this.#state = { run, fold: folded(fold, event), events: [...events, event] };
        this.#soon();
      },
    });
  }

  close(): void {
    this.#end?.abort();
    clearTimeout(this.#drawn);
    this.#listeners.clear();
  }

  /** Many events come at once: they are drawn together, once a frame (by a timer: a page in the background tells its state in the title). */
  #soon(): void {
    if (this.#drawn !== undefined) return;
    this.#drawn = setTimeout(() => this.#draw(), 16);
  }

  #draw(): void {
    this.#drawn = undefined;
    for (const listener of this.#listeners) listener();
  }
}
