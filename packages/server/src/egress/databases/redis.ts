/**
 * One connection to a Redis server (or one that speaks like it: Valkey, KeyDB) over a stream that this room made.
 *
 * RD1 Encrypted from the first byte where `tls` says so; nothing is said before the certificate was verified.
 * RD2 One command at a time, each word with its length before it: no text of a value is read as a command.
 */

import { bad, good, problem, type Result } from '@headgate/core';
import type { Connect } from '../wire.ts';
import { Held, TooMuch } from './held.ts';
import {
  type Answer,
  CONNECT,
  givenUp,
  GREETING,
  type Login,
  lost,
  type Open,
  type Place,
  refusedLogin,
  saidBy,
  type Session,
  tooManyBytes,
} from './port.ts';
import { commandOf, type RedisAnswer, RedisReader, RedisRefusal } from './resp.ts';

/** Redis, with and without TLS. */
const USUAL: ReadonlySet<number> = new Set([6379, 6380]);

export type RedisQuery = {
  readonly words: readonly (string | number)[];
  readonly mode: 'read' | 'write';
  readonly bytes: number;
  readonly signal: AbortSignal;
};

type Target = Place & { readonly database: number };

/** Opens sessions at one server as one login, in one of its numbered databases. */
export const redis = (connect: Connect, place: Target, login: Login): Open<RedisQuery, unknown> => {
  const ask = { host: place.host, port: place.port, usual: USUAL, plain: !place.tls, timeout: CONNECT };
  return async (signal) => {
    const wire = await connect({ ...ask, signal });
    if (!wire.ok) return wire;
    const socket = place.tls ? await wire.value.secure() : good(wire.value.socket);
    if (!socket.ok) return socket;
    const session = new RedisSession(new Held(socket.value, GREETING), place, login);
    const refused = await session.begin(signal);
    return refused ?? good(session);
  };
};

class RedisSession implements Session<RedisQuery, unknown> {
  readonly #stream: Held;
  readonly #place: Target;
  readonly #login: Login;

  constructor(stream: Held, place: Target, login: Login) {
    this.#stream = stream;
    this.#place = place;
    this.#login = login;
  }

  /** Logs in; why it could not, or null. */
  async begin(signal: AbortSignal): Promise<Result<never> | null> {
    const { user, password } = this.#login;
    const words = [
      ...(password === '' ? [] : [user === '' ? ['AUTH', password] : ['AUTH', user, password]]),
      ...(this.#place.database === 0 ? [] : [['SELECT', this.#place.database]]),
      ['PING'],
    ];
    for (const one of words) {
      const said = await this.#say(one, AbortSignal.any([signal, AbortSignal.timeout(CONNECT)]));
      if (signal.aborted) return bad(givenUp());
      if (said instanceof RedisRefusal) return bad(refusedLogin(this.#place, saidBy(said.message, this.#login)));
      if (said === BROKEN) return bad(lost(this.#place, 'it does not speak as Redis does'));
    }
    return null;
  }

  async query({ words, mode, bytes, signal }: RedisQuery): Promise<Answer<unknown>> {
    if (signal.aborted) return { ok: false, problem: givenUp(), sent: 'no' };
    this.#stream.allow(bytes + GREETING);
    const said = await this.#say(words, signal);
    if (said instanceof RedisRefusal) {
      const told = saidBy(said.message, this.#login);
      const again = /^(LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN)\b/.test(said.message);
      return {
        ok: false,
        problem: problem('database.refused', `Redis says: ${told}`, {
          at: { field: 'with.args' },
          retry: again ? 'yes' : 'no',
        }),
        sent: 'no',
      };
    }
    if (said !== BROKEN) return { ok: true, value: valueOf(said, String(words[0])) };
    const why = signal.aborted
      ? givenUp()
      : this.#stream.errored instanceof TooMuch
        ? tooManyBytes(this.#place, bytes)
        : lost(this.#place, 'it ended, or could not be read');
    return { ok: false, problem: why, sent: mode === 'read' ? 'no' : 'maybe' };
  }

  fit(): Promise<boolean> {
    return Promise.resolve(!this.#stream.destroyed);
  }

  close(): void {
    this.#stream.destroy();
  }

  #say(words: readonly (string | number)[], signal: AbortSignal): Promise<RedisAnswer | typeof BROKEN> {
    const stream = this.#stream;
    return new Promise((resolve) => {
      const reader = new RedisReader();
      const end = (answer: RedisAnswer | typeof BROKEN): void => {
        stream.off('data', heard);
        stream.off('close', broke);
        signal.removeEventListener('abort', given);
        resolve(answer);
      };
      const heard = (piece: Buffer): void => {
        const answer = reader.add(piece);
        if (answer !== undefined) end(answer);
      };
      const broke = (): void => end(BROKEN);
      const given = (): void => void stream.destroy();
      stream.on('data', heard);
      stream.once('close', broke);
      signal.addEventListener('abort', given, { once: true });
      if (stream.destroyed || signal.aborted) {
        stream.destroy();
        return end(BROKEN);
      }
      stream.write(commandOf(words));
    });
  }
}

const BROKEN = Symbol('broken');

/** As a value of a flow: texts where they are UTF-8, else `{base64}`; what tells fields and values, as an object. */
const valueOf = (answer: RedisAnswer, command: string): unknown => {
  if (Array.isArray(answer)) {
    const list: readonly unknown[] = answer.map((one: RedisAnswer) => valueOf(one, ''));
    if (command.toUpperCase() !== 'HGETALL') return list;
    const pairs: [string, unknown][] = [];
    for (let i = 0; i + 1 < list.length; i += 2) pairs.push([String(list[i]), list[i + 1]]);
    return Object.fromEntries(pairs);
  }
  if (answer instanceof RedisRefusal) return { refused: answer.message };
  if (!Buffer.isBuffer(answer)) return answer;
  const text = answer.toString('utf8');
  return Buffer.from(text, 'utf8').equals(answer) ? text : { base64: answer.toString('base64') };
};
