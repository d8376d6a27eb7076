/** The run that is looked at: its events as they come, folded. One at a time. */

import type { Client } from '../../transport/client.ts';
import { folded, NOTHING_YET, type RunEvent, type RunFold } from './fold.ts';

export type Watched = {
  readonly run: string | null;
  /** The state that is shown: the present one, or one looked back at. */
  readonly fold: RunFold;
  /** The present one. */
  readonly now: RunFold;
  readonly events: readonly RunEvent[];
  /** The seq of the event after which the run is shown; null: as it is now. */
  readonly at: number | null;
};

const NONE: Watched = { run: null, fold: NOTHING_YET, now: NOTHING_YET, events: [], at: null };

/** A fold is kept after so many events, so that looking back in a long run folds few again. */
const EVERY = 200;

export class RunWatch {
  readonly #client: Client;
  readonly #listeners = new Set<() => void>();
  #state: Watched = NONE;
  /** All events so far. The state has a copy as of the last drawing: a copy at each event would cost the square of a long run. */
  #events: RunEvent[] = [];
  #folds: RunFold[] = [];
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
    this.#events = [];
    this.#folds = [];
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
        const { fold, now, at } = this.#state;
        if (event.seq <= now.last) return;
        const next = folded(now, event);
        if (this.#events.length % EVERY === 0) this.#folds.push(now);
        this.#events.push(event);
        this.#state = { ...this.#state, fold: at === null ? next : fold, now: next };
        this.#soon();
      },
    });
  }

  /** Shows the run as it was after an event; null: as it is now. */
  lookBack(seq: number | null): void {
    const { now } = this.#state;
    const events = this.#events;
    if (seq === null || seq >= now.last) this.#state = { ...this.#state, fold: now, at: null };
    else {
      let fold = this.#folds.findLast((one) => one.last <= seq) ?? NOTHING_YET;
      for (let i = this.#folds.indexOf(fold) * EVERY; i < events.length; i += 1) {
        const event = events[i];
        if (event === undefined || event.seq > seq) break;
        fold = folded(fold, event);
      }
      this.#state = { ...this.#state, fold, at: seq };
    }
    this.#draw();
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
    if (this.#events.length !== this.#state.events.length) this.#state = { ...this.#state, events: [...this.#events] };
    for (const listener of this.#listeners) listener();
  }
}
