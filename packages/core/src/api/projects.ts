/** Projects of a workspace, and who holds which role in them. */

import { z } from 'zod';
import { empty, route } from './route.ts';
import { id, name, time } from './shapes.ts';

const tags = ['projects'] as const;
const row = z.strictObject({ id, name, created: time });
const byProject = z.strictObject({ project: id });
const byHolder = z.strictObject({ project: id, holder: id });

/** One of the five roles, or the id of a role of the workspace's own. */
export const roleName = z
  .string()
  .regex(
    /^(viewer|operator|editor|admin|owner|r_[A-Za-z0-9_-]{1,62})$/,
    'viewer, operator, editor, admin, owner, or the id of a role that was made here (r_…)',
  );

export const listProjects = route({
  method: 'GET',
  path: '/api/v1/projects',
  needs: 'flow.read',
  on: 'any',
  answers: { 200: z.strictObject({ projects: z.array(row) }) },
  summary: 'List the projects that the caller holds something in',
  tags,
});

export const createProject = route({
  method: 'POST',
  path: '/api/v1/projects',
  needs: 'project.manage',
  on: 'workspace',
  body: z.strictObject({ name }),
  answers: { 201: row },
  summary: 'Make a project',
  tags,
  audited: 'before',
  makes: 'p_',
  tells: ['name'],
});

export const getProject = route({
  method: 'GET',
  path: '/api/v1/projects/{project}',
  needs: 'flow.read',
  on: 'project',
  params: byProject,
  answers: { 200: row },
  problems: ['missing'],
  summary: 'Read a project',
  tags,
});

export const patchProject = route({
  method: 'PATCH',
  path: '/api/v1/projects/{project}',
  needs: 'project.manage',
  on: 'project',
  params: byProject,
  body: z.strictObject({ name }),
  answers: { 200: row },
  problems: ['missing'],
  summary: 'Rename a project',
  tags,
  audited: 'before',
  tells: ['name'],
});

export const deleteProject = route({
  method: 'DELETE',
  path: '/api/v1/projects/{project}',
  needs: 'project.manage',
  on: 'project',
  params: byProject,
  answers: { 204: empty('Deleted') },
  problems: ['missing', 'project.used'],
  summary: 'Delete a project with nothing in it; `default` stays',
  tags,
  audited: 'before',
});

export const listProjectMembers = route({
  method: 'GET',
  path: '/api/v1/projects/{project}/members',
  needs: 'flow.read',
  on: 'project',
  params: byProject,
  answers: {
    200: z.strictObject({
      members: z.array(
        z.strictObject({ holder: id.describe('An account or a group'), role: z.string(), created: time }),
      ),
    }),
  },
  problems: ['missing'],
  summary: 'List who holds a role in a project, beside those who hold one in the whole workspace',
  tags,
});

export const putProjectMember = route({
  method: 'PUT',
  path: '/api/v1/projects/{project}/members/{holder}',
  needs: 'member.manage',
  on: 'project',
  params: byHolder,
  body: z.strictObject({ role: roleName }),
  answers: { 204: empty('It holds the role in the project from now on') },
  problems: ['missing', 'role.unknown', 'role.beyond'],
  summary: 'Give a member or a group a role in a project, or another one',
  tags,
  audited: 'before',
  tells: ['role'],
});

export const deleteProjectMember = route({
  method: 'DELETE',
  path: '/api/v1/projects/{project}/members/{holder}',
  needs: 'member.manage',
  on: 'project',
  params: byHolder,
  answers: { 204: empty('It holds no role of its own in the project any more') },
  problems: ['missing', 'role.beyond'],
  summary: 'Take a role in a project away',
  tags,
  audited: 'after',
});
