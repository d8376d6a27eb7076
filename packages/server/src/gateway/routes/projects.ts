/** Projects of the workspace, and who holds which role in them. Whether the caller may is judged before (register.ts). */

import { ROUTES } from '@headgate/core/api';
import type { ProjectRow } from '../../store/people.ts';
import { PROJECT } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';
import { seesProject } from '../places.ts';
import { mayGiveRole, mayTakeRole } from '../roles.ts';

const shown = ({ id, name, created }: ProjectRow) => ({ id, name, created: new Date(created).toISOString() });

const IN_USE = [
  'Flows, secrets or files are in the project',
  'Move or delete them; flows that were deleted are removed for good by DELETE /api/v1/deleted-flows/{id}.',
] as const;

export const projectRoutes = ({ gate }: Lodge): readonly Route[] => {
  const inWorkspace = (workspace: string) => gate.store.in(workspace);
  const roleOf = async (workspace: string, project: string, holder: string): Promise<string | null> =>
    (await inWorkspace(workspace).members.inProjects(project)).find((row) => row.holder === holder)?.role ?? null;

  return [
    implement(ROUTES.listProjects, async ({ who }) => {
      const rows = await inWorkspace(who.workspace).projects.list();
      return give(200, { projects: rows.filter((row) => seesProject(who, row.id)).map(shown) });
    }),

    implement(ROUTES.createProject, async ({ who, body, made: id }) => {
      const row = { id, name: body.name, created: gate.clock() };
      const done = await inWorkspace(who.workspace).projects.create({ ...row, at: row.created });
      return done ? give(201, shown(row)) : refuse('server.bug');
    }),

    implement(ROUTES.getProject, async ({ who, params }) => {
      const row = await inWorkspace(who.workspace).projects.get(params.project);
      return row === null ? MISSING : give(200, shown(row));
    }),

    implement(ROUTES.patchProject, async ({ who, params, body }) => {
      const { projects } = inWorkspace(who.workspace);
      if (!(await projects.rename(params.project, body.name))) return MISSING;
      const row = await projects.get(params.project);
      return row === null ? MISSING : give(200, shown(row));
    }),

    implement(ROUTES.deleteProject, async ({ who, params }) => {
      if (params.project === PROJECT) return refuse('project.used', 'Every workspace has the project `default`');
      const done = await inWorkspace(who.workspace).projects.remove(params.project);
      return done === 'missing' ? MISSING : done === 'used' ? refuse('project.used', ...IN_USE) : nothing();
    }),

    implement(ROUTES.listProjectMembers, async ({ who, params }) => {
      const rows = await inWorkspace(who.workspace).members.inProjects(params.project);
      return give(200, {
        members: rows.map(({ holder, role, created }) => ({ holder, role, created: new Date(created).toISOString() })),
      });
    }),

    implement(ROUTES.putProjectMember, async ({ who, params, body }) => {
      const store = inWorkspace(who.workspace);
      const { project, holder } = params;
      const before = await roleOf(who.workspace, project, holder);
      const refused =
        (await mayGiveRole(store, who, body.role, project)) ?? (await mayTakeRole(store, who, before, project));
      if (refused !== null) return refused;
      return (await store.members.setProjectRole(project, holder, body.role, gate.clock())) ? nothing() : MISSING;
    }),

    implement(ROUTES.deleteProjectMember, async ({ who, params }) => {
      const store = inWorkspace(who.workspace);
      const { project, holder } = params;
      const before = await roleOf(who.workspace, project, holder);
      const refused = await mayTakeRole(store, who, before, project);
      if (refused !== null) return refused;
      return (await store.members.setProjectRole(project, holder, null, gate.clock())) ? nothing() : MISSING;
    }),
  ];
};
