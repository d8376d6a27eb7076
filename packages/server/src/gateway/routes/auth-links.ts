/**
 * Links that work once: the first account, sign-ups, new passwords. Asking for one is answered alike, in the same time,
 * whatever becomes of it; what becomes of it comes by mail.
 */

import type { FastifyRequest } from 'fastify';
import { may } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { Link, LinkKind, LinkUse } from '../../store/accounts/port.ts';
import { TooBusy } from '../../store/accounts/password.ts';
import { AUTH, wantsPage } from '../accounts/desk.ts';
import { evenly } from '../accounts/even.ts';
import { isEmail, linkFor, whyWeak } from '../accounts/policy.ts';
import { letters } from '../accounts/letters.ts';
import { networkOf } from '../accounts/throttle.ts';
import { WORKSPACE } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, nothing, refuse, type Refused, seeOther } from '../outcome.ts';
import { firstFlow } from './templates.ts';

const HOUR = 3_600_000;
const UNKNOWN = refuse('link.unknown');
const SENT = { title: 'Look into your mail', text: 'When a link can be sent to this address, it is on its way.' };

export const authLinkRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate, page, desk } = lodge;
  const { accounts } = gate.store;
  const { links } = accounts;
  const { send, mayWrite } = letters(lodge);
  const at = gate.clock;

  /** The link behind a token, of one of these kinds; a miss counts. */
  const find = async (token: string, kinds: readonly LinkKind[], request: FastifyRequest): Promise<Link | Refused> => {
    const link = await links.look(token, at());
    if (link !== null && kinds.includes(link.kind)) return link;
    return desk.throttle.tryFrom(networkOf(request.ip)) ? UNKNOWN : refuse('auth.limit');
  };

  /** Workspaces of an account that who made a link for it manages: there he is given nothing by it. */
  const managedBy = async (maker: string, user: string): Promise<string[]> => {
    const { directory } = gate.store;
    const found: string[] = [];
    for (const { id: workspace } of await directory.workspacesOf(user)) {
      const named = await directory.named(workspace, maker);
      if (named === null || (named.expires !== null && named.expires <= at())) continue;
      if (may(named.principal, 'workspace.manage', { workspace })) found.push(workspace);
    }
    return found;
  };

  const use = async (token: string, given: LinkUse, link: Link) => {
    const weak = await whyWeak(given.password, [given.email ?? link.email ?? '', given.name ?? '']);
    if (weak !== null) return refuse('password.weak', weak);
    try {
      const spare = link.kind === 'reset' && link.user !== null ? await managedBy(link.by, link.user) : [];
      const done = await links.use(token, { ...given, spare }, at());
      if (done === null) return UNKNOWN;
      await desk.record(done.user.id, `link.${link.kind}`, link.id);
      if (link.kind === 'reset') send.changed(done.user.email);
      return done;
    } catch (error) {
      if (error instanceof TooBusy) return refuse('auth.busy');
      throw error;
    }
  };

  const sent = (request: FastifyRequest) =>
    wantsPage(request)
      ? page(202, gate.pages.account({ kind: 'told', ...SENT }))
      : give(202, { state: 'sent' as const });

  return [
    implement(ROUTES.setUpPage, async ({ params, request }) => {
      const link = await find(params.token, ['setup'], request);
      if ('refused' in link) return link;
      return page(200, gate.pages.account({ kind: 'set-up', action: `${AUTH}/setup/${params.token}` }));
    }),

    implement(ROUTES.setUp, async ({ params, body, request }) => {
      const link = await find(params.token, ['setup'], request);
      if ('refused' in link) return link;
      if (!isEmail(body.email)) return refuse('email.wrong');
      const done = await use(params.token, body, link);
      if ('refused' in done) return done;
      await links.removeAll('setup');
      const flow = wantsPage(request) && gate.app !== null ? await firstFlow(lodge, WORKSPACE, done.user.id) : null;
      const to = flow === null ? undefined : `/flows/${flow}?hints=on`;
      return desk.answer({ kind: 'in', user: done.user, how: 'link' }, request, 201, to);
    }),

    implement(ROUTES.signUpPage, () =>
      gate.signUp.kind === 'closed' || gate.signUp.kind === 'invitation'
        ? refuse('signup.closed')
        : page(200, gate.pages.account({ kind: 'sign-up' })),
    ),

    implement(ROUTES.signUp, async ({ body: { email }, request }) => {
      if (gate.signUp.kind === 'closed' || gate.signUp.kind === 'invitation') return refuse('signup.closed');
      if (!desk.throttle.try(email, networkOf(request.ip))) return refuse('auth.limit');
      await evenly(gate.limit.even, async () => {
        const kind = linkFor(gate.signUp, email);
        if (kind === null || !mayWrite(email)) return;
        if ((await accounts.userByEmail(email)) !== null) return send.there(email);
        const { token, link } = await links.make({ kind, email, by: 'sign-up', at: at(), life: 24 * HOUR });
        // To the address that is kept, and no other spelling of it.
        send.signUp(link.email ?? email, token);
      });
      return sent(request);
    }),

    implement(ROUTES.signUpLinkPage, async ({ params, request }) => {
      const link = await find(params.token, ['signup', 'request'], request);
      if ('refused' in link) return link;
      const action = `${AUTH}/signup/${params.token}`;
      return page(200, gate.pages.account({ kind: 'join', action, email: link.email ?? '', workspace: null }));
    }),

    implement(ROUTES.useSignUp, async ({ params, body, request }) => {
      const link = await find(params.token, ['signup', 'request'], request);
      if ('refused' in link) return link;
      const done = await use(params.token, body, link);
      if ('refused' in done) return done;
      return desk.answer({ kind: 'in', user: done.user, how: 'link' }, request, 201);
    }),

    implement(ROUTES.resetPage, () => page(200, gate.pages.account({ kind: 'ask-reset' }))),

    implement(ROUTES.askReset, async ({ body: { email }, request }) => {
      if (gate.mail === null) return refuse('mail.off');
      if (!desk.throttle.try(email, networkOf(request.ip))) return refuse('auth.limit');
      await evenly(gate.limit.even, async () => {
        const user = await accounts.userByEmail(email);
        if (user === null || user.state === 'suspended' || !mayWrite(email)) return;
        const { token } = await links.make({ kind: 'reset', user: user.id, by: 'mail', at: at(), life: HOUR });
        send.reset(user.email, token);
      });
      return sent(request);
    }),

    implement(ROUTES.resetLinkPage, async ({ params, request }) => {
      const link = await find(params.token, ['reset'], request);
      if ('refused' in link) return link;
      return page(200, gate.pages.account({ kind: 'reset', action: `${AUTH}/reset/${params.token}` }));
    }),

    implement(ROUTES.useReset, async ({ params, body, request }) => {
      const link = await find(params.token, ['reset'], request);
      if ('refused' in link) return link;
      const clear = body.clear === true || body.clear === 'yes';
      const done = await use(params.token, { password: body.password, clear }, link);
      if ('refused' in done) return done;
      const headers = { 'set-cookie': desk.cookies.clear('session') };
      return wantsPage(request) ? seeOther(`${AUTH}/login`, headers) : { ...nothing(), headers };
    }),
  ];
};
