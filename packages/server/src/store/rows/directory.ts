/**
 * The directory: what an account or a key may now, made of rows and kept until the store changes.
 *
 * DI1 What is kept is of one version of the store: after a change, by whatever process, it is made anew.
 * DI2 An account that is no member, or is switched off, may nothing: neither itself nor by its keys.
 * DI3 A key of an account holds at most what the account holds now (AZ-10).
 * DI4 A token holds at most what its maker, or who consented to it, holds now; its own expiry is not judged here.
 * DI6 A key holds at most what who made it holds now, and ends with him: with a key that made it, too. One that was made by
 *     nobody who is known (the command line) stands by itself.
 * DI5 A membership that is held (accounts/ways-in.ts) lets who came in by a password alone read, and no more.
 */

import { GLASS, INSTANCE_PERMISSIONS, narrow, type Permission, permissionsOf, type Principal } from '@headgate/core';
import { type Ground, listFromJson } from '../ground.ts';
import type { Directory, Named, Standing } from '../people.ts';
import type { KeyRow } from '../ports.ts';
import { keyById } from './keys.ts';
import { consentScope } from './oauth.ts';
import { tokenScope } from './tokens.ts';

/** Where an administrator of the instance stands who is in no workspace. No workspace can have this id. */
const INSTANCE = '*';

const MOST_KEPT = 20_000;

const isAccount = (id: string): boolean => id.startsWith('u_');
const isToken = (id: string): boolean => id.startsWith('t_');
const isConsent = (id: string): boolean => id.startsWith('oc_');

type Rows = {
  readonly role: string | null;
  readonly held: boolean;
  readonly places: readonly { readonly project: string; readonly role: string }[];
  readonly own: ReadonlyMap<string, readonly Permission[]>;
};

/** `standing`: what accounts say of one; null there: no such account. Left out, every member counts as active. */
export const directoryOf = (
  { db }: Pick<Ground, 'db'>,
  version: () => number,
  standing: (user: string) => Promise<Standing | null>,
): Directory => {
  let seen = -1;
  const kept = new Map<string, Promise<Principal | null>>();
  const insisting = new Map<string, Promise<boolean>>();
  const memberships = new Map<string, ReturnType<Directory['workspacesOf']>>();

  /** Made once a version; a question that was under way when the store changed is not kept. */
  const keep = <T>(held: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
    const now = version();
    if (now !== seen) {
      kept.clear();
      memberships.clear();
      insisting.clear();
      seen = now;
    }
    const known = held.get(key);
    if (known !== undefined) return known;
    if (held.size >= MOST_KEPT) held.clear();
    const made = make();
    held.set(key, made);
    made.catch(() => held.delete(key));
    return made;
  };

  const read = async (workspace: string, user: string): Promise<Rows | null> => {
    const member = await db
      .selectFrom('member')
      .select(['role', 'held'])
      .where('workspace', '=', workspace)
      .where('user', '=', user)
      .executeTakeFirst();
    if (member === undefined) return null;
    const groups = db
      .selectFrom('group_member')
      .select('group_id')
      .where('workspace', '=', workspace)
      .where('user', '=', user);
    const places = await db
      .selectFrom('project_member')
      .select(['project', 'role'])
      .where('workspace', '=', workspace)
      .where((eb) => eb.or([eb('holder', '=', user), eb('holder', 'in', groups)]))
      .execute();
    const own = await db
      .selectFrom('custom_role')
      .select(['id', 'permissions'])
      .where('workspace', '=', workspace)
      .execute();
    const made = own.map((row) => [row.id, listFromJson<Permission>(row.permissions)] as const);
    return { role: member.role, held: member.held !== null, places, own: new Map(made) };
  };

  const make = async (workspace: string, user: string, weak: boolean): Promise<Principal | null> => {
    const account = await standing(user);
    if (account?.active !== true) return null;
    const instance = account.admin ? [...INSTANCE_PERMISSIONS] : [];
    const base = { kind: 'user', id: user, user, workspace } as const;
    if (workspace === INSTANCE) return account.admin ? { ...base, permissions: instance } : null;
    const rows = await read(workspace, user);
    if (rows === null) return null;
    const held = weak && rows.held;
    const kept = (list: readonly Permission[]): readonly Permission[] =>
      held ? list.filter((one) => GLASS.includes(one)) : list;
    const inProjects = new Map<string, readonly Permission[]>();
    for (const { project, role } of rows.places) {
      const all = new Set([...(inProjects.get(project) ?? []), ...permissionsOf(role, rows.own)]);
      inProjects.set(project, kept([...all]));
    }
    const permissions = [...kept(permissionsOf(rows.role, rows.own)), ...instance];
    // Under another name: what is the person's own, private flows among it, is not for who came in by that way.
    const who = held ? ({ kind: 'user', id: `held:${user}`, workspace } as const) : base;
    return { ...who, permissions, ...(inProjects.size === 0 ? {} : { inProjects }) };
  };

  const user = (workspace: string, id: string, weak = false): Promise<Principal | null> =>
    keep(kept, weak ? `${workspace}\n${id}\nweak` : `${workspace}\n${id}`, () => make(workspace, id, weak));

  /** `past`: keys that were passed on the way up; a key that rests on itself rests on nothing. */
  const standingOf = async (row: KeyRow, past: ReadonlySet<string>): Promise<Principal | null> => {
    if (row.revoked !== null || past.has(row.id)) return null;
    const by = row.by ?? row.user;
    if (by === undefined) return principalOf(row);
    const maker = await makerOf(row.workspace, by, new Set([...past, row.id]));
    if (maker === null || (row.user !== undefined && row.user !== maker.user)) return null;
    return within(principalOf(row), maker);
  };

  const makerOf = async (workspace: string, id: string, past: ReadonlySet<string>): Promise<Principal | null> => {
    if (isAccount(id)) return user(workspace, id);
    if (isToken(id) || isConsent(id)) return (await byToken(workspace, id))?.principal ?? null;
    const row = await keyById(db, id);
    return row === null || row.workspace !== workspace ? null : standingOf(row, past);
  };

  const key = (row: KeyRow): Promise<Principal | null> =>
    row.revoked === null
      ? keep(kept, `${row.workspace}\n${row.id}`, () => standingOf(row, new Set()))
      : Promise.resolve(null);

  /** A token of its maker, or of who consented: what it was given, within what he may now. Null: it was ended. */
  const byToken = async (workspace: string, id: string): Promise<Named | null> => {
    const given = isToken(id) ? await tokenScope(db, workspace, id) : await consentScope(db, workspace, id);
    const stands = given === null ? null : await named(workspace, given.by);
    if (given === null || stands === null) return null;
    const kind = isToken(id) ? 'engine' : 'client';
    return { ...stands, principal: { ...narrow(stands.principal, given), kind, id } };
  };

  const named = async (workspace: string, id: string): Promise<Named | null> => {
    if (isToken(id) || isConsent(id)) return byToken(workspace, id);
    if (isAccount(id)) {
      const principal = await user(workspace, id);
      return principal === null ? null : { principal, expires: null };
    }
    const row = await keyById(db, id);
    if (row === null || row.workspace !== workspace) return null;
    const principal = await key(row);
    return principal === null ? null : { principal, expires: row.expires };
  };

  return {
    user,
    key,
    named,
    insists: (workspace) =>
      keep(insisting, workspace, async () => {
        const row = await db
          .selectFrom('workspace')
          .select('two_factors')
          .where('id', '=', workspace)
          .executeTakeFirst();
        return row !== undefined && row.two_factors !== 0;
      }),
    workspacesOf: (id) =>
      keep(memberships, id, () =>
        db
          .selectFrom('member')
          .innerJoin('workspace', 'workspace.id', 'member.workspace')
          .select(['workspace.id', 'workspace.name', 'member.role', 'member.held'])
          .where('member.user', '=', id)
          .orderBy('member.n')
          .execute(),
      ),
  };
};

/** A key by itself. */
const principalOf = (row: KeyRow): Principal => ({
  kind: 'key',
  id: row.id,
  workspace: row.workspace,
  permissions: row.permissions,
  ...(row.projects === null ? {} : { projects: row.projects }),
  ...(row.flows === null ? {} : { flows: row.flows }),
  ...(row.user === undefined ? {} : { user: row.user }),
});

/** The key, with nothing that its account, or who made it, does not hold. */
const within = (key: Principal, whose: Principal): Principal => {
  const wanted = new Set(key.permissions);
  const kept = (held: readonly Permission[]): readonly Permission[] => held.filter((one) => wanted.has(one));
  const places = [...(whose.inProjects ?? [])].map(([project, held]) => [project, kept(held)] as const);
  return {
    ...key,
    permissions: kept(whose.permissions),
    ...(places.length === 0 ? {} : { inProjects: new Map(places) }),
  };
};
