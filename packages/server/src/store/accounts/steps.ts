/**
 * The step between password and code, bound to the password that it was begun with: once that is changed, no code goes with
 * it any more (TOK-09).
 *
 * A ticket is better-auth's own, then whose it is, and a MAC over that and the hash of the password as it was.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Ground } from '../ground.ts';

export type Steps = {
  /** Binds a ticket to an account's password as it is now. */
  readonly bind: (ticket: string, user: string) => Promise<string>;
  /** Better-auth's part of a ticket; null: it is none of ours, or the password is another one now. */
  readonly open: (bound: string) => Promise<string | null>;
};

export const stepsOf = ({ db, ring }: Pick<Ground, 'db' | 'ring'>): Steps => {
  const macOf = async (user: string): Promise<Buffer> => {
    const login = await db
      .selectFrom('user_login')
      .select('password')
      .where('user_id', '=', user)
      .where('provider', '=', 'credential')
      .executeTakeFirst();
    const text = `step\n${user}\n${login?.password ?? ''}`;
    return createHmac('sha256', ring.derive('session')).update(text).digest();
  };
  return {
    bind: async (ticket, user) => `${ticket}\n${user}\n${(await macOf(user)).toString('base64url')}`,
    open: async (bound) => {
      const [ticket = '', user = '', mac = '', more] = bound.split('\n');
      if (more !== undefined || user === '') return null;
      const came = Buffer.from(mac, 'base64url');
      const right = await macOf(user);
      return came.length === right.length && timingSafeEqual(came, right) ? ticket : null;
    },
  };
};
