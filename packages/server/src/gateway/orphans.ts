/**
 * Runs whose starter is not let in any more: the key, token or application that began them was ended, or the account was. They
 * are cancelled by whoever ended it, wherever they are. What is queued, the engine dismisses by itself (engine/revoked.ts).
 *
 * OR1 Who was ended is asked of the directory: a key that ended with its maker takes what it began with it, too (AZ-10).
 * OR2 Visitors, triggers and keys that are only expired or hold less than before are none of these: their runs go on.
 */

import type { Principal } from '@headgate/core';
import type { Gate } from './deps.ts';

type Asked = Pick<Gate, 'store' | 'engine'>;

const REASON = 'who started it is not let in any more';

const isEnded = async ({ store }: Asked, workspace: string, id: string): Promise<boolean> => {
  if (/^(u|oc)_/.test(id)) return (await store.directory.named(workspace, id)) === null;
  // Tokens that ran out long ago are forgotten, and were not ended by anybody.
  if (id.startsWith('t_'))
    return (await store.tokens.byId(id)) !== null && (await store.directory.named(workspace, id)) === null;
  const row = await store.in(workspace).keys.get(id);
  return row !== null && (await store.directory.key(row)) === null;
};

/**
 * Cancels all of them in this workspace; answers how many that were. `by`: who ended the right to run them. `known`: runs that are
 * known to be among them; they go first, before what they were lent ends under them and they fail of that.
 */
export const cancelOrphans = async (
  gate: Asked,
  workspace: string,
  by: Pick<Principal, 'id'>,
  known: readonly string[] = [],
): Promise<number> => {
  const scoped = gate.store.in(workspace);
  const system: Principal = { kind: 'system', id: by.id, workspace, permissions: ['run.cancel', 'workspace.manage'] };
  let count = 0;
  for (const run of known) if ((await gate.engine.cancel(system, run, REASON)).ok) count += 1;
  for (const starter of await scoped.runs.starters()) {
    if (!(await isEnded(gate, workspace, starter))) continue;
    for (const run of await scoped.runs.openBy(starter))
      if ((await gate.engine.cancel(system, run, REASON)).ok) count += 1;
  }
  return count;
};
