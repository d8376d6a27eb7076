/** Flows that were deleted: listed, restored, and removed for good. */

import { DELETED_FLOW_DAYS, may, sightOf, thingAt } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { cursorOf, nextOf } from '../cursors.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';
import { shownFlow } from './flows.ts';

const PAGE = 50;
const KEPT = DELETED_FLOW_DAYS * 86_400_000;

export const deletedFlowRoutes = ({ gate }: Lodge): readonly Route[] => [
  implement(ROUTES.listDeletedFlows, async ({ who, query }) => {
    const { rows, next } = await gate.store.in(who.workspace).deletedFlows.list({
      limit: query.limit ?? PAGE,
      ...cursorOf(gate.store, who.workspace, 'deleted', query.cursor),
      sight: sightOf(who, 'flow.read'),
    });
    return give(200, {
      flows: rows.map((row) => ({
        ...shownFlow(row),
        deleted: new Date(row.deleted).toISOString(),
        until: new Date(row.deleted + KEPT).toISOString(),
      })),
      ...nextOf(gate.store, who.workspace, 'deleted', next),
    });
  }),

  implement(ROUTES.restoreFlow, async ({ who, params }) => {
    const { deletedFlows } = gate.store.in(who.workspace);
    const place = await deletedFlows.place(params.id);
    if (place === null) return MISSING;
    const shared = place.visibility === 'workspace' || place.visibility === 'public';
    if (shared && !may(who, 'flow.share', thingAt(who.workspace, place)))
      return refuse(
        'permission.missing',
        'A flow that is shared with the workspace or with everybody needs flow.share',
      );
    const row = await deletedFlows.restore(params.id, gate.clock());
    return row === null ? MISSING : give(200, shownFlow(row));
  }),

  implement(ROUTES.removeFlow, async ({ who, params }) =>
    (await gate.store.in(who.workspace).deletedFlows.remove(params.id)) ? nothing() : MISSING,
  ),
];
