/**
 * Permissions are for people (and their keys and tokens); powers are for steps. `may` is the one answer to "may this
 * principal do that to this thing", for the gateway, the web app, the command line, MCP and the scheduler alike.
 *
 * A1 Deny is the default: a permission not listed is not held; a scope that does not name the thing refuses it.
 * A2 The workspace comes from the principal, never from the request.
 * A3 What is held in one project counts in that project alone; only a flow that was shared with the whole workspace can be
 *    read and run by it elsewhere.
 * A4 A private flow is its owner's. Who manages the workspace reaches it too: somebody has to when the owner is gone.
 * A5 A visitor runs what is public, and does nothing else.
 */

import type { Visibility } from './visibility.ts';

export const PERMISSIONS = [
  'flow.read',
  'flow.write',
  'flow.assist',
  'flow.publish',
  'flow.share',
  'run',
  'run.read',
  'run.cancel',
  'ask.answer',
  'grant.give',
  'secret.write',
  'file.read',
  'file.write',
  'table.read',
  'table.write',
  'knowledge.read',
  'knowledge.write',
  'model.manage',
  'environment.manage',
  'project.manage',
  'key.own',
  'key.manage',
  'token.manage',
  'member.manage',
  'role.manage',
  'workspace.manage',
  'audit.read',
  'metrics.read',
  'instance.manage',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type PrincipalKind = 'user' | 'key' | 'engine' | 'client' | 'trigger' | 'visitor' | 'cli' | 'system';

/**
 * Who acts. `permissions` are held in the whole workspace, `inProjects` in single projects besides. `flows` and
 * `projects` narrow everything the principal may do to these; absent means no narrowing. `user` is the account behind a
 * session, a key or a token; absent, there is none.
 */
export type Principal = {
  readonly kind: PrincipalKind;
  readonly id: string;
  readonly workspace: string;
  readonly permissions: readonly Permission[];
  readonly inProjects?: ReadonlyMap<string, readonly Permission[]>;
  readonly projects?: readonly string[];
  readonly flows?: readonly string[];
  readonly user?: string;
};

/** `owner` and `visibility` are those of the flow; left out, nothing is told of them and nothing follows from them. */
export type Thing = {
  readonly workspace: string;
  readonly project?: string;
  readonly flow?: string;
  readonly owner?: string;
  readonly visibility?: Visibility;
};

/** What being shared with the workspace, or with everybody, opens to who holds it somewhere in the workspace. */
export const SHARED: ReadonlySet<Permission> = new Set(['flow.read', 'run', 'run.read']);

/** True when the principal holds the permission and its scope covers the thing. Total and pure. */
export const may = (who: Principal, permission: Permission, thing: Thing): boolean => {
  if (who.workspace !== thing.workspace) return false;
  if (who.projects !== undefined && (thing.project === undefined || !who.projects.includes(thing.project)))
    return false;
  if (who.flows !== undefined && (thing.flow === undefined || !who.flows.includes(thing.flow))) return false;
  if (who.kind === 'visitor')
    return permission === 'run' && thing.visibility === 'public' && who.permissions.includes('run');
  if (thing.visibility === 'private' && !isOwn(who, thing) && !who.permissions.includes('workspace.manage'))
    return false;
  if (who.permissions.includes(permission)) return true;
  if (who.inProjects === undefined) return false;
  if (thing.project !== undefined && who.inProjects.get(thing.project)?.includes(permission) === true) return true;
  const shared = thing.visibility === 'workspace' || thing.visibility === 'public';
  return shared && SHARED.has(permission) && holdsSomewhere(who, permission);
};

/** Does the principal hold this anywhere in its workspace? Who does not is refused before anything is looked up. */
export const holdsSomewhere = (who: Principal, permission: Permission): boolean => {
  if (who.permissions.includes(permission)) return true;
  if (who.inProjects === undefined) return false;
  for (const held of who.inProjects.values()) if (held.includes(permission)) return true;
  return false;
};

const isOwn = (who: Principal, { owner }: Thing): boolean =>
  owner !== undefined && (owner === who.id || owner === who.user);
