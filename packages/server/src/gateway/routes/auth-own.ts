/** What somebody who is signed in does with the own account. */

import type { FastifyRequest } from 'fastify';
import { ROUTES } from '@headgate/core/api';
import type { Session } from '../../store/accounts/port.ts';
import { AUTH, FORGET, HOME, shownAccount, wantsPage } from '../accounts/desk.ts';
import { letters } from '../accounts/letters.ts';
import { weakness } from '../accounts/policy.ts';
import { isWeak } from '../acting.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, seeOther } from '../outcome.ts';
import { iso } from '../times.ts';

const time = (ms: number): string => new Date(ms).toISOString();

export const authOwnRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate, page, scripted, desk } = lodge;
  const { accounts, directory } = gate.store;
  const { send } = letters(lodge);
  /** Did it come in by a way that an administrator made, and nobody said that it is the person? */
  const isHeld = async ({ how, user }: Session): Promise<boolean> =>
    isWeak(how) && (await directory.workspacesOf(user.id)).some(({ held }) => held !== null);
  const { own } = accounts;
  const passkeysOf = async (session: Session) =>
    (await own.passkeys(session.user.id)).map((one) => ({ ...one, created: iso(one.created) }));
  const sessionsOf = async (session: Session) =>
    (await accounts.sessions(session.user.id, gate.clock())).map((one) => ({
      id: one.id,
      current: one.id === session.id,
      how: one.how,
      agent: one.agent,
      network: one.network,
      created: time(one.created),
      seen: time(one.seen),
      expires: time(one.expires),
    }));

  const removePasskey = async (session: Session, id: string, request: FastifyRequest, to: string) => {
    if (!desk.isFresh(session)) return refuse('auth.stale');
    if (!(await own.removePasskey(session.user.id, id))) return MISSING;
    return desk.renew(session, request, to);
  };

  return [
    implement(ROUTES.me, ({ session }) => give(200, shownAccount(session.user))),

    implement(ROUTES.accountPage, async ({ session, request }) => {
      const back = desk.returnOf(request);
      if (back !== null) return seeOther(back, { 'set-cookie': desk.cookies.clear('return') });
      const { email, name, factor } = session.user;
      return page(
        200,
        gate.pages.account({ kind: 'account', email, name, factor, sessions: await sessionsOf(session) }),
      );
    }),

    implement(ROUTES.listSessions, async ({ session }) => give(200, { sessions: await sessionsOf(session) })),

    implement(ROUTES.endSession, async ({ session, params }) => {
      if (!(await accounts.end(session.user.id, params.id))) return MISSING;
      return params.id === session.id
        ? { ...nothing(), headers: { ...FORGET, 'set-cookie': desk.cookies.clear('session') } }
        : nothing();
    }),

    implement(ROUTES.endSessionForm, async ({ session, params, request }) => {
      if (!(await accounts.end(session.user.id, params.id))) return MISSING;
      const here = params.id === session.id;
      const headers = here ? { ...FORGET, 'set-cookie': desk.cookies.clear('session') } : {};
      return wantsPage(request) ? seeOther(here ? `${AUTH}/login` : HOME, headers) : { ...nothing(), headers };
    }),

    implement(ROUTES.totpPage, ({ session }) =>
      page(200, gate.pages.account({ kind: 'codes', factor: session.user.factor })),
    ),

    implement(ROUTES.confirmTotpPage, () => page(200, gate.pages.account({ kind: 'codes-confirm' }))),

    implement(ROUTES.passkeysPage, async ({ session }) =>
      scripted(gate.pages.account({ kind: 'passkeys', passkeys: await passkeysOf(session) })),
    ),

    implement(ROUTES.endSessions, async ({ session }) => {
      await accounts.endSessions(session.user.id);
      return { ...nothing(), headers: { ...FORGET, 'set-cookie': desk.cookies.clear('session') } };
    }),

    implement(ROUTES.logoutEverywhere, async ({ session, request }) => {
      await accounts.endSessions(session.user.id);
      const headers = { ...FORGET, 'set-cookie': desk.cookies.clear('session') };
      return wantsPage(request) ? seeOther(`${AUTH}/login`, headers) : { ...nothing(), headers };
    }),

    implement(ROUTES.changePassword, async ({ session, body, request }) => {
      const { user } = session;
      const right = await desk.judged(user.email, request, Boolean, () => own.checkPassword(user.id, body.current));
      if (typeof right !== 'boolean') return right;
      if (!right) return refuse('auth.wrong');
      const weak = weakness(body.password, [user.email, user.name]);
      if (weak !== null) return refuse('password.weak', weak);
      const clear = body.clear === true || body.clear === 'yes';
      await own.setPassword(user.id, body.password, gate.clock(), clear);
      send.changed(user.email);
      return desk.renew(session, request, HOME);
    }),

    implement(ROUTES.beginTotp, async ({ session, body, request }) => {
      const { user } = session;
      if (await isHeld(session)) return refuse('account.held');
      const made = await desk.judged(user.email, request, Boolean, () => own.beginTotp(user.id, body.password));
      if (made === null) return refuse('auth.wrong');
      if ('refused' in made) return made;
      const { uri, recovery } = made;
      const secret = new URL(uri).searchParams.get('secret') ?? '';
      return wantsPage(request)
        ? page(200, gate.pages.account({ kind: 'codes-begun', uri, secret, recovery }))
        : give(200, made);
    }),

    implement(ROUTES.confirmTotp, async ({ session, body, request }) => {
      const { user } = session;
      const right = await desk.judged(user.email, request, Boolean, () =>
        own.confirmTotp(user.id, body.code.replaceAll(/\s/g, '')),
      );
      if (typeof right !== 'boolean') return right;
      return right ? desk.renew(session, request, HOME) : refuse('auth.wrong');
    }),

    implement(ROUTES.removeTotp, async ({ session, body, request }) => {
      const { user } = session;
      const right = await desk.judged(user.email, request, Boolean, () => own.removeTotp(user.id, body.password));
      if (typeof right !== 'boolean') return right;
      return right ? desk.renew(session, request, HOME) : refuse('auth.wrong');
    }),

    implement(ROUTES.newRecovery, async ({ session: { user }, body, request }) => {
      const made = await desk.judged(user.email, request, Boolean, () => own.newRecovery(user.id, body.password));
      if (made === null) return refuse('auth.wrong');
      if ('refused' in made) return made;
      return wantsPage(request)
        ? page(200, gate.pages.account({ kind: 'recovery', recovery: made }))
        : give(200, { recovery: made });
    }),

    implement(ROUTES.listPasskeys, async ({ session }) => give(200, { passkeys: await passkeysOf(session) })),

    implement(ROUTES.passkeyOptions, async ({ session, body, request }) => {
      const { user } = session;
      const { password } = body;
      if (await isHeld(session)) return refuse('account.held');
      if (password !== undefined) {
        const right = await desk.judged(user.email, request, Boolean, () => own.checkPassword(user.id, password));
        if (typeof right !== 'boolean') return right;
        if (!right) return refuse('auth.wrong');
      } else if (!desk.isFresh(session)) return refuse('auth.stale');
      const { options, ticket } = await own.beginPasskey(user.id);
      return { ...give(200, { options }), headers: { 'set-cookie': desk.stepCookie(ticket) } };
    }),

    implement(ROUTES.addPasskey, async ({ session, body, request }) => {
      const ticket = desk.ticketOf(request);
      const { id } = session.user;
      const made = ticket === undefined ? null : await own.addPasskey(id, ticket, body.response, body.name);
      if (made === null) return refuse('auth.wrong');
      const renewed = await desk.renew(session, request, HOME);
      if ('refused' in renewed) return renewed;
      return {
        ...give(201, { ...made, created: iso(made.created) }),
        ...(renewed.headers === undefined ? {} : { headers: renewed.headers }),
      };
    }),

    implement(ROUTES.removePasskey, ({ session, params, request }) => removePasskey(session, params.id, request, HOME)),

    implement(ROUTES.removePasskeyForm, ({ session, params, request }) =>
      removePasskey(session, params.id, request, `${HOME}/passkeys`),
    ),
  ];
};
