/** Who uses a secret: the steps that name it, what was lent of it, and when it was last used. Never what it is. */

import { type Catalog, parsePower, readFlow, type Sight, sightOf } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { FlowRow } from '../../store/ports.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { secretsIn } from '../naming.ts';
import { give, MISSING, refuse } from '../outcome.ts';
import { projectOf } from '../places.ts';
import { iso } from '../times.ts';
import { usesByFlow, usesOf } from './powers.ts';

const PAGE = 100;
/** Flows that one look goes through. */
const MOST_FLOWS = 2_000;
const MOST_GRANTS = 2_000;

export const secretUseRoutes = ({ gate, looks }: Lodge): readonly Route[] => {
  /** The steps of a document that name it. Most name nothing like it, and are not even parsed. */
  const stepsIn = (catalog: Catalog, doc: unknown, name: string): readonly string[] => {
    if (!JSON.stringify(doc).includes(name)) return [];
    const read = readFlow(doc);
    if (!read.ok) return [];
    return [
      ...new Set(
        secretsIn(catalog, read.flow)
          .filter((one) => one.name === name)
          .map(({ step }) => step),
      ),
    ];
  };

  const inFlow = async (workspace: string, row: FlowRow, name: string) => {
    const catalog = await gate.catalogIn(workspace);
    const draft = stepsIn(catalog, row.draft, name);
    const { flows } = gate.store.in(workspace);
    const version = row.version === null ? null : await flows.version(row.id, row.version);
    const published = version === null ? [] : stepsIn(catalog, version.doc, name);
    return [...new Set([...draft, ...published])].map((step) => ({
      flow: row.id,
      flowName: row.name,
      step,
      draft: draft.includes(step),
      version: published.includes(step) ? row.version : null,
    }));
  };

  const inFlows = async (workspace: string, sight: Sight, project: string, name: string) => {
    const { flows } = gate.store.in(workspace);
    const uses = [];
    let cursor: string | undefined;
    for (let looked = 0; looked < MOST_FLOWS; looked += PAGE) {
      const { rows, next } = await flows.list({
        limit: PAGE,
        project,
        sight,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const row of rows) uses.push(...(await inFlow(workspace, row, name)));
      if (next === null) return { uses, more: false };
      cursor = next;
      // Others have their turn between two pages.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return { uses, more: true };
  };

  return [
    implement(ROUTES.secretUses, async ({ who, params, query }) => {
      const store = gate.store.in(who.workspace);
      const project = projectOf(query);
      if (!(await store.secrets.list(project)).some(({ name }) => name === params.name)) return MISSING;
      const sight = sightOf(who, 'flow.read');
      const looked = await looks.of(who.workspace, () =>
        Promise.all([
          inFlows(who.workspace, sight, project, params.name),
          store.powerMap.lent(sight, MOST_GRANTS),
          store.powerMap.used(),
        ]),
      );
      if (looked === null) return refuse('requests.limit');
      const [named, lent, { uses, since }] = looked;
      const byFlow = usesByFlow(uses);
      const grants = lent.rows.flatMap(({ grant, flow }) => {
        const power = parsePower(grant.power);
        if (flow.project !== project || !power.ok || power.value.power !== 'secret') return [];
        if (power.value.name !== params.name && power.value.name !== '*') return [];
        const [last] = usesOf(grant, byFlow.get(flow.id) ?? []);
        const { step, environment } = grant;
        const used = iso(last?.at ?? null);
        return [{ flow: flow.id, flowName: flow.name, step, power: grant.power, environment, used }];
      });
      return give(200, { uses: named.uses, grants, since: iso(since), more: named.more || lent.more });
    }),
  ];
};
