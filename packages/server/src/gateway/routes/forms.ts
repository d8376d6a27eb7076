/**
 * Forms of flows: pages at an address that only who was told it knows. No script, no cookie but that of who signed in.
 *
 * FG1 Showing a form changes nothing; sending one is limited by network, in number and in bytes, before anything is looked up
 *     (DOS-08).
 */

import type { FastifyRequest } from 'fastify';
import type { FormAnswer, Sent } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { networkOf } from '../accounts/throttle.ts';
import type { Body } from '../bodies.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { sessionOf } from '../oauth/session-of.ts';
import { refuse } from '../outcome.ts';
import { readParts } from '../parts.ts';
import { Windows } from '../windows.ts';

/** Of one network: pages sent a minute, and pieces of 100 kB an hour. */
const MOST_SENT = 60;
const PIECE = 100_000;
const MOST_PIECES = 500;
const HOUR = 3_600_000;

const isForm = (type: string): boolean => /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type);

const fieldsIn = (text: string): Sent | null => {
  const texts = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (name === '__proto__' || texts.has(name)) return null;
    texts.set(name, value);
  }
  return { texts: Object.fromEntries(texts), files: [] };
};

const sentIn = (body: Buffer, type: string): Sent | null =>
  isForm(type) ? fieldsIn(body.toString('utf8')) : readParts(body, type);

export const formRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate, page, desk } = lodge;
  const sends = new Windows(gate.clock);
  const pieces = new Windows(gate.clock, HOUR);

  const userOf = async (request: FastifyRequest): Promise<string | null> => {
    const session = await sessionOf(gate, desk, request.headers);
    return session === null || session.lacking ? null : session.user;
  };

  const show = (request: FastifyRequest, token: string, answer: FormAnswer) => {
    const action = `/api/v1/form/${token}`;
    switch (answer.kind) {
      case 'unknown':
        return refuse('form.unknown');
      case 'refused':
        return { refused: answer.problem };
      case 'sign-in': {
        const shown = page(200, gate.pages.form({ kind: 'sign-in' }));
        const cookie = desk.returnCookie(request.raw.url ?? '');
        return cookie === null ? shown : { ...shown, headers: { ...shown.headers, 'set-cookie': cookie } };
      }
      case 'done':
        return page(200, gate.pages.form({ ...answer, action }));
      case 'page':
        return page(answer.view.errors.length > 0 ? 422 : 200, gate.pages.form({ ...answer, action }));
    }
  };

  return [
    implement(ROUTES.showForm, async ({ params, request }) =>
      show(request, params.token, await gate.engine.form(params.token, await userOf(request), null)),
    ),

    implement(ROUTES.sendForm, async ({ params, request }) => {
      const network = networkOf(request.ip);
      if (sends.add(network) > MOST_SENT) return refuse('visits.limit');
      const body = request.body as Body | undefined;
      if (body === undefined) return refuse('body.text');
      if ('code' in body) return refuse(body.code);
      if (request.passage !== null) request.passage.release = body.release;
      for (let i = 0; i < Math.ceil(body.bytes.length / PIECE); i += 1)
        if (pieces.add(network) > MOST_PIECES) return refuse('visits.limit');
      const sent = sentIn(body.bytes, request.headers['content-type'] ?? '');
      if (sent === null) return refuse('body.text', 'The form cannot be read');
      return show(request, params.token, await gate.engine.form(params.token, await userOf(request), sent));
    }),
  ];
};
