/** Roles, the five and the workspace's own, and groups of members. */

import { ROLE_PERMISSIONS, ROLES, type Permission } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { CustomRole, GroupRow } from '../../store/people.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';
import { isNarrowed } from '../places.ts';
import { beyond, isMixed, mayFillGroup, mayTakeRole, plainName, tooMuch } from '../roles.ts';

const BUILT_IN = ROLES.map((id) => ({ id, name: id, permissions: ROLE_PERMISSIONS[id], builtIn: true }));

const role = ({ id, name, permissions }: Omit<CustomRole, 'created'>) => ({ id, name, permissions, builtIn: false });

const group = ({ created, ...row }: GroupRow) => ({ ...row, created: new Date(created).toISOString() });

export const roleRoutes = ({ gate }: Lodge): readonly Route[] => {
  const { store } = gate;

  /** Is it the name of another role, of the five above all, however it is written? People give roles by their names. */
  const isTaken = async (workspace: string, name: string, but: string | null): Promise<boolean> => {
    const plain = plainName(name);
    if (plain === '' || isMixed(name) || BUILT_IN.some((one) => one.name === plain)) return true;
    const own = await store.in(workspace).roles.list();
    return own.some((one) => one.id !== but && plainName(one.name) === plain);
  };

  return [
    implement(ROUTES.listRoles, async ({ who }) => {
      const own = isNarrowed(who) ? [] : await store.in(who.workspace).roles.list();
      return give(200, { roles: [...BUILT_IN, ...own.map(role)] });
    }),

    implement(ROUTES.createRole, async ({ who, body, made: id }) => {
      const permissions: readonly Permission[] = [...new Set(body.permissions)];
      const refused = tooMuch(beyond(who, permissions), 'The role');
      if (refused !== null) return refused;
      if (await isTaken(who.workspace, body.name, null)) return refuse('name.taken');
      const made = { id, name: body.name, permissions, created: gate.clock() };
      return (await store.in(who.workspace).roles.create(made)) ? give(201, role(made)) : refuse('name.taken');
    }),

    implement(ROUTES.patchRole, async ({ who, params, body }) => {
      const { roles } = store.in(who.workspace);
      const before = await roles.get(params.id);
      if (before === null) return MISSING;
      const permissions: readonly Permission[] = [...new Set(body.permissions ?? before.permissions)];
      const refused = tooMuch(beyond(who, [...permissions, ...before.permissions]), 'The role');
      if (refused !== null) return refused;
      if (body.name !== undefined && (await isTaken(who.workspace, body.name, before.id))) return refuse('name.taken');
      const done = await roles.change(params.id, {
        permissions,
        ...(body.name === undefined ? {} : { name: body.name }),
      });
      if (done !== 'done') return done === 'missing' ? MISSING : refuse('name.taken');
      return give(200, role({ ...before, permissions, name: body.name ?? before.name }));
    }),

    implement(ROUTES.deleteRole, async ({ who, params }) => {
      const scoped = store.in(who.workspace);
      const refused = await mayTakeRole(scoped, who, params.id);
      if (refused !== null) return refused;
      const done = await scoped.roles.remove(params.id);
      return done === 'done' ? nothing() : done === 'missing' ? MISSING : refuse('role.used');
    }),

    implement(ROUTES.listGroups, async ({ who }) =>
      give(200, { groups: (await store.in(who.workspace).groups.list()).map(group) }),
    ),

    implement(ROUTES.createGroup, async ({ who, body, made: id }) => {
      const { groups } = store.in(who.workspace);
      await groups.create({ id, name: body.name, at: gate.clock() });
      if (body.users !== undefined && !(await groups.setUsers(id, body.users))) {
        await groups.remove(id);
        return MISSING;
      }
      const made = await groups.get(id);
      return made === null ? MISSING : give(201, group(made));
    }),

    implement(ROUTES.patchGroup, async ({ who, params, body }) => {
      const scoped = store.in(who.workspace);
      if ((await scoped.groups.get(params.id)) === null) return MISSING;
      // Its name is what people choose it by: who swaps two names says who is in which.
      const refused = await mayFillGroup(scoped, who, params.id);
      if (refused !== null) return refused;
      if (body.users !== undefined) {
        if (!(await scoped.groups.setUsers(params.id, body.users))) return MISSING;
      }
      if (body.name !== undefined) await scoped.groups.rename(params.id, body.name);
      const row = await scoped.groups.get(params.id);
      return row === null ? MISSING : give(200, group(row));
    }),

    implement(ROUTES.deleteGroup, async ({ who, params }) => {
      const scoped = store.in(who.workspace);
      if ((await scoped.groups.get(params.id)) === null) return MISSING;
      const refused = await mayFillGroup(scoped, who, params.id);
      if (refused !== null) return refused;
      return (await scoped.groups.remove(params.id)) ? nothing() : MISSING;
    }),
  ];
};
