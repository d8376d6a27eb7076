/** The policy of a workspace. It is kept here and judged by the broker, with the grants. */

import { printPolicy, readPolicy } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { PolicyRow } from '../../store/ports.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, refuse, refuseAll } from '../outcome.ts';

const shown = (row: PolicyRow | null) => ({
  ...(row === null || row.only === null ? {} : { only: row.only }),
  denied: row?.denied ?? [],
  updated: row === null ? null : new Date(row.updated).toISOString(),
  by: row?.by ?? null,
});

export const policyRoutes = ({ gate, audit }: Lodge): readonly Route[] => [
  implement(ROUTES.getPolicy, async ({ who }) => give(200, shown(await gate.store.in(who.workspace).policy.get()))),

  implement(ROUTES.setPolicy, async ({ who, body }) => {
    const read = readPolicy({ only: body.only ?? null, denied: body.denied });
    if (!read.ok) return refuseAll('input.invalid', [read.problem]);
    const row: PolicyRow = { ...printPolicy(read.value), updated: gate.clock(), by: who.id };
    const kept = await audit.record({
      workspace: who.workspace,
      actor: who.id,
      action: 'policy.set',
      object: `only ${row.only === null ? 'everything' : `[${row.only.join('; ')}]`} denied [${row.denied.join('; ')}]`,
      decision: 'allow',
      reason: null,
    });
    if (!kept) return refuse('audit.down');
    await gate.store.in(who.workspace).policy.set(row);
    return give(200, shown(row));
  }),
];
