/** `headgate group …`: groups of members. What a group holds in a project, each of its members holds there. */

import { ask, id, refused, rowsOf, table, type Where } from './ask.ts';
import { withMembers } from './whom.ts';

const FIELD = '--member';

export const listGroups = async (w: Where): Promise<number> => {
  const answer = await w.client.call('GET', '/api/v1/members', undefined);
  if (!answer.ok) return refused(answer.problems, w.json);
  const emails = new Map(rowsOf(answer.value, 'members').map((row) => [row['user'], row['email']]));
  return ask(w, 'GET', '/api/v1/groups', undefined, (v) => {
    const rows = rowsOf(v, 'groups').map((row) => {
      const users: readonly unknown[] = Array.isArray(row['users']) ? row['users'] : [];
      return { ...row, members: users.map((user) => String(emails.get(user) ?? user)).join(', ') };
    });
    return table(rows, ['id', 'name', 'members']);
  });
};

export const createGroup = (w: Where, name: string, members: readonly string[]): Promise<number> =>
  withMembers(w, members, FIELD, (users) =>
    ask(w, 'POST', '/api/v1/groups', { name, users: [...users] }, (v) => String(v['id'])),
  );

/** Who is in it from now on, in the place of who was. */
export const setGroup = (w: Where, group: string, members: readonly string[]): Promise<number> =>
  withMembers(w, members, FIELD, (users) =>
    ask(w, 'PATCH', `/api/v1/groups/${id(group)}`, { users: [...users] }, () => `${group}: ${members.length} members`),
  );

export const removeGroup = (w: Where, group: string): Promise<number> =>
  ask(w, 'DELETE', `/api/v1/groups/${id(group)}`, undefined, () => `removed ${group}`);
