/**
 * One connection to a broker of MQTT 3.1.1 over a stream that this room made; packets are written and read by mqtt-packet.
 *
 * MQ1 Encrypted from the first byte where `tls` says so; nothing is said before the certificate was verified.
 * MQ2 A message of quality 1 was sent when the broker says that it has it; one of quality 0 when it left.
 */

import { bad, good, type Result } from '@headgate/core';
import mqtt, { type Packet } from 'mqtt-packet';
import type { Connect } from '../wire.ts';
import { Held } from './held.ts';
import { type Answer, CONNECT, givenUp, type Login, lost, type Place, refusedLogin } from './port.ts';

/** MQTT, with and without TLS. */
const USUAL: ReadonlySet<number> = new Set([1883, 8883]);
/** A broker that only takes messages has little to say. */
const ANSWERS = 100_000;

export type Message = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
};

/** Sends one message: connects, hands it over, and leaves. */
export const publish = async (
  connect: Connect,
  place: Place,
  login: Login,
  { topic, payload, qos, retain }: Message,
  signal: AbortSignal,
): Promise<Answer<null>> => {
  const ask = { host: place.host, port: place.port, usual: USUAL, plain: !place.tls, timeout: CONNECT, signal };
  const wire = await connect(ask);
  if (!wire.ok) return { ok: false, problem: wire.problem, sent: 'no' };
  const socket = place.tls ? await wire.value.secure() : good(wire.value.socket);
  if (!socket.ok) return { ok: false, problem: socket.problem, sent: 'no' };
  const line = new Line(new Held(socket.value, ANSWERS), signal);
  try {
    const begun = await beginSession(line, place, login, null);
    if (!begun.ok) return { ok: false, problem: signal.aborted ? givenUp() : begun.problem, sent: 'no' };
    const message = { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false } as const;
    const left = await line.send(qos === 0 ? message : { ...message, messageId: 1 });
    const taken = qos === 0 ? left : left && (await line.next('puback'));
    await line.send({ cmd: 'disconnect' });
    if (taken !== false && taken !== null) return { ok: true, value: null };
    return {
      ok: false,
      problem: signal.aborted ? givenUp() : lost(place, 'it ended before it took the message'),
      sent: 'maybe',
    };
  } finally {
    line.close();
  }
};

type Speaking = { send(packet: Packet): Promise<boolean>; next(cmd: string): Promise<Packet | null> };

/**
 * Says who it is. `lasting`: the session has a name, and the broker keeps it beyond the connection; null: it ends with it.
 * `kept`: the broker had it already.
 */
export const beginSession = async (
  line: Speaking,
  place: Place,
  { user, password }: Login,
  lasting: { readonly client: string; readonly keepalive: number } | null,
): Promise<Result<{ readonly kept: boolean }>> => {
  const answer = line.next('connack');
  await line.send({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: lasting === null,
    clientId: lasting?.client ?? '',
    keepalive: lasting?.keepalive ?? 60,
    ...(user === '' ? {} : { username: user, password: Buffer.from(password, 'utf8') }),
  });
  const said = await answer;
  if (said?.cmd !== 'connack') return bad(lost(place, 'it does not speak as MQTT does'));
  return said.returnCode === 0
    ? good({ kept: said.sessionPresent })
    : bad(refusedLogin(place, REFUSALS[said.returnCode ?? 0] ?? 'it says no'));
};

/** MQTT 3.1.1, table 3.1. */
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'it speaks another version of MQTT',
  2: 'it takes no client without a name of its own',
  3: 'it is not available',
  4: 'user or password is wrong',
  5: 'the account may not connect',
};

/** Packets of one connection, one asked for at a time. */
class Line {
  readonly #stream: Held;
  readonly #signal: AbortSignal;
  readonly #given = (): void => void this.#stream.destroy();
  #waiting: { readonly cmd: string; readonly resolve: (packet: Packet | null) => void } | null = null;
  readonly #heard: Packet[] = [];

  constructor(stream: Held, signal: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
    const parser = mqtt.parser({ protocolVersion: 4 });
    parser.on('packet', (packet) => this.#take(packet));
    parser.on('error', () => void stream.destroy());
    stream.on('data', (piece: Buffer) => void parser.parse(piece));
    stream.once('close', () => this.#waiting?.resolve(null));
    signal.addEventListener('abort', this.#given, { once: true });
    if (signal.aborted) stream.destroy();
  }

  /** False: it did not leave. */
  send(packet: Packet): Promise<boolean> {
    if (this.#stream.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#stream.once('close', () => resolve(false));
      this.#stream.write(mqtt.generate(packet), (error) => resolve(error === null || error === undefined));
    });
  }

  /** The next packet of this kind; null: the connection ended. */
  next(cmd: string): Promise<Packet | null> {
    const at = this.#heard.findIndex((packet) => packet.cmd === cmd);
    if (at >= 0) return Promise.resolve(this.#heard.splice(at, 1)[0] ?? null);
    if (this.#stream.destroyed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiting = { cmd, resolve };
    });
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#given);
    this.#stream.destroy();
  }

  #take(packet: Packet): void {
    if (this.#waiting?.cmd === packet.cmd) {
      const { resolve } = this.#waiting;
      this.#waiting = null;
      resolve(packet);
    } else if (this.#heard.length < 10) this.#heard.push(packet);
  }
}
