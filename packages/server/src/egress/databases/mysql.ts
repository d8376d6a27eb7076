/**
 * One connection to a MySQL or MariaDB server, by the driver mysql2 over a stream that this room made.
 *
 * MY1 TLS is begun before a name or a password is said, and verified here; a server that has none gets neither.
 * MY2 Text and values travel apart (prepared statements of the server), one statement a call: the client does not say that
 *     it could do more, and no value is ever written into a text.
 * MY3 The server can have no file of this machine: LOAD DATA LOCAL is not offered, and answered with nothing where it is
 *     asked for all the same.
 * MY4 Every statement stands in a transaction of its own; one that reads is read-only.
 * MY5 No code is made from what a server says (`disableEval`), and no password is sent in the clear because it asks.
 */

import { bad, good, problem, type Problem, type Result } from '@headgate/core';
import type { Connection, FieldPacket, QueryError } from 'mysql2';
import mysql from 'mysql2';
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
import { columnNames, rowOf } from './rows.ts';

/** MySQL and MariaDB, ProxySQL. */
const USUAL: ReadonlySet<number> = new Set([3306, 3307, 6033]);

type Target = Place & { readonly database: string };

/** What is used of the driver besides what it promises: where it begins TLS. Its version is pinned, and tests hold this. */
type Inside = {
  stream: Held;
  startTLS: (begun: (error?: Error) => void) => void;
  packetParser: { execute: (piece: Buffer) => void };
};

type Line = {
  readonly connection: Connection;
  readonly stream: () => Held;
  readonly gone: () => boolean;
  readonly drop: () => void;
};

/** Opens sessions at one server as one login. */
export const mysqlServer = (connect: Connect, place: Target, login: Login): Open<SqlQuery, SqlRows> => {
  const ask = { host: place.host, port: place.port, usual: USUAL, plain: !place.tls, timeout: CONNECT };
  return async (signal) => {
    const wire = await connect({ ...ask, signal });
    if (!wire.ok) return wire;
    const line = await loggedIn(wire.value, place, login, signal);
    if (!line.ok) return line;
    const version = await simple(line.value.connection, 'SELECT VERSION()').catch(() => null);
    if (version === null) {
      line.value.drop();
      return bad(lost(place, 'it ended'));
    }
    return good(new MysqlSession(line.value, wire.value, place, login, /mariadb/i.test(JSON.stringify(version))));
  };
};

const loggedIn = async (wire: Wire, place: Target, login: Login, signal: AbortSignal): Promise<Result<Line>> => {
  let stream = new Held(wire.socket, GREETING);
  let untrusted: Problem | null = null;
  let gone = false;
  const connection = mysql.createConnection({
    stream,
    host: place.host,
    port: place.port,
    user: login.user,
    password: login.password,
    database: place.database,
    charset: 'utf8mb4',
    flags: ['-LOCAL_FILES', '-FOUND_ROWS', '-CONNECT_ATTRS'],
    multipleStatements: false,
    disableEval: true,
    dateStrings: true,
    supportBigNumbers: true,
    connectTimeout: CONNECT,
    maxPreparedStatements: 1,
    ...(place.tls ? { ssl: { rejectUnauthorized: true, verifyIdentity: true } } : {}),
  });
  const drop = (): void => {
    gone = true;
    stream.destroy();
  };
  connection.on('error', drop);
  connection.on('end', drop);
  const inside = connection as unknown as Inside;
  // MY1: the same TLS as everywhere, over the same kind of stream.
  inside.startTLS = (begun) => {
    const plain = stream.release();
    void wire.secure().then((secure) => {
      if (!secure.ok) {
        untrusted = secure.problem;
        plain.destroy();
        return begun(new Error('no trusted connection'));
      }
      stream = new Held(secure.value, GREETING);
      stream.on('data', (piece: Buffer) => inside.packetParser.execute(piece));
      stream.on('error', drop);
      stream.on('close', () => connection.emit('error', new Error('closed')));
      inside.stream = stream;
      begun();
    });
  };
  const timer = setTimeout(() => connection.emit('error', new Error('late')), CONNECT);
  const given = (): void => void connection.emit('error', new Error('given up'));
  signal.addEventListener('abort', given, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject);
      stream.once('close', () => reject(new Error('closed')));
      connection.connect((error) => (error === null ? resolve() : reject(error)));
    });
    return good({ connection, stream: () => stream, gone: () => gone, drop });
  } catch (error) {
    drop();
    if (signal.aborted) return bad(givenUp());
    if (untrusted !== null) return bad(untrusted);
    const { code, errno } = partsOf(error);
    if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return bad(noTls(place));
    const refused = typeof errno === 'number' && error instanceof Error;
    return bad(
      refused
        ? refusedLogin(place, saidBy(error.message, login))
        : lost(place, 'it does not speak as MySQL does, or asks for the password in the clear'),
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', given);
  }
};

/** A statement of ours. */
const simple = (connection: Connection, sql: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const broke = (error: Error): void => reject(error);
    connection.once('error', broke);
    connection.query({ sql, rowsAsArray: true }, (error: QueryError | null, rows: unknown) => {
      connection.off('error', broke);
      if (error === null) resolve(rows);
      else reject(error);
    });
  });

class MysqlSession implements Session<SqlQuery, SqlRows> {
  readonly #line: Line;
  readonly #wire: Wire;
  readonly #place: Target;
  readonly #login: Login;
  readonly #maria: boolean;

  constructor(line: Line, wire: Wire, place: Target, login: Login, maria: boolean) {
    this.#line = line;
    this.#wire = wire;
    this.#place = place;
    this.#login = login;
    this.#maria = maria;
  }

  async query(q: SqlQuery): Promise<Answer<SqlRows>> {
    const { connection, drop } = this.#line;
    let why: Problem | null = null;
    let begun = false;
    const stop = (because: Problem): void => {
      if (why !== null) return;
      why = because;
      if (begun) void this.#kill();
      connection.emit('error', new Error('stopped'));
    };
    const given = (): void => stop(givenUp());
    const timer = setTimeout(() => stop(tookTooLong(this.#place, q.timeout)), q.timeout);
    q.signal.addEventListener('abort', given, { once: true });
    this.#line.stream().allow(q.bytes + GREETING);
    try {
      if (q.signal.aborted) return { ok: false, problem: givenUp(), sent: 'no' };
      await simple(connection, this.#settings(q.timeout));
      // Also where something ends the transaction: a procedure that commits, a statement that begins another.
      await simple(connection, `SET SESSION TRANSACTION READ ${q.mode === 'read' ? 'ONLY' : 'WRITE'}`);
      await simple(connection, q.mode === 'read' ? 'START TRANSACTION READ ONLY' : 'START TRANSACTION');
      begun = true;
      const done = await this.#run(q, () => stop(tooManyRows(q.rows)));
      await simple(connection, q.mode === 'read' ? 'ROLLBACK' : 'COMMIT');
      return { ok: true, value: done };
    } catch (error) {
      const refused = why === null && !this.#line.gone() && typeof partsOf(error).errno === 'number';
      const told = why ?? this.#problemOf(error, q);
      if (refused) await simple(connection, 'ROLLBACK').catch(drop);
      else drop();
      return { ok: false, problem: told, sent: !begun || q.mode === 'read' || refused ? 'no' : 'maybe' };
    } finally {
      clearTimeout(timer);
      q.signal.removeEventListener('abort', given);
    }
  }

  async fit(): Promise<boolean> {
    const { connection, gone, drop } = this.#line;
    if (gone()) return false;
    this.#line.stream().allow(GREETING);
    const reset = await new Promise<boolean>((resolve) => {
      connection.once('error', () => resolve(false));
      connection.reset((error) => resolve(error === null || error === undefined));
    });
    if (!reset) drop();
    return reset && !gone();
  }

  close(): void {
    this.#line.drop();
  }

  /** Times in UTC, and the server's own bound, lest it goes on when nobody listens. */
  #settings(timeout: number): string {
    const most = Math.max(1, Math.ceil(timeout / 1_000));
    const bound = this.#maria ? `max_statement_time = ${most}` : `max_execution_time = ${most * 1_000}`;
    return `SET time_zone = '+00:00', ${bound}`;
  }

  #run(q: SqlQuery, tooMany: () => void): Promise<SqlRows> {
    const { connection } = this.#line;
    return new Promise((resolve, reject) => {
      let fields: readonly FieldPacket[] = [];
      let names: readonly string[] = [];
      let changed = 0;
      let count = 0;
      const rows: Record<string, unknown>[] = [];
      const over = (error: Error | null): void => {
        connection.off('error', over);
        if (error === null) resolve({ rows, changed });
        else reject(error);
      };
      connection.on('error', over);
      const query = connection.execute({ sql: q.sql, values: q.params.map(parameterOf), rowsAsArray: true });
      query.on('fields', (all: FieldPacket[] | undefined, set?: number) => {
        if (all === undefined || (set ?? 0) > 0) return;
        fields = all;
        names = columnNames(all.map(({ name }) => name));
      });
      query.on('result', (row: unknown, set?: number) => {
        if (!Array.isArray(row)) {
          const { affectedRows } = partsOf(row);
          changed += typeof affectedRows === 'number' ? affectedRows : 0;
          return;
        }
        count += 1;
        if (count > q.rows) return tooMany();
        // A procedure answers with several lists: the first one is the answer.
        if ((set ?? 0) === 0)
          rows.push(
            rowOf(
              names,
              row.map((value, i) => valueOf(value, fields[i])),
            ),
          );
      });
      query.on('error', over);
      query.on('end', () => over(null));
    });
  }

  #problemOf(error: unknown, q: SqlQuery): Problem {
    const stream = this.#line.stream();
    if (stream.errored instanceof TooMuch) return tooManyBytes(this.#place, q.bytes);
    const { errno, code } = partsOf(error);
    if (typeof errno !== 'number' || !(error instanceof Error))
      return lost(this.#place, 'it ended, or could not be read');
    if (errno === 1969 || errno === 3024) return tookTooLong(this.#place, q.timeout);
    const said = saidBy(error.message, this.#login);
    return problem('database.refused', `The database says: ${said} (${typeof code === 'string' ? code : errno})`, {
      at: { field: 'with.sql' },
      retry: AGAIN.has(errno) ? 'yes' : 'no',
    });
  }

  /** Tells the server to stop what this session is doing, over a connection of its own. */
  async #kill(): Promise<void> {
    const { threadId } = this.#line.connection;
    const wire = await this.#wire.again();
    if (!wire.ok) return;
    const line = await loggedIn(wire.value, this.#place, this.#login, new AbortController().signal);
    if (!line.ok) return;
    await simple(line.value.connection, `KILL QUERY ${Number(threadId)}`).catch(() => undefined);
    line.value.drop();
  }
}

/** Deadlock, lock wait, too many connections, shutting down. */
const AGAIN: ReadonlySet<number> = new Set([1040, 1053, 1203, 1205, 1213]);

const partsOf = (of: unknown): { readonly [name: string]: unknown } =>
  typeof of === 'object' && of !== null ? (of as { readonly [name: string]: unknown }) : {};

/** Lists and objects go as JSON; whole numbers as such, so that LIMIT takes them. */
const parameterOf = (value: unknown): string | number | bigint | boolean | null => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
};

const [TIMESTAMP, DATETIME] = [7, 12];

/** Times in ISO 8601, bytes in base64; the driver did the rest. */
const valueOf = (value: unknown, field: FieldPacket | undefined): unknown => {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return value;
  const type = field?.columnType ?? field?.type;
  if (type === DATETIME) return value.replace(' ', 'T');
  return type === TIMESTAMP ? `${value.replace(' ', 'T')}Z` : value;
};
