/**
 * Calls under way that a notification can take back: in the era of 2025-11-25 a client does not hang up, it says so by the id
 * of its request, in a request of its own.
 *
 * MU1 A call is taken back by who made it alone. Ids are the clients' own, and two clients may hold one key and count alike:
 *     where an id stands for several calls, none of them is ended (MCP-08).
 * MU2 Nothing is listened to before somebody asks for the signal: most calls are over before they could be waited for, and
 *     to listen costs them more than it takes to know who they are.
 */

/** Makes a signal, or gives the one it made. */
export type Signals = () => AbortSignal;

class Call {
  readonly #others: readonly Signals[];
  #controller: AbortController | undefined;
  #heard: readonly AbortSignal[] = [];
  #ended = false;

  constructor(others: readonly Signals[]) {
    this.#others = others;
  }

  readonly abort = (): void => {
    this.#ended = true;
    this.#controller?.abort();
  };

  readonly signal = (): AbortSignal => {
    if (this.#controller !== undefined) return this.#controller.signal;
    this.#controller = new AbortController();
    this.#heard = this.#others.map((make) => make());
    // `AbortSignal.any` leaves what it makes to the collector, which at thousands of calls a second is most of its work.
    for (const other of this.#heard) other.addEventListener('abort', this.abort, { once: true });
    if (this.#ended || this.#heard.some(({ aborted }) => aborted)) this.abort();
    return this.#controller.signal;
  };

  end(): void {
    for (const other of this.#heard) other.removeEventListener('abort', this.abort);
  }
}

export class UnderWay {
  readonly #calls = new Map<string, Set<Call>>();

  /** `who`: the id of the credential; `id`: of the request; `others`: signals that end the call too. */
  begin(
    who: string,
    id: string | number,
    others: readonly Signals[],
  ): { readonly signal: Signals; readonly end: () => void } {
    const key = keyOf(who, id);
    const call = new Call(others);
    const calls = this.#calls.get(key) ?? new Set();
    calls.add(call);
    this.#calls.set(key, calls);
    const end = (): void => {
      call.end();
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
