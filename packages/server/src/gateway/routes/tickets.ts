/** Tickets for streams. What one opens is judged here and again where it is used. */

import { ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, refuse } from '../outcome.ts';

export const ticketRoutes = ({ places, tickets }: Lodge): readonly Route[] => [
  implement(ROUTES.createTicket, async ({ who, body, request }) => {
    const [permission, on, object] =
      body.for === 'run.events'
        ? (['run.read', 'run', body.run] as const)
        : (['flow.read', 'flow', body.flow] as const);
    if ((await places.judge(who, permission, on, object)) !== undefined) return MISSING;
    const now = request.passage?.now;
    if (now === null || now === undefined) throw new Error('a ticket without a credential');
    const path = ROUTES[on === 'run' ? 'followRun' : 'followFlow'].path.replace('{id}', object);
    const made = tickets.make(path, who, now);
    if (made === null) return refuse('requests.limit');
    const { plain, until } = made;
    const answer = { ticket: plain, path: `${path}?ticket=${plain}`, expires: new Date(until).toISOString() };
    return { ...give(201, answer), fresh: plain };
  }),
];
