/** Models that lie on the server: listed, got, taken in and removed by whoever manages the instance. */

import { ROUTES } from '@headgate/core/api';
import type { LocalModel } from '../../store/local-models.ts';
import { implement, type Route } from '../implement.ts';
import { type Coming, LocalDesk } from '../local-models/desk.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing } from '../outcome.ts';

const shown = ({ name, size, sha256, added }: LocalModel) => ({
  ...{ name, size, sha256 },
  added: new Date(added).toISOString(),
});

const told = ({ name, bytes, total, problem }: Coming) => ({
  ...{ name, bytes, total },
  problem: problem === null ? null : { code: problem.code, text: problem.text, fix: problem.fix ?? null },
});

export const localModelRoutes = ({ gate }: Lodge): readonly Route[] => {
  const desk = gate.localModels === undefined ? null : new LocalDesk(gate.localModels, gate.clock);
  return [
    implement(ROUTES.listLocalModels, async () => {
      if (desk === null) return MISSING;
      const { installed, models, coming } = await desk.list();
      return give(200, { installed, models: models.map(shown), coming: coming.map(told) });
    }),

    implement(ROUTES.fetchLocalModel, async ({ body }) => {
      const came = desk === null ? MISSING : await desk.fetch(body);
      return 'refused' in came ? came : give(202, told(came));
    }),

    implement(ROUTES.putLocalModel, async ({ query, request }) => {
      const came = desk === null ? MISSING : await desk.take(query, request.raw);
      return 'refused' in came ? came : give(200, shown(came));
    }),

    implement(ROUTES.deleteLocalModel, async ({ params }) =>
      desk !== null && (await desk.drop(params.model)) ? nothing() : MISSING,
    ),
  ];
};
