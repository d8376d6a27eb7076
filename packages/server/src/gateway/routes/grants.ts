/** Powers and grants of a flow. */

import { everyStep, parsePower, printPower, problem, readFlow, type Flow, type Problem } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { GrantRow } from '../../store/ports.ts';
import { implement, type Route } from '../implement.ts';
import { grantRows, grantsInForce, lacking, needText, type LentText } from '../lending.ts';
import { recordLent, recordTaken } from '../lent.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, refuseAll } from '../outcome.ts';

const shown = ({ id, step, power, environment, grantor, created }: GrantRow) => ({
  id,
  step,
  power,
  environment,
  grantor,
  created: new Date(created).toISOString(),
});

/** Grants as the grammar writes them, or every Problem of what came. */
export const readGrants = (
  flow: Flow,
  came: readonly LentText[],
  field: string,
):
  | { readonly ok: true; readonly lent: readonly LentText[] }
  | { readonly ok: false; readonly problems: readonly Problem[] } => {
  const known = new Set([...everyStep(flow)].map((step) => step.id));
  const problems: Problem[] = [];
  const lent: LentText[] = [];
  for (const [i, { step, power }] of came.entries()) {
    const parsed = parsePower(power);
    if (!parsed.ok) problems.push({ ...parsed.problem, at: { field: `${field}[${i}].power` } });
    else if (step !== '*' && !known.has(step))
      problems.push(
        problem('grant.step', `The flow has no step ${step}`, { at: { step, field: `${field}[${i}].step` } }),
      );
    else lent.push({ step, power: printPower(parsed.value) });
  }
  return problems.length === 0 ? { ok: true, lent } : { ok: false, problems };
};

export const grantRoutes = ({ gate, audit }: Lodge): readonly Route[] => [
  implement(ROUTES.flowPowers, async ({ who, params }) => {
    const store = gate.store.in(who.workspace);
    const row = await store.flows.get(params.id);
    if (row === null) return MISSING;
    const read = readFlow(row.draft);
    if (!read.ok) return refuseAll('flow.invalid', read.problems);
    const { needs, missing } = lacking(gate, read.flow, await grantsInForce(gate, who.workspace, row));
    return give(200, {
      needs: needs.map((need) => ({
        step: need.step,
        power: needText(need),
        computed: need.need.computed === true,
        sentence: need.need.sentence,
      })),
      granted: (await store.grants.list(row.id)).map(shown),
      missing: missing.map(({ step, power }) => ({ step, power })),
    });
  }),

  implement(ROUTES.giveGrants, async ({ who, params, body }) => {
    const store = gate.store.in(who.workspace);
    const row = await store.flows.get(params.id);
    if (row === null) return MISSING;
    const read = readFlow(row.draft);
    if (!read.ok) return refuseAll('flow.invalid', read.problems);
    const grants = readGrants(read.flow, body.grants, 'grants');
    if (!grants.ok)
      return grants.problems.length === 1 && grants.problems[0]?.code === 'grant.step'
        ? { refused: grants.problems[0] }
        : refuseAll('input.invalid', grants.problems);
    if (!(await recordLent(audit, who, row.id, grants.lent, 'grants'))) return refuse('audit.down');
    const rows = grantRows(gate, who, row, grants.lent, body.environment);
    if (!(await store.grants.add(rows))) return MISSING;
    return give(201, { grants: rows.map(shown) });
  }),

  implement(ROUTES.takeGrant, async ({ who, params }) => {
    const { grants } = gate.store.in(who.workspace);
    const taken = (await grants.list(params.id)).find((one) => one.id === params.grant);
    if (taken === undefined || !(await grants.remove(params.id, params.grant))) return MISSING;
    const written = await recordTaken(audit, who, params.id, taken);
    return written ? nothing() : refuse('audit.down', 'It is done, and the audit trail cannot be written');
  }),
];

export const needsGrantGive = () =>
  refuse(
    'permission.missing',
    'Lending powers needs the permission grant.give',
    'Publish without `grant`, and let somebody entitled lend what is missing.',
  );
