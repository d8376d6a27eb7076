/**
 * What a `net: TCP host:port` need lends a step: one exchange with a database or a broker of messages. Every use is judged
 * at the moment it happens; the password is filled in by the broker, and the step never sees it.
 *
 * DB1 Text and values travel apart: what stands in `params` is never read as a part of the statement.
 */

import type { Problem } from '../problem.ts';

type Refused = { readonly problem: Problem; readonly sent: 'no' | 'maybe' };
type Done<T> = Promise<{ readonly value: T } | Refused>;

/** Where a server is. `host` as in an address: a name, or an address (IPv6 in brackets). */
export type Server = {
  readonly host: string;
  readonly port: number;
  /** Encrypted, with a certificate that is the host's. Not: only to an address that a server admin opened. */
  readonly tls: boolean;
  /** Name of the secret that holds the password, or user and password. */
  readonly secret?: string;
  /** Who logs in, where the secret does not say it. */
  readonly user?: string;
  /** Milliseconds for one exchange, connecting included. */
  readonly timeout: number;
};

export type SqlCall = Server & {
  readonly speaks: 'postgres' | 'mysql';
  readonly database: string;
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly mode: 'read' | 'write';
  /** Rows and bytes at most. */
  readonly rows: number;
  readonly bytes: number;
};

/** A statement that reads a SQLite file, which the step has read by its own power. */
export type SqliteCall = {
  readonly file: Uint8Array;
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly rows: number;
  readonly bytes: number;
  readonly timeout: number;
};

/** `changed`: how many rows a statement changed, as far as the database says. */
export type SqlAnswer = { readonly rows: readonly Readonly<Record<string, unknown>>[]; readonly changed: number };

export type RedisCall = Server & {
  readonly command: string;
  readonly args: readonly (string | number)[];
  /** What every key has to begin with. */
  readonly prefix: string;
  readonly mode: 'read' | 'write';
  readonly database: number;
  readonly bytes: number;
};

export type MqttMessage = Server & {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
};

export type Databases = {
  sql(call: SqlCall): Done<SqlAnswer>;
  /** In a process that has nothing but these bytes. */
  sqlite(call: SqliteCall): Done<SqlAnswer['rows']>;
  redis(call: RedisCall): Done<unknown>;
  publish(message: MqttMessage): Done<null>;
};

/** For steps and tests that were lent none. */
export const noDatabases = (problem: Problem): Databases => {
  const refuse = () => Promise.resolve({ problem, sent: 'no' as const });
  return { sql: refuse, sqlite: refuse, redis: refuse, publish: refuse };
};
