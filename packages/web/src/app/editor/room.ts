/**
 * Who else has the flow open, and what they and others do to it, as it happens: the engine's stream of the flow. Drafts that others
 * saved are joined at once; runs that were started elsewhere are told of. It reads nothing by itself while the stream is open.
 */

import type { Client } from '../transport/client.ts';

export type Person = { readonly id: string; readonly name: string };
export type RunTold = {
  readonly run: string;
  readonly state: string;
  readonly trigger: { readonly id: string | null; readonly kind: string };
};
export type RoomState = { readonly here: readonly Person[]; readonly live: boolean };

type Draft = { readonly id: string; pull(revision?: number): Promise<void> };

export class Room {
  readonly #listeners = new Set<() => void>();
  readonly #runs = new Set<(run: RunTold) => void>();
  readonly #end = new AbortController();
  #state: RoomState = { here: [], live: false };

  constructor(client: Client, draft: Draft) {
    void client.transport.follow({
      path: client.path('followFlow', { params: { id: draft.id } }),
      signal: this.#end.signal,
      state: (state) => {
        const live = state === 'open';
        // What happened while nobody told is read once, then told again.
        if (live) void draft.pull();
        this.#set(live ? { live } : { live, here: [] });
      },
      on: ({ type, data }) => {
        if (type === 'presence') this.#set({ here: (data as { readonly here: readonly Person[] }).here });
        else if (type === 'draft') void draft.pull((data as { readonly revision: number }).revision);
        else if (type === 'run') for (const listener of this.#runs) listener(data as RunTold);
      },
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): RoomState => this.#state;

  /** Called for each run of the flow that begins or is in another state; until what comes back is called. */
  readonly onRun = (listener: (run: RunTold) => void): (() => void) => {
    this.#runs.add(listener);
    return () => void this.#runs.delete(listener);
  };

  close(): void {
    this.#end.abort();
    this.#listeners.clear();
    this.#runs.clear();
  }

  #set(part: Partial<RoomState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }
}
