/** Environments where promotions are approved: what in them one person changes only by managing the project (EN3). */

import { may, type Principal } from '@headgate/core';
import type { Gate } from './deps.ts';
import { refuse, type Refused } from './outcome.ts';

export const manages = (who: Principal, project: string): boolean =>
  may(who, 'project.manage', { workspace: who.workspace, project });

/** Why the principal may not do this to the environment alone, or null. `what`: in words, after its name. */
export const guardedAgainst = async (
  gate: Pick<Gate, 'store'>,
  who: Principal,
  project: string,
  environment: string,
  what: string,
): Promise<Refused | null> => {
  if (manages(who, project)) return null;
  const row = await gate.store.in(who.workspace).environments.get(project, environment);
  if (row?.approval !== true) return null;
  return refuse(
    'environment.guarded',
    `Promotions to ${environment} are approved: only by who manages the project it ${what}`,
    'Ask somebody who holds project.manage.',
  );
};
