/**
 * Narrowing: what a credential may be given by who makes it, and what is left of its maker's rights within it. Keys,
 * engine tokens and the tokens of OAuth clients all stand on these two functions.
 *
 * NA1 What is given is at most what is held, in permissions, projects and flows alike.
 * NA2 What is left is an intersection: it only ever shrinks, whatever the scope names. (AZ-10)
 */

import type { Permission, Principal } from './permission.ts';

/** What a credential is confined to; null: not confined in that respect. */
export type Scope = {
  readonly permissions: readonly Permission[];
  readonly projects: readonly string[] | null;
  readonly flows: readonly string[] | null;
};

/** What of a wish is more than its maker holds, as words for a message; empty: he may give it. Total and pure. */
export const beyond = (who: Principal, wanted: Scope): readonly string[] => [
  ...wanted.permissions.filter((permission) => !holds(who, permission, wanted.projects)),
  ...outside('project', who.projects, wanted.projects),
  ...outside('flow', who.flows, wanted.flows),
];

const holds = (who: Principal, permission: Permission, projects: readonly string[] | null): boolean =>
  who.permissions.includes(permission) ||
  (projects !== null &&
    projects.length > 0 &&
    projects.every((project) => who.inProjects?.get(project)?.includes(permission) === true));

const outside = (
  word: 'project' | 'flow',
  held: readonly string[] | undefined,
  wanted: readonly string[] | null,
): readonly string[] => {
  if (held === undefined) return [];
  if (wanted === null) return [`every ${word}`];
  return wanted.filter((id) => !held.includes(id)).map((id) => `the ${word} ${id}`);
};

/** What is left of a principal within a scope. Kind, id, workspace and account stay. Total and pure. */
export const narrow = (who: Principal, { permissions, projects, flows }: Scope): Principal => {
  const { inProjects, projects: heldProjects, flows: heldFlows, ...about } = who;
  const within = both(heldProjects, projects);
  const only = both(heldFlows, flows);
  return {
    ...about,
    permissions: who.permissions.filter((permission) => permissions.includes(permission)),
    ...(inProjects === undefined ? {} : { inProjects: inEach(inProjects, permissions) }),
    ...(within === undefined ? {} : { projects: within }),
    ...(only === undefined ? {} : { flows: only }),
  };
};

const both = (held: readonly string[] | undefined, wanted: readonly string[] | null): readonly string[] | undefined => {
  if (wanted === null) return held;
  return held === undefined ? wanted : wanted.filter((id) => held.includes(id));
};

const inEach = (
  held: ReadonlyMap<string, readonly Permission[]>,
  permissions: readonly Permission[],
): ReadonlyMap<string, readonly Permission[]> =>
  new Map([...held].map(([project, list]) => [project, list.filter((one) => permissions.includes(one))]));
