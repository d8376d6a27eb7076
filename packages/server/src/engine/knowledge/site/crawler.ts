/**
 * Which sites are read when: those that somebody wants to be read, those whose time has come, and those whose reading was cut
 * off. How one is read, reading.ts says.
 *
 * SC1 A site has one reading at a time. That of a base that is stopped, or of a source that was taken out, ends at once; what it
 *     has left waits.
 * SC2 Nothing but the store knows what is to be done: a server that starts goes on with what it finds there.
 */

import type { Store } from '../../../store/ports.ts';
import type { SiteAtWork } from '../../../store/knowledge-page.ts';
import type { Clock } from '../../clock.ts';
import type { EngineLog } from '../../options.ts';
import type { Timers } from '../../timers.ts';
import type { Place } from '../turns.ts';
import { Pace } from './pace.ts';
import { Reading, type ReadingDeps } from './reading.ts';
import { Slots } from './slots.ts';

type Deps = Omit<ReadingDeps, 'pace' | 'slots' | 'fresh'> & {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: EngineLog;
  /** Documents of a base wait to be read. */
  readonly read: (place: Place) => void;
};

/** After something changed: more may follow. */
const SOON = 100;
const EVERY = 60_000;

type Under = { readonly base: string; readonly stop: AbortController; readonly done: Promise<void> };

export class Crawler {
  readonly #d: Deps;
  readonly #pace: Pace;
  readonly #slots = new Slots();
  readonly #stop = new AbortController();
  /** Readings under way, by source. */
  readonly #at = new Map<string, Under>();
  #cancel: (() => void) | null = null;
  #rounds: Promise<void> = Promise.resolve();

  constructor(deps: Deps) {
    this.#d = deps;
    this.#pace = new Pace(deps.clock, deps.timers);
  }

  open(): void {
    this.#wake(0);
  }

  /** Sites may be wanted, or stopped. */
  stir(): void {
    this.#wake(SOON);
  }

  working(base: string): boolean {
    return [...this.#at.values()].some((one) => one.base === base);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#cancel?.();
    await this.#rounds;
    await Promise.allSettled([...this.#at.values()].map(({ done }) => done));
  }

  #wake(after: number): void {
    if (this.#stop.signal.aborted) return;
    this.#cancel?.();
    this.#cancel = this.#d.timers.at(this.#d.clock.now() + after, () => {
      this.#cancel = null;
      this.#rounds = this.#rounds
        .then(() => this.#round())
        .catch((error: unknown) => this.#failed(error))
        .then(() => {
          if (this.#cancel === null) this.#wake(EVERY);
        });
    });
  }

  async #round(): Promise<void> {
    const now = this.#d.clock.now();
    const sites = await this.#d.store.engine.sitesAtWork();
    const there = new Set(sites.map(({ source }) => source));
    for (const [source, { stop }] of this.#at) if (!there.has(source)) stop.abort();
    for (const site of sites) {
      if (this.#stop.signal.aborted) return;
      if (this.#at.has(site.source) || !isDue(site, now)) continue;
      this.#begin(site);
    }
  }

  #begin(site: SiteAtWork): void {
    const { workspace, project, base, source } = site;
    const fresh = (): void => this.#d.read({ workspace, project, base });
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, stop.signal]);
    const reading = new Reading({ ...this.#d, pace: this.#pace, slots: this.#slots, fresh }, site, signal);
    const done = reading
      .run()
      .then(
        () => SOON,
        (error: unknown) => {
          this.#failed(error);
          // What broke may break again.
          return EVERY;
        },
      )
      .then((after) => {
        this.#at.delete(source);
        this.#wake(after);
      });
    this.#at.set(source, { base, stop, done });
  }

  #failed(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#d.log('error', 'a site could not be read for knowledge', {
      error: error instanceof Error ? error.stack : String(error),
    });
  }
}

const isDue = ({ wanted, began, ended, spec }: SiteAtWork, now: number): boolean =>
  wanted ||
  (began !== null && ended === null) ||
  (spec.every !== undefined && ended !== null && now >= ended + spec.every * 60_000);
