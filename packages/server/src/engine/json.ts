/**
 * Large JSON that others wrote has its turn, on the thread that does all the work: it is read one text at a time, and the loop
 * goes round between two. How much one text may hold is core's to say (step/json-values.ts).
 */

/** Characters from which a text waits for its turn. */
const LARGE = 256 * 1024;

/** Gives large texts their turn, in order. */
export class JsonTurns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when a text of this length may be read: at once, or after the large ones before it. */
  async turn(length: number): Promise<void> {
    if (length < LARGE) return;
    const before = this.#last;
    let over = (): void => undefined;
    this.#last = new Promise((resolve) => {
      over = resolve;
    });
    await before;
    // What is read in this turn of the loop is read; whoever is next waits for the one after it.
    setImmediate(over);
  }
}
