/**
 * Those who wait for an interpreter: domains in turn, their parties (flows) in turn, and of one party in the order of
 * coming, so that nobody's queue is in front of another's.
 */

import type { Job } from './job.ts';

type Waiting = { readonly job: Pick<Job, 'domain' | 'party'> };

export class Line<T extends Waiting> {
  /** By domain, then party; the one served last is put behind the others. */
  readonly #queues = new Map<string, Map<string, T[]>>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(one: T): void {
    const { domain, party = '' } = one.job;
    const parties = this.#queues.get(domain) ?? new Map<string, T[]>();
    const queue = parties.get(party) ?? [];
    queue.push(one);
    this.#queues.set(domain, parties.set(party, queue));
    this.#length += 1;
  }

  /** Takes out whose turn it is, of those that may. */
  next(may: (domain: string, party: string) => boolean): T | undefined {
    for (const [domain, parties] of this.#queues) {
      for (const [party, queue] of parties) {
        const [one] = queue;
        if (one === undefined || !may(domain, party)) continue;
        this.remove(one);
        // Behind the others.
        if (parties.delete(party) && queue.length > 0) parties.set(party, queue);
        if (this.#queues.delete(domain) && parties.size > 0) this.#queues.set(domain, parties);
        return one;
      }
    }
    return undefined;
  }

  /** Takes one out; false when it was not here. */
  remove(one: T): boolean {
    const { domain, party = '' } = one.job;
    const parties = this.#queues.get(domain);
    const queue = parties?.get(party);
    const at = queue?.indexOf(one) ?? -1;
    if (parties === undefined || queue === undefined || at < 0) return false;
    queue.splice(at, 1);
    this.#length -= 1;
    if (queue.length === 0) parties.delete(party);
    if (parties.size === 0) this.#queues.delete(domain);
    return true;
  }

  /** Takes out all that fit. */
  take(fits: (one: T) => boolean): T[] {
    const all = [...this.#queues.values()].flatMap((parties) => [...parties.values()].flat());
    return all.filter((one) => fits(one) && this.remove(one));
  }
}
