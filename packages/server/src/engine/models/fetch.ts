/**
 * The outgoing door in the shape in which libraries that speak to models want it: `fetch`. It opens no connection itself, and
 * knows nothing of models.
 *
 * MF1 A call goes to the address of the provider and nowhere else, and follows no redirect: the key stays where it belongs.
 * MF2 Headers that a library makes up for a key are dropped; the key is the one that the broker filled in.
 * MF3 A body is handed on as it comes, no faster than it is read.
 */

import type { Problem } from '@headgate/core';
import { problem } from '@headgate/core';
import type { Door, OutRequest } from '../../egress/door.ts';

/** Carries what became of a call through a library, back to who asked. */
export class CallFault extends Error {
  readonly problem: Problem;
  readonly sent: 'no' | 'maybe';
  constructor(of: Problem, sent: 'no' | 'maybe') {
    super(of.code);
    this.problem = of;
    this.sent = sent;
  }
}

/** What the libraries call with. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export type Through = {
  readonly door: Pick<Door, 'request'>;
  readonly origin: string;
  /** With the key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly share: { readonly workspace: string; readonly flow: string };
  readonly signal: AbortSignal;
  /** Milliseconds for the whole call, and for silence in the middle of an answer. */
  readonly timeout: number;
  readonly stall: number;
};

/** Of one answer; less where it is read as a whole (bounded.ts). */
export const MOST_BYTES = 64 * 1024 * 1024;
/** Headers that carry keys, or say who we are. */
const DROPPED: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'user-agent']);

const STALLED = problem('model.stalled', 'The answer of the model stood still for too long', {
  retry: 'yes',
  fix: 'Let the step try again, name a model to fall back to, or allow a longer silence (`stall`).',
});
const ELSEWHERE = problem('model.answer', 'The provider wants to be asked elsewhere', { retry: 'no' });

const textOf = (input: string | URL | Request): string =>
  typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;

type Sent = { readonly body?: string | Uint8Array; readonly type?: string };

/** What is sent: texts and bytes as they are, a form as its parts. */
const bodyOf = async (body: RequestInit['body']): Promise<Sent> => {
  if (body === undefined || body === null) return {};
  if (typeof body === 'string' || body instanceof Uint8Array) return { body };
  const whole = new Response(body);
  const type = whole.headers.get('content-type');
  return { body: new Uint8Array(await whole.arrayBuffer()), ...(type === null ? {} : { type }) };
};

const headersOf = (
  given: RequestInit['headers'],
  { headers }: Through,
  type: string | undefined,
): Record<string, string> => {
  const made: Record<string, string> = {};
  for (const [name, value] of new Headers(given)) if (!DROPPED.has(name)) made[name] = value;
  return { ...made, ...(type === undefined ? {} : { 'content-type': type }), ...headers };
};

type Came = Parameters<NonNullable<OutRequest['head']>>;

const answerOf = (
  status: Came[0],
  headers: Came[1],
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null,
): Response => {
  const told = new Headers();
  for (const [name, value] of Object.entries(headers)) told.set(name, Array.isArray(value) ? value.join(', ') : value);
  return new Response(status === 204 || status === 205 ? null : body, { status, headers: told });
};

/** `fetch`, through the door: it rejects with a CallFault when there was no answer, and a body that breaks off ends with one. */
export const fetchThrough =
  (through: Through): Fetch =>
  async (input, init) => {
    const url = textOf(input);
    if (new URL(url).origin !== through.origin) throw new CallFault(ELSEWHERE, 'no');
    const { body, type } = await bodyOf(init?.body);
    const stop = new AbortController();
    let stalled = false;
    let told = false;
    // Whoever read the answer wants no more of it.
    let left = false;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = (): void => {
      // Once a word: to put it off costs less than a new one.
      if (silence !== undefined) return void silence.refresh();
      silence = setTimeout(() => {
        stalled = true;
        stop.abort();
      }, through.stall);
    };
    let into: ReadableStreamDefaultController<Uint8Array> | undefined;
    let taken = (): void => undefined;
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          into = controller;
        },
        pull: () => taken(),
        cancel: () => {
          left = true;
          stop.abort();
          taken();
        },
      },
      { highWaterMark: 16 },
    );
    return new Promise<Response>((resolve, reject) => {
      const over = (fault: CallFault): void => {
        reject(fault);
        into?.error(fault);
      };
      through.door
        .request({
          method: init?.method ?? 'GET',
          url,
          headers: headersOf(init?.headers, through, type),
          ...(body === undefined ? {} : { body }),
          timeout: through.timeout,
          maxBytes: MOST_BYTES,
          maxRedirects: 0,
          judge: () => null,
          signal: AbortSignal.any([through.signal, stop.signal, ...(init?.signal ? [init.signal] : [])]),
          share: through.share,
          inlineBytes: 0,
          head: (status, headers) => {
            if (status >= 300 && status < 400) return over(new CallFault(ELSEWHERE, 'maybe'));
            heard();
            told = true;
            resolve(answerOf(status, headers, stream));
          },
          sink: () => ({
            write: (chunk) => {
              heard();
              if (left) return;
              into?.enqueue(chunk);
              if ((into?.desiredSize ?? 1) > 0) return;
              return new Promise<void>((go) => {
                taken = go;
              });
            },
            end: () => Promise.resolve({ id: '', size: 0 }),
            abort: () => Promise.resolve(),
          }),
        })
        .then(
          (outcome) => {
            clearTimeout(silence);
            if (outcome.ok) {
              // A door that answers from what was recorded tells no head before.
              const { status, headers, body } = outcome.value;
              if (!told) resolve(answerOf(status, headers, body.kind === 'bytes' ? new Uint8Array(body.bytes) : null));
              if (!left) into?.close();
            } else over(new CallFault(stalled ? STALLED : outcome.problem, outcome.sent));
          },
          (error: unknown) => {
            clearTimeout(silence);
            reject(error instanceof Error ? error : new Error('a call failed'));
            into?.error(error);
          },
        );
    });
  };
