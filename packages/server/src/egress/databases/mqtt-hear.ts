/**
 * A session with a broker of MQTT 3.1.1 that hears messages, and stays with the broker while nobody is connected: what comes
 * meanwhile by quality 1 waits there.
 *
 * MH1 A message of quality 1 is acknowledged by whoever took it, when he says so (`taken`), and never before.
 * MH2 What a broker sends is bounded (mqtt-frames.ts); while nobody takes messages, no more are read than WAITING.
 * MH3 After `ping`, the broker has all that was acknowledged before it: it answers in the order in which it is asked.
 */

import { bad, good, type Problem, problem, type Result } from '@headgate/core';
import mqtt, { type Packet } from 'mqtt-packet';
import type { Connect } from '../wire.ts';
import { Held } from './held.ts';
import { type Frame, Frames } from './mqtt-frames.ts';
import { beginSession } from './mqtt.ts';
import { CONNECT, givenUp, type Login, lost, type Place, whereOf } from './port.ts';

/** MQTT, with and without TLS. */
const USUAL: ReadonlySet<number> = new Set([1883, 8883]);
/** Bytes between two looks at what came; frames bound what is held of them. */
const FLOOD = 16 * 1024 * 1024;
const WAITING = 100;
/** Seconds after which a broker takes a silent client for gone, and milliseconds that an answer may take. */
const KEEPALIVE = 90;
const ANSWER = 20_000;

/** One message. `id` null: of quality 0, which nobody acknowledges. `payload` null: it is too large. */
export type HeardMessage = {
  readonly topic: string;
  readonly payload: Buffer | null;
  readonly size: number;
  readonly id: number | null;
  /** The broker says that it may have been delivered before. */
  readonly again: boolean;
  readonly retained: boolean;
};

export type Hearing = {
  /** Whether the broker still had the session. */
  readonly kept: boolean;
  readonly subscribe: (topics: readonly string[]) => Promise<Problem | null>;
  readonly unsubscribe: (topics: readonly string[]) => Promise<boolean>;
  /** Messages in the order they came; none when the time is over; null: the line is gone, or it is stopped. */
  readonly next: (ms: number) => Promise<readonly HeardMessage[] | null>;
  readonly taken: (ids: readonly number[]) => Promise<boolean>;
  readonly ping: () => Promise<boolean>;
  readonly close: () => void;
};

export type HearAsk = {
  readonly place: Place;
  readonly login: Login;
  /** The name of the session at the broker. */
  readonly client: string;
  readonly signal: AbortSignal;
};

/** Opens the session, or finds it again. Problems: `egress.…`, `database.login`, `database.broken`. */
export const hear = async (connect: Connect, { place, login, client, signal }: HearAsk): Promise<Result<Hearing>> => {
  const ask = { host: place.host, port: place.port, usual: USUAL, plain: !place.tls, timeout: CONNECT, signal };
  const wire = await connect(ask);
  if (!wire.ok) return wire;
  const socket = place.tls ? await wire.value.secure() : good(wire.value.socket);
  if (!socket.ok) return socket;
  const ear = new Ear(new Held(socket.value, FLOOD), place, signal);
  const begun = await beginSession(ear, place, login, { client, keepalive: KEEPALIVE });
  if (begun.ok) return good(ear.hearing(begun.value.kept));
  ear.close();
  return signal.aborted ? bad(givenUp()) : begun;
};

type Waiting = { readonly cmd: string; readonly id: number | null; readonly resolve: (packet: Packet | null) => void };

/** Packets of the line: messages in one queue, answers to whoever asked. */
class Ear {
  readonly #stream: Held;
  readonly #place: Place;
  readonly #signal: AbortSignal;
  readonly #frames = new Frames();
  readonly #messages: HeardMessage[] = [];
  #asking: Waiting[] = [];
  #wake: () => void = () => undefined;
  #number = 0;
  readonly #stir = (): void => this.#wake();

  constructor(stream: Held, place: Place, signal: AbortSignal) {
    this.#stream = stream;
    this.#place = place;
    this.#signal = signal;
    const parser = mqtt.parser({ protocolVersion: 4 });
    parser.on('packet', (packet) => this.#take(packet));
    parser.on('error', () => void stream.destroy());
    stream.on('data', (piece: Buffer) => {
      stream.allow(FLOOD);
      const frames = this.#frames.push(piece);
      if (frames === null) return void stream.destroy();
      for (const frame of frames) {
        if ('whole' in frame) parser.parse(frame.whole);
        else this.#heard(largeOf(frame));
      }
    });
    stream.once('close', () => {
      for (const one of this.#asking.splice(0)) one.resolve(null);
      this.#wake();
    });
    signal.addEventListener('abort', this.#stir, { once: true });
  }

  hearing(kept: boolean): Hearing {
    return {
      kept,
      subscribe: (topics) => this.#subscribe(topics),
      unsubscribe: async (topics) => {
        const messageId = this.#next();
        const sent: Packet = { cmd: 'unsubscribe', messageId, unsubscriptions: [...topics] };
        return (await this.send(sent)) && (await this.#answer('unsuback', messageId)) !== null;
      },
      next: (ms) => this.#some(ms),
      taken: async (ids) => {
        let left = true;
        for (const messageId of ids) left = await this.send({ cmd: 'puback', messageId });
        return left;
      },
      ping: async () => (await this.send({ cmd: 'pingreq' })) && (await this.#answer('pingresp', null)) !== null,
      close: () => {
        void this.send({ cmd: 'disconnect' }).then(() => this.close());
      },
    };
  }

  /** False: it did not leave. */
  send(packet: Packet): Promise<boolean> {
    if (this.#stream.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const gone = (): void => resolve(false);
      this.#stream.once('close', gone);
      this.#stream.write(mqtt.generate(packet), (error) => {
        this.#stream.off('close', gone);
        resolve(error === null || error === undefined);
      });
    });
  }

  next(cmd: string): Promise<Packet | null> {
    return this.#answer(cmd, null);
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#stir);
    this.#stream.destroy();
  }

  #next(): number {
    this.#number = (this.#number % 65_535) + 1;
    return this.#number;
  }

  async #subscribe(topics: readonly string[]): Promise<Problem | null> {
    const messageId = this.#next();
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }));
    const sent = await this.send({ cmd: 'subscribe', messageId, subscriptions });
    const said = sent ? await this.#answer('suback', messageId) : null;
    if (said?.cmd !== 'suback') return lost(this.#place, 'it ended before it took the subscription');
    const refused = topics.find((_, at) => Number(said.granted[at] ?? 128) > 2);
    return refused === undefined ? null : noTopic(this.#place, refused);
  }

  /** The answer of one kind, to what was asked under `id`; null: the line is gone, or it took too long. */
  #answer(cmd: string, id: number | null): Promise<Packet | null> {
    if (this.#stream.destroyed) return Promise.resolve(null);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#stream.destroy(), ANSWER);
      this.#asking.push({
        cmd,
        id,
        resolve: (packet) => {
          clearTimeout(timer);
          resolve(packet);
        },
      });
    });
  }

  async #some(ms: number): Promise<readonly HeardMessage[] | null> {
    if (this.#messages.length === 0 && !this.#stream.destroyed && !this.#signal.aborted)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    if (this.#stream.destroyed || this.#signal.aborted) return null;
    const all = this.#messages.splice(0);
    if (this.#stream.isPaused()) this.#stream.resume();
    return all;
  }

  #take(packet: Packet): void {
    if (packet.cmd === 'publish') {
      const { topic, payload, qos, messageId, dup, retain } = packet;
      const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
      const id = qos === 0 ? null : (messageId ?? null);
      return this.#heard({ topic, payload: bytes, size: bytes.length, id, again: dup, retained: retain });
    }
    const at = this.#asking.findIndex(({ cmd, id }) => cmd === packet.cmd && (id === null || id === packet.messageId));
    if (at >= 0) this.#asking.splice(at, 1)[0]?.resolve(packet);
  }

  #heard(message: HeardMessage): void {
    this.#messages.push(message);
    if (this.#messages.length >= WAITING) this.#stream.pause();
    this.#wake();
  }
}

const largeOf = ({ topic, id, again, retained, size }: Exclude<Frame, { whole: Buffer }>): HeardMessage => ({
  ...{ topic, id, again, retained, size },
  payload: null,
});

const noTopic = (place: Place, topic: string): Problem =>
  problem('database.topic', `${whereOf(place)} does not let this account hear ${JSON.stringify(topic.slice(0, 200))}`, {
    at: { field: 'with.topics' },
    fix: 'See what the broker lets the account subscribe to, and how the topic is written.',
  });
