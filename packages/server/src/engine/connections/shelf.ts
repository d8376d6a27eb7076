/**
 * Where connections are opened and written back: the vault's two halves and the store, behind two functions. It asks nobody
 * for anything and judges nothing.
 *
 * SH1 What is written is sealed before it is used, and only over the version that was read (store/rows/connections.ts CS1).
 */

import { type Connection, type ConnectionAt, readConnection } from '@headgate/core';
import type { ConnectionStanding } from '../../store/connection.ts';
import type { NoticeWrite } from '../../store/notice.ts';
import type { Store } from '../../store/ports.ts';
import { type Bound, boundOf } from '../../store/vault-seal/secrets.ts';

/** A connection, open. */
export type Opened = {
  readonly workspace: string;
  readonly at: ConnectionAt;
  /** The same as long as it is the same connection. */
  readonly id: string;
  readonly version: number;
  readonly held: Connection;
};

type OpenSecret = (workspace: string, id: string, version: number, sealed: Uint8Array, bound: Bound | null) => string;

export type Shelf = {
  readonly read: (workspace: string, at: ConnectionAt) => Promise<Opened | null>;
  /** Null: it is another version by now. `by`: who connected it, where somebody did. */
  readonly write: (of: Opened, next: Connection, by?: string, notice?: NoticeWrite) => Promise<Opened | null>;
  /** As `ConnectionStore.asking`. */
  readonly asking: (of: Opened, at: number | null) => Promise<boolean>;
};

export const standingOf = (held: Connection): ConnectionStanding => ({
  state: held.refused !== undefined ? 'refused' : held.access === undefined ? 'new' : 'connected',
  problem: held.refused ?? null,
  expires: held.access === undefined ? null : (held.ends ?? null),
  renewed: held.refused === undefined && (held.grant === 'client' || held.refresh !== undefined),
});

export const shelfOf = (store: Store, openSecret: OpenSecret, now: () => number): Shelf => ({
  read: async (workspace, at) => {
    const kept = await store.in(workspace).connections.sealed(at);
    if (kept === null) return null;
    const bound = boundOf(kept.kind, kept.origins, at.environment);
    const held = readConnection(openSecret(workspace, kept.id, kept.version, kept.sealed, bound));
    if (held === null) throw new Error(`secret ${kept.id} holds no connection`);
    return { workspace, at, id: kept.id, version: kept.version, held };
  },
  write: async (of, next, by, notice) => {
    const version = await store.in(of.workspace).connections.save({
      ...of.at,
      ...standingOf(next),
      version: of.version,
      value: JSON.stringify(next),
      at: now(),
      ...(by === undefined ? {} : { by }),
      ...(notice === undefined ? {} : { notice }),
    });
    return version === null ? null : { ...of, version, held: next };
  },
  asking: (of, at) => store.in(of.workspace).connections.asking(of.id, at),
});
