/** Roles, built in and of the workspace's own, and groups of members. */

import { z } from 'zod';
import { PERMISSIONS } from '../access/permission.ts';
import { INSTANCE_PERMISSIONS } from '../access/role.ts';
import { empty, route } from './route.ts';
import { byId, id, name, time } from './shapes.ts';
import { user } from './workspaces.ts';

const tags = ['roles'] as const;

/** What a role can hold: all but what concerns the instance. */
const permissions = z
  .array(z.enum(PERMISSIONS.filter((one) => !INSTANCE_PERMISSIONS.has(one))))
  .min(1)
  .max(PERMISSIONS.length);

const role = z.strictObject({ id, name, permissions: z.array(z.string()).readonly(), builtIn: z.boolean() });

export const listRoles = route({
  method: 'GET',
  path: '/api/v1/roles',
  needs: 'flow.read',
  on: 'any',
  answers: { 200: z.strictObject({ roles: z.array(role) }) },
  summary: 'List the roles there are, with what each holds',
  tags,
});

export const createRole = route({
  method: 'POST',
  path: '/api/v1/roles',
  needs: 'role.manage',
  on: 'workspace',
  body: z.strictObject({ name, permissions }),
  answers: { 201: role },
  problems: ['role.beyond', 'name.taken'],
  summary: 'Make a role of the workspace out of permissions that the caller holds',
  tags,
  audited: 'before',
  makes: 'r_',
  tells: ['name', 'permissions'],
});

export const patchRole = route({
  method: 'PATCH',
  path: '/api/v1/roles/{id}',
  needs: 'role.manage',
  on: 'workspace',
  params: byId,
  body: z.strictObject({ name: name.optional(), permissions: permissions.optional() }),
  answers: { 200: role },
  problems: ['missing', 'role.beyond', 'name.taken'],
  summary: 'Change a role of the workspace, for everybody who holds it',
  tags,
  audited: 'before',
  tells: ['name', 'permissions'],
});

export const deleteRole = route({
  method: 'DELETE',
  path: '/api/v1/roles/{id}',
  needs: 'role.manage',
  on: 'workspace',
  params: byId,
  answers: { 204: empty('Deleted') },
  problems: ['missing', 'role.used'],
  summary: 'Delete a role that nobody holds',
  tags,
  audited: 'before',
});

const group = z.strictObject({ id, name, users: z.array(user).readonly(), created: time });
const users = z.array(user).max(1000);

export const listGroups = route({
  method: 'GET',
  path: '/api/v1/groups',
  needs: 'flow.read',
  on: 'workspace',
  answers: { 200: z.strictObject({ groups: z.array(group) }) },
  summary: 'List the groups of the workspace, with who is in them',
  tags: ['groups'],
});

export const createGroup = route({
  method: 'POST',
  path: '/api/v1/groups',
  needs: 'member.manage',
  on: 'workspace',
  body: z.strictObject({ name, users: users.optional() }),
  answers: { 201: group },
  problems: ['missing'],
  summary: 'Make a group of members',
  tags: ['groups'],
  audited: 'before',
  makes: 'g_',
  tells: ['name', 'users'],
});

export const patchGroup = route({
  method: 'PATCH',
  path: '/api/v1/groups/{id}',
  needs: 'member.manage',
  on: 'workspace',
  params: byId,
  body: z.strictObject({ name: name.optional(), users: users.optional() }),
  answers: { 200: group },
  problems: ['missing', 'role.beyond'],
  summary: 'Rename a group, or say who is in it from now on',
  tags: ['groups'],
  audited: 'before',
  tells: ['name', 'users'],
});

export const deleteGroup = route({
  method: 'DELETE',
  path: '/api/v1/groups/{id}',
  needs: 'member.manage',
  on: 'workspace',
  params: byId,
  answers: { 204: empty('Deleted, with the roles it held in projects') },
  problems: ['missing', 'role.beyond'],
  summary: 'Delete a group',
  tags: ['groups'],
  audited: 'after',
});
