/**
 * What a person has typed as the input of held steps, until they go on. It is kept while other steps are looked at, and
 * forgotten with the page: nothing of it is anywhere else before the step goes on.
 */

export class HeldEdits {
  readonly #listeners = new Set<() => void>();
  #texts: ReadonlyMap<string, string> = new Map();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): ReadonlyMap<string, string> => this.#texts;

  /** Null: as it was. */
  set(key: string, text: string | null): void {
    const next = new Map(this.#texts);
    if (text === null) next.delete(key);
    else next.set(key, text);
    this.#texts = next;
    for (const listener of this.#listeners) listener();
  }
}

/** One for the page: a run's id is in each key. */
export const heldEdits = new HeldEdits();

export const heldKey = (run: string, step: string, item: readonly number[]): string =>
  `${run} ${step} ${item.join('.')}`;

/** What was typed, as JSON; `null`: it is none yet. */
export const parsed = (text: string): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
};
