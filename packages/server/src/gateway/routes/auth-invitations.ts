/**
 * Taking up invitations, and choosing the workspace of a session.
 *
 * IV1 The address is the invitation's. Who has an account accepts signed in with it, by a request that a page of ours sent;
 *     who has none makes one, if the sign-up policy lets members invite (`closed`: administrators of the instance alone).
 */

import type { FastifyRequest } from 'fastify';
import { ROUTES } from '@headgate/core/api';
import type { InvitationRow } from '../../store/people.ts';
import { TooBusy } from '../../store/accounts/password.ts';
import type { User } from '../../store/accounts/port.ts';
import { AUTH, HOME, shownAccount, wantsPage } from '../accounts/desk.ts';
import { weakness } from '../accounts/policy.ts';
import { networkOf } from '../accounts/throttle.ts';
import { provesOrigin } from '../foreign.ts';
import { actsIn } from '../acting.ts';
import { WORKSPACE } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, type Refused, seeOther } from '../outcome.ts';

export const authInvitationRoutes = ({ gate, page, desk, audit }: Lodge): readonly Route[] => {
  const { store } = gate;
  const { accounts, invitations, directory } = store;

  const find = async (token: string, request: FastifyRequest): Promise<InvitationRow | Refused> => {
    const row = await invitations.byHash(store.credentials.hashInvitation(token), gate.clock());
    if (row !== null) return row;
    return refuse(desk.throttle.tryFrom(networkOf(request.ip)) ? 'link.unknown' : 'auth.limit');
  };

  const nameOf = async (workspace: string): Promise<string> =>
    (await store.workspaces.list()).find(({ id }) => id === workspace)?.name ?? workspace;

  /** May this invitation make an account? */
  const mayMake = async (row: InvitationRow): Promise<boolean> =>
    gate.signUp.kind !== 'closed' || (await accounts.user(row.by))?.administrator === true;

  /** A new account for the invited address. */
  const make = async (
    row: InvitationRow,
    given: { readonly name?: string | undefined; readonly password?: string | undefined },
  ): Promise<User | Refused> => {
    if (!(await mayMake(row))) return refuse('signup.closed');
    const { name, password } = given;
    if (name === undefined || password === undefined)
      return refuse('input.invalid', 'A new account needs a name and a password');
    const weak = weakness(password, [row.email, name]);
    if (weak !== null) return refuse('password.weak', weak);
    try {
      return (await accounts.create({ email: row.email, name, password }, gate.clock())) ?? refuse('link.unknown');
    } catch (error) {
      if (error instanceof TooBusy) return refuse('auth.busy');
      throw error;
    }
  };

  return [
    implement(ROUTES.acceptPage, async ({ params, request }) => {
      const row = await find(params.token, request);
      if ('refused' in row) return row;
      const { email } = row;
      const view = { action: `${AUTH}/invitations/${params.token}`, email, workspace: await nameOf(row.workspace) };
      const kind = (await accounts.userByEmail(email)) === null ? 'join' : 'accept';
      return page(200, gate.pages.account({ kind, ...view }));
    }),

    implement(ROUTES.accept, async ({ params, body, request }) => {
      const row = await find(params.token, request);
      if ('refused' in row) return row;
      const hash = store.credentials.hashInvitation(params.token);
      const there = await accounts.userByEmail(row.email);
      const session = there === null ? null : await desk.sessionOf(request.headers);
      if (there !== null) {
        if (session?.user.id !== there.id || !provesOrigin(request.method, request.headers))
          return refuse('auth.missing', `Sign in as ${row.email} first, then open the invitation again`);
      }
      const user = there ?? (await make(row, body));
      if ('refused' in user) return user;
      if (!(await invitations.accept(hash, user.id, gate.clock()))) return refuse('link.unknown');
      await desk.record(user.id, 'invitation.accepted', `${row.workspace} ${row.id}`);
      // Who was invited there wants to be there.
      if (session !== null) await accounts.choose(session.id, row.workspace);
      if (there === null) return desk.answer({ kind: 'in', user, how: 'link' }, request, 201);
      return wantsPage(request) ? seeOther(HOME) : give(201, { state: 'in' as const, account: shownAccount(user) });
    }),

    implement(ROUTES.ownWorkspaces, async ({ session }) => {
      const here = await actsIn(directory, session);
      const mine = await directory.workspacesOf(session.user.id);
      return give(200, { workspaces: mine.map((one) => ({ ...one, chosen: one.id === here })) });
    }),

    implement(ROUTES.chooseWorkspace, async ({ session, params }) => {
      const mine = await directory.workspacesOf(session.user.id);
      if (!mine.some(({ id }) => id === params.id)) return MISSING;
      return (await accounts.choose(session.id, params.id)) ? nothing() : MISSING;
    }),

    implement(ROUTES.deleteWorkspace, async ({ session, params, body }) => {
      const mine = (await directory.workspacesOf(session.user.id)).find(({ id }) => id === params.id);
      if (mine === undefined) return MISSING;
      if (mine.role !== 'owner') return refuse('permission.missing', 'Owners alone delete a workspace');
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
