/**
 * A map for what comes and goes quickly: runs under way, waiters, frames. It is used as a `Map` is.
 *
 * Why not a Map: V8 makes a Map's table anew each time it is full of entries that were removed, and a table left behind
 * leads to the one that follows it. Once one of them has come into the old generation, dead, all that were made after it
 * are kept alive by it, with every value that was in them when they were left, until the whole heap is collected. Of a
 * server's young garbage nearly everything then survives: measured, a Map that always holds 32 things took three times
 * the time of an array and ten times its full collections.
 *
 * PA1 What was removed is reachable from here by nobody, not even by a table that was left behind.
 */

type Box<V> = { value: V | undefined };

export class Passing<K extends string | number, V extends object> {
  readonly #boxes = new Map<K, Box<V>>();

  get size(): number {
    return this.#boxes.size;
  }

  has(key: K): boolean {
    return this.#boxes.has(key);
  }

  get(key: K): V | undefined {
    return this.#boxes.get(key)?.value;
  }

  set(key: K, value: V): void {
    const box = this.#boxes.get(key);
    if (box === undefined) this.#boxes.set(key, { value });
    else box.value = value;
  }

  /** True when it was there. */
  delete(key: K): boolean {
    const box = this.#boxes.get(key);
    if (box === undefined) return false;
    box.value = undefined;
    return this.#boxes.delete(key);
  }

  clear(): void {
    for (const box of this.#boxes.values()) box.value = undefined;
    this.#boxes.clear();
  }

  /** What is there now, in the order it came: a list of its own, which later changes do not touch. */
  values(): V[] {
    return this.entries().map(([, value]) => value);
  }

  /** As `values`, with their keys. */
  entries(): [K, V][] {
    const found: [K, V][] = [];
    for (const [key, { value }] of this.#boxes) if (value !== undefined) found.push([key, value]);
    return found;
  }
}
