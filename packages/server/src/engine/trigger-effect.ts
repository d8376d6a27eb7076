/**
 * Effects of a trigger, before there is a run: judged by what was lent to it, at that moment, and on record before they
 * happen (PL2 in polls.ts).
 */

import { type Power, printPower, type Problem, withoutPath } from '@headgate/core';
import type { Store } from '../store/ports.ts';
import type { Act, Effect } from './broker.ts';
import type { Clock } from './clock.ts';
import type { Flows } from './flows.ts';
import type { PollRow } from './polls.ts';

type Deps = { readonly flows: Flows; readonly journal: Store['journal']; readonly clock: Pick<Clock, 'now'> };

const NEVER = new AbortController().signal;

/** Judges all of `needs`, and then acts. */
export const triggerEffect =
  ({ flows, journal, clock }: Deps, row: PollRow) =>
  async <T>(needs: readonly Power[], act: Act<T>): Promise<Effect<T>> => {
    const { workspace, project, flow, environment, trigger } = row;
    const lent = await flows.lent(workspace, flow);
    const place = { workspace, project, flow, environment };
    const judge = (request: Power): { readonly denied: Problem | null; readonly group: number } => {
      const answer = lent.judge(
        { place, step: trigger, narrow: undefined, request, reached: undefined, caller: null },
        clock.now(),
      );
      const group = journal.audit([
        {
          at: clock.now(),
          workspace,
          actor: `trigger:${trigger}`,
          action: `power.${request.power}`,
          object: printPower(withoutPath(request)),
          decision: answer.ok ? 'allow' : 'deny',
          reason: answer.ok ? null : answer.problem.code,
          run: null,
          step: trigger,
        },
      ]);
      return { denied: answer.ok ? null : answer.problem, group };
    };
    for (const need of needs) {
      const { denied, group } = judge(need);
      await journal.barrier(group);
      if (denied !== null) return { ok: false, problem: denied, sent: 'no' };
    }
    return { ok: true, value: await act((request) => judge(request).denied, NEVER) };
  };

/**
 * May the trigger still do what it is in the middle of? Asked anew for every message of a long session; what it is refused
 * then is on record, what it may was when the session began.
 */
export const stillMay = async (
  { flows, journal, clock }: Deps,
  { workspace, project, flow, environment, trigger }: PollRow,
  needs: readonly Power[],
): Promise<Problem | null> => {
  const lent = await flows.lent(workspace, flow);
  const place = { workspace, project, flow, environment };
  for (const request of needs) {
    const asked = { place, step: trigger, narrow: undefined, request, reached: undefined, caller: null };
    const answer = lent.judge(asked, clock.now());
    if (answer.ok) continue;
    const group = journal.audit([
      {
        ...{ at: clock.now(), workspace, actor: `trigger:${trigger}`, action: `power.${request.power}` },
        ...{ object: printPower(withoutPath(request)), decision: 'deny', reason: answer.problem.code },
        ...{ run: null, step: trigger },
      },
    ]);
    await journal.barrier(group);
    return answer.problem;
  }
  return null;
};
