/** Reading the audit trail. Nothing here writes or removes. */

import { ROUTES } from '@headgate/core/api';
import type { AuditSearch } from '../../store/ports.ts';
import { cursorOf, nextOf } from '../cursors.ts';
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
      ...cursorOf(gate.store, workspace, 'audit', cursor),
      ...(since === undefined ? {} : { since: Date.parse(since) }),
      ...(until === undefined ? {} : { until: Date.parse(until) }),
    });
    const counters = gate.store.counters(workspace);
    const records = rows.map(({ id, at, actor, action, object, decision, reason, run, step }) => ({
      // Of the whole instance to who administrates it; `headgate audit verify` names records by it.
      id: workspace === INSTANCE ? id : counters.shown('audit', id),
      at: new Date(at).toISOString(),
      actor,
      action,
      object,
      decision,
      reason,
      run,
      step,
    }));
    return give(200, { records, ...nextOf(gate.store, workspace, 'audit', next) });
  };
  return [
    implement(ROUTES.listAudit, ({ who, query }) => page(who.workspace, query)),
    implement(ROUTES.listInstanceAudit, ({ query }) => page(INSTANCE, query)),
  ];
};
