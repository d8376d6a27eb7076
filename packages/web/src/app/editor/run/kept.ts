/** What a person keeps beside a flow in this browser: the input used last, pins and breakpoints. It is never part of the flow. */

export type Pin = { readonly value: unknown; readonly at: number; readonly run: string | null };
export type Beside = {
  readonly input: unknown;
  readonly pins: Readonly<Record<string, Pin>>;
  /** Steps before which draft runs hold. */
  readonly breaks: readonly string[];
};

const NOTHING: Beside = { input: {}, pins: {}, breaks: [] };
const keyOf = (user: string, flow: string): string => `headgate.beside ${user} ${flow}`;

const read = (text: string | null): Beside => {
  try {
    const found: unknown = JSON.parse(text ?? 'null');
    if (typeof found !== 'object' || found === null) return NOTHING;
    const { input = {}, pins = {}, breaks = [] } = found as Partial<Beside>;
    return { input, pins, breaks };
  } catch {
    return NOTHING;
  }
};

export class Kept {
  readonly #key: string;
  readonly #listeners = new Set<() => void>();
  #state: Beside;

  constructor(user: string, flow: string) {
    this.#key = keyOf(user, flow);
    this.#state = read(localStorage.getItem(this.#key));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): Beside => this.#state;

  input(input: unknown): void {
    this.#set({ ...this.#state, input });
  }

  pin(step: string, pin: Pin): void {
    this.#set({ ...this.#state, pins: { ...this.#state.pins, [step]: pin } });
  }

  /** Null: all of them. */
  unpin(step: string | null): void {
    const { [step ?? '']: _gone, ...rest } = this.#state.pins;
    this.#set({ ...this.#state, pins: step === null ? {} : rest });
  }

  /** Sets breakpoints at these steps, or takes them away where all of them have one. */
  toggleBreaks(steps: readonly string[]): 'set' | 'gone' {
    const { breaks } = this.#state;
    const all = steps.every((step) => breaks.includes(step));
    const others = breaks.filter((step) => !steps.includes(step));
    this.#set({ ...this.#state, breaks: all ? others : [...others, ...steps] });
    return all ? 'gone' : 'set';
  }

  noBreaks(): void {
    this.#set({ ...this.#state, breaks: [] });
  }

  #set(state: Beside): void {
    this.#state = state;
    try {
      localStorage.setItem(this.#key, JSON.stringify(state));
    } catch {
      // A full store keeps nothing beyond this page; what is pinned still holds on it.
    }
    for (const listener of this.#listeners) listener();
  }
}
