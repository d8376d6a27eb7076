/**
 * The gateway's audit records: every refusal, and every allowed change that matters.
 *
 * A1 A record is durable before the answer leaves. What gives or changes power does not even begin without it (503);
 *    what takes power away, and a refusal, happens all the same.
 * A2 A record names a route and an object, never a value, a credential or an address with a token in it. What a caller
 *    wrote for the name of an object passes the guard first.
 * A3 Nobody can fill the disk with refusals: above a number of records a minute, those of one actor are counted by what
 *    was asked for and why it was refused. The first of each kind is on record itself, the count of the rest within a
 *    minute and before the server ends: a flood hides nothing but how often. Strangers are counted by their networks: a
 *    subscriber of IPv6 has more addresses than there is disk.
 */

import type { AuditEntry } from '../store/ports.ts';
import { networkOf } from './accounts/throttle.ts';
import { INSTANCE, type Gate } from './deps.ts';
import { Windows } from './windows.ts';

export type Deed = {
  /** Of the principal; absent: a stranger. */
  readonly workspace?: string;
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  readonly decision: 'allow' | 'deny';
  readonly reason: string | null;
};

const MINUTE = 60_000;
/** Kinds of refusals that are counted at a time; beyond that they are told of earlier. */
const MOST_KINDS = 5_000;
/** Room for a flow, a step and the longest power. */
const MOST_OBJECT = 700;

const STRANGER = 'stranger ';
const countedAs = (actor: string): string =>
  actor.startsWith(STRANGER) ? STRANGER + networkOf(actor.slice(STRANGER.length)) : actor;

export class Audit {
  readonly #gate: Gate;
  readonly #refusals: Windows;
  /** Kinds of refusals that are counted, and how many there were beyond the first. */
  readonly #counted = new Map<string, { readonly deed: Deed; more: number }>();
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(gate: Gate) {
    this.#gate = gate;
    this.#refusals = new Windows(gate.clock);
  }

  /** Resolves to true when the record is durable, to false when it could not be written. */
  async record(deed: Deed): Promise<boolean> {
    const { clock, limit } = this.#gate;
    if (this.#counted.size > 0 && clock() - this.#since >= MINUTE) await this.tell();
    const who = countedAs(deed.actor);
    if (deed.decision === 'deny' && this.#refusals.add(who) > limit.records) {
      const kind = [deed.workspace ?? INSTANCE, who, deed.action, deed.reason ?? ''].join('\n');
      const there = this.#counted.get(kind);
      if (there !== undefined) {
        there.more += 1;
        return true;
      }
      if (this.#counted.size >= MOST_KINDS) await this.tell();
      if (this.#counted.size === 0) this.#begin();
      this.#counted.set(kind, { deed, more: 0 });
    }
    return this.#write([deed]);
  }

  /** Puts on record what was only counted; at the end of the server for the last time. */
  async tell(): Promise<boolean> {
    clearTimeout(this.#timer);
    const told = [...this.#counted.values()].filter(({ more }) => more > 0);
    this.#counted.clear();
    if (told.length === 0) return true;
    return this.#write(
      told.map(({ deed, more }) => ({ ...deed, object: '-', reason: `${deed.reason ?? 'refused'} and ${more} more` })),
    );
  }

  #begin(): void {
    this.#since = this.#gate.clock();
    this.#timer = setTimeout(() => void this.tell(), MINUTE);
    this.#timer.unref();
  }

  async #write(deeds: readonly Deed[]): Promise<boolean> {
    const { store, clock, guard, log } = this.#gate;
    const entries = deeds.map(
      (deed): AuditEntry => ({
        at: clock(),
        workspace: deed.workspace ?? INSTANCE,
        actor: deed.actor,
        action: deed.action,
        object: guard.redact(deed.object, { workspace: deed.workspace ?? INSTANCE }).slice(0, MOST_OBJECT),
        decision: deed.decision,
        reason: deed.reason,
        run: null,
        step: null,
      }),
    );
    try {
      await store.journal.barrier(store.journal.audit(entries));
      return true;
    } catch (error) {
      log.error({ err: error }, 'an audit record could not be written');
      return false;
    }
  }

  /** A refusal of somebody unknown, before any route was chosen. */
  stranger(address: string | undefined, action: string, reason: string): Promise<boolean> {
    return this.record({ actor: `stranger ${address ?? 'gone'}`, action, object: '-', decision: 'deny', reason });
  }
}
