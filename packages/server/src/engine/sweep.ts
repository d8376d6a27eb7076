/**
 * Retention: finished runs beyond age and number are removed, with their journals and blobs, in small portions; so are
 * blobs that a crash left without an owner, and flows that were deleted long enough ago.
 */

import { DELETED_FLOW_DAYS } from '@headgate/core';
import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import { INSTANCE, type Later } from './later.ts';
import type { Timers } from './timers.ts';

/** `for`: milliseconds a finished run is kept; `perFlow`: and at most so many of one flow. */
export type Keep = { readonly for: number; readonly perFlow: number };

export const KEEP: Keep = { for: 30 * 86_400_000, perFlow: 100_000 };

/** Milliseconds in which a deleted flow can be had back. */
const KEEP_DELETED = DELETED_FLOW_DAYS * 86_400_000;
/** Milliseconds in which somebody can look up what he was told of. */
const KEEP_NOTICES = 90 * 86_400_000;
const DELETED_AT_ONCE = 10;

const EVERY = 60_000;
/** When a round did not reach the end of what is too old or too much, the next comes this soon: a busy server makes more in a minute than one round removes. */
const SOON = 1_000;
const LITTER_EVERY = 60;
const PORTION = 1_000;
const MOST_PORTIONS = 20;

/** Sweeps from now on, once a minute, and until nothing is left to remove; litter at the first time and then once an hour. */
export const startSweeping = (store: Store, clock: Clock, timers: Timers, later: Later, keep: Keep = KEEP): void => {
  let rounds = 0;
  let more = false;
  const sweep = async (): Promise<void> => {
    more = true;
    for (let i = 0; more && i < MOST_PORTIONS; i += 1) {
      const rule = { olderThan: clock.now() - keep.for, keepPerFlow: keep.perFlow, limit: PORTION };
      more = (await store.engine.sweep(rule)) === PORTION;
    }
    // Seldom many, and one holds much: the rest goes in the next round.
    await store.engine.removeDeletedFlows(clock.now() - KEEP_DELETED, DELETED_AT_ONCE);
    await store.engine.sweepChats(clock.now(), PORTION);
    await store.engine.notices.sweep(clock.now() - KEEP_NOTICES, PORTION);
    if (rounds % LITTER_EVERY === 0) await store.engine.collectLitter();
    rounds += 1;
  };
  const next = (): void => {
    timers.at(clock.now() + (more ? SOON : EVERY), () => later.do(INSTANCE, 'removing old runs', sweep, next));
  };
  next();
};
