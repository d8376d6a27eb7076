/** Reading the audit trail. Nothing here writes or removes. */

import { ROUTES } from '@headgate/core/api';
import { INSTANCE } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give } from '../outcome.ts';

const PAGE = 100;

type Query = { readonly cursor?: string | undefined; readonly limit?: number | undefined };

export const auditRoutes = ({ gate }: Lodge): readonly Route[] => {
  const page = async (workspace: string, { cursor, limit = PAGE }: Query) => {
    const { rows, next } = await gate.store
      .in(workspace)
      .audit.list({ limit, ...(cursor === undefined ? {} : { cursor }) });
    const records = rows.map(({ id, at, actor, action, object, decision, reason, run, step }) => ({
      id,
      at: new Date(at).toISOString(),
      actor,
      action,
      object,
      decision,
      reason,
      run,
      step,
    }));
    return give(200, { records, ...(next === null ? {} : { next }) });
  };
  return [
    implement(ROUTES.listAudit, ({ who, query }) => page(who.workspace, query)),
    implement(ROUTES.listInstanceAudit, ({ query }) => page(INSTANCE, query)),
  ];
};
