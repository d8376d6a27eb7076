/**
 * What somebody queued who may not run it any more does not begin (row AZ-10): the holder of a revoked key, an account that
 * is no member any more, or whose role changed. It is cancelled as soon as that is so, and what is not in memory then, when
 * its turn comes. Runs that began act on grants, which the broker judges.
 */

import { may, type Principal, thingAt } from '@headgate/core';
import type { RunRow, Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Live } from './live.ts';
import type { Loop } from './loop.ts';
import type { Runs } from './runs.ts';

type Base = Pick<RunRow, 'workspace' | 'flow' | 'principal' | 'parent'>;

/** What it may now; undefined: neither an account nor a key or token, and nothing that could be taken back here. */
const holderOf = async (store: Store, { workspace, principal }: Base): Promise<Principal | null | undefined> => {
  if (principal.startsWith('u_')) return store.directory.user(workspace, principal);
  if (/^(t|oc)_/.test(principal)) return (await store.directory.named(workspace, principal))?.principal ?? null;
  const row = await store.engine.keyById(principal);
  if (row === null) return undefined;
  return row.workspace === workspace ? store.directory.key(row) : null;
};

/** May who started this run not start it any more? A called flow runs by the grants of its caller. */
export const isRevoked = async (store: Store, base: Base): Promise<boolean> => {
  const who = await holderOf(store, base);
  if (who === undefined) return false;
  if (who === null) return true;
  if (base.parent !== null) return false;
  const place = await store.in(base.workspace).flows.place(base.flow);
  return place !== null && !may(who, 'run', thingAt(base.workspace, place));
};

/** Cancels a run that did not begin. */
export const dismiss = (clock: Clock, loop: Loop, live: Live): void => {
  const reason = 'who started it may not any more';
  live.record(clock.now(), 'run.cancel', { by: live.base.principal, reason });
  loop.advance(live);
};

/** Who may what may have changed: goes through what is queued in memory. */
export const dismissRevoked = async (store: Store, clock: Clock, runs: Runs): Promise<void> => {
  const queued = runs.queued();
  const known = new Map<string, boolean>();
  for (const { base } of queued) {
    const key = keyOf(base);
    if (!known.has(key)) known.set(key, await isRevoked(store, base));
  }
  for (const live of queued)
    if (known.get(keyOf(live.base)) === true && live.state.phase === 'queued') dismiss(clock, runs.loop, live);
};

const keyOf = ({ workspace, flow, principal, parent }: Base): string =>
  `${workspace}\n${flow}\n${principal}\n${parent === null ? '' : 'called'}`;
