/**
 * Public flows, run by anybody: a visitor, who holds nothing but this one right.
 *
 * VI1 A visitor has limits of his own, by network and by flow, before anything is looked up or begun.
 * VI2 He hears the answer of the run he started, and no id to ask for anything else with; why it failed, or did not begin,
 *     only as far as it is his business (engine/outward.ts).
 */

import { type Principal, readFlow } from '@headgate/core';
import { MAX_VISIT, ROUTES } from '@headgate/core/api';
import { networkOf } from '../accounts/throttle.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, refuse } from '../outcome.ts';
import { Windows } from '../windows.ts';

export const publicRoutes = ({ gate, waiting }: Lodge): readonly Route[] => {
  const networks = new Windows(gate.clock);
  const flows = new Windows(gate.clock);
  return [
    implement(ROUTES.publicForm, async ({ params, request }) => {
      if (networks.add(networkOf(request.ip)) > gate.limit.visits) return refuse('visits.limit');
      const workspace = await gate.store.publicFlow(params.id);
      if (workspace === null) return MISSING;
      const { flows: known } = gate.store.in(workspace);
      const row = await known.get(params.id);
      const latest = row?.version ?? null;
      const version = latest === null ? null : await known.version(params.id, latest);
      const read = version === null ? null : readFlow(version.doc);
      if (read === null || !read.ok) return MISSING;
      const { name, description = null, input = null } = read.flow;
      return give(200, { name, description, input });
    }),

    implement(ROUTES.visit, async ({ params, body, request }) => {
      const { visits, flowVisits } = gate.limit;
      if (networks.add(networkOf(request.ip)) > visits || flows.add(params.id) > flowVisits)
        return refuse('visits.limit');
      const workspace = await gate.store.publicFlow(params.id);
      if (workspace === null) return MISSING;
      const visitor: Principal = { kind: 'visitor', id: 'visitor', workspace, permissions: ['run'] };
      const wait = (body.wait ?? MAX_VISIT) * 1000;
      const leave = wait > 0 ? waiting.enter(`visitor ${networkOf(request.ip)}`) : null;
      if (leave === undefined) return refuse('visits.limit');
      const started = await gate.engine
        .start({
          principal: visitor,
          flow: params.id,
          which: {},
          input: body.input ?? {},
          trigger: { kind: 'public@1' },
          wait,
        })
        .finally(() => leave?.());
      if (!started.ok) return { refused: started.problem };
      const { run, finished } = started.value;
      if (!finished) return give(202, { state: run.state });
      const made = give(200, {
        state: run.state,
        output: run.output ?? null,
        ...(run.problem === null ? {} : { problem: run.problem }),
      });
      return { ...made, reveal: await gate.engine.reveals(workspace, run.flow, run.environment) };
    }),
  ];
};
