/**
 * Grants that end when a version is published. A grant is for a step as it was when it was lent: it does not wait for
 * another step of the same name (row AZ-05).
 *
 * EN1 It ends when the version has no such step, or has it as another kind; steps that are switched off are there.
 * EN2 What was lent by being written gives way to less that is lent to the same step by saying so.
 */

import { covers, parsePower, type Principal } from '@headgate/core';
import type { GrantRow } from '../store/ports.ts';
import type { LentText } from './calls.ts';
import { grantObject, kindsIn } from './lending.ts';
import type { Lodge } from './lodge.ts';

/** The grants among `held` that a version ends. `before`: the version until now, for grants that know no kind. */
export const endedBy = (
  doc: unknown,
  before: unknown,
  held: readonly GrantRow[],
  asked: readonly LentText[],
): readonly GrantRow[] => {
  const [kinds, older] = [kindsIn(doc), kindsIn(before)];
  const gone = ({ step, kind }: GrantRow): boolean => {
    if (step === '*') return false;
    const now = kinds.get(step);
    return now === undefined || now !== (kind ?? older.get(step) ?? now);
  };
  return held.filter((grant) => gone(grant) || (grant.typed === true && asked.some((one) => narrower(one, grant))));
};

const narrower = (asked: LentText, grant: GrantRow): boolean => {
  if (asked.step !== grant.step || asked.power === grant.power) return false;
  const [less, more] = [parsePower(asked.power), parsePower(grant.power)];
  return less.ok && more.ok && covers(more.value, less.value);
};

/** Puts the end of each on record; false when that cannot be written, and nothing may end. */
export const recordEnds = async ({ audit }: Lodge, by: Principal, ended: readonly GrantRow[]): Promise<boolean> => {
  const recorded = await Promise.all(
    ended.map((row) =>
      audit.record({
        workspace: by.workspace,
        actor: by.id,
        action: 'grant.ended',
        object: grantObject(row),
        decision: 'allow',
        reason: null,
      }),
    ),
  );
  return recorded.every((done) => done);
};
