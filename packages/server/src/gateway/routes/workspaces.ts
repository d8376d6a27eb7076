/** Workspaces: one's own, and all of them for administrators of the instance, who see no more than that they are there. */

import { GLASS, type Principal } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';

const shown = ({ id, name, created }: { id: string; name: string; created: number }) => ({
  id,
  name,
  created: new Date(created).toISOString(),
});

const refusedOwner = (why: 'missing' | 'owned' | 'unfit') =>
  why === 'missing' ? MISSING : refuse(why === 'owned' ? 'workspace.owned' : 'member.unfit');

export const workspaceRoutes = ({ gate, audit }: Lodge): readonly Route[] => {
  const { store } = gate;
  const one = async (id: string) => (await store.workspaces.list()).find((row) => row.id === id);

  const mine = async (who: Principal) => {
    if (who.kind === 'user')
      return (await store.directory.workspacesOf(who.id)).map(({ id, name, role }) => ({ id, name, role }));
    const row = await one(who.workspace);
    return row === undefined ? [] : [{ id: row.id, name: row.name, role: null }];
  };

  return [
    implement(ROUTES.listWorkspaces, async ({ who }) => give(200, { workspaces: await mine(who) })),

    implement(ROUTES.createWorkspace, async ({ body, made: id }) => {
      if ((await store.accounts.user(body.to))?.state !== 'active')
        return refuse(
          'member.unfit',
          'The owner has to be an account that can sign in: this one is unknown, waits for approval or is suspended',
          'See `GET /api/v1/users` (headgate user list). Who has no account is invited first, by `POST /api/v1/invitations` (headgate member invite).',
        );
      const made = { id, name: body.name, created: gate.clock() };
      await store.workspaces.create({ id, name: made.name, at: made.created, owner: body.to });
      return give(201, shown(made));
    }),

    implement(ROUTES.patchWorkspace, async ({ who, body }) => {
      const { workspace } = who;
      if (body.name !== undefined && !(await store.workspaces.rename(workspace, body.name))) return MISSING;
      if (body.twoFactors !== undefined && !(await store.workspaces.insist(workspace, body.twoFactors))) return MISSING;
      const row = await one(workspace);
      return row === undefined
        ? MISSING
        : give(200, { ...shown(row), twoFactors: await store.workspaces.twoFactors(workspace) });
    }),

    implement(ROUTES.listAllWorkspaces, async () =>
      give(200, { workspaces: (await store.workspaces.list()).map(shown) }),
    ),

    implement(ROUTES.appointOwner, async ({ who, params, body }) => {
      const of = { user: body.to, by: who.id, at: gate.clock() };
      // What he could look into with it afterwards would be no business of his.
      if (body.to === who.user || body.to === who.id)
        return refuse('member.unfit', 'Nobody who administrates the instance appoints himself: name another account');
      const may = await store.workspaces.appoint(params.id, { ...of, look: true });
      if (may !== 'done') return refusedOwner(may);
      // In the trail of the workspace that it is about, before anybody has it.
      const recorded = await audit.record({
        workspace: params.id,
        actor: who.id,
        action: 'appointOwner',
        object: body.to,
        decision: 'allow',
        reason: null,
      });
      if (!recorded) return refuse('audit.down');
      const done = await store.workspaces.appoint(params.id, of);
      return done === 'done' ? nothing() : refusedOwner(done);
    }),

    implement(ROUTES.breakGlass, async ({ who, body }) => {
      if ((await one(body.into)) === undefined) return MISSING;
      const now = gate.clock();
      const expires = now + body.minutes * 60_000;
      const id = gate.newId('key_');
      // In the trail of the workspace that is looked into, before anybody can look.
      const recorded = await audit.record({
        workspace: body.into,
        actor: who.id,
        action: 'breakGlass',
        object: `${id} ${body.minutes} minutes: ${body.reason}`,
        decision: 'allow',
        reason: null,
      });
      if (!recorded) return refuse('audit.down');
      const plain = gate.vault.newKey();
      await store.in(body.into).keys.create({
        id,
        workspace: body.into,
        name: `Administrator of the instance: ${body.reason}`.slice(0, 200),
        hash: gate.vault.hashKey(plain),
        permissions: GLASS,
        projects: null,
        flows: null,
        expires,
        revoked: null,
        created: now,
        used: null,
      });
      return { ...give(201, { id, key: plain, expires: new Date(expires).toISOString() }), fresh: plain };
    }),
  ];
};
