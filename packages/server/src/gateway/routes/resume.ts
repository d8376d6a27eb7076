/**
 * Links that answer a waiting step: a page that only shows, and one use.
 *
 * RL1 GET changes nothing, so that mail scanners and link previews cannot answer for a person (WH-08).
 * RL2 The engine uses a token once; what comes later hears 410.
 * RL5 A question that is for people with an account is shown to nobody else, and answered by nobody else.
 */

import type { FastifyRequest } from 'fastify';
import type { AskBehind, FieldError } from '@headgate/core';
import { type ResumeView, ROUTES } from '@headgate/core/api';
import { sessionOf } from '../oauth/session-of.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, refuse } from '../outcome.ts';

/** People ask for HTML; programs do not. */
const wantsPage = (request: FastifyRequest): boolean => request.headers.accept?.includes('text/html') === true;

/** What was wrong with what somebody sent, and what that was. */
type Failed = { readonly errors: readonly FieldError[]; readonly texts: Readonly<Record<string, string>> };

const NO_TEXTS = {};

const onlyTexts = (body: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(textsOf(body)).filter((one): one is [string, string] => typeof one[1] === 'string'),
  );

const textsOf = (body: unknown): Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : NO_TEXTS;

export const resumeRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate, page, desk } = lodge;

  /** The account that signed in, where it may act: one that lacks a second factor is told to sign in. */
  const accountOf = async (request: FastifyRequest): Promise<string | null> => {
    const session = await sessionOf(gate, desk, request.headers);
    return session === null || session.lacking ? null : session.user;
  };

  const pageOf = (request: FastifyRequest, token: string, ask: AskBehind, failed?: Failed) => {
    const action = `/api/v1/resume/${token}`;
    if (ask.state !== 'open') {
      const shown = page(
        ask.state === 'used' || ask.state === 'late' ? 410 : 200,
        gate.pages.resume({ action, note: null, state: ask.state }),
      );
      const cookie = ask.state === 'sign-in' ? desk.returnCookie(request.raw.url ?? '') : null;
      return cookie === null ? shown : { ...shown, headers: { ...shown.headers, 'set-cookie': cookie } };
    }
    const view: ResumeView = {
      action,
      note: null,
      state: 'ask',
      ask: {
        ...ask.ask,
        errors: failed?.errors ?? [],
        texts: failed?.texts ?? NO_TEXTS,
      },
    };
    return page(failed === undefined ? 200 : 422, gate.pages.resume(view));
  };

  return [
    implement(ROUTES.showResume, async ({ params, request }) => {
      const link = await gate.engine.resumable(params.token, await accountOf(request));
      if (link === null) return refuse('resume.unknown');
      if (link.ask !== null && wantsPage(request)) return pageOf(request, params.token, link.ask);
      if (link.used) return refuse('resume.used');
      if (link.ask !== null) return pageOf(request, params.token, link.ask);
      const action = `/api/v1/resume/${params.token}`;
      return page(200, gate.pages.resume({ action, note: link.note, state: 'ask' }));
    }),

    implement(ROUTES.useResume, async ({ params, body, request }) => {
      const user = await accountOf(request);
      const link = await gate.engine.resumable(params.token, user);
      if (link !== null && link.ask !== null) {
        const done = await gate.engine.asks.answerBehind(params.token, user, textsOf(body));
        if (done.ok && wantsPage(request))
          return page(200, gate.pages.resume({ action: '', note: null, state: 'done' }));
        if (done.ok) return give(200, { run: done.run });
        const again = wantsPage(request) && done.problem.code === 'ask.invalid';
        if (!again) return { refused: done.problem };
        return pageOf(request, params.token, link.ask, { errors: done.errors ?? [], texts: onlyTexts(body) });
      }
      const done = await gate.engine.resume(params.token, body);
      if (!done.ok) return { refused: done.problem };
      if (wantsPage(request)) return page(200, gate.pages.resume({ action: '', note: null, state: 'done' }));
      return give(200, { run: done.value.run });
    }),
  ];
};
