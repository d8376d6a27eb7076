/**
 * All of the engine that holds secrets, put together: the sources they come from, the tokens and connections they bring, and
 * the guard that hides them. What it hands out fills them into calls, and shows none.
 */

import type { ConnectionsPort } from '@headgate/core';
import type { Door } from '../egress/door.ts';
import type { Store } from '../store/ports.ts';
import type { Alerts } from './alerts.ts';
import type { Clock } from './clock.ts';
import { newConnections } from './connections/connect.ts';
import { Renewals } from './connections/renew.ts';
import { shelfOf } from './connections/shelf.ts';
import { Credentials } from './credentials.ts';
import type { EngineLog, Vault } from './options.ts';
import type { Flows } from './flows.ts';
import type { KnownValues } from './known.ts';
import type { AskDeps } from './may-ask.ts';
import { type SecretSource, storeSource } from './secret-source.ts';
import type { Timers } from './timers.ts';
import { Tokens } from './tokens.ts';

type Deps = {
  readonly store: Store;
  readonly openSecret: Vault['openSecret'];
  readonly door: Door;
  /** Sources besides the store, which they go before. */
  readonly sources: readonly SecretSource[];
  readonly journal: AskDeps['journal'];
  readonly flows: Pick<Flows, 'reaches'>;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly known: KnownValues;
  readonly log: EngineLog;
  readonly publicUrl: string;
  readonly alerts: () => Pick<Alerts, 'connection'>;
};

export type Secrets = {
  readonly credentials: Credentials;
  readonly connections: ConnectionsPort;
  /** Has the guard take up what all sources hold now. */
  readonly learn: () => Promise<void>;
};

export const openSecrets = ({ store, openSecret, door, sources, flows, timers, clock, known, ...d }: Deps): Secrets => {
  // One after the other, so that what was read earlier never takes the place of what was read later.
  let learning: Promise<void> = Promise.resolve();
  const learn = (): Promise<void> => {
    learning = learning.catch(() => undefined).then(async () => known.learn(await credentials.values()));
    return learning;
  };
  const asking = { door, journal: d.journal, now: clock.now, learn, reaches: flows.reaches.bind(flows) };
  const shelf = shelfOf(store, openSecret, clock.now);
  const renewals = new Renewals({
    ...asking,
    shelf,
    lost: (ask, of, why) => d.alerts().connection(ask, ask.name, ask.run, why, `${of.id}:${of.version}`),
  });
  const credentials: Credentials = new Credentials(
    [...sources, storeSource(store, openSecret, clock.now)],
    new Tokens(asking),
    learn,
    (value) => known.hides(value),
    renewals,
  );
  return {
    credentials,
    learn,
    connections: newConnections({
      ...asking,
      shelf,
      at: (due, wake) => timers.at(due, wake),
      report: (text, data) => d.log('warn', text, data),
      back: `${d.publicUrl}/api/v1/connect/callback`,
    }),
  };
};
