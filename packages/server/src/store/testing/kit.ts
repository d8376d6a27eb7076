/** What tests of this room share: fresh folders, a key, rows of runs. Nothing outside tests imports it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Sight } from '@headgate/core';
import { openStore, type StoreOptions } from '../open.ts';
import type { RunRow, RunWrite, Store } from '../ports.ts';

/** 32 bytes that pass for a key: fixed, so that what a test sealed can be kept in a file and opened later. */
export const KEY: Uint8Array = Uint8Array.from(
  Buffer.from('5f0c7be1a2944d38c6d1f7093e58ab62944de07b1f6ac3d58802e9b4773c51a6', 'hex'),
);

export const NOW = 1_780_000_000_000;

/** A run's row; what a test does not care about has a value anyway. */
export const runRow = (id: string, more: Partial<RunRow> = {}): RunRow => ({
  id,
  workspace: 'default',
  project: 'default',
  owner: 'user_ada',
  flow: 'flow_one',
  version: 1,
  hash: 'hash_one',
  environment: 'default',
  state: 'done',
  triggerId: null,
  triggerKind: 'manual@1',
  principal: 'key_one',
  priority: 0,
  limitKey: null,
  idempotencyKey: null,
  parent: null,
  rerunOf: null,
  problemCode: null,
  problemStep: null,
  created: NOW,
  started: NOW,
  ended: NOW,
  wake: null,
  seq: 1,
  ...more,
});

/** Sees everything, but for what a test says. */
export const sight = (more: Partial<Sight> = {}): Sight => ({
  projects: null,
  shared: false,
  owners: null,
  onlyProjects: null,
  onlyFlows: null,
  ...more,
});

/** A run that is under way. */
export const openRow = (id: string, more: Partial<RunRow> = {}): RunRow =>
  runRow(id, { state: 'waiting', ended: null, ...more });

/** A write of one event, whose text tells it apart. */
export const runWrite = (row: RunRow, text = 'x', more: Partial<RunWrite> = {}): RunWrite => ({
  row,
  from: row.seq,
  count: 1,
  events: JSON.stringify([{ seq: row.seq, text }]),
  ...more,
});

/** Writes and waits until all of it is durable. */
export const writeAll = async (store: Store, writes: readonly RunWrite[]): Promise<void> => {
  let group = 0;
  for (const write of writes) group = store.journal.write(write);
  await store.journal.barrier(group);
};

export type Kit = {
  /** A new empty folder. */
  readonly dir: () => string;
  /** A store in a new folder, or the one given; closed at the end. */
  readonly store: (more?: Partial<StoreOptions>) => Promise<Store>;
  /** Closes the stores and removes the folders. For afterEach. */
  readonly clean: () => Promise<void>;
};

/** Folders and stores below `base` (the system's folder for temporary files). */
export const kitIn = (base: string): Kit => {
  const dirs: string[] = [];
  const stores: Store[] = [];
  const dir = (): string => {
    const made = mkdtempSync(join(base, 'headgate-store-'));
    dirs.push(made);
    return made;
  };
  return {
    dir,
    store: async (more = {}) => {
      const made = await openStore({ dir: more.dir ?? dir(), key: KEY, clock: () => NOW, ...more });
      stores.push(made);
      return made;
    },
    clean: async () => {
      for (const store of stores.splice(0)) await store.close().catch(() => undefined);
      for (const path of dirs.splice(0)) rmSync(path, { recursive: true, force: true });
    },
  };
};
