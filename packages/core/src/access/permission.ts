/**
 * Permissions are for people (and their keys); powers are for steps. `may` is the one answer to "may this principal do
 * that to this thing", for the gateway, the command line and the scheduler alike.
 *
 * A1 Deny is the default: a permission not listed is not held; a scope that does not name the thing refuses it.
 * A2 The workspace comes from the principal, never from the request.
 */

export const PERMISSIONS = [
  'flow.read',
  'flow.write',
  'flow.publish',
  'run',
  'run.read',
  'run.cancel',
  'grant.give',
  'secret.write',
  'key.manage',
  'audit.read',
  'metrics.read',
  'instance.manage',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type PrincipalKind = 'key' | 'trigger' | 'visitor' | 'cli' | 'system';

/** Who acts. `flows` and `projects` narrow everything the principal may do to these; absent means no narrowing. */
export type Principal = {
  readonly kind: PrincipalKind;
  readonly id: string;
  readonly workspace: string;
  readonly permissions: readonly Permission[];
  readonly projects?: readonly string[];
  readonly flows?: readonly string[];
};

export type Thing = { readonly workspace: string; readonly project?: string; readonly flow?: string };

/** True when the principal holds the permission and its scope covers the thing. Total and pure. */
export const may = (who: Principal, permission: Permission, thing: Thing): boolean => {
  if (who.workspace !== thing.workspace) return false;
  if (!who.permissions.includes(permission)) return false;
  if (who.projects !== undefined && (thing.project === undefined || !who.projects.includes(thing.project)))
    return false;
  if (who.flows !== undefined && (thing.flow === undefined || !who.flows.includes(thing.flow))) return false;
  return true;
};
