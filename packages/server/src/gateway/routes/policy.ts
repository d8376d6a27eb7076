/** The policy of a workspace, and what the instance lets it. They are kept here and judged by the broker, with the grants. */

import { printPolicy, readPolicy } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { PolicyRow } from '../../store/ports.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, refuse, refuseAll, type Refused } from '../outcome.ts';

const shown = (row: PolicyRow | null) => ({
  ...(row === null || row.only === null ? {} : { only: row.only }),
  denied: row?.denied ?? [],
  updated: row === null ? null : new Date(row.updated).toISOString(),
  by: row?.by ?? null,
});

export const policyRoutes = ({ gate, audit }: Lodge): readonly Route[] => [
  implement(ROUTES.getPolicy, async ({ who }) => give(200, shown(await gate.store.in(who.workspace).policy.get()))),

  implement(ROUTES.setPolicy, async ({ who, body }) => {
    const made = rowOf(body, gate.clock(), who.id);
    if ('refused' in made) return made;
    const kept = await audit.record(recordOf(who.workspace, who.id, 'policy.set', made));
    if (!kept) return refuse('audit.down');
    await gate.store.in(who.workspace).policy.set(made);
    return give(200, shown(made));
  }),

  implement(ROUTES.getBounds, async ({ who, params }) =>
    params.id === who.workspace ? give(200, shown(await gate.store.in(who.workspace).bounds.get())) : MISSING,
  ),

  implement(ROUTES.setBounds, async ({ who, params, body }) => {
    if (!(await gate.store.workspaces.list()).some((row) => row.id === params.id)) return MISSING;
    const made = rowOf(body, gate.clock(), who.id);
    if ('refused' in made) return made;
    // In the trail of the workspace that it is about, too.
    const kept = await audit.record(recordOf(params.id, who.id, 'bounds.set', made));
    if (!kept) return refuse('audit.down');
    await gate.store.in(params.id).bounds.set(made);
    return give(200, shown(made));
  }),
];

type Wish = { readonly only?: readonly string[] | undefined; readonly denied: readonly string[] };

const rowOf = (body: Wish, updated: number, by: string): PolicyRow | Refused => {
  const read = readPolicy({ only: body.only ?? null, denied: body.denied });
  return read.ok ? { ...printPolicy(read.value), updated, by } : refuseAll('input.invalid', [read.problem]);
};

const recordOf = (workspace: string, actor: string, action: string, { only, denied }: PolicyRow) => ({
  workspace,
  actor,
  action,
  object: `only ${only === null ? 'everything' : `[${only.join('; ')}]`} denied [${denied.join('; ')}]`,
  decision: 'allow' as const,
  reason: null,
});
