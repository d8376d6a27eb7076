/** Connections that nobody may use for a while are looked at too: their ends are told of before a run fails by them. */

import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import { INSTANCE, type Later } from './later.ts';
import { endingNotice } from './notices.ts';
import type { Timers } from './timers.ts';

const EVERY = 3_600_000;
const BEFORE = 24 * EVERY;
/** What ended longer ago, while no server ran, is nobody's news any more. */
const AGO = 7 * BEFORE;

/** Looks from now on, once an hour. The same end is told of once (`endingNotice`). `told`: called when there may be something to tell. */
export const watchEndings = (store: Store, clock: Clock, timers: Timers, later: Later, told: () => void): void => {
  const { notices } = store.engine;
  const look = async (): Promise<void> => {
    const now = clock.now();
    const found = await notices.endings(now - AGO, now + BEFORE);
    for (const ending of found) await notices.add(endingNotice(ending, now));
    if (found.length > 0) told();
  };
  const next = (): void => later.do(INSTANCE, 'looking for connections that end', look, wait);
  const wait = (): void => void timers.at(clock.now() + EVERY, next);
  next();
};
