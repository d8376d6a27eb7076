/**
 * Links that work once: the set-up of a fresh instance, sign-ups by mail, new passwords. (Invitations are a workspace's own,
 * rows/invitations.ts.)
 *
 * LK1 A link is 32 random bytes; the row holds their keyed hash. Used, taken back, run out and made up are answered alike.
 * LK2 Using it and what it brings about are one transaction, so that it works once and never half (TOK-13).
 * LK3 The address of a sign-up is the one it was sent to; who uses it cannot name another.
 */

import { createHmac, randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Ground } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';
import { type Accounts, type Link, LINK_KINDS, type LinkUse, type NewLink, type User } from './port.ts';
import { hashPassword } from './password.ts';
import type { SessionStore } from './sessions.ts';
import {
  anyUser,
  insertUser,
  isProved,
  ownFirst,
  plainEmail,
  putPassword,
  userByEmail,
  userById,
  verifyEmail,
} from './users.ts';
import { endAll, endHoldings, endSessions, freeMembers, holdMembers } from './ways-in.ts';

/** Who makes links that go to the mailbox and nowhere else. */
export const BY_MAIL = 'mail';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const linkOf = (row: Selectable<Tables['user_link']>): Link => ({
  id: row.id,
  kind: LINK_KINDS.find((kind) => kind === row.kind) ?? 'reset',
  email: row.email,
  user: row.user_id,
  by: row.made_by,
  created: row.created,
  expires: row.expires,
  used: row.used,
});

export const linksOf = (
  ground: Ground,
  sessions: SessionStore,
  newId: (prefix: string) => string,
): Accounts['links'] => {
  const { db, change, ring } = ground;
  const hashOf = (token: string): string =>
    createHmac('sha256', ring.derive('session')).update('link ').update(token).digest('base64url');

  const look = async (token: string, at: number, trx = db): Promise<Link | null> => {
    if (!TOKEN.test(token)) return null;
    const row = await trx.selectFrom('user_link').selectAll().where('hash', '=', hashOf(token)).executeTakeFirst();
    if (row === undefined || row.used !== null || row.expires <= at) return null;
    return linkOf(row);
  };

  /** What the link brings about; null: it cannot be any more. */
  const bringAbout = async (
    trx: Ground['db'],
    link: Link,
    use: LinkUse,
    hash: string,
    at: number,
  ): Promise<User | null> => {
    if (link.kind === 'reset') {
      const user = link.user === null ? null : await userById(trx, link.user);
      if (user === null || user.state === 'suspended') return null;
      await putPassword(trx, { id: newId('ul_'), user: user.id, hash, at });
      // Whoever made an account for an address that was never proved may have kept ways in.
      if (!(await isProved(trx, user.id))) await endAll(trx, user.id, at);
      // Other links to a new password were asked for by who may not have the mailbox any more.
      else await endSessions(trx, user.id, at);
      if (use.clear === true) await endHoldings(trx, user.id, at);
      if (link.by === BY_MAIL) {
        await verifyEmail(trx, user.id);
        await freeMembers(trx, user.id);
      } else if (!user.factor) await holdMembers(trx, user.id, at, use.spare ?? []);
      return user;
    }
    const setup = link.kind === 'setup';
    const email = setup ? use.email : (link.email ?? undefined);
    if (email === undefined) return null;
    if (setup && (await anyUser(trx))) return null;
    if ((await userByEmail(trx, email)) !== null || use.name === undefined) return null;
    const id = newId('u_');
    const state = link.kind === 'request' ? 'pending' : 'active';
    await insertUser(trx, { id, email, name: use.name, administrator: setup, state, verified: true, at });
    await putPassword(trx, { id: newId('ul_'), user: id, hash, at });
    if (setup) await ownFirst(trx, id, at);
    return userById(trx, id);
  };

  return {
    look: (token, at) => look(token, at),
    make: async (made: NewLink) => {
      const token = randomBytes(32).toString('base64url');
      const id = newId('l_');
      const row = {
        id,
        hash: hashOf(token),
        kind: made.kind,
        email: made.email === undefined ? null : plainEmail(made.email),
        user_id: made.user ?? null,
        made_by: made.by,
        created: made.at,
        expires: made.at + made.life,
        used: null,
      };
      await change((trx) => trx.insertInto('user_link').values(row).execute());
      return { token, link: linkOf({ n: 0, ...row }) };
    },
    use: async (token, use, at) => {
      // Before the work of a hash, which anybody could ask for otherwise; judged again inside the transaction.
      if ((await look(token, at)) === null) return null;
      const hash = await hashPassword(use.password);
      const done = await change(async (trx) => {
        const link = await look(token, at, trx);
        if (link === null) return null;
        const user = await bringAbout(trx, link, use, hash, at);
        if (user === null) return null;
        await trx.updateTable('user_link').set({ used: at }).where('id', '=', link.id).execute();
        return { link, user };
      });
      if (done?.link.kind === 'reset') sessions.tell(done.user.id);
      return done;
    },
    removeAll: async (kind) => {
      await change(async (trx) => {
        const gone = await trx
          .deleteFrom('user_link')
          .where('kind', '=', kind)
          .where('used', 'is', null)
          .executeTakeFirst();
        return gone.numDeletedRows > 0n;
      });
    },
  };
};
