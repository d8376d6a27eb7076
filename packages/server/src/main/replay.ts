/**
 * A door that answers from a record instead of the network, and one that keeps the record: for flow tests that run
 * anywhere and always the same.
 *
 * RP1 A request that is not in the record is a Problem of the test; nothing is sent.
 * RP2 Credentials are not recorded: of the headers only those the flow itself wrote, without `authorization` and alike.
 */

import { problem } from '@headgate/core';
import type { Door, OutRequest } from '../egress/door.ts';

/** One recorded exchange, as it stands in cases.json. */
export type Exchange = {
  readonly request: { readonly method: string; readonly url: string; readonly body?: unknown };
  readonly response: { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };
};

const bodyOf = (request: OutRequest): unknown => {
  if (request.body === undefined) return undefined;
  const text = typeof request.body === 'string' ? request.body : Buffer.from(request.body).toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export type Replay = Door & {
  /** Exchanges no request asked for. */
  readonly unused: () => readonly Exchange[];
};

/** Answers each exchange once, in any order; equal requests get their answers in the order recorded. */
export const replayDoor = (exchanges: readonly Exchange[]): Replay => {
  const left = [...exchanges];
  let requests = 0;
  return {
    unused: () => left,
    request: async (request) => {
      requests += 1;
      const url = new URL(request.url);
      const denied = request.judge({ method: request.method, url, host: url.hostname, port: Number(url.port) || (url.protocol === 'http:' ? 80 : 443), hop: 0 });
      if (denied !== null) return { ok: false, problem: denied, sent: 'no' };
      const body = bodyOf(request);
      const index = left.findIndex((e) => e.request.method === request.method && new URL(e.request.url).href === url.href && (e.request.body === undefined || same(e.request.body, body)));
      const found = left[index];
      if (found === undefined) {
        return { ok: false, sent: 'no', problem: problem('test.http_unexpected', `The record has no answer (left) for ${request.method} ${url.origin}${url.pathname}`, { fix: 'Record the exchanges anew: headgate test DIR --record' }) };
      }
      left.splice(index, 1);
      const { status, headers = {}, body: answer } = found.response;
      const text = answer === undefined || answer === null ? '' : typeof answer === 'string' ? answer : JSON.stringify(answer);
      const lower = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v]));
      if (lower['content-type'] === undefined && typeof answer === 'object') lower['content-type'] = 'application/json';
      return { ok: true, value: { status, headers: lower, url: url.href, hops: 0, body: { kind: 'bytes', bytes: Buffer.from(text) } } };
    },
    close: async () => undefined,
    counters: () => ({ requests, answered: requests, refused: 0, failed: 0, redirects: 0, lookups: 0, connections: 0, reused: 0, bytesReceived: 0, active: 0, idle: 0 }),
  };
};

const KEPT = ['content-type', 'retry-after', 'link', 'etag', 'location'];

/** Passes requests on and keeps what came back. */
export const recordingDoor = (door: Door, record: Exchange[]): Door => ({
  close: () => door.close(),
  counters: () => door.counters(),
  request: async (request) => {
    const answer = await door.request(request);
    if (!answer.ok || answer.value.body.kind !== 'bytes') return answer;
    const { status, headers, body } = answer.value;
    const text = body.bytes.toString('utf8');
    const json = /[/+]json\b/i.test(String(headers['content-type'] ?? ''));
    const kept = Object.fromEntries(Object.entries(headers).filter(([k]) => KEPT.includes(k)).map(([k, v]) => [k, String(v)]));
    const sent = bodyOf(request);
    record.push({
      request: { method: request.method, url: request.url, ...(sent === undefined ? {} : { body: sent }) },
      response: { status, headers: kept, body: json ? (JSON.parse(text) as unknown) : text },
    });
    return answer;
  },
});
