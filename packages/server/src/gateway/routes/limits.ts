/** Quotas and usage of workspaces. What is judged by them is judged by the engine, at every start. */

import { type Quota, resetOf } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { Amounts } from '../../store/limits.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, refuse } from '../outcome.ts';
import { isNarrowed } from '../places.ts';
import { iso } from '../times.ts';

export const limitRoutes = ({ gate, audit }: Lodge): readonly Route[] => {
  const { store } = gate;

  const shown = async (workspace: string) => {
    const now = gate.clock();
    const { limits } = store.in(workspace);
    const [row, usage] = await Promise.all([limits.quota(), limits.usage(now)]);
    const amounts = (of: Amounts, period: 'day' | 'month') => ({
      ...of,
      resets: new Date(resetOf(period, now)).toISOString(),
    });
    return {
      quota: row?.quota ?? {},
      day: amounts(usage.day, 'day'),
      month: amounts(usage.month, 'month'),
      concurrent: usage.open,
      bytes: usage.bytes,
      currency: gate.currency ?? 'USD',
      updated: iso(row?.updated ?? null),
      by: row?.by ?? null,
    };
  };

  const isThere = async (id: string): Promise<boolean> => (await store.workspaces.list()).some((row) => row.id === id);

  return [
    // Of the credential's own workspace: another's id is answered as one that never was.
    implement(ROUTES.getUsage, async ({ who, params }) => {
      if (params.id !== who.workspace) return MISSING;
      if (isNarrowed(who)) return refuse('permission.missing', 'Figures of a workspace are for no key of a part of it');
      return give(200, await shown(who.workspace));
    }),

    implement(ROUTES.listUsage, async () => {
      const rows = await store.workspaces.list();
      return give(200, {
        workspaces: await Promise.all(rows.map(async ({ id, name }) => ({ id, name, ...(await shown(id)) }))),
      });
    }),

    implement(ROUTES.setQuota, async ({ who, params, body }) => {
      if (!(await isThere(params.id))) return MISSING;
      // In the trail of the workspace that it is about, too.
      const kept = await audit.record({
        workspace: params.id,
        actor: who.id,
        action: 'quota.set',
        object: told(body),
        decision: 'allow',
        reason: null,
      });
      if (!kept) return refuse('audit.down');
      if (!(await store.in(params.id).limits.setQuota({ quota: body, updated: gate.clock(), by: who.id })))
        return MISSING;
      return give(200, await shown(params.id));
    }),
  ];
};

const told = (quota: Quota): string => (Object.keys(quota).length === 0 ? 'no limits' : JSON.stringify(quota));
