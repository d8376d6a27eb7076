/** `headgate workspace|project|member|role …`, `flow share`, `flow transfer` and `flow move`: who may do what, at a running server. */

import { existsSync } from 'node:fs';
import { problem } from '@headgate/core';
import { writeKeyFile } from '../key-file.ts';
import { DONE, note, pretty, print } from '../say.ts';
import { ask, id, query, refused, rowOf, rowsOf, table, type Where } from './ask.ts';
import { withAccount, withMember, withMembers } from './whom.ts';

export const listWorkspaces = (w: Where, all: boolean): Promise<number> =>
  ask(w, 'GET', all ? '/api/v1/instance/workspaces' : '/api/v1/workspaces', undefined, (v) =>
    table(rowsOf(v, 'workspaces'), all ? ['id', 'name', 'created'] : ['id', 'name', 'role']),
  );

export const createWorkspace = (w: Where, name: string, owner: string): Promise<number> =>
  withAccount(w, owner, '--owner', (to) => ask(w, 'POST', '/api/v1/workspaces', { name, to }, (v) => String(v['id'])));

export const appointOwner = (w: Where, workspace: string, to: string): Promise<number> =>
  withAccount(w, to, '--to', (user) =>
    ask(w, 'POST', `/api/v1/instance/workspaces/${id(workspace)}/owner`, { to: user }, () => `${to} owns ${workspace}`),
  );

export const insistOnFactors = (w: Where, on: boolean): Promise<number> =>
  ask(w, 'PATCH', '/api/v1/workspace', { twoFactors: on }, (v) =>
    v['twoFactors'] === true ? 'two factors are asked for' : 'a password is enough',
  );

type Glass = { readonly reason: string; readonly minutes: number; readonly apiKeyFile: string };

/** Breaks the glass: the key goes to a new file. */
export const openWorkspace = async (w: Where, into: string, o: Glass): Promise<number> => {
  if (existsSync(o.apiKeyFile))
    return refused([problem('file.exists', `${o.apiKeyFile} exists already`, { fix: 'Give a new file.' })], w.json);
  const wish = { into, reason: o.reason, minutes: o.minutes };
  const answer = await w.client.call('POST', '/api/v1/instance/break-glass', wish);
  if (!answer.ok) return refused(answer.problems, w.json);
  const { key, ...about } = rowOf(answer.value);
  const written = writeKeyFile(o.apiKeyFile, String(key));
  if (!written.ok) return refused([written.problem], w.json);
  const file = o.apiKeyFile;
  print(w.json ? pretty({ ...about, file }) : `${String(about['id'])}  ${file}  until ${String(about['expires'])}`);
  return DONE;
};

export const listProjects = (w: Where): Promise<number> =>
  ask(w, 'GET', '/api/v1/projects', undefined, (v) => table(rowsOf(v, 'projects'), ['id', 'name', 'created']));

export const createProject = (w: Where, name: string): Promise<number> =>
  ask(w, 'POST', '/api/v1/projects', { name }, (v) => String(v['id']));

export const removeProject = (w: Where, project: string): Promise<number> =>
  ask(w, 'DELETE', `/api/v1/projects/${id(project)}`, undefined, () => `removed ${project}`);

export const listMembers = (w: Where): Promise<number> =>
  ask(w, 'GET', '/api/v1/members', undefined, (v) =>
    table(rowsOf(v, 'members'), ['user', 'email', 'name', 'role', 'created', 'by']),
  );

type Invite = { readonly role?: string; readonly project: readonly string[]; readonly days: number };

export const inviteMember = async (w: Where, email: string, o: Invite): Promise<number> => {
  const projects = o.project.map((text) => {
    const [project = '', role = ''] = text.split('=', 2);
    return { project, role };
  });
  const role = o.role === undefined ? {} : { role: o.role };
  const body = { email, ...role, ...(projects.length === 0 ? {} : { projects }), days: o.days };
  return ask(w, 'POST', '/api/v1/invitations', body, (v) => {
    note(`Hand this link to ${email}: no mail is sent, and it is shown this once.`);
    const { account } = v;
    if (account === 'pending') note('Who has no account gets one by it that waits for approval: headgate user state.');
    if (account === null)
      note('Sign-up is closed: who has no account yet cannot take it up. Let an administrator of the instance invite.');
    return String(v['link']);
  });
};

/** `none` takes the role away. */
export const setRole = (w: Where, user: string, role: string, project: string | undefined): Promise<number> => {
  const told = (): string => `${user} ${role}`;
  return withMember(w, user, '<user>', (who) => {
    if (project === undefined)
      return ask(w, 'PUT', `/api/v1/members/${id(who)}`, { role: role === 'none' ? null : role }, told);
    const path = `/api/v1/projects/${id(project)}/members/${id(who)}`;
    return role === 'none' ? ask(w, 'DELETE', path, undefined, told) : ask(w, 'PUT', path, { role }, told);
  });
};

export const removeMember = (w: Where, user: string, successor: string | undefined): Promise<number> =>
  withMembers(w, [user, ...(successor === undefined ? [] : [successor])], '<user>', ([who = user, heir]) =>
    ask(
      w,
      'DELETE',
      `/api/v1/members/${id(who)}${query({ successor: heir })}`,
      undefined,
      (v) =>
        `removed ${user}: ${String(v['keys'])} keys revoked, ${String(v['flows'])} flows ` +
        `${successor === undefined ? 'switched off' : 'handed over'}, ${String(v['runs'])} runs cancelled`,
    ),
  );

export const listRoles = (w: Where): Promise<number> =>
  ask(w, 'GET', '/api/v1/roles', undefined, (v) => table(rowsOf(v, 'roles'), ['id', 'name', 'permissions']));

export const createRole = (w: Where, name: string, permissions: readonly string[]): Promise<number> =>
  ask(w, 'POST', '/api/v1/roles', { name, permissions }, (v) => String(v['id']));

export const removeRole = (w: Where, role: string): Promise<number> =>
  ask(w, 'DELETE', `/api/v1/roles/${id(role)}`, undefined, () => `removed ${role}`);

export const shareFlow = (w: Where, flow: string, visibility: string): Promise<number> =>
  ask(w, 'PATCH', `/api/v1/flows/${id(flow)}`, { visibility }, (v) => `${flow} ${String(v['visibility'])}`);

/** Moves a flow to another project, and says how much that was lent has ended. */
export const moveFlow = (w: Where, flow: string, project: string): Promise<number> =>
  ask(
    w,
    'POST',
    `/api/v1/flows/${id(flow)}/move`,
    { project },
    (v) => `${flow} ${String(v['project'])}  grants ended: ${String(v['taken'])}`,
  );

export const transferFlow = (w: Where, flow: string, to: string): Promise<number> =>
  withMember(w, to, '--to', (heir) =>
    ask(w, 'POST', `/api/v1/flows/${id(flow)}/transfer`, { to: heir }, (v) => `${flow} ${String(v['owner'])}`),
  );
