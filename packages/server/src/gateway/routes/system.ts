/** Health, metrics, and the description of the API. */

import { ROUTES, SCHEMAS, type OpenApi } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING } from '../outcome.ts';

export const systemRoutes = ({ gate, metrics, closing }: Lodge, document: () => OpenApi): readonly Route[] => [
  implement(ROUTES.health, () => give(200, { status: 'ok' })),

  implement(ROUTES.ready, () => {
    const missing = closing() ? ['the server is shutting down'] : gate.engine.ready();
    return missing.length === 0 ? give(200, { status: 'ready' }) : give(503, { status: 'waiting', missing });
  }),

  implement(ROUTES.metrics, async ({ who }) => {
    const counts = await gate.store.in(who.workspace).runs.counts();
    return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: await metrics.text(counts) };
  }),

  implement(ROUTES.openapi, () => give(200, document())),

  implement(ROUTES.schema, ({ params }) => {
    const schema = SCHEMAS.get(params.name);
    return schema === undefined ? MISSING : give(200, schema());
  }),
];
