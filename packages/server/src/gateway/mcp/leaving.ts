/** That a client leaves in the middle of an answer: heard by whoever asks, and by nobody who does not wait. */

import type { FastifyRequest } from 'fastify';

type Socket = FastifyRequest['raw']['socket'];

export class Leaving {
  readonly #socket: Socket;
  #controller: AbortController | undefined;
  #gone = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Ended when the client leaves, or has left. */
  readonly signal = (): AbortSignal => {
    if (this.#controller !== undefined) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.#gone || this.#socket.destroyed) this.left();
    else this.#socket.once('close', this.left);
    return this.#controller.signal;
  };

  readonly left = (): void => {
    this.#gone = true;
    this.#controller?.abort();
  };

  /** The answer is out, and the socket goes on to the next request. */
  over(): void {
    if (this.#controller !== undefined) this.#socket.off('close', this.left);
  }
}
