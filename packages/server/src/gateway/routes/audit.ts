/** Reading the audit trail. Nothing here writes or removes. */

import { ROUTES } from '@headgate/core/api';
import type { AuditSearch } from '../../store/ports.ts';
import { INSTANCE } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give } from '../outcome.ts';

const PAGE = 100;

type Query = Omit<AuditSearch, 'since' | 'until'> & {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
};

export const auditRoutes = ({ gate }: Lodge): readonly Route[] => {
  const page = async (workspace: string, { cursor, limit = PAGE, since, until, ...search }: Query) => {
    const { rows, next } = await gate.store.in(workspace).audit.list({
      ...search,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(since === undefined ? {} : { since: Date.parse(since) }),
      ...(until === undefined ? {} : { until: Date.parse(until) }),
    });
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
