/**
 * Roles: named sets of permissions, in a workspace or in one of its projects. The five here are built in; a workspace
 * may make its own out of the permissions that a role can hold.
 *
 * RO1 Each built-in role holds all that the one below it holds.
 * RO2 No role of a workspace holds what concerns the whole instance: that is a property of an account.
 */

import type { Permission } from './permission.ts';

export const ROLES = ['viewer', 'operator', 'editor', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** What somebody who looks in from outside may, on record: read. */
export const GLASS: readonly Permission[] = ['flow.read', 'run.read', 'audit.read'];

/** What only an administrator of the instance holds. */
export const INSTANCE_PERMISSIONS: ReadonlySet<Permission> = new Set(['metrics.read', 'instance.manage']);

const VIEWER: readonly Permission[] = [
  'flow.read',
  'run.read',
  'file.read',
  'table.read',
  'knowledge.read',
  'ask.answer',
  'key.own',
];
const OPERATOR: readonly Permission[] = [...VIEWER, 'run', 'run.cancel'];
const EDITOR: readonly Permission[] = [
  ...OPERATOR,
  'flow.write',
  'flow.assist',
  'flow.publish',
  'grant.give',
  'secret.write',
  'file.write',
  'table.write',
  'knowledge.write',
];
const ADMIN: readonly Permission[] = [
  ...EDITOR,
  'flow.share',
  'model.manage',
  'environment.manage',
  'project.manage',
  'key.manage',
  'token.manage',
  'member.manage',
  'role.manage',
  'audit.read',
];

/** The permissions of each built-in role. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: VIEWER,
  operator: OPERATOR,
  editor: EDITOR,
  admin: ADMIN,
  owner: [...ADMIN, 'workspace.manage'],
};

export const isRole = (name: string): name is Role => ROLES.some((role) => role === name);

/**
 * The permissions of a role as a member's row names it: one of the five, or the id of one that the workspace made.
 * A name that is neither holds nothing; what concerns the instance is left out of whatever a workspace made (RO2).
 */
export const permissionsOf = (
  name: string | null,
  own: ReadonlyMap<string, readonly Permission[]>,
): readonly Permission[] => {
  if (name === null) return [];
  if (isRole(name)) return ROLE_PERMISSIONS[name];
  return (own.get(name) ?? []).filter((permission) => !INSTANCE_PERMISSIONS.has(permission));
};
