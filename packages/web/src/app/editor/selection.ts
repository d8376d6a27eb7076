/**
 * Which steps, triggers, notes and groups are selected, and where the cursor is: one of each for canvas and outline. The last one
 * chosen is what single acts are about. The cursor is where the arrow keys are; it may stand on what is not selected. A wire may be
 * chosen besides: deleting is about that one then, until something else is chosen.
 */

/** A wire: what the step waits for, as it stands in `after`, and the step. */
export type Wire = { readonly entry: string; readonly to: string };

export class Selection {
  readonly #listeners = new Set<() => void>();
  #ids: ReadonlySet<string> = new Set();
  #cursor: string | null = null;
  /** Where a range begins that Shift extends. */
  #anchor: string | null = null;
  #wire: Wire | null = null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): ReadonlySet<string> => this.#ids;
  readonly cursor = (): string | null => this.#cursor;
  readonly has = (id: string): boolean => this.#ids.has(id);

  readonly wire = (): Wire | null => this.#wire;

  /** Null: none any more. */
  choose(wire: Wire | null): void {
    if (wire?.entry === this.#wire?.entry && wire?.to === this.#wire?.to) return;
    this.#wire = wire;
    this.#tell();
  }

  /** The one chosen last; null: none. */
  last(): string | null {
    return [...this.#ids].at(-1) ?? null;
  }

  /** Selects these; the cursor goes to the last of them. */
  set(ids: Iterable<string>): void {
    const next = new Set(ids);
    const last = [...next].at(-1) ?? null;
    const same = next.size === this.#ids.size && [...next].every((id) => this.#ids.has(id)) && last === this.last();
    this.#anchor = last ?? this.#cursor;
    if (same && (last === null || last === this.#cursor) && this.#wire === null) return;
    this.#wire = null;
    this.#ids = same ? this.#ids : next;
    this.#cursor = last ?? this.#cursor;
    this.#tell();
  }

  toggle(id: string): void {
    this.#ids = new Set(this.#ids.has(id) ? [...this.#ids].filter((one) => one !== id) : [...this.#ids, id]);
    this.#cursor = id;
    this.#anchor = id;
    this.#wire = null;
    this.#tell();
  }

  /** The cursor alone. */
  go(id: string): void {
    if (id === this.#cursor && this.#wire === null) return;
    this.#cursor = id;
    this.#wire = null;
    this.#tell();
  }

  /** From where the range began to here, in this order. */
  extend(order: readonly string[], to: string): void {
    const [from, end] = [order.indexOf(this.#anchor ?? to), order.indexOf(to)];
    if (end === -1) return;
    const range = order.slice(Math.min(from === -1 ? end : from, end), Math.max(from, end) + 1);
    // The last is what single acts are about: it is where the range ends now.
    this.#ids = new Set([...range.filter((id) => id !== to), to]);
    this.#cursor = to;
    this.#wire = null;
    this.#tell();
  }

  /** What is gone cannot be selected, and the cursor is where something is. */
  keep(known: ReadonlySet<string>): void {
    const left = [...this.#ids].filter((id) => known.has(id));
    const cursor = this.#cursor !== null && known.has(this.#cursor.split('.')[0] ?? '') ? this.#cursor : null;
    if (left.length === this.#ids.size && cursor === this.#cursor) return;
    this.#ids = new Set(left);
    this.#cursor = cursor;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
