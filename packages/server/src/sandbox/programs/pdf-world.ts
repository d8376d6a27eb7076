/**
 * What pdf.js expects of a browser and the realm of code has not, as far as reading text needs it: streams between its two
 * halves, which both run here, and signals that nobody aborts. Imported before it.
 */

type Controller = {
  readonly desiredSize: number;
  readonly enqueue: (value: unknown) => void;
  readonly close: () => void;
  readonly error: (why: unknown) => void;
};
type Underlying = {
  readonly start?: (controller: Controller) => unknown;
  readonly pull?: (controller: Controller) => unknown;
  readonly cancel?: (why: unknown) => unknown;
};

/** A queue that one reader takes from (WHATWG Streams, without strategies, pipes and locks). */
class ReadableStream {
  readonly #from: Underlying;
  readonly #started: Promise<unknown>;
  readonly #queue: unknown[] = [];
  readonly #controller: Controller;
  #over = false;
  #why: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;

  constructor(from: Underlying) {
    this.#from = from;
    this.#controller = {
      desiredSize: 1,
      enqueue: (value) => {
        this.#queue.push(value);
        this.#wake();
      },
      close: () => {
        this.#over = true;
        this.#wake();
      },
      error: (error) => {
        this.#why = { error };
        this.#wake();
      },
    };
    this.#started = Promise.resolve(from.start?.(this.#controller));
  }

  getReader() {
    return {
      closed: new Promise<void>(() => undefined),
      read: () => this.#read(),
      cancel: (why: unknown) => this.cancel(why),
      releaseLock: () => undefined,
    };
  }

  async #read(): Promise<{ readonly value: unknown; readonly done: boolean }> {
    await this.#started;
    for (;;) {
      if (this.#queue.length > 0) return { value: this.#queue.shift(), done: false };
      if (this.#why !== null) throw this.#why.error;
      if (this.#over) return { value: undefined, done: true };
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#from.pull?.(this.#controller);
      await woken;
    }
  }

  async cancel(why: unknown): Promise<void> {
    await this.#from.cancel?.(why);
  }
}

class AbortSignal {
  readonly aborted: boolean = false;
  addEventListener(): void {
    // Nobody aborts.
  }
  removeEventListener(): void {
    // Nobody aborts.
  }
  static any(): AbortSignal {
    return new AbortSignal();
  }
}
class AbortController {
  readonly signal = new AbortSignal();
  abort(): void {
    // Whoever listened is gone with the run.
  }
}

Object.assign(globalThis, { ReadableStream, AbortSignal, AbortController });
