/**
 * What the holder of a revoked key queued does not begin (row AZ-10): it is cancelled as soon as the key is gone, and what
 * is not in memory then, when its turn comes. Runs that began act on grants, which the broker judges.
 */

import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Live } from './live.ts';
import type { Loop } from './loop.ts';
import type { Runs } from './runs.ts';

/** Triggers and the server itself have no key, and nothing that could be taken back here. */
export const isRevoked = async (store: Store, principal: string): Promise<boolean> =>
  ((await store.engine.keyById(principal))?.revoked ?? null) !== null;

/** Cancels a run that did not begin. */
export const dismiss = (clock: Clock, loop: Loop, live: Live): void => {
  const reason = 'the key that started it was revoked';
  live.record(clock.now(), 'run.cancel', { by: live.base.principal, reason });
  loop.advance(live);
};

/** The keys may have changed: goes through what is queued in memory. */
export const dismissRevoked = async (store: Store, clock: Clock, runs: Runs): Promise<void> => {
  const queued = runs.queued();
  const known = new Map<string, boolean>();
  for (const { base } of queued)
    if (!known.has(base.principal)) known.set(base.principal, await isRevoked(store, base.principal));
  for (const live of queued)
    if (known.get(live.base.principal) === true && live.state.phase === 'queued') dismiss(clock, runs.loop, live);
};
