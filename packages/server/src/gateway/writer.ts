/**
 * The one writer of responses. Every text that leaves, whole or as a stream, passes the guard here; no other file of the
 * gateway touches a response's bytes (invariant 7), the webhook's lean path included: it calls `written` below.
 *
 * WR1 Nothing but the files of the web app is cached by anybody, nothing is sniffed, framed or referred; CORS headers there are
 *     for the origins that a setting names (elsewhere.ts), and none for any other (GUI-08).
 * WR2 Bytes that are not text have one way out, that of files (file-content.ts), and it passes the guard too: any other payload that is neither
 *     text nor a stream of texts is a fault of ours. The
 *     files of the web app are packed: they are the same for everybody, so that their size tells nothing of anybody.
 * WR3 What is ours in an answer is nobody's secret: files of the build, and pages whose data passed the guard before it became
 *     markup (guarded-pages.ts), leave as they are; names of fields, and words that contracts list, stand aside while the guard
 *     looks, in streams too (our-words.ts).
 */

import { type Duplex, pipeline, Readable, Transform } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type GuardPort, numbersHidden, type Reader } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { NO_WORKSPACE } from './guarded-pages.ts';
import { besideOurs, BESIDE_FRAMES } from './our-words.ts';
import { FileContent } from './file-content.ts';
import type { Passage } from './passage.ts';

/** Headers of every answer. */
const SAFE = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

/** For pages on which one may speak: the browser still asks whoever is to be heard. */
export const MAY_LISTEN = SAFE['permissions-policy'].replace('microphone=()', 'microphone=(self)');

/** Headers of every answer but those of webhooks. Behind TLS a browser is told to come by TLS alone from then on. */
export const safeFor = (publicUrl: string): Readonly<Record<string, string>> =>
  publicUrl.startsWith('https:')
    ? { ...SAFE, 'strict-transport-security': 'max-age=63072000; includeSubDomains' }
    : SAFE;

/** For answers that are no pages. */
export const NO_PAGE = "default-src 'none'; frame-ancestors 'none'";

/** For bytes that somebody uploaded, which are no pages either, wherever somebody gets them shown. */
export const NO_FILE = `${NO_PAGE}; sandbox`;

/** A mark that no answer contains by chance and that no rule of the guard takes for a secret. */
const MARK = '\u0001shown once\u0001';

/** The text as it may leave, for this reader. `fresh` is left as it is: new keys and tokens, at their only showing. */
export const written = (guard: GuardPort, text: string, reader?: Reader, fresh: readonly string[] = []): string => {
  const [one, ...more] = fresh;
  if (one !== undefined) {
    const mark = `${MARK}${more.length}\u0001`;
    return written(guard, text.replaceAll(one, mark), reader, more).replaceAll(mark, one);
  }
  const made = guard.redact(text, reader);
  if (made === text || !isJson(text)) return made;
  return besideOurs(text, (marked) => {
    const hidden = guard.redact(marked, reader);
    return isJson(hidden) ? hidden : numbersHidden(guard, marked, reader);
  });
};

const isJson = (text: string): boolean => {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Puts the guard between every route and the wire. */
export const guardResponses = (app: FastifyInstance, guard: GuardPort): void => {
  app.addHook('onSend', (request, reply, payload, done) => {
    const reader = readerOf(request.passage);
    const location = reply.getHeader('location');
    if (typeof location === 'string') reply.header('location', guard.redact(location, reader));
    if (payload === null || payload === undefined) return done(null, payload);
    if (typeof payload === 'string') {
      const fixed = request.passage?.fixed === true;
      const text = fixed ? payload : written(guard, payload, reader, request.passage?.fresh);
      if (request.passage?.contract !== ROUTES.appFile || reply.statusCode !== 200) return done(null, text);
      reply.header('vary', 'Accept-Encoding');
      if (!takesGzip(request.headers['accept-encoding'])) return done(null, text);
      reply.header('content-encoding', 'gzip').removeHeader('content-length');
      return done(null, packed(text));
    }
    if (payload instanceof FileContent) return done(null, payload.through(guard, reader));
    if (payload instanceof Readable) return done(null, guarded(guard, payload, reader));
    throw new Error('a payload that is neither text nor a stream of texts');
  });
};

const takesGzip = (accepted: string | string[] | undefined): boolean =>
  String(accepted ?? '')
    .split(',')
    .some((one) => /^\s*gzip\s*(;\s*q=(1|0\.[0-9]*[1-9])[0-9.]*)?\s*$/i.test(one));

/** Each file is packed once; there are as many as the build has files. */
const packages = new Map<string, Buffer>();

const packed = (text: string): Buffer => {
  const known = packages.get(text);
  if (known !== undefined) return known;
  const made = gzipSync(text, { level: 9 });
  packages.set(text, made);
  return made;
};

const readerOf = (passage: Passage | null): Reader => ({
  // Whoever is nobody here reads for no workspace: no name of a secret is told to him.
  workspace: passage?.who?.workspace ?? NO_WORKSPACE.workspace,
  ...(passage?.reveal === undefined ? {} : { reveal: passage.reveal }),
});

/** Every piece of a stream is a frame, an event or a comment; what is cut over several of them is found too. */
const guarded = (guard: GuardPort, stream: Readable, reader: Reader): Readable => {
  const frames = guard.frames(reader, BESIDE_FRAMES);
  const through = new Transform({
    objectMode: true,
    highWaterMark: 1,
    transform: (piece: unknown, _encoding, done) => done(null, frames.push(String(piece)) || undefined),
    flush: (done) => done(null, frames.end() || undefined),
  });
  pipeline(stream, through, () => undefined);
  return through;
};

/** Calls back when the answer has left, or its client: a hook of the framework would miss the second. */
export const whenLeft = (reply: FastifyReply, done: () => void): void => void reply.raw.once('close', done);

/** Ends an answer whose client takes nothing of it for so long. */
export const whenStalled = (reply: FastifyReply, ms: number): void =>
  void reply.raw.setTimeout(ms, () => reply.raw.destroy());

const UNREAD: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers a connection whose bytes were no HTTP request, or came too slowly, with a fixed text, and ends it. */
export const endUnread = (fault: Error & { readonly code?: string }, socket: Duplex): void => {
  if (fault.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const line = UNREAD[fault.code ?? ''] ?? '400 Bad Request';
  const body = JSON.stringify({
    status: Number(line.slice(0, 3)),
    code: 'url.wrong',
    text: 'This is no HTTP request that can be read',
  });
  const head = `HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}\r\ncache-control: no-store\r\n\r\n`;
  socket.end(head + body);
};
