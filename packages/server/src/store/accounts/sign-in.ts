/**
 * Signing in: password, code, recovery code, passkey, a provider's word. It begins no session; the caller does, when the
 * answer is `in`.
 *
 * SI1 Whatever is wrong (no such address, no password, wrong password, a suspended account) is answered alike, and the work
 *     of a password's hash is done in every case (TOK-11).
 * SI3 A code goes with the password that was right, and not with one that was changed since.
 * SI2 A code of an authenticator counts once: the same code again is wrong, even within its half minute.
 */

import type { Ground } from '../ground.ts';
import { asked, isRefusal, ticketOf, withTicket } from './ceremony.ts';
import type { Better } from './better.ts';
import { TooBusy } from './password.ts';
import { stepsOf } from './steps.ts';
import type { How, ProviderSays, SignIn, Tried, User } from './port.ts';
import { hasProvider, insertUser, provedByEmail, putLogin, userByEmail, userById } from './users.ts';

const WRONG: Tried = { kind: 'wrong' };
const SPENT_FOR = 120_000;
const TOTP = /^[0-9]{6}$/;

export const signInOf = (
  ground: Ground,
  load: () => Promise<Better>,
  newId: (prefix: string) => string,
): SignIn & { readonly spend: (user: string, code: string, at: number) => boolean } => {
  const { db, change } = ground;
  const steps = stepsOf(ground);
  /** Codes that were right, with the time until which they are remembered. */
  const spent = new Map<string, number>();

  const spend = (user: string, code: string, at: number): boolean => {
    for (const [key, until] of spent) if (until <= at) spent.delete(key);
    const key = `${user} ${code}`;
    if (spent.has(key)) return false;
    spent.set(key, at + SPENT_FOR);
    return true;
  };

  const admitted = async (id: string, how: How): Promise<Tried> => {
    const user: User | null = await userById(db, id);
    return user === null || user.state === 'suspended' ? WRONG : { kind: 'in', user, how };
  };

  return {
    spend,

    password: async (email, password) => {
      try {
        const { auth } = await load();
        const answer = await asked(() =>
          auth.api.signInEmail({ body: { email, password }, headers: new Headers(), returnHeaders: true }),
        );
        if (isRefusal(answer)) return WRONG;
        const ticket = ticketOf(answer.headers, 'two_factor');
        if (ticket !== null) {
          const user = await userByEmail(db, email);
          if (user === null || user.state === 'suspended') return WRONG;
          return { kind: 'code', ticket: await steps.bind(ticket, user.id) };
        }
        const { response } = answer;
        if (!('user' in response)) return WRONG;
        await (await auth.$context).internalAdapter.deleteSession(response.token);
        return await admitted(response.user.id, 'password');
      } catch (error) {
        if (error instanceof TooBusy) return { kind: 'busy' };
        throw error;
      }
    },

    code: async (ticket, code, at) => {
      const { auth } = await load();
      const step = await steps.open(ticket);
      if (step === null) return WRONG;
      const headers = withTicket(step);
      const answer = await asked(async () =>
        TOTP.test(code)
          ? auth.api.verifyTOTP({ body: { code }, headers })
          : auth.api.verifyBackupCode({ body: { code }, headers }),
      );
      if (isRefusal(answer)) {
        const locked = answer.refused === 'ACCOUNT_TEMPORARILY_LOCKED' || answer.refused.startsWith('TOO_MANY');
        return locked ? { kind: 'locked' } : WRONG;
      }
      if (typeof answer.token === 'string') await (await auth.$context).internalAdapter.deleteSession(answer.token);
      return spend(answer.user.id, code, at) ? admitted(answer.user.id, 'password+code') : WRONG;
    },

    beginPasskey: async () => {
      const { auth } = await load();
      const { response, headers } = await auth.api.generatePasskeyAuthenticationOptions({
        headers: new Headers(),
        returnHeaders: true,
      });
      const ticket = ticketOf(headers, 'passkey');
      if (ticket === null) throw new Error('a ceremony without a challenge');
      return { options: response, ticket };
    },

    passkey: async (ticket, response) => {
      const { auth } = await load();
      const headers = withTicket(ticket);
      const answer = await asked(() =>
        // The browser's answer is judged by better-auth's own library, field by field.
        auth.api.verifyPasskeyAuthentication({ body: { response: Object(response) }, headers }),
      );
      if (isRefusal(answer)) return WRONG;
      await (await auth.$context).internalAdapter.deleteSession(answer.session.token);
      return admitted(answer.session.userId, 'passkey');
    },

    provider: async (says: ProviderSays, at) => {
      const how: How = `sso:${says.provider}`;
      const provider = `sso:${says.provider}`;
      const known = await db
        .selectFrom('user_login')
        .select('user_id')
        .where('provider', '=', provider)
        .where('subject', '=', says.subject)
        .executeTakeFirst();
      if (known !== undefined) return admitted(known.user_id, how);
      // Without the provider's word that the address was proved, anybody could register somebody else's there.
      if (says.email === null || !says.verified) return WRONG;
      const { email, subject } = says;
      const made = await change(async (trx) => {
        const there = await provedByEmail(trx, email);
        // Whoever made that account may know its password, and never had this mailbox.
        if (there === 'unproved' || (there === null && says.unknown === 'refuse')) return null;
        // Addresses are given to new people: a further subject is not who had it before.
        if (there !== null && (await hasProvider(trx, there, provider))) return null;
        const id = there ?? newId('u_');
        if (there === null) {
          const state = says.unknown === 'pending' ? 'pending' : 'active';
          await insertUser(trx, {
            id,
            email,
            name: says.name ?? email,
            administrator: false,
            state,
            verified: true,
            at,
          });
        }
        await putLogin(trx, { id: newId('ul_'), user: id, provider, subject, password: null, at });
        return id;
      });
      return made === null ? WRONG : admitted(made, how);
    },
  };
};
