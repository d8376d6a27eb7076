/**
 * Who may give which role (MB1): nobody gives, changes or takes away what he does not hold himself, in the workspace or
 * in the project it is about.
 */

import { isRole, permissionsOf, type Permission, type Principal, ROLE_PERMISSIONS } from '@headgate/core';
import type { InvitationRow, MemberRow } from '../store/people.ts';
import type { WorkspaceStore } from '../store/ports.ts';
import { refuse, type Refused } from './outcome.ts';

/** What the principal holds in the workspace, or in one project of it. */
const heldIn = (who: Principal, project?: string): ReadonlySet<Permission> =>
  new Set([...who.permissions, ...((project === undefined ? undefined : who.inProjects?.get(project)) ?? [])]);

/** Permissions among these that the principal does not hold there. */
export const beyond = (who: Principal, wanted: readonly Permission[], project?: string): readonly Permission[] => {
  const held = heldIn(who, project);
  return wanted.filter((permission) => !held.has(permission));
};

/** The permissions of a role of the workspace; null: there is no such role. */
export const roleIn = async (store: WorkspaceStore, role: string | null): Promise<readonly Permission[] | null> => {
  if (role === null) return [];
  if (isRole(role)) return ROLE_PERMISSIONS[role];
  const own = await store.roles.get(role);
  return own === null ? null : permissionsOf(role, new Map([[own.id, own.permissions]]));
};

/** Why the principal may not give this role there, or null. */
export const mayGiveRole = async (
  store: WorkspaceStore,
  who: Principal,
  role: string | null,
  project?: string,
): Promise<Refused | null> => {
  const permissions = await roleIn(store, role);
  if (permissions === null) return refuse('role.unknown');
  return tooMuch(beyond(who, permissions, project), 'The role');
};

/** Why the principal may not change what somebody holds there now, or null. A role that is gone holds nothing. */
export const mayTakeRole = async (
  store: WorkspaceStore,
  who: Principal,
  role: string | null,
  project?: string,
): Promise<Refused | null> => tooMuch(beyond(who, (await roleIn(store, role)) ?? [], project), 'Who is to be changed');

/** Why the principal may not invite somebody into this, or null. */
export const mayInvite = async (
  store: WorkspaceStore,
  who: Principal,
  { role, projects }: Pick<InvitationRow, 'role' | 'projects'>,
): Promise<Refused | null> => {
  const refused = await mayGiveRole(store, who, role);
  if (refused !== null) return refused;
  for (const place of projects) {
    const beyond = await mayGiveRole(store, who, place.role, place.project);
    if (beyond !== null) return beyond;
  }
  return null;
};

/** Why the principal may not say who is in this group, or null: it holds roles in projects for all of them. */
export const mayFillGroup = async (store: WorkspaceStore, who: Principal, group: string): Promise<Refused | null> => {
  for (const place of await store.members.inProjects()) {
    if (place.holder !== group) continue;
    const refused = await mayTakeRole(store, who, place.role, place.project);
    if (refused !== null) return refused;
  }
  return null;
};

/** Why the principal may not end this membership, or null: every role goes with it, in projects and by groups too. */
export const mayEndMember = async (
  store: WorkspaceStore,
  who: Principal,
  member: Pick<MemberRow, 'user' | 'role'>,
): Promise<Refused | null> => {
  const refused = await mayTakeRole(store, who, member.role);
  if (refused !== null) return refused;
  const groups = (await store.groups.list()).filter(({ users }) => users.includes(member.user));
  const holders = new Set([member.user, ...groups.map(({ id }) => id)]);
  for (const place of await store.members.inProjects()) {
    if (!holders.has(place.holder)) continue;
    const more = await mayTakeRole(store, who, place.role, place.project);
    if (more !== null) return more;
  }
  return null;
};

/** A name as people read it: no case, no signs that are not seen, no blanks around it or doubled. */
export const plainName = (name: string): string =>
  name
    .normalize('NFKC')
    .replaceAll(/[\p{Cf}\p{Cc}\p{M}]/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .toLowerCase();

/** Does a word of it mix Latin letters with those of an alphabet that looks like it? */
export const isMixed = (name: string): boolean =>
  name
    .normalize('NFKC')
    .split(/\s+/u)
    .some(
      (word) =>
        /\p{Script=Latin}/u.test(word) &&
        /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(word),
    );

export const tooMuch = (more: readonly Permission[], what: string): Refused | null =>
  more.length === 0
    ? null
    : refuse(
        'role.beyond',
        `${what} holds ${more.join(', ')}, which the caller does not`,
        'Ask somebody who holds it.',
      );
