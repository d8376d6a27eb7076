/**
 * How often somebody may try at the doors of credentials. Every try counts, before it is judged, in three windows: of the
 * account from one network, of the network, and of the account from everywhere. A right answer forgives the first, and takes
 * its own try back from the others: many people behind one address are no attack.
 *
 * TH1 The account is what was typed, so an address without an account is treated like one with one (TOK-11).
 * TH2 Whoever guesses from elsewhere does not lock the owner out: the first window is per network, and the last one does not
 *     keep out who signed in from that network before (DOS-09).
 * TH3 What one network does beyond its own limit changes nothing for any other.
 */

import type { Limits } from '../limits.ts';
import { Windows } from '../windows.ts';

const SPAN = 15 * 60_000;
const FROM_EVERYWHERE = 10;
const MOST_KNOWN = 20_000;

/** What a typed address is counted under. */
const nameOf = (account: string): string => account.trim().toLowerCase().slice(0, 320);

/** An IPv4 address, or the /64 that a subscriber of IPv6 has. */
export const networkOf = (address: string | undefined): string => {
  if (address === undefined) return 'gone';
  const plain = address.toLowerCase();
  if (!plain.includes(':') || /^::ffff:[0-9.]+$/.test(plain)) return plain.replace('::ffff:', '');
  const [head = '', tail] = plain.split('::');
  const front = head.split(':').filter((part) => part !== '');
  const back = tail?.split(':').filter((part) => part !== '') ?? [];
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  const parts = [...front, ...Array.from({ length: zeros }, () => '0'), ...back];
  const subscriber = parts.slice(0, 4).map((part) => part.replace(/^0+(?=.)/, ''));
  return `${subscriber.join(':')}::/64`;
};

export class Throttle {
  readonly #pairs: Windows;
  readonly #networks: Windows;
  readonly #accounts: Windows;
  readonly #limit: Limits;
  /** Networks from which an account signed in since the start, the latest last. */
  readonly #known = new Set<string>();

  constructor(clock: () => number, limit: Limits) {
    this.#limit = limit;
    this.#pairs = new Windows(clock, SPAN);
    this.#networks = new Windows(clock, SPAN);
    this.#accounts = new Windows(clock, SPAN);
  }

  /** Counts a try; false: no more for now. `account`: what was typed, or whose ticket or link it is. */
  try(account: string, network: string): boolean {
    const { tries, networkTries } = this.#limit;
    // A network that is over counts for nobody: else it could push the counts of others out, or lock accounts (TH3).
    if (this.#networks.add(network) > networkTries) return false;
    const who = nameOf(account);
    if (this.#pairs.add(`${who}\n${network}`) > tries) return false;
    return this.#accounts.add(who) <= tries * FROM_EVERYWHERE || this.#known.has(`${who}\n${network}`);
  }

  /** A try at something without an account: a link, a challenge. */
  tryFrom(network: string): boolean {
    return this.#networks.add(network) <= this.#limit.networkTries;
  }

  /** It was the right one. */
  forgive(account: string, network: string): void {
    const who = nameOf(account);
    this.#pairs.forget(`${who}\n${network}`);
    this.#networks.back(network);
    this.#accounts.back(who);
    this.#remember(`${who}\n${network}`);
  }

  #remember(pair: string): void {
    this.#known.delete(pair);
    this.#known.add(pair);
    const [oldest] = this.#known;
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }

  /** So many tries at something without an account were right. */
  forgiveFrom(network: string, tries = 1): void {
    for (let i = 0; i < tries; i += 1) this.#networks.back(network);
  }
}
