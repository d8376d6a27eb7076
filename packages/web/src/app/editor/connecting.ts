/**
 * Connecting by keys: from which entry of a step a wire is being drawn. Canvas and outline show it and take the arrows and Enter
 * while it lasts; whoever connects by pointer does not need it.
 */

export type Connecting = {
  /** What the other step will wait for: `step` or `step.port`. */
  readonly entry: string;
  readonly entries: readonly string[];
};

export class Connect {
  readonly #listeners = new Set<() => void>();
  #state: Connecting | null = null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): Connecting | null => this.#state;

  /** Begins; begun already, goes on to the next port. */
  begin(entries: readonly string[]): void {
    const was = this.#state;
    const again = was !== null && was.entries.join() === entries.join();
    const at = again ? (entries.indexOf(was.entry) + 1) % entries.length : 0;
    const entry = entries[at];
    if (entry !== undefined) this.#set({ entry, entries });
  }

  /** Ends; answers what it was about. */
  end(): string | null {
    const entry = this.#state?.entry ?? null;
    if (entry !== null) this.#set(null);
    return entry;
  }

  #set(next: Connecting | null): void {
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
