/**
 * Members of the workspace and invitations into it.
 *
 * MM1 The end of a membership takes everything with it: keys, roles and lent powers in one transaction, then whatever the
 *     member started is cancelled, wherever it is (AZ-10).
 */

import { holdsSomewhere, may } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { InvitationRow } from '../../store/people.ts';
import { AUTH } from '../accounts/desk.ts';
import { madeBy } from '../accounts/invited.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { cancelOrphans } from '../orphans.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';
import { mayEndMember, mayGiveRole, mayInvite, mayTakeRole } from '../roles.ts';
import { iso } from '../times.ts';

const DAY = 86_400_000;
const DAYS = 7;

const shown = (row: InvitationRow) => ({
  id: row.id,
  email: row.email,
  role: row.role,
  projects: row.projects,
  by: row.by,
  created: new Date(row.created).toISOString(),
  expires: new Date(row.expires).toISOString(),
  accepted: iso(row.accepted),
  revoked: iso(row.revoked),
});

export const memberRoutes = ({ gate }: Lodge): readonly Route[] => {
  const { store } = gate;

  return [
    implement(ROUTES.listMembers, async ({ who }) => {
      const rows = await store.in(who.workspace).members.list();
      return give(200, { members: rows.map((row) => ({ ...row, created: new Date(row.created).toISOString() })) });
    }),

    implement(ROUTES.putMember, async ({ who, params, body }) => {
      const scoped = store.in(who.workspace);
      const member = await scoped.members.get(params.user);
      if (member === null) return MISSING;
      const refused = (await mayGiveRole(scoped, who, body.role)) ?? (await mayTakeRole(scoped, who, member.role));
      if (refused !== null) return refused;
      const done = await scoped.members.setRole(params.user, body.role);
      return done === 'missing' ? MISSING : done === 'last_owner' ? refuse('member.last_owner') : nothing();
    }),

    implement(ROUTES.deleteMember, async ({ who, params, query }) => {
      const scoped = store.in(who.workspace);
      const member = await scoped.members.get(params.user);
      if (member === null) return MISSING;
      const refused = await mayEndMember(scoped, who, member);
      if (refused !== null) return refused;
      const { successor } = query;
      if (successor !== undefined) {
        const heir = await store.directory.user(who.workspace, successor);
        if (heir === null || successor === params.user || !holdsSomewhere(heir, 'flow.write'))
          return refuse('member.unfit');
      }
      // Whose private flows he may not see, he does not give to anybody, himself above all.
      const privates = may(who, 'workspace.manage', { workspace: who.workspace });
      const end = { successor: successor ?? null, privates, at: gate.clock() };
      const his = (await scoped.keys.list()).filter(({ user }) => user === params.user).map(({ id }) => id);
      const open = await Promise.all([params.user, ...his].map((one) => scoped.runs.openBy(one)));
      const { changed, keys, flows, orphans } = await scoped.members.remove(params.user, end);
      if (changed !== 'done') return changed === 'missing' ? MISSING : refuse('member.last_owner');
      const runs = await cancelOrphans(gate, who.workspace, who, open.flat());
      return give(200, { keys: keys.length, workspaceKeys: orphans, flows: flows.length, runs });
    }),

    implement(ROUTES.invite, async ({ who, body, made: id }) => {
      const scoped = store.in(who.workspace);
      const { role = null, projects = [], days = DAYS, email } = body;
      for (const place of projects) if ((await scoped.projects.get(place.project)) === null) return MISSING;
      const refused = await mayInvite(scoped, who, { role, projects });
      if (refused !== null) return refused;
      const token = store.credentials.newInvitation();
      const created = gate.clock();
      const row: InvitationRow = {
        id,
        workspace: who.workspace,
        email: email.toLowerCase(),
        role,
        projects,
        // Of a key no more than of the key: when it is revoked, what it sent is over.
        by: who.id,
        created,
        expires: created + days * DAY,
        accepted: null,
        revoked: null,
      };
      await scoped.invitations.create(row, store.credentials.hashInvitation(token));
      const link = `${gate.publicUrl}${AUTH}/invitations/${token}`;
      const account = await madeBy(gate, who, row.email);
      return { ...give(201, { ...shown(row), token, link, account }), fresh: token };
    }),

    implement(ROUTES.listInvitations, async ({ who }) =>
      give(200, { invitations: (await store.in(who.workspace).invitations.list()).map(shown) }),
    ),

    implement(ROUTES.revokeInvitation, async ({ who, params }) => {
      const scoped = store.in(who.workspace);
      const row = await scoped.invitations.get(params.id);
      if (row === null) return MISSING;
      // As with a role that is held: what one could not give, one does not take back.
      const refused = row.by === who.id ? null : await mayInvite(scoped, who, row);
      if (refused !== null && refused.refused.code !== 'role.unknown') return refused;
      return (await scoped.invitations.revoke(params.id, gate.clock())) ? nothing() : MISSING;
    }),
  ];
};
