/**
 * The gateway's audit records: every refusal, and every allowed change that matters.
 *
 * A1 A record is durable before the answer leaves. What gives or changes power does not even begin without it (503);
 *    what takes power away, and a refusal, happens all the same.
 * A2 A record names a route and an object, never a value, a credential or an address with a token in it.
 * A3 A stranger cannot fill the disk: above a number of records a minute, his refusals are counted and the count goes
 *    into the next record.
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

export class Audit {
  readonly #gate: Gate;
  readonly #strangers: Windows;
  #uncounted = 0;

  constructor(gate: Gate) {
    this.#gate = gate;
    this.#strangers = new Windows(gate.clock);
  }

  /** Resolves to true when the record is durable, to false when it could not be written. */
  async record(deed: Deed): Promise<boolean> {
    const { store, clock, limit, log } = this.#gate;
    if (deed.workspace === undefined && this.#strangers.add(deed.actor) > limit.records) {
      this.#uncounted += 1;
      return true;
    }
    const more = deed.workspace === undefined && this.#uncounted > 0 ? ` and ${this.#uncounted} more` : '';
    if (more !== '') this.#uncounted = 0;
    const entry: AuditEntry = {
      at: clock(),
      workspace: deed.workspace ?? INSTANCE,
      actor: deed.actor,
      action: deed.action,
      object: deed.object.slice(0, 200),
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
