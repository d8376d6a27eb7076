/**
 * Sealing of cells and values by key, as the pieces of journals are sealed: under the workspace's key for them, each bound to
 * its place. This half cannot open what it sealed.
 */

import type { LiveRing } from '../ground.ts';
import { chunkSealer } from '../vault-seal/chunks.ts';

export type Seal = (workspace: string, name: string, value: unknown) => Uint8Array;

/** One session for each key: a new one when the key changes. */
export const sealerOf = (ring: Pick<LiveRing, 'newestOf'>): Seal => {
  const sessions = new WeakMap<Uint8Array, ReturnType<typeof chunkSealer>>();
  return (workspace, name, value) => {
    const key = ring.newestOf('journal', workspace);
    const known = sessions.get(key);
    const seal = known ?? chunkSealer(key);
    if (known === undefined) sessions.set(key, seal);
    return seal(workspace, name, 0, JSON.stringify(value));
  };
};
