/**
 * Environments of a project and their values. Whether the caller may is judged before (register.ts).
 *
 * EN3 Where promotions are approved, one person alone changes nothing but by managing the project: neither the values there
 *     nor that they are approved; and the environment does not go, for another of its name would ask for nothing.
 */

import { maskedValues, type Principal } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { DEFAULT_ENVIRONMENT, type EnvironmentRow } from '../../store/environment.ts';
import { guardedAgainst, manages } from '../guarded.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, refuseAll } from '../outcome.ts';

const shown = ({ name, title, approval, revision, vars }: EnvironmentRow) => ({
  name,
  title,
  approval,
  revision,
  values: Object.keys(vars).toSorted(),
});

export const environmentRoutes = ({ gate }: Lodge): readonly Route[] => {
  const environments = ({ workspace }: Principal) => gate.store.in(workspace).environments;
  return [
    implement(ROUTES.listEnvironments, async ({ who, params }) => {
      const rows = await environments(who).list(params.project);
      return rows === null ? MISSING : give(200, { environments: rows.map(shown) });
    }),

    implement(ROUTES.createEnvironment, async ({ who, params, body: { name, ...given } }) => {
      if ((await environments(who).get(params.project, name)) !== null) return refuse('name.taken');
      const row = await environments(who).put(params.project, name, set(given), gate.clock());
      return row === null ? MISSING : give(201, shown(row));
    }),

    implement(ROUTES.getEnvironment, async ({ who, params }) => {
      const row = await environments(who).get(params.project, params.environment);
      return row === null ? MISSING : give(200, shown(row));
    }),

    implement(ROUTES.patchEnvironment, async ({ who, params: { project, environment }, body }) => {
      const row = await environments(who).get(project, environment);
      if (row === null) return MISSING;
      if (body.approval === true && environment === DEFAULT_ENVIRONMENT)
        return refuse('environment.used', 'In `default` runs what is published, and nothing is promoted to it');
      if (body.approval === false && row.approval && !manages(who, project))
        return refuse('permission.missing', 'Doing without approval needs the permission project.manage');
      const changed = await environments(who).put(project, environment, set(body), gate.clock());
      return changed === null ? MISSING : give(200, shown(changed));
    }),

    implement(ROUTES.deleteEnvironment, async ({ who, params: { project, environment } }) => {
      if (environment === DEFAULT_ENVIRONMENT)
        return refuse('environment.used', 'Every project has the environment `default`');
      const guard = await guardedAgainst(gate, who, project, environment, 'is deleted');
      if (guard !== null) return guard;
      const done = await environments(who).remove(project, environment);
      return done === 'missing' ? MISSING : done === 'used' ? refuse('environment.used') : nothing();
    }),

    implement(ROUTES.getVars, async ({ who, params }) => {
      const row = await environments(who).get(params.project, params.environment);
      return row === null ? MISSING : give(200, { revision: row.revision, vars: row.vars });
    }),

    implement(ROUTES.putVars, async ({ who, params: { project, environment }, body: { revision, vars } }) => {
      const row = await environments(who).get(project, environment);
      if (row === null) return MISSING;
      if (row.approval && !manages(who, project))
        return refuse(
          'environment.guarded',
          `Values of ${environment} change with a promotion that somebody approves`,
          'Promote with `vars`, or let somebody who manages the project set them.',
        );
      const masked = maskedValues(vars);
      if (masked.length > 0) return refuseAll('input.invalid', masked);
      const made = await environments(who).setVars(project, environment, revision, vars, gate.clock());
      if (made !== null) return give(200, { revision: made });
      const now = await environments(who).get(project, environment);
      if (now === null) return MISSING;
      return { ...refuse('environment.conflict'), more: { revision: now.revision } };
    }),
  ];
};

/** What is given of it, and nothing as undefined. */
const set = ({
  title,
  approval,
}: {
  readonly title?: string | undefined;
  readonly approval?: boolean | undefined;
}) => ({
  ...(title === undefined ? {} : { title }),
  ...(approval === undefined ? {} : { approval }),
});
