/** Rows of accounts and of the ways to sign in to them. */

import type { Kysely, Selectable } from 'kysely';
import { after, page } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';
import { USER_STATES, type User, type UserState } from './port.ts';

/**
 * Addresses are compared with A to Z in lower case, and nothing else folded: signs beyond ASCII that fold to a letter
 * (the Kelvin sign to k) would make one mailbox into another one.
 */
export const plainEmail = (email: string): string => email.trim().replaceAll(/[A-Z]/g, (sign) => sign.toLowerCase());

/** Was it proved that the mailbox of this account is theirs? */
export const isProved = async (db: Kysely<Tables>, user: string): Promise<boolean> => {
  const row = await db.selectFrom('user_account').select('email_verified').where('id', '=', user).executeTakeFirst();
  return row !== undefined && row.email_verified !== 0;
};

const iso = (ms: number): string => new Date(ms).toISOString();

export const userOf = (row: Selectable<Tables['user_account']>): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  administrator: row.administrator !== 0,
  state: USER_STATES.find((state) => state === row.state) ?? 'suspended',
  factor: row.two_factor !== 0,
  created: Date.parse(row.created),
});

export const anyUser = async (db: Kysely<Tables>): Promise<boolean> =>
  (await db.selectFrom('user_account').select('id').limit(1).executeTakeFirst()) !== undefined;

export const userById = async (db: Kysely<Tables>, id: string): Promise<User | null> => {
  const row = await db.selectFrom('user_account').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : userOf(row);
};

export const userByEmail = async (db: Kysely<Tables>, email: string): Promise<User | null> => {
  const row = await db.selectFrom('user_account').selectAll().where('email', '=', plainEmail(email)).executeTakeFirst();
  return row === undefined ? null : userOf(row);
};

export const listUsers = async (
  db: Kysely<Tables>,
  q: { readonly cursor?: string; readonly limit: number },
): Promise<{ rows: readonly User[]; next: string | null }> => {
  const from = after(q.cursor);
  let query = db
    .selectFrom('user_account')
    .selectAll()
    .orderBy('n')
    .limit(q.limit + 1);
  if (from !== null) query = query.where('n', '>', from);
  const { rows, next } = page(await query.execute(), q.limit);
  return { rows: rows.map(userOf), next };
};

export type NewUser = {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly administrator: boolean;
  readonly state: UserState;
  /** Was it proved that the mailbox is theirs, or did an administrator say so? Without, no provider's word leads to this account. */
  readonly verified: boolean;
  readonly at: number;
};

export const insertUser = async (trx: Kysely<Tables>, user: NewUser): Promise<void> => {
  await trx
    .insertInto('user_account')
    .values({
      id: user.id,
      email: plainEmail(user.email),
      email_verified: user.verified ? 1 : 0,
      name: user.name,
      image: null,
      two_factor: 0,
      administrator: user.administrator ? 1 : 0,
      state: user.state,
      created: iso(user.at),
      updated: iso(user.at),
    })
    .execute();
};

/** Makes somebody the owner of the first workspace. */
export const ownFirst = async (trx: Kysely<Tables>, user: string, at: number): Promise<void> => {
  await trx
    .insertInto('member')
    .values({ workspace: 'default', user, role: 'owner', created: at, by: user })
    .onConflict((on) => on.columns(['workspace', 'user']).doUpdateSet({ role: 'owner' }))
    .execute();
};

/** The mailbox is theirs: they used a link that was sent there. */
export const verifyEmail = async (trx: Kysely<Tables>, user: string): Promise<void> => {
  await trx.updateTable('user_account').set({ email_verified: 1 }).where('id', '=', user).execute();
};

/** The account of an address that was proved; `unproved` where there is one whose address was not. */
export const provedByEmail = async (db: Kysely<Tables>, email: string): Promise<string | 'unproved' | null> => {
  const row = await db
    .selectFrom('user_account')
    .select(['id', 'email_verified'])
    .where('email', '=', plainEmail(email))
    .executeTakeFirst();
  if (row === undefined) return null;
  return row.email_verified === 0 ? 'unproved' : row.id;
};

/** Does the account sign in with this provider already? */
export const hasProvider = async (db: Kysely<Tables>, user: string, provider: string): Promise<boolean> =>
  (await db
    .selectFrom('user_login')
    .select('id')
    .where('user_id', '=', user)
    .where('provider', '=', provider)
    .limit(1)
    .executeTakeFirst()) !== undefined;

/** Sets or makes the password login of an account. `hash` is argon2id's. */
export const putPassword = async (
  trx: Kysely<Tables>,
  login: { readonly id: string; readonly user: string; readonly hash: string; readonly at: number },
): Promise<void> => {
  const done = await trx
    .updateTable('user_login')
    .set({ password: login.hash, updated: iso(login.at) })
    .where('user_id', '=', login.user)
    .where('provider', '=', 'credential')
    .executeTakeFirst();
  if (done.numUpdatedRows > 0n) return;
  await putLogin(trx, { ...login, provider: 'credential', subject: login.user, password: login.hash });
};

export const putLogin = async (
  trx: Kysely<Tables>,
  login: {
    readonly id: string;
    readonly user: string;
    readonly provider: string;
    readonly subject: string;
    readonly password: string | null;
    readonly at: number;
  },
): Promise<void> => {
  await trx
    .insertInto('user_login')
    .values({
      id: login.id,
      user_id: login.user,
      provider: login.provider,
      subject: login.subject,
      password: login.password,
      access_token: null,
      refresh_token: null,
      id_token: null,
      access_expires: null,
      refresh_expires: null,
      scope: null,
      created: iso(login.at),
      updated: iso(login.at),
    })
    .execute();
};

/** Changes standing. False: no such account, or nobody would be left to manage the instance. */
export const changeUser = async (
  trx: Kysely<Tables>,
  id: string,
  to: { readonly state?: UserState; readonly administrator?: boolean },
  at: number,
): Promise<boolean> => {
  const before = await userById(trx, id);
  const done = await trx
    .updateTable('user_account')
    .set({
      ...(to.state === undefined ? {} : { state: to.state }),
      ...(to.administrator === undefined ? {} : { administrator: to.administrator ? 1 : 0 }),
      updated: iso(at),
    })
    .where('id', '=', id)
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n) return false;
  // Who manages nothing leaves nobody the fewer: where a superuser's key is all there is, accounts are suspended, too.
  if (before?.administrator !== true) return true;
  const left = await trx
    .selectFrom('user_account')
    .select('id')
    .where('administrator', '=', 1)
    .where('state', '=', 'active')
    .limit(1)
    .executeTakeFirst();
  if (left === undefined) throw new LastAdministrator('somebody has to manage the instance');
  return true;
};

/** Undoes the transaction it is thrown in. */
export class LastAdministrator extends Error {}
