/**
 * Whom an assistant is when it builds flows for somebody: that person, with less.
 *
 * AS1 It holds nothing that the person does not hold in the same place, and holds it only where that person may let an assistant build.
 * AS2 It publishes nothing, lends nothing and stores no secret, whatever the person may do: what a model was talked into
 *     stays a draft that somebody reads (LLM-09).
 */

import type { Permission, Principal } from './permission.ts';

/** All that building takes. */
export const ASSISTING: readonly Permission[] = ['flow.read', 'flow.write', 'run', 'run.read'];

const among = (held: readonly Permission[]): readonly Permission[] =>
  ASSISTING.filter((permission) => held.includes(permission));

/** The projects where the person may let an assistant build, of those he is held to. */
const placesOf = ({ inProjects, projects }: Principal): readonly string[] =>
  [...(inProjects ?? [])]
    .filter(([project, held]) => held.includes('flow.assist') && (projects === undefined || projects.includes(project)))
    .map(([project]) => project);

/** The principal in whose name an assistant of `who` acts. */
export const assistantOf = (who: Principal): Principal => {
  const everywhere = who.permissions.includes('flow.assist');
  // Without it in the whole workspace, flows that others shared with everybody lie outside, too.
  const projects = everywhere ? who.projects : placesOf(who);
  const inProjects = new Map<string, readonly Permission[]>();
  for (const [project, held] of who.inProjects ?? [])
    if (everywhere || held.includes('flow.assist')) inProjects.set(project, among([...held, ...who.permissions]));
  return {
    ...who,
    permissions: everywhere ? among(who.permissions) : [],
    ...(who.inProjects === undefined ? {} : { inProjects }),
    ...(projects === undefined ? {} : { projects }),
  };
};
