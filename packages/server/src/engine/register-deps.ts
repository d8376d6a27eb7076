/** What entering addresses at services is given (registering.ts). */

import type { Door } from '../egress/door.ts';
import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import type { Flows } from './flows.ts';
import type { JsonTurns } from './json.ts';
import type { Later } from './later.ts';
import type { Timers } from './timers.ts';
import type { TriggerHealth } from './trigger-health.ts';

export type RegisterDeps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly door: Door;
  readonly credentials: Credentials;
  readonly turns: JsonTurns;
  readonly clock: Clock;
  readonly now: () => number;
  readonly timers: Timers;
  readonly later: Later;
  readonly flows: Flows;
  /** Where the addresses are. */
  readonly publicUrl: string;
  readonly open: (workspace: string, run: string, from: number, sealed: Uint8Array) => string;
  readonly log: (level: 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
  /** Members are to be told of something that was written. */
  readonly told: () => void;
  readonly health: Pick<TriggerHealth, 'well' | 'ill' | 'forget'>;
};
