/** Trying out a webhook of a draft: an address of its own for some minutes. The engine holds it (engine/listening.ts). */

import { ROUTES } from '@headgate/core/api';
import { HOOK_PREFIX } from '../hooks.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing } from '../outcome.ts';

export const listeningRoutes = ({ gate }: Lodge): readonly Route[] => [
  implement(ROUTES.listenWebhook, async ({ who, params, body }) => {
    const begun = await gate.engine.listen(who, params.id, body.trigger);
    if (!begun.ok) return { refused: begun.problem };
    const { id, token, until } = begun.value;
    return give(201, { id, url: gate.publicUrl + HOOK_PREFIX + token, until: new Date(until).toISOString() });
  }),

  implement(ROUTES.unlistenWebhook, ({ who, params }) =>
    Promise.resolve(gate.engine.unlisten(who, params.id, params.listening) ? nothing() : MISSING),
  ),
];
