/** Bytes that the runs of each workspace store, kept in memory: read once, then told by the writer what became durable. */

import type { DatabaseSync } from 'node:sqlite';
import type { Grown } from './writer/tally.ts';

export const storedBytes = (
  database: DatabaseSync,
): { readonly now: ReadonlyMap<string, number>; readonly grew: (grown: Grown) => void } => {
  const now = new Map<string, number>();
  for (const row of database.prepare('select workspace, bytes from stored').all())
    now.set(String(row['workspace']), Number(row['bytes']));
  return {
    now,
    grew: (grown) => {
      for (const [workspace, more] of grown) now.set(workspace, (now.get(workspace) ?? 0) + more);
    },
  };
};
