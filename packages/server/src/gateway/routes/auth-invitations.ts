/**
 * Taking up invitations, and choosing the workspace of a session.
 *
 * IV1 The address is the invitation's. Who has an account accepts signed in with it, by a request that a page of ours sent;
 *     who has none makes one, as the sign-up policy lets him in (`closed`: invited by administrators of the instance alone).
 * IV2 What its sender may not give now, an invitation does not give: it is as if it had never been (AZ-10).
 */

import type { FastifyRequest } from 'fastify';
import { may, type Principal } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { InvitationRow } from '../../store/people.ts';
import { TooBusy } from '../../store/accounts/password.ts';
import type { User } from '../../store/accounts/port.ts';
import { AUTH, HOME, shownAccount, wantsPage } from '../accounts/desk.ts';
import { madeBy } from '../accounts/invited.ts';
import { whyWeak } from '../accounts/policy.ts';
import { networkOf } from '../accounts/throttle.ts';
import { provesOrigin } from '../foreign.ts';
import { actsIn, isWeak, lacksFactor } from '../acting.ts';
import { WORKSPACE } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, type Refused, seeOther } from '../outcome.ts';
import { mayInvite } from '../roles.ts';

/** The token was good, so who holds it may know. */
const closedTo = (email: string): Refused =>
  refuse(
    'signup.closed',
    `Nobody has an account at ${email} yet, and this invitation may not make one here`,
    'Ask somebody who manages the instance to invite you: their invitations make an account for anybody.',
  );

type Found = { readonly row: InvitationRow; readonly sender: Principal };

export const authInvitationRoutes = ({ gate, page, desk, audit }: Lodge): readonly Route[] => {
  const { store } = gate;
  const { accounts, invitations, directory } = store;

  /** Who sent it, if he may give now what it gives. */
  const senderOf = async (row: InvitationRow): Promise<Principal | null> => {
    const sender = await directory.named(row.workspace, row.by);
    if (sender === null || (sender.expires !== null && sender.expires <= gate.clock())) return null;
    const { principal } = sender;
    if (!may(principal, 'member.manage', { workspace: row.workspace })) return null;
    return (await mayInvite(store.in(row.workspace), principal, row)) === null ? principal : null;
  };

  const find = async (token: string, request: FastifyRequest): Promise<Found | Refused> => {
    const row = await invitations.byHash(store.credentials.hashInvitation(token), gate.clock());
    const sender = row === null ? null : await senderOf(row);
    if (row !== null && sender !== null) return { row, sender };
    return refuse(desk.throttle.tryFrom(networkOf(request.ip)) ? 'link.unknown' : 'auth.limit');
  };

  const nameOf = async (workspace: string): Promise<string> =>
    (await store.workspaces.list()).find(({ id }) => id === workspace)?.name ?? workspace;

  /** A new account for the invited address, and a member. */
  const make = async (
    found: Found,
    given: { readonly name?: string | undefined; readonly password?: string | undefined },
    invitation: string,
  ): Promise<User | Refused> => {
    const { row } = found;
    const state = await madeBy(gate, found.sender, row.email);
    if (state === null) return closedTo(row.email);
    const { name, password } = given;
    if (name === undefined || password === undefined)
      return refuse('input.invalid', 'A new account needs a name and a password');
    const weak = await whyWeak(password, [row.email, name]);
    if (weak !== null) return refuse('password.weak', weak);
    try {
      const wish = { email: row.email, name, password, state, invitation };
      return (await accounts.create(wish, gate.clock())) ?? refuse('link.unknown');
    } catch (error) {
      if (error instanceof TooBusy) return refuse('auth.busy');
      throw error;
    }
  };

  return [
    implement(ROUTES.acceptPage, async ({ params, request }) => {
      const found = await find(params.token, request);
      if ('refused' in found) return found;
      const { row } = found;
      const { email } = row;
      const view = { action: `${AUTH}/invitations/${params.token}`, email, workspace: await nameOf(row.workspace) };
      const kind = (await accounts.userByEmail(email)) === null ? 'join' : 'accept';
      // Not after a name and a password were thought of.
      if (kind === 'join' && (await madeBy(gate, found.sender, email)) === null) return closedTo(email);
      return page(200, gate.pages.account({ kind, ...view }));
    }),

    implement(ROUTES.accept, async ({ params, body, request }) => {
      const found = await find(params.token, request);
      if ('refused' in found) return found;
      const { row } = found;
      const hash = store.credentials.hashInvitation(params.token);
      const there = await accounts.userByEmail(row.email);
      const session = there === null ? null : await desk.sessionOf(request.headers);
      if (there !== null) {
        if (session?.user.id !== there.id || !provesOrigin(request.method, request.headers))
          return refuse('auth.missing', `Sign in as ${row.email} first, then open the invitation again`);
      }
      const user = there ?? (await make(found, body, hash));
      if ('refused' in user) return user;
      if (there !== null && !(await invitations.accept(hash, user.id, gate.clock()))) return refuse('link.unknown');
      await desk.record(user.id, 'invitation.accepted', `${row.workspace} ${row.id}`);
      // In the trail of the workspace, too: who joined it, by whose word.
      await desk.record(user.id, 'invitation.accepted', `${row.id} by=${row.by}`, row.workspace);
      // Who was invited there wants to be there.
      if (session !== null) await accounts.choose(session.id, row.workspace);
      if (there === null) return desk.answer({ kind: 'in', user, how: 'link' }, request, 201);
      return wantsPage(request) ? seeOther(HOME) : give(201, { state: 'in' as const, account: shownAccount(user) });
    }),

    implement(ROUTES.ownWorkspaces, async ({ session }) => {
      const here = await actsIn(directory, session);
      const mine = await directory.workspacesOf(session.user.id);
      return give(200, {
        workspaces: mine.map(({ held, ...one }) => ({ ...one, chosen: one.id === here, held: held !== null })),
      });
    }),

    implement(ROUTES.chooseWorkspace, async ({ session, params }) => {
      const mine = await directory.workspacesOf(session.user.id);
      if (!mine.some(({ id }) => id === params.id)) return MISSING;
      if (!(await accounts.choose(session.id, params.id))) return MISSING;
      await desk.record(session.user.id, 'workspace.entered', session.how, params.id);
      return nothing();
    }),

    implement(ROUTES.deleteWorkspace, async ({ session, params, body }) => {
      const mine = (await directory.workspacesOf(session.user.id)).find(({ id }) => id === params.id);
      if (mine === undefined) return MISSING;
      if (mine.role !== 'owner') return refuse('permission.missing', 'Owners alone delete a workspace');
      if (mine.held !== null && isWeak(session.how)) return refuse('account.held');
      if (await lacksFactor(gate, session, mine.id)) return refuse('factor.needed');
      if (!desk.isFresh(session)) return refuse('auth.stale');
      if (body.name !== mine.name) return refuse('workspace.name');
      if (mine.id === WORKSPACE) return refuse('workspace.first');
      const by = session.user.id;
      const object = `${mine.id} ${mine.name}`;
      const deed = { actor: by, action: 'deleteWorkspace', object, decision: 'allow', reason: null } as const;
      // In the trail of the instance, which stays, and before anything is gone.
      if (!(await audit.record(deed))) return refuse('audit.down');
      const done = await store.workspaces.end(mine.id, { by, at: gate.clock() });
      return done === 'done' ? nothing(202) : MISSING;
    }),
  ];
};
