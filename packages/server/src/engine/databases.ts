/**
 * What a `net: TCP host:port` need lends a step: databases and brokers of messages, through the broker and the outgoing door.
 * What is spoken is said by the drivers (egress/databases); this room judges, opens the secret and keeps the sessions.
 *
 * DA1 Every use is judged at that moment, by the host and port, and by the secret for `scheme://host:port`; it is broken
 *     off when the power is taken back, whatever the session was opened by.
 * DA2 The password is opened after the decision, and goes to nobody but the driver.
 */

import {
  type Databases,
  type MqttMessage,
  normaliseHost,
  type Power,
  problem,
  type Problem,
  type RedisCall,
  type Server,
  type SqlAnswer,
  type SqlCall,
} from '@headgate/core';
import type { Connect } from '../egress/door.ts';
import { Pool } from '../egress/databases/pool.ts';
import {
  type Answer,
  type Login,
  type Open,
  type SqlQuery,
  type SqlRows,
  tookTooLong,
} from '../egress/databases/port.ts';
import type { RedisQuery } from '../egress/databases/redis.ts';
import { commandProblem } from '../egress/databases/redis-commands.ts';
import { statementProblem } from '../egress/databases/statement.ts';
import { sqliteIn } from './sqlite.ts';
import type { Broker } from './broker.ts';
import type { Credentials } from './credentials.ts';
import type { Live } from './live.ts';
import type { Scheme } from './login.ts';

type Deps = {
  readonly broker: Pick<Broker, 'effect'>;
  readonly connect: Connect;
  readonly credentials: Pick<Credentials, 'login'>;
};

type Refused = { readonly problem: Problem; readonly sent: 'no' | 'maybe' };
type Done<T> = Promise<{ readonly value: T } | Refused>;

/** What one exchange needs besides its question: whose it is, and until when. */
type Way = { readonly login: Login; readonly key: string; readonly signal: AbortSignal };

const NOBODY: Login = { user: '', password: '' };

/** The databases of all flows. */
export class DatabaseDoor {
  readonly #deps: Deps;
  readonly #sql = new Pool<SqlQuery, SqlRows>();
  readonly #redis = new Pool<RedisQuery, unknown>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** For one step instance of a run. */
  lend(live: Live, step: string, narrow: readonly Power[] | undefined, signal: AbortSignal): Databases {
    const { workspace } = live.base;
    const use = <T>(scheme: Scheme, server: Server, act: (way: Way) => Promise<Answer<T>>): Done<T> =>
      this.#use(live, step, narrow, signal, scheme, server, act);
    return {
      sql: (call) => {
        const wrong = statementProblem(call.sql, call.mode);
        if (wrong !== null) return Promise.resolve({ problem: wrong, sent: 'no' });
        return use<SqlAnswer>(call.speaks, call, async ({ login, key, signal: until }) =>
          this.#sql.query(workspace, `${key}\n${call.database}`, await this.#openSql(call, login), {
            sql: call.sql,
            params: call.params,
            mode: call.mode,
            rows: call.rows,
            bytes: call.bytes,
            timeout: call.timeout,
            signal: until,
          }),
        );
      },
      sqlite: (call) => sqliteIn(call, signal),
      redis: (call: RedisCall) => {
        const wrong = commandProblem(call.command, call.args, call.mode, call.prefix);
        if (wrong !== null) return Promise.resolve({ problem: wrong, sent: 'no' });
        return use<unknown>('redis', call, async ({ login, key, signal: until }) => {
          const { redis } = await import('../egress/databases/redis.ts');
          const open = redis(this.#deps.connect, placeOf(call), login);
          return this.#redis.query(workspace, `${key}\n${call.database}`, open, {
            words: [call.command, ...call.args],
            mode: call.mode,
            bytes: call.bytes,
            signal: until,
          });
        });
      },
      publish: (message: MqttMessage) =>
        use<null>('mqtt', message, async ({ login, signal: until }) => {
          const { publish } = await import('../egress/databases/mqtt.ts');
          return publish(this.#deps.connect, placeOf(message), login, message, until);
        }),
    };
  }

  close(): void {
    this.#sql.close();
    this.#redis.close();
  }

  /** Drivers are loaded by the first who needs them, not by a server that asks no database. */
  async #openSql(call: SqlCall, login: Login): Promise<Open<SqlQuery, SqlRows>> {
    const { speaks } = call;
    const place = placeOf(call);
    if (speaks === 'mysql') {
      const { mysqlServer } = await import('../egress/databases/mysql.ts');
      return mysqlServer(this.#deps.connect, place, login);
    }
    const { postgres } = await import('../egress/databases/postgres.ts');
    return postgres(this.#deps.connect, place, login);
  }

  async #use<T>(
    live: Live,
    step: string,
    narrow: readonly Power[] | undefined,
    signal: AbortSignal,
    scheme: Scheme,
    server: Server,
    act: (way: Way) => Promise<Answer<T>>,
  ): Done<T> {
    const host = normaliseHost(server.host);
    if (host === undefined) return { problem: noHost(server.host), sent: 'no' };
    const { port, secret } = server;
    const origin = `${scheme}://${host}:${port}`;
    const needs: Power[] = [{ power: 'net', method: 'TCP', host, port }];
    if (secret !== undefined) needs.push({ power: 'secret', name: secret, origin });
    const { workspace, project, flow, environment, principal, id: run } = live.base;
    const done = await this.#deps.broker.effect<Answer<T>>(live, step, narrow, needs, async (_again, stopped) => {
      const ask = { workspace, project, flow, environment, principal, run, step, name: secret ?? '' };
      const found =
        secret === undefined
          ? { login: { ...NOBODY, user: server.user ?? '' }, version: '' }
          : await this.#deps.credentials.login(ask, origin, server.user ?? '');
      if ('problem' in found) return { ok: false, problem: found.problem, sent: 'no' };
      const key = [origin, server.tls ? 'tls' : 'plain', found.version, found.login.user].join('\n');
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), server.timeout);
      try {
        const until = AbortSignal.any([signal, stopped, late.signal]);
        const answer = await act({ login: found.login, key, signal: until });
        const isLate = !answer.ok && late.signal.aborted && !signal.aborted && !stopped.aborted;
        return isLate ? { ...answer, problem: tookTooLong({ ...server, host }, server.timeout) } : answer;
      } finally {
        clearTimeout(timer);
      }
    });
    if (!done.ok) return { problem: done.problem, sent: done.sent };
    return done.value.ok ? { value: done.value.value } : { problem: done.value.problem, sent: done.value.sent };
  }
}

/** With the host in its one spelling. */
const placeOf = <S extends Server>(server: S): S => ({ ...server, host: normaliseHost(server.host) ?? server.host });

const noHost = (host: string): Problem =>
  problem('database.host', `${JSON.stringify(host.slice(0, 80))} is no host`, {
    at: { field: 'with.host' },
    fix: 'Write a name or an address, without a scheme and a port: db.example.com.',
  });
