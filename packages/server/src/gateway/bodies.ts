/**
 * Reads request bodies into memory, and no more of them than the server can hold.
 *
 * B1 A body that is declared too large is refused before a byte of it is read; one that grows too large, at that byte.
 * B2 All bodies in flight share one budget, charged as bytes arrive, so that many large uploads cannot exhaust memory
 *    while small requests still pass.
 */

import type { IncomingMessage } from 'node:http';
import type { ProblemCode } from '@headgate/core/api';

/** A body, or why there is none. The holder calls `release` when the bytes are no longer needed. */
export type Body = { readonly bytes: Buffer; readonly release: () => void } | { readonly code: ProblemCode };

/** Bodies up to this size pass even when the budget is used up. */
const SMALL = 16 * 1024;

const NO_BYTES = Buffer.alloc(0);
const free = (): void => undefined;

export class Bodies {
  readonly #budget: number;
  #held = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  /** Calls back once, with the bytes or the code of the Problem. */
  read(request: IncomingMessage, limit: number, done: (body: Body) => void): void {
    const { headers } = request;
    const length = headers['content-length'];
    if (length === undefined && headers['transfer-encoding'] === undefined)
      return done({ bytes: NO_BYTES, release: free });
    if (length !== undefined && Number(length) > limit) return done({ code: 'body.size' });
    if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
      return done({ code: 'body.type' });
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (body: Body): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      if ('code' in body) this.#held -= size;
      done(body);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      this.#held += chunk.length;
      if (size > limit) return refuse('body.size');
      if (size > SMALL && this.#held > this.#budget) return refuse('body.busy');
      chunks.push(chunk);
    };
    const refuse = (code: ProblemCode): void => {
      settle({ code });
      request.resume();
    };
    const onEnd = (): void => {
      const first = chunks[0];
      const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size);
      const held = size;
      let released = false;
      settle({
        bytes,
        release: () => {
          if (!released) this.#held -= held;
          released = true;
        },
      });
    };
    const onClose = (): void => settle({ code: 'body.text' });
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  }

  /** Bytes held now. */
  get held(): number {
    return this.#held;
  }
}
