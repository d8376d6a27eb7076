/**
 * What a runner weighs: the resident bytes of its process, read from the system, never told by itself.
 *
 * WT1 A run answers for what comes while it works, not for what those before it left: it is weighed against what the
 *     runner held when it last had nothing to do. That in turn is bounded, since a runner that holds too much is not kept.
 */

const MB = 1024 * 1024;
/** A runner that holds this much more than at its start, and has nothing to do, is not kept. */
const BLOATED = 192 * MB;
/** The same after a run that had to be ended. */
const HURT = 64 * MB;

export class Weight {
  readonly #read: () => number;
  #start = 0;
  #rest = 0;

  constructor(read: () => number) {
    this.#read = read;
  }

  /** It came up. */
  begin(): void {
    this.#start = this.#read();
    this.#rest = this.#start;
  }

  /** Does a run that may hold so many megabytes make it hold more than that, with room for what an engine needs beside? */
  isOver(memoryMb: number): boolean {
    return this.#read() > this.#rest + (2 * memoryMb + 64) * MB;
  }

  /** It has nothing to do: false when it holds too much to be kept. `hurt`: a run in it had to be ended. */
  settle(hurt: boolean): boolean {
    const held = this.#read();
    this.#rest = Math.max(this.#start, held);
    return held <= this.#start + (hurt ? HURT : BLOATED);
  }
}
