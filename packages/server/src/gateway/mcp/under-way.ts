/**
 * Calls under way that a notification can take back: in the era of 2025-11-25 a client does not hang up, it says so by the id
 * of its request, in a request of its own.
 *
 * MU1 A call is taken back by who made it alone. Ids are the clients' own, and two clients may hold one key and count alike:
 *     where an id stands for several calls, none of them is ended (MCP-08).
 */

export class UnderWay {
  readonly #calls = new Map<string, Set<AbortController>>();

  /** `who`: the id of the credential; `id`: of the request; `others`: signals that end the call too. */
  begin(
    who: string,
    id: string | number,
    others: readonly AbortSignal[],
  ): { readonly signal: AbortSignal; readonly end: () => void } {
    const key = keyOf(who, id);
    const call = new AbortController();
    const ends = (): void => call.abort();
    // `AbortSignal.any` leaves what it makes to the collector, which at thousands of calls a second is most of its work.
    for (const other of others) {
      if (other.aborted) ends();
      else other.addEventListener('abort', ends, { once: true });
    }
    const calls = this.#calls.get(key) ?? new Set();
    calls.add(call);
    this.#calls.set(key, calls);
    const end = (): void => {
      for (const other of others) other.removeEventListener('abort', ends);
      calls.delete(call);
      if (calls.size === 0) this.#calls.delete(key);
    };
    return { signal: call.signal, end };
  }

  takeBack(who: string, id: string | number): void {
    const [only, ...more] = this.#calls.get(keyOf(who, id)) ?? [];
    if (more.length === 0) only?.abort();
  }
}

/** The number 1 and the text "1" are two ids. */
const keyOf = (who: string, id: string | number): string => JSON.stringify([who, id]);
