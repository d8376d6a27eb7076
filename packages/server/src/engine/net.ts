/**
 * What a `net` need lends a step: HTTP requests through the broker and the egress door. It opens no connection itself.
 *
 * N1 Every redirect is judged again by the broker before it is followed.
 * N2 A secret is opened after the decision, filled in by its kind (credentials.ts), and reaches neither the step nor the
 *    journal; the door takes it from a redirect to another origin.
 * N2a A secret that goes into a path is judged and recorded as SECRET_MARK in its place; such a call follows no redirect.
 * N4 A call whose token the service calls invalid (401, RFC 6750) is sent once more with a renewed one, for connections alone.
 * N2b A call that a secret signs follows no redirect; a link that it signs is judged as the call it is for, and nothing is sent.
 * N3 A call whose power is taken back is broken off (broker.ts B4).
 */

import type { Net, NetAnswer, NetRequest, Power, Problem, Result } from '@headgate/core';
import { good, isHookKind, normalisePath, problem, readValues, SECRET_MARK } from '@headgate/core';
import type { BodySink, Door, Hop } from '../egress/door.ts';
import type { Store } from '../store/ports.ts';
import { signHeaders, signLink } from './aws-signature.ts';
import type { Act, Broker, Effect } from './broker.ts';
import type { Credentials, Filled } from './credentials.ts';
import { countedSink, FileRefused, MOST_FETCHED } from './fetched.ts';
import type { JsonTurns } from './json.ts';
import type { Live } from './live.ts';
import type { TokenAsk } from './tokens.ts';

const LIMITS = {
  timeout: 60_000,
  longest: 3_600_000,
  maxBytes: 512 * 1024 * 1024,
  inlineBytes: 16 * 1024 * 1024,
  maxRedirects: 10,
};

type Deps = {
  readonly broker: Broker;
  readonly door: Door;
  readonly store: Store;
  readonly credentials: Credentials;
  readonly turns: JsonTurns;
  /** Why nothing is fetched into files now, for want of room on the disk. */
  readonly full: () => Problem | null;
  readonly now: () => number;
};

const portOf = (url: URL): number => (url.port !== '' ? Number(url.port) : url.protocol === 'http:' ? 80 : 443);

const hostOf = (url: URL): string => url.hostname.replace(/\.$/, '').toLowerCase();

/**
 * One call as a power. A path that can be read in more than one way is none: only a grant of the whole host covers it.
 */
const callOf = (method: string, host: string, port: number, url: URL): Power => {
  const path = normalisePath(url.pathname);
  return { power: 'net', method, host, port, ...(path === undefined || path === '' ? {} : { path }) };
};

/** On whose behalf a call goes out: of a step of a run, or of a trigger that asks before there is one. */
export type From = {
  readonly of: TokenAsk;
  readonly effect: <T>(needs: readonly Power[], act: Act<T>) => Promise<Effect<T>>;
  readonly hops: number | null;
  /** Where what is large, or no text, is kept. */
  readonly sink?: () => BodySink;
  /** The answer is handed over as the bytes that came, this many at most. */
  readonly whole?: number;
  readonly signal: AbortSignal;
};

/** The `net` object of one step instance. */
export const netFor = (
  deps: Deps,
  live: Live,
  step: string,
  narrow: readonly Power[] | undefined,
  signal: AbortSignal,
): Net => ({
  request: (request) => {
    const { workspace, project, flow, environment, principal, id: run } = live.base;
    return send(
      deps,
      {
        of: { workspace, project, flow, environment, principal, run, step, name: request.secret ?? '' },
        effect: (needs, act) => deps.broker.effect(live, step, narrow, needs, act),
        hops: hopsOf(live),
        sink: () => countedSink(() => deps.store.blobs.sink(workspace, run), live, MOST_FETCHED, deps.full),
        signal,
      },
      request,
    );
  },
});

/** One call: judged, filled in, sent, read. */
export const send = async (
  deps: Pick<Deps, 'door' | 'credentials' | 'turns' | 'now'>,
  from: From,
  request: NetRequest,
): ReturnType<Net['request']> => {
  let url: URL;
  try {
    url = new URL(request.url);
  } catch {
    return {
      problem: problem('http.url', 'The url is not an absolute http or https address', { at: { field: 'with.url' } }),
      sent: 'no',
    };
  }
  const method = request.method.toUpperCase();
  const needs: Power[] = [callOf(method, hostOf(url), portOf(url), url)];
  if (request.secret !== undefined) needs.push({ power: 'secret', name: request.secret, origin: url.origin });
  const done = await from.effect(needs, async (judgeAgain, stopped) => {
    const headers: Record<string, string> = { ...request.headers };
    const { body, type } = bodyOf(request);
    if (type !== null && !Object.keys(headers).some((h) => h.toLowerCase() === 'content-type'))
      headers['content-type'] = type;
    let secret: Filled | null = null;
    let to = url.href;
    if (request.secret !== undefined) {
      const ask = { ...from.of, name: request.secret };
      if (request.sign !== undefined) {
        const key = await deps.credentials.forSigning(ask, url.origin);
        if ('problem' in key) return { problem: key.problem, sent: 'no' as const };
        const { link, ...place } = request.sign;
        const signed = { ...place, method, url, key, at: deps.now() };
        if (link !== undefined) return { status: 200, headers: {}, body: { url: signLink(signed, link) } };
        Object.assign(headers, signHeaders(signed, headers, body ?? ''));
      } else if (request.secretIn === 'path') {
        const part = await deps.credentials.forPath(ask, url.origin);
        if ('problem' in part) return { problem: part.problem, sent: 'no' as const };
        to = url.origin + url.pathname.replace(SECRET_MARK, () => part.text) + url.search;
      } else {
        const filled = await deps.credentials.fill(ask, url.origin, headers);
        if ('problem' in filled) return { problem: filled.problem, sent: 'no' as const };
        secret = filled;
      }
    }
    if (from.hops !== null) headers['x-headgate-hops'] = String(from.hops);
    const call = {
      method,
      url: to,
      headers,
      ...(body === undefined ? {} : { body }),
      timeout: Math.min(request.timeout ?? LIMITS.timeout, LIMITS.longest),
      share: { workspace: from.of.workspace, flow: from.of.flow },
      maxBytes: from.whole ?? LIMITS.maxBytes,
      inlineBytes: LIMITS.inlineBytes,
      maxRedirects: request.secretIn === 'path' || request.sign !== undefined ? 0 : LIMITS.maxRedirects,
      signal: AbortSignal.any([from.signal, stopped]),
      judge: (hop: Hop) =>
        hop.hop === 0
          ? null
          : judgeAgain(callOf(hop.method, hop.host.includes(':') ? `[${hop.host}]` : hop.host, hop.port, hop.url)),
      ...(from.sink === undefined ? {} : { sink: from.sink }),
    };
    let answer: Awaited<ReturnType<Door['request']>>;
    try {
      answer = await deps.door.request(call);
      // The service did nothing: what it refused is sent once more with another token (N4).
      if (secret?.again !== undefined && answer.ok && isSpent(answer.value, url.origin)) {
        const none = await secret.again();
        if (none !== null) return { problem: none, sent: 'maybe' as const };
        answer = await deps.door.request(call);
      }
    } catch (error) {
      if (error instanceof FileRefused) return { problem: error.problem, sent: 'maybe' as const };
      throw error;
    }
    if (!answer.ok) return { problem: answer.problem, sent: answer.sent };
    if (answer.value.status === 401) secret?.refused();
    const told = from.whole === undefined ? await read(answer.value, deps.turns) : wholeOf(answer.value);
    if (!told.ok) return { problem: told.problem, sent: 'maybe' as const };
    return { status: answer.value.status, headers: flat(answer.value.headers), body: told.value };
  });
  return done.ok ? done.value : { problem: done.problem, sent: done.sent };
};

/** Counts webhooks that call webhooks, so that a flow that calls itself comes to an end (hooks.ts); null: nothing to count. */
const hopsOf = (live: Live): number | null => {
  const depth = live.state.created?.depth ?? 0;
  return depth > 0 || isHookKind(live.base.triggerKind) ? depth + 1 : null;
};

const bodyOf = (request: NetRequest): { body: string | Uint8Array | undefined; type: string | null } => {
  if (request.body === undefined || request.body === null) return { body: undefined, type: null };
  if (request.bytes === true && typeof request.body === 'string')
    return { body: Buffer.from(request.body, 'base64'), type: 'application/octet-stream' };
  if (typeof request.body === 'string') return { body: request.body, type: 'text/plain; charset=utf-8' };
  return { body: JSON.stringify(request.body), type: 'application/json' };
};

const flat = (headers: Record<string, string | string[]>): Record<string, string> => {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (name !== '__proto__') out[name] = Array.isArray(value) ? value.join(', ') : value;
  return out;
};

/** Does the service that the token was sent to say that it is none any more? Where it redirects to has no say in it. */
const isSpent = ({ status, headers, url }: Response, origin: string): boolean =>
  status === 401 &&
  new URL(url).origin === origin &&
  /\berror\s*=\s*"?invalid_token\b/i.test(String(headers['www-authenticate'] ?? ''));

type Response = Extract<Awaited<ReturnType<Door['request']>>, { ok: true }>['value'];

const wholeOf = ({ body }: Response): Result<Uint8Array> =>
  good(body.kind === 'bytes' ? body.bytes : new Uint8Array(0));

/** JSON parsed (json.ts), text as text, the rest as a file reference. */
const read = async (response: Response, turns: JsonTurns): Promise<Result<NetAnswer['body']>> => {
  const type = String(response.headers['content-type'] ?? '');
  if (response.body.kind === 'blob') return good({ file: response.body.id, size: response.body.size, type });
  const json = /[/+]json\b/i.test(type);
  if (json) await turns.turn(response.body.bytes.length);
  const text = response.body.bytes.toString('utf8');
  if (json) return readValues(text, 'The answer') ?? good(text);
  return good(text === '' ? null : text);
};
