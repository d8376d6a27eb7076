/**
 * What is wrong with the draft, as the engine's check tells it: asked a moment after each edit, told by step. It holds nothing up;
 * while the engine is away the last answer stays.
 */

import type { Flow, Problem } from '@headgate/core';
import type { Client } from '../../transport/client.ts';
import { Refusal } from '../../transport/client.ts';
import { Unreached } from '../../transport/transport.ts';

export type Checked = {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly byStep: ReadonlyMap<string, readonly Problem[]>;
};

const NONE: Checked = { problems: [], warnings: [], byStep: new Map() };
const SOON = 400;
const NO_PROBLEMS: readonly Problem[] = [];

type Source = {
  readonly subscribe: (listener: () => void) => () => void;
  readonly state: () => { readonly flow: Flow };
};

export class Checks {
  readonly #client: Client;
  readonly #draft: Source;
  readonly #project: string;
  readonly #listeners = new Set<() => void>();
  readonly #leave: () => void;
  #state: Checked = NONE;
  #of: Flow | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | null = null;

  constructor(client: Client, draft: Source, project: string) {
    this.#client = client;
    this.#draft = draft;
    this.#project = project;
    this.#leave = draft.subscribe(() => this.#soon());
    void this.#ask();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): Checked => this.#state;
  readonly of = (step: string): readonly Problem[] => this.#state.byStep.get(step) ?? NO_PROBLEMS;

  close(): void {
    this.#leave();
    this.#asking?.abort();
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #soon(): void {
    if (this.#draft.state().flow === this.#of) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), SOON);
  }

  async #ask(): Promise<void> {
    const { flow } = this.#draft.state();
    this.#of = flow;
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const body = { draft: flow, project: this.#project };
      const { problems, warnings } = await this.#client.call('checkFlow', { body }, asking.signal);
      if (!asking.signal.aborted) this.#set(problems as readonly Problem[], warnings as readonly Problem[]);
    } catch (error) {
      if (asking.signal.aborted) return;
      // The draft's own word tells that the engine is away; the next edit asks again.
      if (!(error instanceof Refusal) && !(error instanceof Unreached)) throw error;
      this.#of = null;
    }
  }

  #set(problems: readonly Problem[], warnings: readonly Problem[]): void {
    const found = new Map<string, Problem[]>();
    for (const one of problems) {
      const step = one.at?.step;
      if (step === undefined) continue;
      const list = found.get(step);
      if (list === undefined) found.set(step, [one]);
      else list.push(one);
    }
    // A step whose problems are the same keeps its list: nobody who shows it draws again.
    const byStep = new Map<string, readonly Problem[]>();
    for (const [step, list] of found) {
      const was = this.#state.byStep.get(step);
      byStep.set(step, was !== undefined && JSON.stringify(was) === JSON.stringify(list) ? was : list);
    }
    this.#state = { problems, warnings, byStep };
    for (const listener of this.#listeners) listener();
  }
}
