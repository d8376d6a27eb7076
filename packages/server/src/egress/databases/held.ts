/**
 * The stream a driver gets in the place of a socket: the bytes of one connection, counted, and held so that whatever a
 * server sends can end that connection and nothing else.
 *
 * HE1 What a driver throws while it reads ends the stream as an error; it never leaves as an exception of the process.
 * HE2 A driver cannot connect anywhere: `connect` says that it is connected.
 * HE3 Between two calls of `allow`, no more than so many bytes come through; what is more ends the stream.
 */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** The server sent more than it may. */
export class TooMuch extends Error {}
/** The server said what its driver cannot read. */
export class Unreadable extends Error {}

export class Held extends Duplex {
  readonly #socket: Socket;
  #left: number;
  readonly #heard = (piece: Buffer): void => {
    this.#left -= piece.length;
    if (this.#left < 0) return void this.destroy(new TooMuch());
    if (!this.push(piece)) this.#socket.pause();
  };
  readonly #over = (): void => void this.push(null);
  readonly #failed = (error: Error): void => void this.destroy(error);
  readonly #closed = (): void => void this.destroy();

  /** `most`: bytes until `allow` is called. */
  constructor(socket: Socket, most: number) {
    super({ allowHalfOpen: false, emitClose: true });
    this.#socket = socket;
    this.#left = most;
    socket.on('data', this.#heard);
    socket.on('end', this.#over);
    socket.on('error', this.#failed);
    socket.on('close', this.#closed);
    // Somebody hears of every error, whoever listens besides.
    this.on('error', () => undefined);
    if (socket.destroyed) this.destroy();
  }

  /** So many bytes from now on. */
  allow(most: number): void {
    this.#left = most;
  }

  /** Hands the socket back as it is; the stream is no use any more. */
  release(): Socket {
    const socket = this.#socket;
    socket.off('data', this.#heard).off('end', this.#over).off('error', this.#failed).off('close', this.#closed);
    return socket;
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- the signature of every emitter
  override emit(event: string | symbol, ...values: unknown[]): boolean {
    try {
      return super.emit(event, ...values);
    } catch (error) {
      if (event === 'error' || event === 'close') return true;
      this.destroy(new Unreadable('the server said what cannot be read', { cause: error }));
      return true;
    }
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(piece, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  // What drivers do to a socket.
  connect(): this {
    queueMicrotask(() => this.emit('connect'));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
