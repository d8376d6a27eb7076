/**
 * A dry run of a flow of the store: what it would touch (dry.ts), and the grants each of it would stand on now. It judges
 * as the broker does and records no decision, since nothing is done.
 */

import {
  type DryRequest,
  type DryRun,
  type Flow,
  lentByTyping,
  may,
  type Need,
  parsePower,
  type Power,
  powerOf,
  printPower,
  problem,
  readFlow,
  type Result,
  type Touch,
  everyStep,
  thingOf,
} from '@headgate/core';
import type { Named } from '../store/people.ts';
import type { FlowRow, Store } from '../store/ports.ts';
import { aimAt } from './aim.ts';
import type { Clock } from './clock.ts';
import { drive, readNeeds, type Seen } from './dry.ts';
import type { Flows } from './flows.ts';
import type { Lent, Place, Reached } from './lent.ts';

type Deps = {
  readonly store: Store;
  readonly flows: Flows;
  readonly clock: Clock;
};

const notFound: { readonly ok: false; readonly problem: ReturnType<typeof problem> } = {
  ok: false,
  problem: problem('flow.not_found', 'There is no such flow'),
};

export const newDryRun =
  ({ store, flows, clock }: Deps) =>
  async ({ principal, flow: id, which, input, environment = 'default' }: DryRequest): Promise<Result<DryRun>> => {
    const { workspace } = principal;
    const scoped = store.in(workspace);
    const row = await scoped.flows.get(id);
    if (row === null || !may(principal, 'run', thingOf(workspace, row))) return notFound;
    if ('doc' in which && !may(principal, 'flow.write', thingOf(workspace, row))) return notFound;
    const doc =
      'doc' in which ? which.doc : 'draft' in which ? row.draft : (await scoped.flows.version(id, which.version))?.doc;
    if (doc === undefined)
      return {
        ok: false,
        problem: problem('flow.version_unknown', 'This flow has no such version', { at: { flow: id } }),
      };
    const read = readFlow(doc);
    if (!read.ok)
      return { ok: false, problem: read.problems[0] ?? problem('flow.invalid', 'This flow is not a valid flow file') };
    const catalog = await flows.catalogIn(workspace);
    const driven: Result<ReturnType<typeof readNeeds>> =
      input === undefined
        ? { ok: true, value: readNeeds(read.flow, catalog) }
        : await drive(read.flow, catalog, input, clock, environment);
    if (!driven.ok) return driven;
    const judge = await judgeFor({ store, flows, clock }, row, read.flow, workspace, environment, principal.id);
    const touches: Touch[] = [];
    for (const seen of driven.value.seen) touches.push({ ...told(seen), ...(await judge(seen)) });
    return { ok: true, value: { touches, ends: driven.value.ends, problem: driven.value.problem } };
  };

/** A touch without the judgement. */
export const told = ({ step, need, how, comes, times }: Seen): Omit<Touch, 'grant' | 'refused'> => {
  const power = powerOf(need);
  return {
    step,
    power: power === undefined ? `${need.power}: ${need.scope}` : printPower(power),
    sentence: need.sentence,
    how,
    comes,
    times,
    // What follows from an input is computed all the same: nobody wrote it.
    asks: how !== 'written' || !lentByTyping(need),
  };
};

/** The least that a need stays within, which is what a grant has to cover. */
const askedFor = (need: Need): Power | undefined =>
  need.least === undefined ? powerOf(need) : (powerOf({ ...need, scope: need.least }) ?? powerOf(need));

/** The narrowing of every step, as the broker has it. */
const narrowings = (flow: Flow): ReadonlyMap<string, readonly Power[]> =>
  new Map(
    [...everyStep(flow)].flatMap(({ id, narrow }) =>
      narrow === undefined
        ? []
        : [
            [
              id,
              narrow.flatMap((text) => {
                const read = parsePower(text);
                return read.ok ? [read.value] : [];
              }),
            ] as const,
          ],
    ),
  );

/** The call of a flow, by the id of what it means. */
type Called = { readonly asked: Power; readonly reached: Reached };

/** Judges needs by a flow's grants as they are now. */
export const judging = (lent: Lent, flow: Flow, place: Place, caller: Named | null, now: number) => {
  const narrow = narrowings(flow);
  return ({ step, need }: Seen, call?: Called): Pick<Touch, 'grant' | 'refused'> => {
    const request = call?.asked ?? askedFor(need);
    const reached = call?.reached;
    if (request === undefined) return { grant: null, refused: 'power.scope' };
    const answer = lent.judge({ place, step, narrow: narrow.get(step), request, reached, caller }, now);
    return answer.ok
      ? { grant: { id: answer.grant.id, grantor: answer.grant.grantor }, refused: null }
      : { grant: null, refused: answer.problem.code };
  };
};

const judgeFor = async (
  { store, flows, clock }: Deps,
  row: FlowRow,
  flow: Flow,
  workspace: string,
  environment: string,
  caller: string,
) => {
  const lent = await flows.lent(workspace, row.id);
  const place = { workspace, project: row.project, flow: row.id, environment };
  const judge = judging(lent, flow, place, await store.directory.named(workspace, caller), clock.now());
  const narrows = narrowings(flow);
  return async (seen: Seen): Promise<Pick<Touch, 'grant' | 'refused'>> => {
    const power = powerOf(seen.need);
    const named = power?.power === 'flow' && power.flow !== '*' ? power.flow : null;
    if (named === null) return judge(seen);
    const from = { flows, place, step: seen.step, narrow: narrows.get(seen.step), now: clock.now() };
    const { power: asked, reached } = await aimAt(from, named);
    return judge(seen, { asked, reached });
  };
};
