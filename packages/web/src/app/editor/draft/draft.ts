/**
 * The draft that is open: what it is now, what of it is at the engine, and how the one becomes the other. Every change of a
 * flow in the app goes through `change` of this one object.
 *
 * DR1 `saved` is said only when the engine has acknowledged the very draft that is on the screen.
 * DR2 An edit is kept in the browser before anything is sent, and stays there until the engine has acknowledged it.
 * DR3 Another's draft is never written over: mine is done again on top of it, and what both changed is asked, field by field.
 * DR4 Saving and merging touch no history: undo takes back what this person did.
 * DR5 What an assistant wrote is saved as what a file brought, so that nothing in it is lent by being written (gateway/lending
 *     LE2); what undoing, doing again and settling bring back may be of it, and is saved so, too.
 */

import {
  type Conflict,
  doEdits,
  type Edit,
  type Flow,
  good,
  type History,
  isDivisible,
  landed,
  merge,
  type Merged,
  NO_HISTORY,
  perform,
  type Problem,
  redo,
  type Result,
  type Stepped,
  undo,
  withoutFields,
} from '@headgate/core';
import { type Client, Refusal } from '../../transport/client.ts';
import { Unreached } from '../../transport/transport.ts';
import { keep, type Kept } from './keep.ts';
import { settleTyped } from './typing.ts';

export type Word = 'saved' | 'saving' | 'offline' | 'conflict';

export type DraftState = {
  readonly flow: Flow;
  readonly history: History;
  readonly word: Word;
  /** Of the draft at the engine. */
  readonly revision: number;
  readonly conflicts: readonly Conflict[];
  /** Why the engine does not take the draft; null: it does, or was not reached. */
  readonly refused: Problem | null;
};

type Opened = {
  readonly id: string;
  readonly project: string;
  readonly tab: string;
  readonly flow: Flow;
  readonly revision: number;
};

const SOON = 300;
const AT_LATEST = 900;
const FIRST = 1_000;
const LONGEST = 15_000;

export class Draft {
  readonly id: string;
  readonly project: string;
  readonly #client: Client;
  readonly #tab: string;
  readonly #listeners = new Set<() => void>();
  #state: DraftState;
  #base: Flow;
  #pending: readonly Edit[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;
  #pause = FIRST;
  #sending: Promise<void> | null = null;
  /** The latest revision that was told of. */
  #heard = 0;
  #closed = false;
  /** Changes since the last save that count as brought, and whether there was ever one. */
  #brought = 0;
  #everBrought = false;

  constructor(client: Client, opened: Opened, left: readonly Kept[]) {
    this.id = opened.id;
    this.project = opened.project;
    this.#client = client;
    this.#tab = opened.tab;
    this.#base = opened.flow;
    this.#state = {
      flow: opened.flow,
      history: NO_HISTORY,
      word: 'saved',
      revision: opened.revision,
      conflicts: [],
      refused: null,
    };
    for (const one of left) this.#takeUp(one);
    if (this.#pending.length > 0) {
      this.#set({ word: 'saving' });
      this.#soon();
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): DraftState => this.#state;

  /** Does an edit. A Problem: nothing was done. */
  change(edit: Edit): Result<Stepped> {
    return this.#step(perform(this.#state.flow, this.#state.history, edit));
  }

  /** Does an edit that somebody else wrote. */
  bring(edit: Edit): Result<Stepped> {
    this.#everBrought = true;
    this.#mark();
    return this.change(edit);
  }

  undo(): Result<Stepped> | null {
    this.#mark();
    const made = undo(this.#state.flow, this.#state.history);
    return made === null ? null : this.#step(made);
  }

  redo(): Result<Stepped> | null {
    this.#mark();
    const made = redo(this.#state.flow, this.#state.history);
    return made === null ? null : this.#step(made);
  }

  /**
   * Mine: my value is put on top of theirs. Theirs: of my edit, this field is let go. An edit of several fields is settled
   * field by field, and done with what is left of it once the last of them is; one that is whole or nothing, at once.
   */
  settle(conflict: Conflict, mine: boolean): Result<null> {
    this.#mark();
    const { edit } = conflict;
    const { conflicts } = this.#state;
    const rest = conflicts.filter((one) => one !== conflict && (isDivisible(edit) || one.edit !== edit));
    const others = rest.some((one) => one.edit === edit);
    const left = mine ? edit : isDivisible(edit) ? withoutFields(edit, [conflict]) : null;
    if (others && left !== null) {
      this.#set({ conflicts: rest.map((one) => (one.edit === edit ? { ...one, edit: left } : one)) });
    } else {
      this.#set({ conflicts: rest.filter((one) => one.edit !== edit) });
      const made = left === null ? null : this.change(left);
      if (made?.ok === false) {
        // Nothing is let go silently: it stays to be looked at.
        this.#set({ conflicts, word: 'conflict' });
        return made;
      }
    }
    this.#set({ word: this.#word() });
    return good(null);
  }

  /** Everything there is goes to the engine now, what is being typed as well. True: it is there. */
  async flush(): Promise<boolean> {
    settleTyped();
    for (let tries = 0; tries < 20 && this.#pending.length > 0; tries += 1) {
      await (this.#sending ?? this.#send());
      if (this.#state.word === 'offline' || this.#state.conflicts.length > 0) return false;
    }
    return this.#pending.length === 0;
  }

  /** Takes in what others saved meanwhile. `revision`: known to be there; absent: asks. */
  async pull(revision?: number): Promise<void> {
    this.#heard = Math.max(this.#heard, revision ?? 0);
    if (this.#closed || this.#sending !== null || (revision !== undefined && revision <= this.#state.revision)) return;
    try {
      const { draft, revision: now } = await this.#client.call('getFlow', { params: { id: this.id } });
      if (now > this.#state.revision && this.#sending === null) this.#join(draft as Flow, now);
    } catch (error) {
      this.#failed(error);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #mark(): void {
    if (this.#everBrought) this.#brought += 1;
  }

  #set(part: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }

  #word(): Word {
    if (this.#state.conflicts.length > 0) return 'conflict';
    return this.#pending.length === 0 && this.#sending === null ? 'saved' : 'saving';
  }

  #step(made: Result<Stepped>): Result<Stepped> {
    if (!made.ok) return made;
    const { flow, history, edit } = made.value;
    this.#pending = [...this.#pending, edit];
    const { word } = this.#state;
    this.#set({
      flow,
      history,
      word: word === 'offline' ? word : this.#state.conflicts.length > 0 ? 'conflict' : 'saving',
    });
    this.#keep();
    this.#soon();
    return made;
  }

  #keep(): void {
    const { revision, history } = this.#state;
    const kept: Kept = {
      flow: this.id,
      tab: this.#tab,
      base: this.#base,
      revision,
      pending: this.#pending,
      history,
      brought: this.#everBrought,
    };
    // A browser that keeps nothing (private mode, full disk) still saves to the engine.
    void keep(kept).catch(() => undefined);
  }

  #takeUp(kept: Kept): void {
    const mine = kept.tab === this.#tab;
    if (kept.brought === true) {
      this.#everBrought = true;
      if (kept.pending.length > 0) this.#mark();
    }
    if (kept.revision === this.#state.revision || kept.pending.length === 0) {
      const made = doEdits(this.#state.flow, kept.pending);
      if (made.ok) {
        this.#pending = [...this.#pending, ...kept.pending];
        this.#set({ flow: made.value.flow, ...(mine ? { history: kept.history } : {}) });
        return;
      }
    }
    const merged = joined(kept.base, kept.pending, this.#state.flow);
    this.#pending = [...this.#pending, ...merged.applied];
    this.#set({
      flow: merged.flow,
      conflicts: [...this.#state.conflicts, ...merged.conflicts],
      ...(mine ? { history: kept.history } : {}),
    });
  }

  #soon(wait = SOON): void {
    if (this.#closed) return;
    const now = performance.now();
    if (this.#since === 0) this.#since = now;
    clearTimeout(this.#timer);
    const left = Math.max(0, this.#since + AT_LATEST - now);
    this.#timer = setTimeout(() => void this.#send(), wait > SOON ? wait : Math.min(wait, left));
  }

  #send(): Promise<void> {
    if (this.#sending !== null || this.#pending.length === 0) return this.#sending ?? Promise.resolve();
    clearTimeout(this.#timer);
    this.#since = 0;
    this.#sending = this.#put().finally(() => {
      this.#sending = null;
      if (this.#state.word !== 'offline') this.#set({ word: this.#word() });
      if (this.#pending.length > 0) this.#soon(this.#state.word === 'offline' ? this.#pause : SOON);
      // What others saved while mine was under way was told of, and could not be read then.
      else if (this.#heard > this.#state.revision) void this.pull(this.#heard);
    });
    return this.#sending;
  }

  async #put(): Promise<void> {
    const { flow, revision } = this.#state;
    const sent = this.#pending.length;
    const brought = this.#brought;
    const from = brought > 0 ? ({ from: 'file' } as const) : {};
    try {
      const body = { revision, draft: flow, ...from };
      const answer = await this.#client.call('saveDraft', { params: { id: this.id }, body });
      this.#brought -= brought;
      this.#base = flow;
      this.#pending = this.#pending.slice(sent);
      this.#pause = FIRST;
      this.#set({ revision: answer.revision, refused: null, word: 'saving' });
      this.#keep();
    } catch (error) {
      if (error instanceof Refusal && error.problem.code === 'flow.conflict') await this.#joinTheirs();
      else this.#failed(error);
    }
  }

  async #joinTheirs(): Promise<void> {
    try {
      const { draft, revision } = await this.#client.call('getFlow', { params: { id: this.id } });
      this.#join(draft as Flow, revision);
    } catch (error) {
      this.#failed(error);
    }
  }

  #join(theirs: Flow, revision: number): void {
    const merged = joined(this.#base, this.#pending, theirs);
    this.#base = theirs;
    this.#pending = merged.applied;
    this.#pause = FIRST;
    this.#set({
      flow: merged.flow,
      revision,
      refused: null,
      conflicts: [...this.#state.conflicts, ...merged.conflicts],
      word: this.#state.word === 'offline' ? 'saving' : this.#state.word,
    });
    this.#set({ word: this.#word() });
    this.#keep();
    if (this.#pending.length > 0) this.#soon();
  }

  #failed(error: unknown): void {
    if (!(error instanceof Unreached) && !(error instanceof Refusal)) throw error;
    this.#pause = Math.min(LONGEST, this.#pause * 2);
    this.#set({ word: 'offline', refused: error instanceof Refusal ? error.problem : null });
  }
}

/** My edits on top of theirs; what of mine they have already, because an answer was lost, is done. */
const joined = (base: Flow, mine: readonly Edit[], theirs: Flow): Merged => {
  const there = landed(base, mine, theirs);
  return merge(there === 0 ? base : theirs, mine.slice(there), theirs);
};
