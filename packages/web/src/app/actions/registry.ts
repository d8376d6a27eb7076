/**
 * What the actions of the table do right now. A page that is open registers what it can do; keys, buttons, menus and the
 * palette ask here, so that an act is one thing however it was asked for.
 */

import { ACTION_NAMES, type ActionName, specOf } from './table.ts';
import { chordOf, isPlain, isPress, isTyping } from './keys.ts';

export type Doing = {
  readonly run: () => void;
  /** Why it cannot be done now, for people; absent: it can. */
  readonly off?: string | undefined;
};

export class Registry {
  readonly #doings = new Map<ActionName, Doing[]>();
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #first: { readonly chord: string; readonly at: number } | null = null;
  /** False: a letter, digit or sign alone is no key, for who speaks to the machine or types by accident (WCAG 2.1.4). */
  letters = true;

  /** Until what comes back is called. The latest registered is the one that is done. */
  register(name: ActionName, doing: Doing): () => void {
    const list = [...(this.#doings.get(name) ?? []), doing];
    this.#doings.set(name, list);
    this.#tell();
    return () => {
      this.#doings.set(
        name,
        (this.#doings.get(name) ?? []).filter((one) => one !== doing),
      );
      this.#tell();
    };
  }

  of(name: ActionName): Doing | null {
    return this.#doings.get(name)?.at(-1) ?? null;
  }

  /** Does it, if it can be done. */
  run(name: ActionName): boolean {
    const doing = this.of(name);
    if (doing === null || doing.off !== undefined) return false;
    doing.run();
    return true;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly version = (): number => this.#version;

  /** True when the key was taken. `inGraph`: the canvas or the outline has the focus. */
  key(event: KeyboardEvent, inGraph: boolean, now: number): boolean {
    const chord = chordOf(event);
    if (chord === null || event.defaultPrevented) return false;
    const typing = isTyping(event.target);
    if (typing && isPlain(chord)) return false;
    if (isPlain(chord) && isPress(event)) return false;
    if (!this.letters && chord.length === 1) return false;
    const first = this.#first !== null && now - this.#first.at < 1500 ? this.#first.chord : null;
    this.#first = null;
    const sequence = first === null ? null : `${first} ${chord}`;
    for (const name of ACTION_NAMES) {
      const { keys = [], context, native } = specOf(name);
      if (native === true) continue;
      if (context === 'graph' && (!inGraph || typing)) continue;
      if (!keys.some((one) => one === chord || one === sequence)) continue;
      const doing = this.of(name);
      if (doing === null) continue;
      if (doing.off === undefined) doing.run();
      return true;
    }
    if (ACTION_NAMES.some((name) => specOf(name).keys?.some((one) => one.startsWith(`${chord} `)) === true))
      this.#first = { chord, at: now };
    return false;
  }

  #tell(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}

export const registry = new Registry();
