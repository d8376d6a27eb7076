/**
 * Sessions: a random cookie whose keyed hash is a row, and the rows in use kept in memory.
 *
 * SE1 The database holds no cookie: 32 random bytes are kept as HMAC-SHA-256 under a key of the ring.
 * SE2 What is in memory is forgotten whenever the store's version rises, by whatever process; so an ended session, a changed
 *     account or a suspended one is seen by the next request here, and within a second elsewhere (TOK-09, AZ-10).
 * SE3 A session ends after its life, or when it was not used for a while; both are judged at every use.
 * SE4 Being used is no change: it is written every few minutes, without raising the version.
 */

import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Ground } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';
import type { From, How, Session, SessionRow } from './port.ts';
import { userOf } from './users.ts';

const HOUR = 3_600_000;

/** A session lasts this long at most, and this long without being used. */
export const SESSION_LIFE = 14 * 24 * HOUR;
export const SESSION_IDLE = 24 * HOUR;

const SEEN_EVERY = 5 * 60_000;
const MOST_CACHED = 10_000;
/** More sessions than this an account does not have: the one used longest ago ends. */
const MOST_OF_ONE = 50;

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

type Row = Selectable<Tables['user_session']>;

const rowOf = (row: Row): SessionRow => ({
  id: row.id,
  how: row.how,
  workspace: row.workspace,
  created: row.created,
  seen: row.seen,
  expires: row.expires,
  agent: row.agent,
  network: row.network ?? '',
});

const over = (row: { readonly seen: number; readonly expires: number }, at: number): boolean =>
  row.expires <= at || row.seen + SESSION_IDLE <= at;

type Held = { session: Session; written: number };

export class SessionStore {
  readonly #ground: Ground;
  readonly #version: () => number;
  readonly #newId: (prefix: string) => string;
  readonly #held = new Map<string, Held>();
  readonly #listeners = new Set<(user: string) => void>();
  /** Preparing the raw bytes at every call costs ten times what hashing does. */
  #key: { readonly bytes: Uint8Array; readonly key: KeyObject } | undefined;
  #seen = -1;

  constructor(ground: Ground, version: () => number, newId: (prefix: string) => string) {
    this.#ground = ground;
    this.#version = version;
    this.#newId = newId;
  }

  #hash(token: string): string {
    const bytes = this.#ground.ring.derive('session');
    if (this.#key?.bytes !== bytes) this.#key = { bytes, key: createSecretKey(bytes) };
    return createHmac('sha256', this.#key.key).update(token).digest('base64url');
  }

  async byCookie(token: string, at: number): Promise<Session | null> {
    if (!TOKEN.test(token)) return null;
    const version = this.#version();
    if (version !== this.#seen) {
      this.#held.clear();
      this.#seen = version;
    }
    const hash = this.#hash(token);
    let held = this.#held.get(hash);
    if (held === undefined) {
      const session = await this.#read(hash);
      if (session === null) return null;
      held = { session, written: session.seen };
      if (this.#version() === version && this.#seen === version) {
        if (this.#held.size >= MOST_CACHED) this.#held.clear();
        this.#held.set(hash, held);
      }
    }
    if (held.session.user.state !== 'active' || over(held.session, at)) return null;
    return this.#used(held, at);
  }

  async #read(hash: string): Promise<Session | null> {
    const { db } = this.#ground;
    const row = await db.selectFrom('user_session').selectAll().where('hash', '=', hash).executeTakeFirst();
    if (row === undefined) return null;
    const user = await db.selectFrom('user_account').selectAll().where('id', '=', row.user_id).executeTakeFirst();
    return user === undefined ? null : { ...rowOf(row), user: userOf(user) };
  }

  async #used(held: Held, at: number): Promise<Session> {
    if (at > held.session.seen) held.session = { ...held.session, seen: at };
    if (at - held.written >= SEEN_EVERY) {
      held.written = at;
      const { id } = held.session;
      await this.#ground.db.updateTable('user_session').set({ seen: at }).where('id', '=', id).execute();
    }
    return held.session;
  }

  async begin(user: string, how: How, from: From, at: number): Promise<{ token: string; session: Session }> {
    const token = randomBytes(32).toString('base64url');
    const hash = this.#hash(token);
    const id = this.#newId('s_');
    await this.#ground.change(async (trx) => {
      await trx
        .insertInto('user_session')
        .values({
          id,
          hash,
          user_id: user,
          how,
          workspace: null,
          created: at,
          seen: at,
          expires: at + SESSION_LIFE,
          agent: from.agent?.slice(0, 200) ?? null,
          network: from.network,
        })
        .execute();
      await trx
        .deleteFrom('user_session')
        .where('user_id', '=', user)
        .where((eb) => eb.or([eb('expires', '<=', at), eb('seen', '<=', at - SESSION_IDLE)]))
        .execute();
      const kept = trx
        .selectFrom('user_session')
        .select('id')
        .where('user_id', '=', user)
        .orderBy('seen', 'desc')
        .orderBy('created', 'desc')
        .limit(MOST_OF_ONE);
      await trx.deleteFrom('user_session').where('user_id', '=', user).where('id', 'not in', kept).execute();
    });
    const session = await this.#read(hash);
    if (session === null) throw new Error('a session that was just begun is not there');
    return { token, session };
  }

  async list(user: string, at: number): Promise<readonly SessionRow[]> {
    const rows = await this.#ground.db
      .selectFrom('user_session')
      .selectAll()
      .where('user_id', '=', user)
      .orderBy('created', 'desc')
      .execute();
    return rows.map(rowOf).filter((row) => !over(row, at));
  }

  async holds(id: string, at: number): Promise<boolean> {
    const row = await this.#ground.db
      .selectFrom('user_session')
      .innerJoin('user_account', 'user_account.id', 'user_session.user_id')
      .select(['user_session.seen', 'user_session.expires', 'user_account.state'])
      .where('user_session.id', '=', id)
      .executeTakeFirst();
    return row !== undefined && row.state === 'active' && !over(row, at);
  }

  async end(user: string, id: string): Promise<boolean> {
    const done = await this.#ground.change(async (trx) => {
      const gone = await trx
        .deleteFrom('user_session')
        .where('user_id', '=', user)
        .where('id', '=', id)
        .executeTakeFirst();
      return gone.numDeletedRows > 0n;
    });
    if (done) this.tell(user);
    return done;
  }

  async endAll(user: string): Promise<number> {
    const count = await this.#ground.change((trx) => dropSessions(trx, user));
    this.tell(user);
    return count;
  }

  choose(id: string, workspace: string): Promise<boolean> {
    return this.#ground.change(async (trx) => {
      const done = await trx.updateTable('user_session').set({ workspace }).where('id', '=', id).executeTakeFirst();
      return done.numUpdatedRows > 0n;
    });
  }

  onEnd(listener: (user: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Sessions of this account were ended, in a transaction that is over. */
  tell(user: string): void {
    for (const listener of this.#listeners) listener(user);
  }
}

/** Ends all sessions of an account inside somebody's transaction. */
export const dropSessions = async (trx: Ground['db'], user: string): Promise<number> =>
  Number((await trx.deleteFrom('user_session').where('user_id', '=', user).executeTakeFirst()).numDeletedRows);
