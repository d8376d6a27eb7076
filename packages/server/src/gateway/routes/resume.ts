/**
 * Resume links: a page that only shows, and one use.
 *
 * RL1 GET changes nothing, so that mail scanners and link previews cannot answer for a person (WH-08).
 * RL2 The engine uses a token once; what comes later hears 410.
 */

import type { FastifyRequest } from 'fastify';
import { ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, refuse } from '../outcome.ts';

/** People ask for HTML; programs do not. */
const wantsPage = (request: FastifyRequest): boolean => request.headers.accept?.includes('text/html') === true;

export const resumeRoutes = ({ gate, page }: Lodge): readonly Route[] => [
  implement(ROUTES.showResume, async ({ params }) => {
    const link = await gate.engine.resumable(params.token);
    if (link === null) return refuse('resume.unknown');
    if (link.used) return refuse('resume.used');
    const action = `/api/v1/resume/${params.token}`;
    return page(200, gate.pages.resume({ action, note: link.note, state: 'ask' }));
  }),

  implement(ROUTES.useResume, async ({ params, body, request }) => {
    const done = await gate.engine.resume(params.token, body);
    if (!done.ok) return { refused: done.problem };
    if (wantsPage(request)) return page(200, gate.pages.resume({ action: '', note: null, state: 'done' }));
    return give(200, { run: done.value.run });
  }),
];
