/**
 * What a person does to the own account. A change of what one signs in with ends every session of the account (TOK-09); the
 * caller begins a new one for who made the change.
 */

import type { Ground } from '../ground.ts';
import { asked, asUser, isRefusal, judged, ticketOf, withTicket } from './ceremony.ts';
import type { Better } from './better.ts';
import { hashPassword, verifyPassword } from './password.ts';
import type { Own } from './port.ts';
import type { SessionStore } from './sessions.ts';
import { putPassword } from './users.ts';
import { endHoldings, endSessions } from './ways-in.ts';

export const ownOf = (
  ground: Ground,
  sessions: SessionStore,
  load: () => Promise<Better>,
  newId: (prefix: string) => string,
  spend: (user: string, code: string, at: number) => boolean,
): Own => {
  const { db, change, clock } = ground;
  return {
    checkPassword: async (user, password) => {
      const login = await db
        .selectFrom('user_login')
        .select('password')
        .where('user_id', '=', user)
        .where('provider', '=', 'credential')
        .executeTakeFirst();
      const hash = login?.password ?? null;
      return hash !== null && verifyPassword(hash, password);
    },

    setPassword: async (user, password, at, clear = false) => {
      const hash = await hashPassword(password);
      await change(async (trx) => {
        await putPassword(trx, { id: newId('ul_'), user, hash, at });
        await endSessions(trx, user, at);
        if (clear) await endHoldings(trx, user, at);
      });
      sessions.tell(user);
    },

    beginTotp: async (user, password) => {
      const better = await load();
      const answer = await asUser(better, user, (headers) =>
        asked(() => better.auth.api.enableTwoFactor({ body: { password, method: 'totp' }, headers })),
      );
      if (isRefusal(answer) || !('totpURI' in answer)) return null;
      return { uri: answer.totpURI, recovery: answer.backupCodes };
    },

    confirmTotp: async (user, code) => {
      const better = await load();
      const answer = await asUser(better, user, (headers) =>
        asked(() => better.auth.api.verifyTOTP({ body: { code }, headers })),
      );
      if (isRefusal(answer)) return false;
      spend(user, code, clock());
      await sessions.endAll(user);
      return true;
    },

    removeTotp: async (user, password) => {
      const better = await load();
      const answer = await asUser(better, user, (headers) =>
        asked(() => better.auth.api.disableTwoFactor({ body: { password }, headers })),
      );
      if (isRefusal(answer)) return false;
      await sessions.endAll(user);
      return true;
    },

    newRecovery: async (user, password) => {
      const better = await load();
      const answer = await asUser(better, user, (headers) =>
        asked(() => better.auth.api.generateBackupCodes({ body: { password }, headers })),
      );
      return isRefusal(answer) ? null : answer.backupCodes;
    },

    passkeys: async (user) =>
      (
        await db
          .selectFrom('user_passkey')
          .select(['id', 'name', 'created'])
          .where('user_id', '=', user)
          .orderBy('created')
          .execute()
      ).map(({ id, name, created }) => ({ id, name, created: created === null ? null : Date.parse(created) })),

    beginPasskey: async (user) => {
      const better = await load();
      const { response, headers } = await asUser(better, user, (as) =>
        better.auth.api.generatePasskeyRegistrationOptions({ headers: as, returnHeaders: true }),
      );
      const ticket = ticketOf(headers, 'passkey');
      if (ticket === null) throw new Error('a ceremony without a challenge');
      return { options: response, ticket };
    },

    addPasskey: async (user, ticket, response, name) => {
      const better = await load();
      const made = await asUser(better, user, (headers) =>
        judged(() =>
          better.auth.api.verifyPasskeyRegistration({ body: { response, name }, headers: withTicket(ticket, headers) }),
        ),
      );
      if (isRefusal(made)) return null;
      await sessions.endAll(user);
      return { id: made.id, name, created: clock() };
    },

    removePasskey: async (user, id) => {
      const done = await change(async (trx) => {
        const gone = await trx
          .deleteFrom('user_passkey')
          .where('user_id', '=', user)
          .where('id', '=', id)
          .executeTakeFirst();
        if (gone.numDeletedRows === 0n) return false;
        await trx.deleteFrom('user_session').where('user_id', '=', user).execute();
        return true;
      });
      if (done) sessions.tell(user);
      return done;
    },
  };
};
