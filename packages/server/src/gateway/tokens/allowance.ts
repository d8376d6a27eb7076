/**
 * How much may be asked of this server: by one key (what its row says), by one account with all its keys and sessions, by a
 * workspace, and by a network before anybody knows who it is; and how many requests of a key are under way.
 *
 * AL1 A request refused here takes nothing from any bucket and is not counted as under way.
 * AL2 What is kept is bounded (buckets.ts).
 * AL3 Calls from this machine are not counted by network: its owner is not shut out of his own server. A proxy in front that is
 *     named as one (proxies.ts) tells the network that it called for.
 */

import type { ProblemCode } from '@headgate/core/api';
import type { KeyLimits } from '../../store/key.ts';
import { networkOf } from '../accounts/throttle.ts';
import { Buckets, type Level } from './buckets.ts';

/** `wait`: milliseconds after which another try can succeed. */
export type Over = {
  readonly code: ProblemCode & (`key.${string}` | `rate.${string}`);
  readonly wait: number;
  readonly level?: Level;
};

/** Requests a minute; 0: no limit. A third of them may come at once. */
export type Rates = { readonly user: number; readonly workspace: number; readonly network: number };

/** Whom a request counts for, besides its key. */
type Shared = { readonly user?: string | undefined; readonly workspace?: string };

/** A request under way ends when it ends; nobody knows when, so ask again in a second. */
const SOON = 1_000;

const NOTHING = (): void => undefined;
const NO_RATES: Rates = { user: 0, workspace: 0, network: 0 };
const NOBODY: Shared = {};

const burstOf = (rate: number): number => Math.max(1, Math.ceil(rate / 3));

const isHere = (address: string): boolean =>
  address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');

export class Allowances {
  readonly #rates: Rates;
  readonly #keys: Buckets;
  readonly #users: Buckets;
  readonly #workspaces: Buckets;
  readonly #networks: Buckets;
  readonly #running = new Map<string, number>();

  constructor(clock: () => number, rates: Rates = NO_RATES) {
    this.#rates = rates;
    this.#keys = new Buckets(clock);
    this.#users = new Buckets(clock);
    this.#workspaces = new Buckets(clock);
    this.#networks = new Buckets(clock);
  }

  /** Lets one request of a network in, before it is read; null: it may come in. */
  knock(address: string | undefined): Over | null {
    const { network: rate } = this.#rates;
    if (rate === 0 || address === undefined || isHere(address)) return null;
    const name = networkOf(address);
    const over = within(this.#networks, name, rate, burstOf(rate), 'rate.network');
    if (over === null) this.#networks.take(name);
    return over;
  }

  /** Lets one request of a key, its account and its workspace in; call what comes back when its answer has left. */
  enter(key: string, limits: KeyLimits | undefined, { user, workspace }: Shared = NOBODY): (() => void) | Over {
    const ofUser = user === undefined ? 0 : this.#rates.user;
    const ofWorkspace = workspace === undefined ? 0 : this.#rates.workspace;
    const running = limits === undefined || limits.parallel === null ? 0 : (this.#running.get(key) ?? 0);
    if (limits !== undefined && limits.parallel !== null && running >= limits.parallel)
      return { code: 'key.parallel', wait: SOON };
    const rate = limits?.rate ?? 0;
    const over =
      (rate === 0 ? null : within(this.#keys, key, rate, limits?.burst ?? rate, 'key.rate')) ??
      (user === undefined || ofUser === 0 ? null : within(this.#users, user, ofUser, burstOf(ofUser), 'rate.user')) ??
      (workspace === undefined || ofWorkspace === 0
        ? null
        : within(this.#workspaces, workspace, ofWorkspace, burstOf(ofWorkspace), 'rate.workspace'));
    if (over !== null) return over;
    if (rate !== 0) this.#keys.take(key);
    if (user !== undefined && ofUser !== 0) this.#users.take(user);
    if (workspace !== undefined && ofWorkspace !== 0) this.#workspaces.take(workspace);
    if (limits === undefined || limits.parallel === null) return NOTHING;
    this.#running.set(key, running + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = (this.#running.get(key) ?? 1) - 1;
      if (now === 0) this.#running.delete(key);
      else this.#running.set(key, now);
    };
  }
}

/** Null: one may be taken. */
const within = (buckets: Buckets, name: string, rate: number, burst: number, code: Over['code']): Over | null => {
  const wait = buckets.wait(name, rate, burst);
  return wait === 0 ? null : { code, wait, level: { ...buckets.level(name, rate, burst), name: code } };
};

/** The fields of draft-ietf-httpapi-ratelimit-headers-10: the limit that refused, what is left of it, and when it is whole. */
export const rateFields = ({ name, quota, left, full }: Level): Readonly<Record<string, string>> => ({
  'ratelimit-policy': `"${name}";q=${quota};w=60`,
  ratelimit: `"${name}";r=${left};t=${Math.ceil(full / 1000)}`,
});
