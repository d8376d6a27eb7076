/**
 * May an address be asked for, for a base? Judged at each request as it is for a step: by what was lent, which is what the
 * source names; by whether who added it may still lend it; and by what the workspace and the server allow.
 *
 * SL1 Deny is the default, and every decision is on record before anything leaves.
 * SL2 Who may not lend powers in the project any more, or whom the base lets in no more, lends it nothing.
 */

import {
  authority,
  may,
  NOTHING_ALLOWED,
  type Policy,
  type Power,
  printPower,
  problem,
  type Problem,
  readPolicy,
  type Site,
  withoutPath,
} from '@headgate/core';
import type { SiteAtWork } from '../../../store/knowledge-page.ts';
import type { PolicyRow, Store } from '../../../store/ports.ts';
import type { Clock } from '../../clock.ts';

export type LentDeps = { readonly store: Store; readonly clock: Pick<Clock, 'now'> };

const policyIn = (row: PolicyRow | null): { readonly policy?: Policy } => {
  if (row === null) return {};
  const read = readPolicy(row);
  return { policy: read.ok ? read.value : NOTHING_ALLOWED };
};

const told = (code: string, request: Power): Problem => {
  const what = printPower(withoutPath(request));
  switch (code) {
    case 'grant.void':
      return problem('grant.void', 'Who added this address may not lend it to the base any more', {
        fix: 'Have somebody add it again who may lend powers in the project and whom the base lets in.',
      });
    case 'policy.bounds':
      return problem('policy.bounds', `This server lets nobody in the workspace use this: ${what}`, {
        fix: 'Ask an administrator of the instance to allow it.',
      });
    case 'policy.denied':
      return problem('policy.denied', `The workspace allows nobody to lend this: ${what}`, {
        fix: 'Ask an admin of the workspace to allow it.',
      });
    default:
      return problem('grant.missing', `The source was not lent this: ${what}`, {
        fix: 'Take the source out, and add it with this origin among its origins.',
      });
  }
};

/** Null: it may be asked for. */
export const mayAsk = async (
  { store, clock }: LentDeps,
  { workspace, project, base, by }: SiteAtWork,
  { lent }: Pick<Site, 'lent'>,
  request: Power,
): Promise<Problem | null> => {
  const space = store.in(workspace);
  const [who, policy, bounds, row] = await Promise.all([
    store.directory.named(workspace, by),
    space.policy.get(),
    space.bounds.get(),
    space.knowledge.get(project, base),
  ]);
  const now = clock.now();
  const mayLend = (): boolean => {
    if (who === null || row === null || (who.expires !== null && who.expires <= now)) return false;
    const { principal } = who;
    const thing = { workspace, project };
    if (!may(principal, 'grant.give', thing) || !may(principal, 'knowledge.write', thing)) return false;
    return row.readers === null || row.readers.includes(principal.user ?? principal.id);
  };
  const ceiling = policyIn(bounds).policy;
  const answer = authority({
    ...{ request, step: '*', environment: '*', grantorMay: mayLend },
    grants: lent.map((power) => ({ step: '*', power, environment: '*', grantor: by })),
    ...policyIn(policy),
    ...(ceiling === undefined ? {} : { bounds: ceiling }),
  });
  const group = store.journal.audit([
    {
      ...{ at: now, workspace, actor: `knowledge:${base}`, action: 'power.net' },
      ...{ object: printPower(withoutPath(request)), decision: answer.ok ? 'allow' : 'deny' },
      ...{ reason: answer.ok ? null : answer.problem.code, run: null, step: null },
    },
  ]);
  await store.journal.barrier(group);
  return answer.ok ? null : told(answer.problem.code, request);
};
