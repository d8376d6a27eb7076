/**
 * One connection to a PostgreSQL server, by the driver pg over a stream that this room made.
 *
 * PG1 TLS is asked for before anything else is said. A server that has none gets neither name nor password, and what it
 *     sends together with its yes, before TLS, ends the connection (CVE-2021-23222).
 * PG2 Text and values travel apart (extended protocol): a value is never read as SQL, and a second statement is refused by
 *     the server.
 * PG3 Every statement stands in a transaction of its own. One that reads is read-only, and cannot be made another: its first
 *     snapshot is taken before the statement comes.
 * PG4 Nothing is left in a session for the next query: DISCARD ALL.
 */

import type { Socket } from 'node:net';
import { bad, good, problem, type Problem, type Result } from '@headgate/core';
import type { CustomTypesConfig, QueryConfig, ResultBuilder } from 'pg';
import Client from 'pg/lib/client.js';
import Query from 'pg/lib/query.js';
import type { Connect, Wire } from '../wire.ts';
import { Held, TooMuch } from './held.ts';
import {
  type Answer,
  CONNECT,
  givenUp,
  GREETING,
  type Login,
  lost,
  noTls,
  type Open,
  type Place,
  refusedLogin,
  saidBy,
  type Session,
  type SqlQuery,
  type SqlRows,
  tookTooLong,
  tooManyBytes,
  tooManyRows,
} from './port.ts';
import { readerOf } from './postgres-types.ts';
import { columnNames, rowOf } from './rows.ts';

/** PostgreSQL itself, PgBouncer and CockroachDB. */
const USUAL: ReadonlySet<number> = new Set([5432, 5433, 6432, 26_257]);

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const CANCEL_REQUEST = 80_877_102;

/** What of a type number is read how, for all sessions. */
const types = { getTypeParser: (type: number) => readerOf(type) } as unknown as CustomTypesConfig;

type Target = Place & { readonly database: string };

/** Opens sessions at one server as one login. */
export const postgres = (connect: Connect, place: Target, login: Login): Open<SqlQuery, SqlRows> => {
  const ask = { host: place.host, port: place.port, usual: USUAL, plain: !place.tls, timeout: CONNECT };

  return async (signal) => {
    const wire = await connect({ ...ask, signal });
    if (!wire.ok) return wire;
    const socket = place.tls ? await encrypted(wire.value, place) : good(wire.value.socket);
    if (!socket.ok) return socket;
    return loggedIn(wire.value, socket.value, place, login, signal);
  };
};

/** PG1. */
const encrypted = async (wire: Wire, place: Place): Promise<Result<Socket>> => {
  const { socket } = wire;
  const said = await new Promise<Buffer | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), CONNECT);
    const end = (answer: Buffer | null): void => {
      clearTimeout(timer);
      socket.pause();
      resolve(answer);
    };
    socket.once('data', end);
    socket.once('close', () => end(null));
    socket.write(SSL_REQUEST);
  });
  if (said?.length === 1 && said[0] === 0x53) {
    const secure = await wire.secure();
    return secure;
  }
  socket.destroy();
  return bad(noTls(place));
};

const loggedIn = async (
  wire: Wire,
  socket: Socket,
  place: Target,
  login: Login,
  signal: AbortSignal,
): Promise<Result<Session<SqlQuery, SqlRows>>> => {
  const stream = new Held(socket, GREETING);
  const client = new Client({
    stream: () => stream,
    ssl: false,
    host: place.host,
    port: place.port,
    user: login.user,
    // Always a text: without one the driver would look for a file of passwords.
    password: login.password,
    database: place.database,
    application_name: 'headgate',
    options: '',
    types,
  });
  let gone = false;
  const drop = (): void => {
    gone = true;
    stream.destroy();
  };
  client.on('error', drop);
  client.on('end', drop);
  const timer = setTimeout(drop, CONNECT);
  signal.addEventListener('abort', drop, { once: true });
  try {
    await client.connect();
  } catch (error) {
    drop();
    if (signal.aborted) return bad(givenUp());
    const said = error instanceof Error && 'severity' in error ? saidBy(error.message, login) : null;
    return bad(said === null ? lost(place, 'it does not speak as PostgreSQL does') : refusedLogin(place, said));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', drop);
  }
  return good(new PostgresSession(client, stream, wire, place, login, () => gone, drop));
};

class PostgresSession implements Session<SqlQuery, SqlRows> {
  readonly #client: Client;
  readonly #stream: Held;
  readonly #wire: Wire;
  readonly #place: Place;
  readonly #login: Login;
  readonly #gone: () => boolean;
  readonly #drop: () => void;

  constructor(
    client: Client,
    stream: Held,
    wire: Wire,
    place: Place,
    login: Login,
    gone: () => boolean,
    drop: () => void,
  ) {
    this.#client = client;
    this.#stream = stream;
    this.#wire = wire;
    this.#place = place;
    this.#login = login;
    this.#gone = gone;
    this.#drop = drop;
  }

  async query(q: SqlQuery): Promise<Answer<SqlRows>> {
    let why: Problem | null = null;
    let begun = false;
    /** The whole session goes: what is under way at the server is told to stop as well. */
    const stop = (because: Problem): void => {
      if (why !== null) return;
      why = because;
      if (begun) void this.#cancel();
      this.#drop();
    };
    const given = (): void => stop(givenUp());
    const timer = setTimeout(() => stop(tookTooLong(this.#place, q.timeout)), q.timeout);
    q.signal.addEventListener('abort', given, { once: true });
    this.#stream.allow(q.bytes + GREETING);
    try {
      if (q.signal.aborted) return { ok: false, problem: givenUp(), sent: 'no' };
      await this.#client.query(opening(q));
      begun = true;
      const done = await this.#run(q, () => stop(tooManyRows(q.rows)));
      await this.#client.query(q.mode === 'read' ? 'ROLLBACK' : 'COMMIT');
      return { ok: true, value: done };
    } catch (error) {
      const told = why ?? this.#problemOf(error, q);
      // What the server refuses it has not done. What broke off may have been done when it was about to be kept.
      const refused = error instanceof Error && 'severity' in error && !this.#gone();
      const nothing = !begun || q.mode === 'read' || refused;
      if (refused) await this.#client.query('ROLLBACK').catch(this.#drop);
      else this.#drop();
      return { ok: false, problem: told, sent: nothing ? 'no' : 'maybe' };
    } finally {
      clearTimeout(timer);
      q.signal.removeEventListener('abort', given);
    }
  }

  async fit(): Promise<boolean> {
    if (this.#gone()) return false;
    this.#stream.allow(GREETING);
    try {
      await this.#client.query('DISCARD ALL');
      return !this.#gone();
    } catch {
      this.#drop();
      return false;
    }
  }

  close(): void {
    this.#client.end().catch(() => undefined);
    this.#drop();
  }

  #run(q: SqlQuery, tooMany: () => void): Promise<SqlRows> {
    return new Promise((resolve, reject) => {
      let names: readonly string[] = [];
      const rows: Record<string, unknown>[] = [];
      const query = this.#client.query(
        new Query({
          text: q.sql,
          values: q.params.map(parameterOf),
          rowMode: 'array',
          // PG2: also without values.
          queryMode: 'extended',
        } as QueryConfig & { rowMode: 'array' }),
      );
      query.on('row', (row: unknown, result?: ResultBuilder) => {
        if (rows.length >= q.rows) return tooMany();
        if (rows.length === 0 && result !== undefined) names = columnNames(result.fields.map(({ name }) => name));
        rows.push(rowOf(names, row as unknown as readonly unknown[]));
      });
      query.on('error', reject);
      query.on('end', (result: ResultBuilder) =>
        resolve({ rows, changed: CHANGES.has(result.command) ? (result.rowCount ?? 0) : 0 }),
      );
    });
  }

  #problemOf(error: unknown, q: SqlQuery): Problem {
    if (error instanceof TooMuch || causeOf(error) instanceof TooMuch) return tooManyBytes(this.#place, q.bytes);
    if (!(error instanceof Error) || !('severity' in error)) return lost(this.#place, 'it ended, or could not be read');
    const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
    const said = saidBy(error.message, this.#login);
    const again = AGAIN.test(code);
    return problem('database.refused', `The database says: ${said}${code === '' ? '' : ` (${code})`}`, {
      at: { field: 'with.sql' },
      retry: again ? 'yes' : 'no',
    });
  }

  /** Tells the server to stop what this session is doing, over a connection of its own. */
  async #cancel(): Promise<void> {
    const { processID, secretKey } = this.#client as unknown as { processID: unknown; secretKey: unknown };
    if (typeof processID !== 'number' || typeof secretKey !== 'number') return;
    const wire = await this.#wire.again();
    if (!wire.ok) return;
    const socket = this.#place.tls ? await encrypted(wire.value, this.#place) : good(wire.value.socket);
    if (!socket.ok) return;
    const request = Buffer.alloc(16);
    request.writeInt32BE(16, 0);
    request.writeInt32BE(CANCEL_REQUEST, 4);
    request.writeInt32BE(processID, 8);
    request.writeInt32BE(secretKey, 12);
    socket.value.on('error', () => undefined);
    socket.value.end(request);
  }
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);

const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** Passing: conflicts of transactions, and a server that has no room or is not up yet. */
const AGAIN = /^(40001|40P01|55P03|57P03|53...)$/;

/** PG3. What the session is set to holds for this transaction alone, whatever stands between us and the server. */
const opening = ({ mode, timeout }: SqlQuery): string =>
  [
    mode === 'read' ? 'BEGIN READ ONLY' : 'BEGIN READ WRITE',
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO'",
    "SET LOCAL intervalstyle = 'iso_8601'",
    "SET LOCAL bytea_output = 'hex'",
    `SET LOCAL statement_timeout = ${Math.max(1, Math.trunc(timeout))}`,
    'SELECT 1',
  ].join('; ');

/** Lists become arrays and objects JSON, both by the driver; nothing else is in a flow. */
const parameterOf = (value: unknown): unknown => value ?? null;
