/**
 * Whom a command means: the id of an account, or its mail address, which people know. Addresses are looked up among the
 * accounts of the instance, or among the members of the workspace, by what the key may see of them.
 */

import { type Problem, problem } from '@headgate/core';
import { query, refused, type Row, rowsOf, type Where } from './ask.ts';

type Act = (id: string) => Promise<number>;

const isAddress = (text: string): boolean => text.includes('@');
const ID = /^u_[A-Za-z0-9_-]{1,62}$/;

const wrong = (whom: string, field: string): Problem =>
  problem('usage', `expected the mail address or the id of an account, got ${JSON.stringify(whom)}`, {
    at: { field },
    fix: 'Write ben@example.com, or an id from headgate user list.',
  });

/** Does it with the account of the whole instance, or says why there is none. For administrators of the instance. */
export const withAccount = async (w: Where, whom: string, field: string, act: Act): Promise<number> => {
  if (ID.test(whom)) return act(whom);
  if (!isAddress(whom)) return refused([wrong(whom, field)], w.json);
  const answer = await w.client.call('GET', `/api/v1/users${query({ email: whom })}`, undefined);
  if (!answer.ok) return refused(answer.problems, w.json);
  const [found] = rowsOf(answer.value, 'users');
  if (found !== undefined) return act(String(found['id']));
  const none = problem('missing', `Nobody has an account at ${whom}`, {
    at: { field },
    fix: `headgate member invite ${whom} prints a link that makes one; headgate user list shows those there are.`,
  });
  return refused([none], w.json);
};

/** Ids of members by their addresses; ids of accounts and groups stay as they are. */
export const withMembers = async (
  w: Where,
  whom: readonly string[],
  field: string,
  act: (ids: readonly string[]) => Promise<number>,
): Promise<number> => {
  if (!whom.some(isAddress)) return act(whom);
  const answer = await w.client.call('GET', '/api/v1/members', undefined);
  if (!answer.ok) return refused(answer.problems, w.json);
  const ids = new Map(rowsOf(answer.value, 'members').map((row: Row) => [plain(String(row['email'])), row['user']]));
  const unknown = whom.filter((one) => isAddress(one) && !ids.has(plain(one)));
  if (unknown.length > 0) {
    const fix = 'headgate member list shows who is; headgate member invite asks somebody in.';
    const problems = unknown.map((one) =>
      problem('missing', `${one} is no member of this workspace`, { at: { field }, fix }),
    );
    return refused(problems, w.json);
  }
  return act(whom.map((one) => String(ids.get(plain(one)) ?? one)));
};

export const withMember = (w: Where, whom: string, field: string, act: Act): Promise<number> =>
  withMembers(w, [whom], field, ([id = whom]) => act(id));

/** As the server compares them: A to Z in lower case, nothing else folded. */
const plain = (email: string): string => email.trim().replaceAll(/[A-Z]/g, (sign) => sign.toLowerCase());
