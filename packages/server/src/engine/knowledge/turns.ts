/**
 * Bases that have something to do, and whose turn it is.
 *
 * KT1 A workspace has one base at work at a time, all together AT_ONCE. A turn is one document; then its base is behind the
 *     other bases of its workspace, and the workspace behind the other workspaces (DOS-08).
 * KT2 A base that is added while it is here is looked at again before it goes.
 */

import { Line } from '../../sandbox/line.ts';

export type Place = { readonly workspace: string; readonly project: string; readonly base: string };

type Item = {
  readonly place: Place;
  readonly job: { readonly domain: string; readonly party: string };
  /** Are its sources to be looked at? */
  look: boolean;
  after: number;
};

/** Bases at work at a time. */
const AT_ONCE = 4;

/** One turn of a base; the number of the document to go on after, or null: there is nothing more to do. */
export type Act = (place: Place, look: boolean, after: number) => Promise<number | null>;

export class Turns {
  readonly #act: Act;
  readonly #failed: (error: unknown) => void;
  readonly #items = new Map<string, Item>();
  readonly #line = new Line<Item>();
  /** Turns that are being taken, by workspace. */
  readonly #busy = new Map<string, Promise<void>>();
  #closed = false;

  constructor(act: Act, failed: (error: unknown) => void) {
    this.#act = act;
    this.#failed = failed;
  }

  has(base: string): boolean {
    return this.#items.has(base);
  }

  add(place: Place, look: boolean): void {
    const there = this.#items.get(place.base);
    if (there !== undefined) {
      there.look ||= look;
      there.after = 0;
      return;
    }
    const item: Item = { place, job: { domain: place.workspace, party: place.base }, look, after: 0 };
    this.#items.set(place.base, item);
    this.#line.add(item);
    this.#pump();
  }

  /** The turns that are being taken come to their ends; no other begins. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#busy.values());
  }

  #pump(): void {
    while (!this.#closed && this.#busy.size < AT_ONCE) {
      const item = this.#line.next((workspace) => !this.#busy.has(workspace));
      if (item === undefined) return;
      const { workspace } = item.place;
      const taken = this.#take(item).then(() => {
        this.#busy.delete(workspace);
        this.#pump();
      });
      this.#busy.set(workspace, taken);
    }
  }

  async #take(item: Item): Promise<void> {
    const { look, after } = item;
    item.look = false;
    // Who adds it in the meantime has it begin anew.
    item.after = -1;
    let next: number | null = null;
    try {
      next = await this.#act(item.place, look, after);
    } catch (error) {
      this.#failed(error);
    }
    const anew = item.after === 0;
    if (next === null && !anew) {
      this.#items.delete(item.place.base);
      return;
    }
    item.after = anew ? 0 : (next ?? 0);
    this.#line.add(item);
  }
}
