/**
 * A door that answers from a record instead of the network, and one that keeps the record: for flow tests that run
 * anywhere and always the same.
 *
 * RP1 A request that is not in the record fails the test, whatever the flow makes of it; nothing is sent.
 * RP2 Headers of requests are not recorded, so that no credential is; of those of answers only a few.
 */

import { bad, problem } from '@headgate/core';
import type { Door, DoorCounters, Hop, Outcome, OutRequest, OutResponse } from '../egress/door.ts';
import { differences } from './differences.ts';

/** One recorded exchange, as it stands in cases.json. */
export type Exchange = {
  readonly request: { readonly method: string; readonly url: string; readonly body?: unknown };
  readonly response: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
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

const same = (a: unknown, b: unknown): boolean => differences(a, b).length === 0;

export type Replay = Door & {
  /** Exchanges no request asked for. */
  readonly unused: () => readonly Exchange[];
  /** Requests the record had no answer for, as `GET https://…`. */
  readonly unexpected: () => readonly string[];
};

/** Headers of an answer that a flow may look at and that are worth keeping. */
const KEPT = ['content-type', 'retry-after', 'link', 'etag', 'location'];
const LARGEST = 1024 * 1024;

const hopOf = (method: string, url: URL): Hop => {
  const port = Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
  return { method, url, host: url.hostname.replace(/^\[|\]$/g, ''), port, hop: 0 };
};

const responseOf = ({ status, headers = {}, body }: Exchange['response'], url: string): OutResponse => {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (body !== undefined && body !== null && typeof body !== 'string') lower['content-type'] ??= 'application/json';
  const json = isJson(lower['content-type']);
  const text =
    body === undefined || (body === null && !json)
      ? ''
      : typeof body === 'string' && !json
        ? body
        : JSON.stringify(body);
  return { status, headers: lower, url, hops: 0, body: { kind: 'bytes', bytes: Buffer.from(text) } };
};

const isJson = (type: unknown): boolean => /[/+]json\b/i.test(String(type ?? ''));

/** Answers each exchange once, in any order; equal requests get their answers in the order recorded. */
export const replayDoor = (exchanges: readonly Exchange[]): Replay => {
  const left = [...exchanges];
  const strays: string[] = [];
  let answered = 0;
  const request = async (asked: OutRequest): Promise<Outcome> => {
    const { method } = asked;
    const url = new URL(asked.url);
    const denied = asked.judge(hopOf(method, url));
    if (denied !== null) return { ok: false, problem: denied, sent: 'no' };
    const body = bodyOf(asked);
    const fits = ({ request: r }: Exchange): boolean =>
      r.method === method && new URL(r.url).href === url.href && (r.body === undefined || same(r.body, body));
    const index = left.findIndex(fits);
    const [found] = index === -1 ? [] : left.splice(index, 1);
    if (found === undefined) {
      strays.push(`${method} ${asked.url}`);
      const text = `The record has no answer left for ${method} ${url.origin}${url.pathname}`;
      return { ok: false, sent: 'no', problem: problem('test.http_unexpected', text, { fix: RECORD }) };
    }
    answered += 1;
    return { ok: true, value: responseOf(found.response, url.href) };
  };
  return {
    request,
    unused: () => left,
    unexpected: () => strays,
    connect: async ({ host, port }) => {
      strays.push(`TCP ${host}:${port}`);
      return bad(problem('test.http', `Nothing was recorded for ${host}:${port}, and nothing is sent`));
    },
    close: async () => undefined,
    counters: () => ({ ...NONE, requests: answered + strays.length, answered, refused: strays.length }),
  };
};

const RECORD = 'Add the exchange to `http` of the case, or record anew: headgate test DIR --record';

const NONE: DoorCounters = {
  requests: 0,
  answered: 0,
  refused: 0,
  failed: 0,
  redirects: 0,
  lookups: 0,
  connections: 0,
  reused: 0,
  bytesReceived: 0,
  active: 0,
  waiting: 0,
  idle: 0,
};

/** Passes requests on and keeps what came back. An answer too large to keep in a file of cases is a Problem. */
export const recordingDoor = (door: Door, record: Exchange[]): Door => ({
  connect: (ask) => door.connect(ask),
  close: () => door.close(),
  counters: () => door.counters(),
  request: async (request) => {
    const answer = await door.request(request);
    if (!answer.ok) return answer;
    const { status, headers, body } = answer.value;
    if (body.kind !== 'bytes' || body.bytes.length > LARGEST) {
      const text = 'The answer is too large, or no text, and cannot be kept in a file of cases';
      return { ok: false, sent: 'maybe', problem: problem('test.http_large', text, { fix: 'Ask for less of it.' }) };
    }
    const kept = Object.entries(headers).filter(([name]) => KEPT.includes(name));
    const sent = bodyOf(request);
    record.push({
      request: { method: request.method, url: request.url, ...(sent === undefined ? {} : { body: sent }) },
      response: {
        status,
        headers: Object.fromEntries(kept.map(([k, v]) => [k, String(v)])),
        body: answerOf(headers, body.bytes),
      },
    });
    return answer;
  },
});

/** JSON as such, so that people can read and change it; the rest as text. */
const answerOf = (headers: Readonly<Record<string, unknown>>, bytes: Buffer): unknown => {
  const text = bytes.toString('utf8');
  if (!isJson(headers['content-type'])) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** A door that leads through whichever door it was last told. Closing it closes none of them. */
export const switchDoor = (): { readonly door: Door; readonly through: (door: Door) => void } => {
  let now: Door = replayDoor([]);
  return {
    through: (door) => {
      now = door;
    },
    door: {
      request: (request) => now.request(request),
      connect: (ask) => now.connect(ask),
      close: async () => undefined,
      counters: () => now.counters(),
    },
  };
};
