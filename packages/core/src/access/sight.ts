/**
 * What a principal sees of many flows at once: `may` in a form that a query can carry out, so that lists, pages, counts
 * and searches leave out the same rows that a look at each would refuse (AZ-08, AZ-12).
 *
 * SI1 `sees(sightOf(who, permission), place)` is `may(who, permission, thing)` for every flow of the principal's own
 *     workspace.
 */

import { holdsSomewhere, type Permission, type Principal, SHARED } from './permission.ts';
import type { Place } from './thing.ts';

export type Sight = {
  /** The projects in which the permission is held; null: it is held in the whole workspace. */
  readonly projects: readonly string[] | null;
  /** Flows shared with the workspace are seen besides, in whatever project. */
  readonly shared: boolean;
  /** Whose private flows are seen; null: everybody's. */
  readonly owners: readonly string[] | null;
  /** Whatever is seen lies in these projects, and is one of these flows; null: no such narrowing. */
  readonly onlyProjects: readonly string[] | null;
  readonly onlyFlows: readonly string[] | null;
};

/** What this principal sees of the flows of its workspace, by one permission. A visitor sees nothing. */
export const sightOf = (who: Principal, permission: Permission): Sight => {
  const everywhere = who.kind !== 'visitor' && who.permissions.includes(permission);
  const held = (list: readonly Permission[]): boolean => who.kind !== 'visitor' && list.includes(permission);
  return {
    projects: everywhere ? null : [...(who.inProjects ?? [])].filter(([, list]) => held(list)).map(([id]) => id),
    shared: !everywhere && who.kind !== 'visitor' && SHARED.has(permission) && holdsSomewhere(who, permission),
    owners: who.permissions.includes('workspace.manage')
      ? null
      : [who.id, ...(who.user === undefined || who.user === who.id ? [] : [who.user])],
    onlyProjects: who.projects ?? null,
    onlyFlows: who.flows ?? null,
  };
};

/** Is the flow at this place seen? */
export const sees = (sight: Sight, { project, flow, owner, visibility }: Place): boolean => {
  if (sight.onlyProjects !== null && !sight.onlyProjects.includes(project)) return false;
  if (sight.onlyFlows !== null && !sight.onlyFlows.includes(flow)) return false;
  if (visibility === 'private' && sight.owners !== null && !sight.owners.includes(owner)) return false;
  if (sight.projects === null || sight.projects.includes(project)) return true;
  return sight.shared && (visibility === 'workspace' || visibility === 'public');
};

/** Is nothing left out? Then a query needs no condition at all. */
export const seesAll = (sight: Sight): boolean =>
  sight.projects === null && sight.owners === null && sight.onlyProjects === null && sight.onlyFlows === null;
