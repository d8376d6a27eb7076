/** Signing in and out: password, code, passkey. The pages are the same doors, for who asks for HTML. */

import { ROUTES } from '@headgate/core/api';
import { AUTH, FORGET, wantsPage } from '../accounts/desk.ts';
import { evenly } from '../accounts/even.ts';
import { networkOf } from '../accounts/throttle.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, nothing, refuse, seeOther } from '../outcome.ts';

export const authRoutes = ({ gate, page, scripted, desk }: Lodge): readonly Route[] => {
  const { accounts } = gate.store;
  const { signIn } = accounts;
  return [
    implement(ROUTES.loginPage, () =>
      page(
        200,
        gate.pages.account({
          kind: 'login',
          reset: gate.mail !== null,
          signUp: gate.signUp.kind === 'domain' || gate.signUp.kind === 'approval',
          providers: gate.signOn === null ? [] : [{ path: `${AUTH}/sso`, title: gate.signOn.title }],
        }),
      ),
    ),

    implement(ROUTES.login, async ({ body: { email, password }, request }) => {
      const tried = await desk.judged(
        email,
        request,
        ({ kind }) => kind === 'in' || kind === 'code',
        () => signIn.password(email, password, gate.clock()),
      );
      return 'refused' in tried ? tried : desk.answer(tried, request, 200);
    }),

    implement(ROUTES.codePage, () => page(200, gate.pages.account({ kind: 'code' }))),

    implement(ROUTES.loginCode, async ({ body, request }) => {
      const ticket = desk.ticketOf(request);
      if (!desk.throttle.tryFrom(networkOf(request.ip))) return refuse('auth.limit');
      // People type codes with spaces; there are none in them.
      const code = body.code.replaceAll(/\s/g, '');
      const tried = await evenly(gate.limit.even, async () =>
        ticket === undefined ? { kind: 'wrong' as const } : signIn.code(ticket, code, gate.clock()),
      );
      if (tried.kind === 'in') desk.throttle.forgiveFrom(networkOf(request.ip));
      return desk.answer(tried, request, 200);
    }),

    implement(ROUTES.passkeyPage, () => scripted(gate.pages.account({ kind: 'passkey' }))),

    implement(ROUTES.passkeyScript, () => ({
      status: 200,
      type: 'text/javascript; charset=utf-8',
      text: gate.pages.passkeyScript,
      fixed: true,
    })),

    implement(ROUTES.loginPasskeyOptions, async ({ request }) => {
      if (!desk.throttle.tryFrom(networkOf(request.ip))) return refuse('auth.limit');
      const { options, ticket } = await signIn.beginPasskey();
      return { ...give(200, { options }), headers: { 'set-cookie': desk.stepCookie(ticket) } };
    }),

    implement(ROUTES.loginPasskey, async ({ body, request }) => {
      const ticket = desk.ticketOf(request);
      if (!desk.throttle.tryFrom(networkOf(request.ip))) return refuse('auth.limit');
      const tried = await evenly(gate.limit.even, async () =>
        ticket === undefined ? { kind: 'wrong' as const } : signIn.passkey(ticket, body.response),
      );
      // Its challenge counted, too.
      if (tried.kind === 'in') desk.throttle.forgiveFrom(networkOf(request.ip), 2);
      return desk.answer(tried, request, 200);
    }),

    implement(ROUTES.logout, async ({ request }) => {
      const session = await desk.sessionOf(request.headers);
      if (session !== null) {
        await accounts.end(session.user.id, session.id);
        await desk.record(session.user.id, 'logout', session.id);
      }
      const headers = { ...FORGET, 'set-cookie': [desk.cookies.clear('session'), desk.cookies.clear('step')] };
      return wantsPage(request) ? seeOther(`${AUTH}/login`, headers) : { ...nothing(), headers };
    }),
  ];
};
