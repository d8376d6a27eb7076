/**
 * The life of one call: hop by hop from the first URL to the answer, and every way it can end on the way.
 *
 * F1 Per hop, in this order: the URL is read, the caller judges, host and port are judged, the name is looked up, its
 *    addresses are judged, one is dialled. A redirect starts again at the top.
 * F2 Another address of the same answer is tried only if no connection came to be; a request that may have been sent is
 *    never sent again, redirects that ask for it apart.
 * F3 `sent` is for the whole call: once a first hop was written it stays `maybe`.
 */

import { bad, good, type Problem, type Result } from '@headgate/core';
import type { AllowList } from './allow.ts';
import { collect, SinkError, Undecodable } from './body.ts';
import { DialError } from './dial.ts';
import type { DoorCounters, Outcome, OutRequest, OutResponse, Resolver, Sent } from './door.ts';
import { exchange, type Head, type Message, Oversize } from './exchange.ts';
import { readHeaders, readMethod } from './headers.ts';
import { type Lines, mostHeaderBytes } from './lines.ts';
import { broken, tooLarge, tooManyRedirects } from './problems.ts';
import { isRedirect, nextHop } from './redirect.ts';
import { pinsOf } from './resolve.ts';
import type { Stop } from './stop.ts';
import { readTarget, type Target } from './target.ts';

/** A call and the door it goes through. `peer` and `sent` change as it goes. */
export type Call = {
  readonly req: OutRequest;
  readonly policy: AllowList;
  readonly resolve: Resolver;
  readonly lines: Lines;
  readonly counts: DoorCounters;
  peer: Target | null;
  sent: Sent;
};

/** Milliseconds to connect: to the last address of an answer, and to one after which another can be tried. */
const CONNECT = { last: 10_000, other: 3000 };
const MOST_ADDRESSES = 8;

/** A redirect's own body is read this far, so that its connection can be used again; beyond it is cut off. */
const REDIRECT_BODY = 16_384;

/** Runs a call to its end. Throws only what `judge` or a sink threw, and our own bugs. */
export const follow = async (call: Call, stop: Stop): Promise<Outcome> => {
  const answer = await hops(call, stop);
  return answer.ok ? answer : { ok: false, problem: answer.problem, sent: call.sent };
};

const hops = async (call: Call, stop: Stop): Promise<Result<OutResponse>> => {
  const { req, counts } = call;
  const first = readTarget(req.url);
  if (!first.ok) return first;
  const method = readMethod(req.method);
  if (!method.ok) return method;
  const headers = readHeaders(req.headers ?? {});
  if (!headers.ok) return headers;
  let target = first.value;
  let message: Message = { method: method.value, headers: headers.value, body: bytesOf(req.body) };
  for (let hop = 0; ; hop += 1) {
    call.peer = target;
    const stopped = stop.problem();
    if (stopped !== null) return bad(stopped);
    const { host, port } = target;
    const refused = req.judge({ method: message.method, url: new URL(target.url), host, port, hop });
    if (refused !== null) return bad(refused);
    const head = await attempt(call, stop, () => reach(call, stop, target, message));
    if (!head.ok) return head;
    if (req.maxRedirects === 0 || !isRedirect(head.value)) {
      req.head?.(head.value.status, head.value.headers);
      return attempt(call, stop, async () => {
        const body = await collect(head.value, message.method, req, stop);
        return good({ status: head.value.status, headers: head.value.headers, url: target.url.href, hops: hop, body });
      });
    }
    await skip(head.value);
    if (hop >= req.maxRedirects) return bad(tooManyRedirects(target, req.maxRedirects));
    const next = nextHop(target, head.value, message);
    if (!next.ok) return next;
    counts.redirects += 1;
    ({ target, message } = next.value);
  }
};

const bytesOf = (body: OutRequest['body']): Uint8Array | null =>
  typeof body === 'string' ? Buffer.from(body) : (body ?? null);

/** Connects to one of the target's addresses and sends the message. */
const reach = async (call: Call, stop: Stop, target: Target, message: Message): Promise<Result<Head>> => {
  const { req, lines, counts } = call;
  const pins = await stop.race(pinsOf(target, call.policy, call.resolve));
  if (!pins.ok) return pins;
  const ordered = [...pins.value].sort((a, b) => Number(lines.has(b)) - Number(lines.has(a))).slice(0, MOST_ADDRESSES);
  for (const [i, pin] of ordered.entries()) {
    const last = i === ordered.length - 1;
    const line = await lines.take(pin, last ? CONNECT.last : CONNECT.other);
    const started = (): void => {
      call.sent = 'maybe';
      if (!line.dialled) counts.reused += 1;
    };
    const received = (bytes: number): void => {
      counts.bytesReceived += bytes;
    };
    try {
      return good(await exchange(line, target.url, message, req.maxBytes, stop, { started, received }));
    } catch (error) {
      const elsewhere = error instanceof DialError && error.problem.code === 'egress.connect';
      if (!elsewhere || last) throw error;
    }
  }
  throw new Error('an answer of a resolver that passed holds an address');
};

/** Reads past the body of a redirect. That it breaks does not matter: its head said all there is to say. */
const skip = async ({ body }: Head): Promise<void> => {
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > REDIRECT_BODY) break;
    }
  } catch {
    body.destroy();
  }
};

/** Runs a part of the call; what the network did to it becomes a Problem, what is not the network's passes through. */
const attempt = async <T>(call: Call, stop: Stop, work: () => Promise<Result<T>>): Promise<Result<T>> => {
  try {
    return await work();
  } catch (error) {
    const stopped = stop.problem();
    if (stopped !== null) return bad(stopped);
    if (error instanceof SinkError) throw error.cause;
    const problem = call.peer === null ? null : problemOf(error, call.peer, call.req.maxBytes);
    if (problem === null) throw error;
    return bad(problem);
  }
};

const problemOf = (error: unknown, peer: Target, maxBytes: number): Problem | null => {
  if (error instanceof DialError) return error.problem;
  if (error instanceof Oversize) return tooLarge(peer, 'body', maxBytes);
  if (error instanceof Undecodable) return broken(peer, 'its body is encoded more than once');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === '') return null;
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return tooLarge(peer, 'headers', mostHeaderBytes);
  if (code.startsWith('HPE_')) return broken(peer, 'its answer is not HTTP');
  if (code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__ERROR'))
    return broken(peer, 'its compressed body cannot be read');
  return broken(peer, 'the connection ended before the answer was complete');
};
