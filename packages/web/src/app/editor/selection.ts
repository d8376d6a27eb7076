/** Which steps and triggers are selected: one set for canvas and outline. The last one chosen is what single acts are about. */

export class Selection {
  readonly #listeners = new Set<() => void>();
  #ids: ReadonlySet<string> = new Set();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): ReadonlySet<string> => this.#ids;

  /** The one chosen last; null: none. */
  last(): string | null {
    return [...this.#ids].at(-1) ?? null;
  }

  set(ids: Iterable<string>): void {
    const next = new Set(ids);
    if (next.size === this.#ids.size && [...next].every((id) => this.#ids.has(id)) && [...next].at(-1) === this.last())
      return;
    this.#ids = next;
    for (const listener of this.#listeners) listener();
  }

  toggle(id: string): void {
    this.set(this.#ids.has(id) ? [...this.#ids].filter((one) => one !== id) : [...this.#ids, id]);
  }
}
