/**
 * Where secrets come from, behind one interface: the store, and others that main hands in (a file of the machine's
 * administrator). The first source that holds a name answers for it.
 *
 * SS1 What a source gives stays in this room: it is filled into a request, or held by the guard's matcher.
 * SS2 A source says for which origins a secret is meant; nobody else does.
 */

import { type Connection, type Credential, readConnection, readCredential } from '@headgate/core';
import type { Store } from '../store/ports.ts';
import type { SealedSecret } from '../store/secret.ts';
import { type Bound, boundOf, EVERYWHERE } from '../store/vault-seal/secrets.ts';

/** A secret that is one text, a credential of a kind, or a connection. */
export type Held = Credential | Connection | { readonly kind: 'plain'; readonly value: string };

export type HeldSecret = {
  /** The same as long as it is the same secret; over all sources. */
  readonly id: string;
  /** Another one whenever the value is another one. */
  readonly version: string;
  readonly origins: readonly string[];
  readonly held: Held;
  /** Of a connection: the row it stands in. */
  readonly row?: { readonly id: string; readonly version: number; readonly environment: string };
  /** Stores what took the place of the value (a refresh token); answers the version it has then, or null. */
  readonly renew?: (held: Credential) => Promise<string | null>;
};

/** A secret with the name that the guard shows in its place, to its own workspace. */
export type NamedHeld = { readonly workspace: string; readonly name: string; readonly held: Held };

export type SecretSource = {
  readonly name: string;
  /** Null: it holds no secret of that name. Throws when it cannot say. */
  readonly read: (workspace: string, project: string, name: string, environment: string) => Promise<HeldSecret | null>;
  /** Looks whether what it holds was changed from outside; true: `all` gives something else now. */
  readonly look?: () => boolean;
  /** All that it holds, for the guard. */
  readonly all: () => Promise<readonly NamedHeld[]>;
};

/** Opens one secret; throws when it does not open. */
type OpenSecret = (workspace: string, id: string, version: number, sealed: Uint8Array, bound: Bound | null) => string;

type Kept = SealedSecret;

/** The instance's own secrets. */
export const storeSource = (store: Store, openSecret: OpenSecret, now: () => number): SecretSource => {
  /** SS3 It is opened for the environment that is asked for, never for the one its row says: another's does not open. */
  const heldIn = (workspace: string, kept: Kept, environment: string): Held => {
    const asked = kept.environment === EVERYWHERE ? EVERYWHERE : environment;
    const bound = boundOf(kept.kind, kept.origins, asked);
    const text = openSecret(workspace, kept.id, kept.version, kept.sealed, bound);
    if (kept.kind === 'plain') return { kind: 'plain', value: text };
    const credential = kept.kind === 'connection' ? readConnection(text) : readCredential(kept.kind, text);
    if (credential === null) throw new Error(`secret ${kept.id} holds no credential of its kind`);
    return credential;
  };
  return {
    name: 'store',
    read: async (workspace, project, name, environment) => {
      const { secrets } = store.in(workspace);
      const kept = await secrets.sealed(project, name, environment);
      if (kept === null) return null;
      return {
        id: `store ${workspace} ${kept.id}`,
        version: String(kept.version),
        origins: kept.origins,
        held: heldIn(workspace, kept, environment),
        ...(kept.kind === 'connection'
          ? { row: { id: kept.id, version: kept.version, environment: kept.environment } }
          : {}),
        renew: async (held) => {
          const value = JSON.stringify(held);
          const version = await secrets.renew({
            project,
            name,
            environment: kept.environment,
            version: kept.version,
            value,
            at: now(),
          });
          return version === null ? null : String(version);
        },
      };
    },
    all: async () =>
      // What is locked is in nobody's hands, and is not hidden either.
      (await store.engine.allSecrets())
        .filter((kept) => store.locked(kept.workspace) === null)
        .map((kept) => ({
          workspace: kept.workspace,
          name: kept.name,
          held: heldIn(kept.workspace, kept, kept.environment),
        })),
  };
};
