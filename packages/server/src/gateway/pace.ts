/**
 * How long a request may take to arrive. Node's own deadline is one for all of a server, and would cut off a large file on a
 * slow line; so requests are looked after here.
 *
 * PC1 A request has arrived within `requestTimeout`, whatever route it is for and whether its body is read or not, or its
 *     connection is ended: who sends drop by drop holds no place.
 * PC2 The body of a route that takes files may take as long as it needs while it keeps moving: within every `uploadWindow` at least
 *     `uploadRate` bytes a second.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Limits } from './limits.ts';

type Pacing = Pick<Limits, 'requestTimeout' | 'uploadWindow' | 'uploadRate' | 'checkEvery'>;

/** `since`: of the request, or of the window. `bytes`: what had come over its connection then; null: it is no file. */
type Coming = { since: number; bytes: number | null; readonly response: ServerResponse };

/** As Node names it: the connection is told 408. */
class TooSlow extends Error {
  readonly code = 'ERR_HTTP_REQUEST_TIMEOUT';
}

export class Pace {
  readonly #limit: Pacing;
  readonly #end: (fault: TooSlow, socket: Duplex) => void;
  readonly #coming = new Map<IncomingMessage, Coming>();
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(limit: Pacing, end: (fault: TooSlow, socket: Duplex) => void) {
    this.#limit = limit;
    this.#end = end;
  }

  /** A request began: its head is there. */
  begun(request: IncomingMessage, response: ServerResponse): void {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if ((length === undefined || length === '0') && coding === undefined) return;
    this.#coming.set(request, { since: performance.now(), bytes: null, response });
    this.#timer ??= setInterval(() => this.#look(), this.#limit.checkEvery).unref();
  }

  /** Its body is a file. */
  file(request: IncomingMessage): void {
    const coming = this.#coming.get(request);
    if (coming === undefined) return;
    coming.since = performance.now();
    coming.bytes = request.socket.bytesRead;
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#coming.clear();
  }

  #look(): void {
    const now = performance.now();
    for (const [request, coming] of this.#coming) {
      const { socket } = request;
      if (request.complete || socket.destroyed) this.#coming.delete(request);
      else if (this.#isSlow(request, coming, now)) {
        this.#coming.delete(request);
        // An answer that has begun says what there is to say.
        if (!coming.response.headersSent) this.#end(new TooSlow('The request did not arrive in time'), socket);
        socket.destroySoon();
      }
    }
    if (this.#coming.size === 0) this.close();
  }

  #isSlow({ socket }: IncomingMessage, coming: Coming, now: number): boolean {
    const { requestTimeout, uploadWindow, uploadRate } = this.#limit;
    if (coming.bytes === null) return now - coming.since > requestTimeout;
    if (now - coming.since < uploadWindow) return false;
    const came = socket.bytesRead - coming.bytes;
    const least = (uploadRate * (now - coming.since)) / 1_000;
    coming.since = now;
    coming.bytes = socket.bytesRead;
    return came < least;
  }
}
