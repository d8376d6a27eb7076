/**
 * What a trigger that hears messages remembers: the session it has at a broker, and which messages have their run while the
 * broker may not know it yet. It decides nothing about a message (mqtt-trigger.ts).
 *
 * MM3 A message is known by the number the broker gave it and by what it says, for as long as that number can come again: until
 *     the broker has the acknowledgement, and never in a session that it forgot.
 */

import { createHash } from 'node:crypto';
import { isObject } from '@headgate/core';
import type { HeardMessage } from '../egress/databases/mqtt-hear.ts';
import { memoryName } from '../store/memory-name.ts';
import type { Store } from '../store/ports.ts';
import type { TriggerMemory } from '../store/run-write.ts';
import type { PollRow } from './polls.ts';

/** Parts that are read, or written without runs, together. */
const PAGE = 1_000;

type Deps = {
  readonly store: Store;
  readonly open: (workspace: string, run: string, from: number, sealed: Uint8Array) => string;
};

/** Where the session is, and what it hears. */
export type Kept = { readonly session: string; readonly topics: readonly string[] };

const stampOf = ({ topic, payload, size }: HeardMessage): string =>
  createHash('sha256')
    .update(`${topic.length} ${topic} ${size} `)
    .update(payload ?? '')
    .digest('base64url')
    .slice(0, 22);

export class MqttMemory {
  readonly #d: Deps;
  readonly #row: PollRow;
  /** Stamps of messages that have their run, by their number. */
  #begun = new Map<number, string>();

  constructor(deps: Deps, row: PollRow) {
    this.#d = deps;
    this.#row = row;
  }

  /** What was written of it. */
  async read(): Promise<Kept | null> {
    const { store, open } = this.#d;
    const { workspace, flow, trigger, environment } = this.#row;
    const opened = (sealed: Uint8Array, part?: string): unknown =>
      JSON.parse(open(workspace, memoryName(flow, trigger, environment, part), 1, sealed));
    const begun = new Map<number, string>();
    for (let after = ''; ; ) {
      const parts = await store.engine.memoryParts(flow, trigger, environment, after, PAGE);
      for (const { part, sealed } of parts) begun.set(Number(part), String(opened(sealed, part)));
      const last = parts.at(-1);
      if (last === undefined || parts.length < PAGE) break;
      after = last.part;
    }
    this.#begun = begun;
    const sealed = await store.engine.memory(flow, trigger, environment);
    const kept = sealed === null ? null : opened(sealed);
    if (!isObject(kept) || typeof kept['session'] !== 'string' || !Array.isArray(kept['topics'])) return null;
    return { session: kept['session'], topics: kept['topics'].map(String) };
  }

  async keep(kept: Kept): Promise<void> {
    await this.#d.store.engine.saveMemory({ ...this.#of, text: JSON.stringify(kept) });
  }

  /** Has it its run already? Only what the broker says it may have delivered before can. */
  has(message: HeardMessage): boolean {
    return message.id !== null && message.again && this.#begun.get(message.id) === stampOf(message);
  }

  /** What is written with the run of a message, so that both are there or neither; undefined: it cannot come again. */
  with(message: HeardMessage): TriggerMemory | undefined {
    const { id } = message;
    return id === null ? undefined : { ...this.#of, part: String(id), text: JSON.stringify(stampOf(message)) };
  }

  /** Its run is durable. */
  begun(message: HeardMessage): void {
    if (message.id !== null) this.#begun.set(message.id, stampOf(message));
  }

  /** Is anything remembered of messages? */
  get any(): boolean {
    return this.#begun.size > 0;
  }

  /** The broker has all acknowledgements, or forgot the session. */
  async forget(): Promise<void> {
    const gone = [...this.#begun.keys()].map((id) => ({ ...this.#of, part: String(id), text: null }));
    for (let at = 0; at < gone.length; at += PAGE) await this.#d.store.engine.saveMemories(gone.slice(at, at + PAGE));
    this.#begun.clear();
  }

  get #of() {
    const { workspace, flow, trigger, environment } = this.#row;
    return { workspace, flow, trigger, environment };
  }
}
