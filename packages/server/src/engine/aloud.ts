/**
 * Words of models at the moment they are said, for who reads along in this process. The journal gets them some at a time
 * (models/told.ts); what is told here is not durable yet, and a crash takes it back: whoever hears it puts it in the place it
 * says, and where the answer begins anew, so does the place.
 *
 * AL1 Only what the guard let through is said aloud, and only to who follows the very run.
 */

/** A piece of what a step says: `at`, where in its text, in characters. */
export type Word = {
  readonly step: string;
  readonly item: readonly number[];
  readonly text: string;
  readonly at: number;
};

export class Aloud {
  readonly #byRun = new Map<string, Set<(word: Word) => void>>();

  say(run: string, word: Word): void {
    const here = this.#byRun.get(run);
    if (here !== undefined) for (const hear of here) hear(word);
  }

  /** Until what comes back is called. */
  hear(run: string, on: (word: Word) => void): () => void {
    const here = this.#byRun.get(run) ?? new Set();
    here.add(on);
    this.#byRun.set(run, here);
    return () => {
      here.delete(on);
      if (here.size === 0 && this.#byRun.get(run) === here) this.#byRun.delete(run);
    };
  }
}
