/**
 * One request over one line: writes it, and hands back the head of the answer with its body as a stream.
 *
 * E1 A request is written once. undici may connect again by itself, but a second start of the same request ends it.
 * E2 The line goes back to the idle ones after the last byte of the answer and is killed by anything else: an error, a
 *    stop, a body that is not read to its end.
 * E3 A connection over which somebody logs in as a connection (NTLM, Negotiate) is never used for another request.
 */

import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { type Sending, tellHeaders } from './headers.ts';
import { type Line, LineCut } from './lines.ts';
import { type Stop, Stopped } from './stop.ts';

/** `body` holds the bytes as they arrive. It has to be read to its end, or destroyed. */
export type Head = {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Readable;
};

export type Message = { readonly method: string; readonly headers: Sending; readonly body: Uint8Array | null };

/** More bytes came than the caller wants. */
export class Oversize extends Error {}

const LOGS_IN = /(^|,)\s*(ntlm|negotiate)\b/i;

/**
 * Sends `message` for `url` over `line`. `started` is called at the moment from which bytes may have left; a rejection
 * before it means that none did. More than `most` bytes of body end it with Oversize; `received` is told of each chunk.
 */
export const exchange = (
  line: Line,
  url: URL,
  message: Message,
  most: number,
  stop: Stop,
  on: { started(): void; received(bytes: number): void },
): Promise<Head> => {
  let resolve = (_head: Head): void => undefined;
  let reject = (_error: Error): void => undefined;
  const answered = new Promise<Head>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  let resume = (): void => undefined;
  let open = true;
  let count = 0;
  let keep = !LOGS_IN.test(message.headers.get('authorization') ?? '');
  const body = new Readable({
    highWaterMark: 65_536,
    read: () => resume(),
    destroy: (error, done) => {
      close(false);
      done(error);
    },
  });
  // An error may come before anybody reads; whoever reads will still get it.
  body.on('error', () => undefined);

  const close = (whole: boolean): void => {
    if (!open) return;
    open = false;
    stop.signal.removeEventListener('abort', stopped);
    if (whole && keep) line.release();
    else line.kill();
  };
  const fail = (error: Error): void => {
    reject(error);
    body.destroy(error);
  };
  const stopped = (): void => fail(new Stopped());

  let starts = 0;
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (controller) => {
      starts += 1;
      if (starts > 1) return controller.abort(new LineCut());
      on.started();
    },
    onResponseStart: (controller, status, headers) => {
      if (status < 200) return;
      const raw = Array.isArray(controller.rawHeaders) ? controller.rawHeaders : Object.entries(headers).flat(2);
      const told = tellHeaders(raw.map((part) => part ?? ''));
      keep &&= !LOGS_IN.test(String(told['www-authenticate'] ?? ''));
      resume = () => controller.resume();
      resolve({ status, headers: told, body });
    },
    onResponseData: (controller, chunk) => {
      count += chunk.length;
      on.received(chunk.length);
      if (count > most) return fail(new Oversize());
      if (!body.push(chunk)) controller.pause();
    },
    onResponseEnd: () => {
      close(true);
      body.push(null);
    },
    onResponseError: (_controller, error) => fail(error),
  };

  if (stop.signal.aborted) stopped();
  else {
    stop.signal.addEventListener('abort', stopped, { once: true });
    line.client.dispatch(
      {
        path: url.pathname + url.search,
        method: message.method,
        headers: [...message.headers].flat(),
        body: message.body,
        idempotent: false,
        // The connection is ours alone until the answer is whole.
        blocking: true,
      },
      handler,
    );
  }
  return answered;
};
