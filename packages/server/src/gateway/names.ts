/** Names of flows, for lists of what belongs to them. Who sees a run sees what its flow is called. */

import type { Store } from '../store/ports.ts';

/** By id; a flow that is gone has none. Each is read once. */
export const namesOf = async (
  store: Store,
  workspace: string,
  of: Iterable<{ readonly flow: string }>,
): Promise<ReadonlyMap<string, string>> => {
  const { flows } = store.in(workspace);
  const names = new Map<string, string>();
  for (const id of new Set([...of].map(({ flow }) => flow))) {
    const row = await flows.get(id);
    if (row !== null) names.set(id, row.name);
  }
  return names;
};
