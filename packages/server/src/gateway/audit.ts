/**
 * The gateway's audit records: every refusal, and every allowed change that matters.
 *
 * A1 A record is durable before the answer leaves. What gives or changes power does not even begin without it (503);
 *    what takes power away, and a refusal, happens all the same.
 * A2 A record names a route and an object, never a value, a credential or an address with a token in it. What a caller
 *    wrote for the name of an object passes the guard first.
 * A3 Nobody can fill the disk with refusals: above a number of records a minute, those of one actor are counted, and the
 *    count goes into his next record.
 */

import type { AuditEntry } from '../store/ports.ts';
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

const MOST_ACTORS = 20_000;
/** Room for a flow, a step and the longest power. */
const MOST_OBJECT = 700;

export class Audit {
  readonly #gate: Gate;
  readonly #refusals: Windows;
  /** Refusals of an actor that were only counted. */
  readonly #unwritten = new Map<string, number>();

  constructor(gate: Gate) {
    this.#gate = gate;
    this.#refusals = new Windows(gate.clock);
  }

  /** Resolves to true when the record is durable, to false when it could not be written. */
  async record(deed: Deed): Promise<boolean> {
    const { store, clock, guard, limit, log } = this.#gate;
    const { actor } = deed;
    const before = deed.decision === 'deny' ? (this.#unwritten.get(actor) ?? 0) : 0;
    if (deed.decision === 'deny' && this.#refusals.add(actor) > limit.records) {
      if (this.#unwritten.size >= MOST_ACTORS) this.#unwritten.clear();
      this.#unwritten.set(actor, before + 1);
      return true;
    }
    if (before > 0) this.#unwritten.delete(actor);
    const more = before > 0 ? ` and ${before} more` : '';
    const workspace = deed.workspace ?? INSTANCE;
    const entry: AuditEntry = {
      at: clock(),
      workspace,
      actor,
      action: deed.action,
      object: guard.redact(deed.object, { workspace }).slice(0, MOST_OBJECT),
      decision: deed.decision,
      reason: deed.reason === null ? null : deed.reason + more,
      run: null,
      step: null,
    };
    try {
      await store.journal.barrier(store.journal.audit([entry]));
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
