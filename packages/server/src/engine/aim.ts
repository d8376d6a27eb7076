/**
 * What the call of a flow means at the moment of the call: the one flow it names, and the power that this takes.
 *
 * AM1 A name is resolved here and judged by the id of what it means now, so that a grant goes with the flow that was
 *     lent and not with the name (AU3). Two flows of one name are no flow: nobody guesses (rows AZ-08, WH-09).
 * AM2 Who may not call a flow learns nothing of it: what is there and not lent is answered as what is not there. A private
 *     flow that the step was not lent does not count, neither as what a name means nor among several of one name.
 */

import { type Power, problem, type Result } from '@headgate/core';
import type { FlowRow } from '../store/ports.ts';
import type { Flows, Target } from './flows.ts';
import type { Place, Reached } from './lent.ts';

/** `power`: what the call takes. `target`: the flow, or why none can be run. */
export type Aim = { readonly power: Power; readonly reached: Reached; readonly target: Result<Target> };

/** Who calls: the step of a flow (`*`: the flow as a whole), and when. */
type From = {
  readonly flows: Flows;
  readonly place: Place;
  readonly step: string;
  readonly narrow: readonly Power[] | undefined;
  readonly now: number;
};

/** Resolves the id or name that a step calls. It only reads; whether the step may is the broker's. */
export const aimAt = async (from: From, idOrName: string): Promise<Aim> => {
  const { flows, place } = from;
  const asWritten = { power: 'flow', flow: idOrName } as const;
  const to = ({ id, project, name, owner, visibility }: FlowRow): Way => ({
    power: { power: 'flow', flow: id },
    reached: { id, project, owner, visibility, asWritten, named: { power: 'flow', flow: name } },
  });
  const nothing = { id: '', project: place.project, owner: '', visibility: 'project' } as const;
  const nowhere = { power: asWritten, reached: { ...nothing, asWritten } };
  const rows = await countedAmong(from, await flows.called(place.workspace, place.project, idOrName), to);
  const [only] = rows;
  if (only === undefined) return { ...nowhere, target: UNKNOWN };
  if (rows.length > 1) {
    const lent = await lentAmong(from, rows.map(to));
    return { ...(lent ?? nowhere), target: AMBIGUOUS };
  }
  if (!only.enabled) return { ...to(only), target: DISABLED };
  return { ...to(only), target: await flows.live(place.workspace, only.id, place.environment) };
};

type Way = Pick<Aim, 'power' | 'reached'>;

/** Without private flows that the step was not lent the call of (AM2). */
const countedAmong = async (
  from: From,
  rows: readonly FlowRow[],
  to: (row: FlowRow) => Way,
): Promise<readonly FlowRow[]> => {
  const counted: FlowRow[] = [];
  for (const row of rows)
    if (row.visibility !== 'private' || (await lentAmong(from, [to(row)])) !== undefined) counted.push(row);
  return counted;
};

/** The first of several that the step was lent the call of: only then is it told that there are several (AM2). */
const lentAmong = async ({ flows, place, step, narrow, now }: From, ways: readonly Way[]): Promise<Way | undefined> => {
  const lent = await flows.lent(place.workspace, place.flow);
  return ways.find(({ power, reached }) => {
    const answer = lent.judge({ place, step, narrow, request: power, reached, caller: null }, now);
    return answer.ok || answer.problem.code === 'grant.caller';
  });
};

type Refusal = { readonly ok: false; readonly problem: ReturnType<typeof problem> };

const UNKNOWN: Refusal = {
  ok: false,
  problem: problem('flow.unknown', 'There is no flow of this id or name in the project', {
    at: { field: 'with.flow' },
    fix: 'Give the id or the exact name of a published flow of the same project.',
  }),
};

const AMBIGUOUS: Refusal = {
  ok: false,
  problem: problem('flow.ambiguous', 'More than one flow of the project has this name', {
    at: { field: 'with.flow' },
    fix: 'Give the id of the flow that is meant, or rename the other one.',
  }),
};

const DISABLED: Refusal = {
  ok: false,
  problem: problem('flow.disabled', 'The flow of this name is switched off', { fix: 'Switch it on first.' }),
};
