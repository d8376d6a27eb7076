/** The map of powers: what was lent in the workspace, to which flow and step, and whether anything uses it. */

import { covers, parsePower, printPower, sightOf, withoutPath } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { GrantRow } from '../../store/ports.ts';
import type { Used } from '../../store/power-map.ts';
import { grantSentence } from '../calls.ts';
import { implement, type Route } from '../implement.ts';
import { mayStillGive } from '../lending.ts';
import type { Lodge } from '../lodge.ts';
import { give } from '../outcome.ts';
import { iso } from '../times.ts';

const MOST = 2_000;
const MOST_USES = 20;

/** Uses of each flow, the latest first. */
export const usesByFlow = (uses: readonly Used[]): ReadonlyMap<string, readonly Used[]> => {
  const byFlow = new Map<string, Used[]>();
  for (const use of uses) {
    const list = byFlow.get(use.flow);
    if (list === undefined) byFlow.set(use.flow, [use]);
    else list.push(use);
  }
  return byFlow;
};

/** Those that this grant can have been used for. The trail tells no paths: what it was lent for is compared without one. */
export const usesOf = (grant: GrantRow, uses: readonly Used[]): readonly Used[] => {
  const lent = parsePower(grant.power);
  if (!lent.ok) return [];
  const wide = withoutPath(lent.value);
  return uses.filter(({ step, environment, power }) => {
    if (grant.step !== '*' && grant.step !== step) return false;
    if (grant.environment !== '*' && grant.environment !== environment) return false;
    const used = parsePower(power);
    return used.ok && covers(wide, used.value);
  });
};

export const powerRoutes = ({ gate }: Lodge): readonly Route[] => [
  implement(ROUTES.listPowers, async ({ who }) => {
    const store = gate.store.in(who.workspace);
    const [{ rows, more }, { uses, since }] = await Promise.all([
      store.powerMap.lent(sightOf(who, 'flow.read'), MOST),
      store.powerMap.used(),
    ]);
    const byFlow = usesByFlow(uses);
    const grantors = new Set(rows.map(({ grant }) => grant.grantor));
    const known = new Map(
      await Promise.all(
        [...grantors].map(async (id) => [id, await gate.store.directory.named(who.workspace, id)] as const),
      ),
    );
    const powers = rows.map(async ({ grant, flow }) => {
      const used = usesOf(grant, byFlow.get(flow.id) ?? []);
      const [last] = used;
      return {
        id: grant.id,
        flow: flow.id,
        flowName: flow.name,
        project: flow.project,
        enabled: flow.enabled,
        step: grant.step,
        power: grant.power,
        sentence: await grantSentence(gate, { who, project: flow.project }, grant.power),
        environment: grant.environment,
        grantor: grant.grantor,
        created: new Date(grant.created).toISOString(),
        asCaller: grant.asCaller,
        typed: grant.typed === true,
        void: !mayStillGive(known.get(grant.grantor) ?? null, who.workspace, flow, grant.power, gate.clock()),
        used: iso(last?.at ?? null),
        uses: [...new Set(used.map(({ power }) => power))].slice(0, MOST_USES).map(spelled),
      };
    });
    return give(200, { powers: await Promise.all(powers), more, since: iso(since) });
  }),
];

/** As `grant` takes it. */
const spelled = (text: string): string => {
  const read = parsePower(text);
  return read.ok ? printPower(read.value) : text;
};
