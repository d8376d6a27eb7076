/**
 * Values of runs for their readers, a part at a time: what an event of the journal holds, or what a step was given.
 *
 * VR1 The guard sees the whole value before any part is cut from it; links that answer for a person are taken out then, too. What it made is kept for a short time, within bounded
 *     memory, by workspace; when what is secret changes, nothing of it is used again.
 * VR2 Only what is durable is read, and only while its run is there. Who may read it is the gateway's to say.
 */

import {
  differencesOf,
  type Differences,
  type GuardPort,
  type Held,
  hiddenInJson,
  hideLinksIn,
  type Hits,
  hitsIn,
  JsonText,
  type Origin,
  type PageAsk,
  pageOf,
  placeOf,
  type Problem,
  problem,
  type Reading,
  type Result,
  type Texts,
  type ValueOf,
  type ValuePage,
  type ValueShape,
  valueShapeOf,
} from '@headgate/core';
import type { RunRow, Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Ends } from './ends.ts';
import type { Flows } from './flows.ts';
import { originOf } from './lineage.ts';
import { seekIn, type Sought } from './seeker.ts';
import { StepInputs } from './step-input.ts';
import type { Timers } from './timers.ts';
import type { Values } from './values.ts';
import { heldIn } from './views.ts';

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ends: Pick<Ends, 'events'>;
  readonly values: Values;
  readonly flows: Pick<Flows, 'byHash'>;
  readonly guard: GuardPort & { readonly generation: number };
};

type Kept = { readonly json: JsonText; readonly texts: Texts; readonly generation: number; until: number };

/** Milliseconds after the last look. */
const KEEP = 60_000;
/** About bytes, of all workspaces together. */
const MEMORY = 96 * 1024 * 1024;

type Answer<T> = Promise<Result<T> | null>;

export class ValueReader {
  readonly #d: Deps;
  readonly #inputs: StepInputs;
  /** The least recently used first. */
  readonly #kept = new Map<string, Kept>();
  readonly #making = new Map<string, Promise<Result<Kept>>>();
  #armed = false;

  constructor(deps: Deps) {
    this.#d = deps;
    this.#inputs = new StepInputs(deps);
  }

  page(workspace: string, reading: Reading, ask: PageAsk): Answer<ValuePage> {
    return this.#with(workspace, reading, ({ json, texts }) => pageOf(json, ask, texts));
  }

  shape(workspace: string, reading: Reading, path: string): Answer<ValueShape> {
    return this.#with(workspace, reading, ({ json }) => {
      const place = placeOf(json, path);
      return place === null ? null : valueShapeOf(json, place.span);
    });
  }

  find(workspace: string, reading: Reading, path: string, text: string): Answer<Hits> {
    return this.#with(workspace, reading, ({ json }) => {
      const place = placeOf(json, path);
      if (place === null) return null;
      return place.labelled ? { found: [], more: false } : hitsIn(json, place.span, path, text);
    });
  }

  async origin(
    workspace: string,
    run: string,
    at: { readonly step: string; readonly item: readonly number[]; readonly path: string },
  ): Answer<Origin> {
    const row = await this.#d.store.in(workspace).runs.get(run);
    return row === null ? null : originOf(this.#inputs, row, at);
  }

  async seek(workspace: string, run: string, text: string): Promise<Sought> {
    // Many are looked through one after the other: everybody else has a turn between two.
    await new Promise<void>((resolve) => setImmediate(resolve));
    return seekIn(this.#d, workspace, run, text);
  }

  async differ(workspace: string, before: Reading, after: Reading): Answer<Differences> {
    const old = await this.#get(workspace, before);
    if (old === null || !old.ok) return old;
    const now = await this.#get(workspace, after);
    if (now === null || !now.ok) return now;
    return { ok: true, value: differencesOf(old.value.json, now.value.json) };
  }

  async #with<T>(workspace: string, reading: Reading, act: (kept: Kept) => T | null): Answer<T> {
    const kept = await this.#get(workspace, reading);
    if (kept === null || !kept.ok) return kept;
    const value = act(kept.value);
    this.#bound();
    return value === null ? { ok: false, problem: NOT_THERE } : { ok: true, value };
  }

  async #get(workspace: string, { run, of, links }: Reading): Promise<Result<Kept> | null> {
    const row = await this.#d.store.in(workspace).runs.get(run);
    if (row === null) return null;
    const locked = this.#d.store.locked(workspace);
    if (locked !== null) return { ok: false, problem: locked };
    const key = JSON.stringify([workspace, run, of, links]);
    const now = this.#d.clock.now();
    const known = this.#kept.get(key);
    if (known !== undefined && known.generation === this.#d.guard.generation && known.until > now) {
      this.#kept.delete(key);
      known.until = now + KEEP;
      this.#kept.set(key, known);
      return { ok: true, value: known };
    }
    const making = this.#making.get(key) ?? this.#make(row, of, links).finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    const made = await making;
    if (made.ok) {
      this.#kept.delete(key);
      this.#kept.set(key, made.value);
      this.#bound();
      this.#arm();
    }
    return made;
  }

  async #make(row: RunRow, of: ValueOf, links: boolean): Promise<Result<Kept>> {
    const { guard, clock } = this.#d;
    const read = await this.#text(row, of);
    if (!read.ok) return read;
    // Both at once, with nothing in between: what is kept was judged by what was known at this count.
    const { generation } = guard;
    const guarded = hiddenInJson(guard, read.value, { workspace: row.workspace });
    const text = links ? guarded : hideLinksIn(guarded);
    const json = new JsonText(text);
    return { ok: true, value: { json, texts: new Map(), generation, until: clock.now() + KEEP } };
  }

  /** The value's JSON, as it lies in the journal. */
  async #text(row: RunRow, of: ValueOf): Promise<Result<string>> {
    if ('step' in of && of.side === 'out') return this.#result(row, of);
    if ('step' in of) {
      const given = await this.#inputs.of(row, of.step, of.item);
      return given.ok ? { ok: true, value: JSON.stringify(given.value) ?? 'null' } : given;
    }
    for await (const event of this.#d.ends.events(row.workspace, row.id, of.seq - 1)) {
      const held = event.seq === of.seq ? heldIn(event, of.name) : null;
      return held === null
        ? { ok: false, problem: NO_VALUE }
        : { ok: true, value: this.#d.values.text(row.workspace, held) };
    }
    return { ok: false, problem: NO_VALUE };
  }

  /** The last result of an instance of a step. */
  async #result(row: RunRow, of: { readonly step: string; readonly item: readonly number[] }): Promise<Result<string>> {
    const item = of.item.join('.');
    let held: Held | null = null;
    for await (const event of this.#d.ends.events(row.workspace, row.id, 0)) {
      if (event.step !== of.step || (event.item ?? []).join('.') !== item) continue;
      if (event.type === 'step.done' || event.type === 'block.item') held = heldIn(event, 'value') ?? held;
    }
    if (held === null) return { ok: false, problem: NO_RESULT };
    return { ok: true, value: this.#d.values.text(row.workspace, held) };
  }

  #bound(): void {
    let weight = 0;
    for (const one of this.#kept.values()) weight += weightOf(one);
    for (const [key, one] of this.#kept) {
      if (weight <= MEMORY) return;
      this.#kept.delete(key);
      weight -= weightOf(one);
    }
  }

  /** What nobody asked for again leaves memory. */
  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    const { clock, timers } = this.#d;
    timers.at(clock.now() + KEEP, () => {
      this.#armed = false;
      const now = clock.now();
      for (const [key, one] of this.#kept) if (one.until <= now) this.#kept.delete(key);
      if (this.#kept.size > 0) this.#arm();
    });
  }
}

/** A character may take two bytes; what was made of it lately stands beside it. */
const weightOf = ({ json, texts }: Kept): number => {
  let weight = json.weight;
  for (const text of texts.values()) weight += text.length * 2;
  return weight;
};

const NO_RESULT: Problem = problem('value.unknown', 'Nothing came out of the step in this run');
const NO_VALUE: Problem = problem('value.unknown', 'This event holds no value of this name');
const NOT_THERE: Problem = problem('value.missing', 'There is nothing at this place of the value');
