/**
 * Records of powers that are lent and taken back: one for each power, so that the trail says which step got what from
 * whom, and not only that something was published.
 *
 * LT1 A power is lent only when its record is durable; one that is taken back is taken back all the same.
 */

import type { Principal } from '@headgate/core';
import type { Audit } from './audit.ts';
import type { LentText } from './lending.ts';

/** By publishing with `grant`, by the list of grants, or by typing a host into a draft. */
export type How = 'publish' | 'grants' | 'typed';

const record = async (
  audit: Audit,
  who: Principal,
  action: 'grant.give' | 'grant.take',
  flow: string,
  powers: readonly LentText[],
  reason: How | null,
): Promise<boolean> => {
  const written = await Promise.all(
    powers.map(({ step, power }) =>
      audit.record({
        workspace: who.workspace,
        actor: who.id,
        action,
        object: `${flow}/${step} ${power}`,
        decision: 'allow',
        reason,
      }),
    ),
  );
  return written.every(Boolean);
};

/** Puts on record what is about to be lent to steps of a flow; false: it must not be. */
export const recordLent = (
  audit: Audit,
  who: Principal,
  flow: string,
  powers: readonly LentText[],
  how: How,
): Promise<boolean> => record(audit, who, 'grant.give', flow, powers, how);

/** Puts on record what was taken back; false: the record could not be written. */
export const recordTaken = (audit: Audit, who: Principal, flow: string, power: LentText): Promise<boolean> =>
  record(audit, who, 'grant.take', flow, [power], null);
