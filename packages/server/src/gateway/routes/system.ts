/** Health, metrics, and the description of the API. */

import { ROUTES, SCHEMAS, type OpenApi } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING } from '../outcome.ts';

/** How long a look of the doctor is kept: it starts a runner, and writes and syncs. */
const FRESH = 60_000;

export const systemRoutes = ({ gate, metrics, closing }: Lodge, document: () => OpenApi): readonly Route[] => {
  let looked: { readonly at: number; readonly findings: ReturnType<NonNullable<typeof gate.doctor>> } | null = null;
  return [
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

    implement(ROUTES.doctor, async () => {
      const { doctor } = gate;
      if (doctor === undefined) return MISSING;
      const now = gate.clock();
      // Whoever asks while one looks waits for that look.
      if (looked === null || now - looked.at >= FRESH) looked = { at: now, findings: doctor() };
      const { at, findings } = looked;
      try {
        return give(200, { at: new Date(at).toISOString(), version: gate.version, findings: [...(await findings)] });
      } catch (error) {
        looked = null;
        throw error;
      }
    }),
  ];
};
