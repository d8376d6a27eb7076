/**
 * `headgate workspace delete`: for whoever administrates the machine, where no owner does it himself. Beside a running server,
 * which goes on with it within a second, or without one: then the next start does.
 *
 * It works where `headgate superuser` does, and asks for the name of the workspace as an owner is asked.
 */

import { bad, good, type Problem, problem, type Result } from '@headgate/core';
import { INSTANCE, WORKSPACE } from '../gateway/deps.ts';
import type { Store } from '../store/ports.ts';
import type { Settings } from './config.ts';
import { besideStore } from './keys.ts';
import { complain, DONE, FAILED, note, pretty, print } from './say.ts';

type Wish = { readonly id: string; readonly name: string };

const end = async (store: Store, { id, name }: Wish): Promise<Result<null>> => {
  const found = (await store.workspaces.list()).find((row) => row.id === id);
  if (found === undefined)
    return bad(problem('workspace.unknown', `There is no workspace ${id}`, { fix: 'See headgate workspace list.' }));
  if (found.name !== name)
    return bad(
      problem('workspace.name', `The workspace ${id} has another name`, { fix: 'Type its name as it is, in --name.' }),
    );
  if (id === WORKSPACE) return bad(problem('workspace.first', 'The workspace that the instance began with stays'));
  const at = Date.now();
  const deed = { at, workspace: INSTANCE, actor: 'cli', action: 'deleteWorkspace', object: `${id} ${name}` };
  const entry = { ...deed, decision: 'allow' as const, reason: null, run: null, step: null };
  await store.journal.barrier(store.journal.audit([entry]));
  await store.workspaces.end(id, { by: 'cli', at });
  return good(null);
};

/** Answers the exit code. */
export const deleteWorkspace = async (s: Settings, wish: Wish, json: boolean): Promise<number> => {
  const fail = (p: Problem): number => {
    complain([p], json);
    return FAILED;
  };
  if (!s.superuserCli)
    return fail(
      problem('superuser.off', 'Deleting a workspace from a shell is switched off, as the superuser command is', {
        fix: 'Let an owner of the workspace do it, or set HEADGATE_ENABLE_SUPERUSER_CLI=true for this one command.',
      }),
    );
  const opened = await besideStore(s);
  if (!opened.ok) return fail(opened.problem);
  try {
    const done = await end(opened.value, wish);
    if (!done.ok) return fail(done.problem);
  } finally {
    await opened.value.close();
  }
  if (json) print(pretty({ workspace: wish.id, state: 'deleting' }));
  else
    note(`Nobody gets into ${wish.id} any more. A running server deletes what is in it now, else the next start does.`);
  return DONE;
};
