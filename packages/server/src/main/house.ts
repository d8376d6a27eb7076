/**
 * The house put together below the gateway: store, vault, egress, steps, engine. Used by the server and by commands
 * that run flows without one.
 */

import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bad, type Catalog, good, problem, type Result } from '@headgate/core';
import { type Door, openDoor, parseAllow } from '../egress/door.ts';
import { type Engine, type EngineLog, openEngine, type Vault } from '../engine/engine.ts';
import { loadCatalog } from '../engine/loader.ts';
import { openStore, StoreRefused } from '../store/open.ts';
import type { Store } from '../store/ports.ts';
import { openBlobNow } from '../store/vault-open/blob-now.ts';
import { opener } from '../store/vault-open/opener.ts';
import { keyring } from '../store/vault-seal/keyring.ts';

export type House = {
  readonly store: Store;
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly door: Door;
  /** Stops taking work, gives what is under way `grace` milliseconds, closes everything. */
  readonly close: (grace: number) => Promise<void>;
};

type Options = {
  readonly dir: string;
  readonly key: Uint8Array;
  readonly egressAllow: string;
  readonly publicUrl: string;
  readonly log: EngineLog;
  /** Another door than the outgoing one: recorded answers, for flow tests. */
  readonly door?: Door;
};

/** The step kinds that come with the server. */
export const builtInSteps = (): string => fileURLToPath(new URL('../steps', import.meta.url));

/** The opening half, as the engine wants it: what does not open is a damaged store, which stops the run it belongs to. */
const vaultOf = (key: Uint8Array, store: Store): Vault => {
  const ring = keyring(key);
  const open = opener(ring);
  const must = <T>(result: Result<T>): T => {
    if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.text}`);
    return result.value;
  };
  return {
    openChunk: (workspace, run, from, sealed) => must(open.openChunk(workspace, run, from, sealed)),
    openBlob: (workspace, id) => must(openBlobNow(ring.derive('blob'), workspace, id, store.blobs.path(id))),
    openSecret: (workspace, id, version, sealed) => must(open.openSecret(workspace, id, version, sealed)),
    resumeToken: (run, step, item) => createHmac('sha256', ring.derive('resume')).update(JSON.stringify([run, step, item])).digest('base64url'),
  };
};

/** The store of a folder; what keeps it from opening is a Problem. */
export const openStoreAt = async (dir: string, key: Uint8Array): Promise<Result<Store>> => {
  try {
    return good(await openStore({ dir, key, clock: () => Date.now() }));
  } catch (error) {
    if (error instanceof StoreRefused) return bad(error.problem);
    throw error;
  }
};

/** Opens everything below the gateway. */
export const openHouse = async (o: Options): Promise<Result<House>> => {
  const allow = parseAllow(o.egressAllow);
  if (!allow.ok) return bad({ ...allow.problem, at: { field: 'HEADGATE_EGRESS_ALLOW' } });
  const [opened, catalog] = await Promise.all([openStoreAt(o.dir, o.key), loadCatalog(builtInSteps())]);
  if (!opened.ok) return opened;
  const store = opened.value;
  const door = o.door ?? openDoor(allow.value);
  const vault = vaultOf(o.key, store);
  let engine: Engine;
  try {
    engine = await openEngine({ store, vault, door, catalog, publicUrl: o.publicUrl, log: o.log });
  } catch (error) {
    await store.close();
    return bad(problem('start.engine', 'The store does not open with this secret key, or it is damaged', { fix: `Start with the key the data was sealed with (${error instanceof Error ? error.message : 'unknown error'}).` }));
  }
  return good({
    store,
    engine,
    catalog,
    door,
    close: async (grace) => {
      await engine.close(grace);
      await door.close();
      await store.close();
    },
  });
};
