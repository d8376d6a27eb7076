/** The accounts of an instance, put together: rows, sessions, links, and better-auth when somebody comes to a door. */

import { randomBytes } from 'node:crypto';
import type { Ground } from '../ground.ts';
import { takeUp } from '../rows/invitations.ts';
import type { Better } from './better.ts';
import { linksOf } from './links.ts';
import { memory } from './memory.ts';
import { ownOf } from './own.ts';
import { hashPassword } from './password.ts';
import type { Accounts } from './port.ts';
import { SessionStore } from './sessions.ts';
import { signInOf } from './sign-in.ts';
import {
  anyUser,
  changeUser,
  insertUser,
  LastAdministrator,
  listUsers,
  ownFirst,
  putPassword,
  userByEmail,
  userById,
} from './users.ts';
import { endAll, endSessions, freeMembers } from './ways-in.ts';

export type AccountOptions = {
  /** Where browsers reach this server. */
  readonly origin: string;
  readonly version: () => number;
};

const newId = (prefix: string): string => prefix + randomBytes(12).toString('hex');

export const accountsOf = (ground: Ground, { origin, version }: AccountOptions): Accounts => {
  const { db, change, ring, clock } = ground;
  const sessions = new SessionStore(ground, version, newId);
  const kept = memory(clock);
  let made: { readonly generation: number; readonly better: Promise<Better> } | undefined;

  /** Loaded at the first use, and made anew when the instance key was changed. */
  const load = (): Promise<Better> => {
    const generation = ring.generation();
    if (made?.generation !== generation) {
      const secrets = ring.all('account').map((key) => Buffer.from(key).toString('base64url'));
      made = {
        generation,
        better: import('./better.ts').then(({ better }) => better({ db, origin, secrets, memory: kept, newId })),
      };
    }
    return made.better;
  };

  const { spend, ...signIn } = signInOf(ground, load, newId);
  return {
    any: () => anyUser(db),
    user: (id) => userById(db, id),
    userByEmail: (email) => userByEmail(db, email),
    users: (q) => listUsers(db, q),

    create: async (user, at) => {
      const hash = await hashPassword(user.password);
      return change(async (trx) => {
        if ((await userByEmail(trx, user.email)) !== null) return null;
        const id = newId('u_');
        if (user.invitation !== undefined && !(await takeUp(trx, user.invitation, id, at))) return null;
        await insertUser(trx, {
          id,
          email: user.email,
          name: user.name,
          administrator: false,
          state: user.state ?? 'active',
          verified: false,
          at,
        });
        await putPassword(trx, { id: newId('ul_'), user: id, hash, at });
        return userById(trx, id);
      });
    },

    change: async (id, to, at) => {
      try {
        const done = await change(async (trx) => {
          if (!(await changeUser(trx, id, to, at))) return null;
          await endSessions(trx, id, at);
          return userById(trx, id);
        });
        if (done !== null) sessions.tell(id);
        return done;
      } catch (error) {
        if (error instanceof LastAdministrator) return null;
        throw error;
      }
    },

    superuser: async (email, password, at) => {
      const hash = await hashPassword(password);
      const done = await change(async (trx) => {
        const there = await userByEmail(trx, email);
        const id = there?.id ?? newId('u_');
        if (there === null)
          await insertUser(trx, { id, email, name: email, administrator: true, state: 'active', verified: true, at });
        else await changeUser(trx, id, { state: 'active', administrator: true }, at);
        // Who has the machine takes it over: whoever had it before has nothing left of it.
        await endAll(trx, id, at);
        await freeMembers(trx, id);
        await putPassword(trx, { id: newId('ul_'), user: id, hash, at });
        await ownFirst(trx, id, at);
        const user = await userById(trx, id);
        if (user === null) throw new Error('an account that was just written is not there');
        return { user, made: there === null };
      });
      sessions.tell(done.user.id);
      return done;
    },

    sessionByCookie: (token, at) => sessions.byCookie(token, at),
    holds: (session, at) => sessions.holds(session, at),
    begin: (user, how, from, at) => sessions.begin(user, how, from, at),
    sessions: (user, at) => sessions.list(user, at),
    end: (user, session) => sessions.end(user, session),
    endSessions: (user) => sessions.endAll(user),
    onEnd: (listener) => sessions.onEnd(listener),
    choose: (session, workspace) => sessions.choose(session, workspace),

    signIn,
    own: ownOf(ground, sessions, load, newId, spend),
    links: linksOf(ground, sessions, newId),
  };
};
