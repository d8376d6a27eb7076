/**
 * Webhooks: the hot path. It stands apart from the framework: one look at the address, the bytes as they came, the
 * engine, the answer. What every other route gets from hooks is done here by the same functions, in the same order:
 * host, address, body within limits, the guard, safe headers.
 *
 * HK1 The engine gets the raw bytes: signatures are over these (WH-03). Nothing is parsed or copied here.
 * HK2 What a flow answers can do nothing on this origin: whatever is not JSON or plain text is sandboxed (WH-07), and no
 *     header that acts on the origin, the connection or a proxy leaves.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EnginePort, GuardPort, HookAnswer } from '@headgate/core';
import { ROUTES, statusOf, type ProblemCode } from '@headgate/core/api';
import type { Body } from './bodies.ts';
import { type Over, rateFields } from './tokens/allowance.ts';
import type { Lodge } from './lodge.ts';
import { refuse } from './outcome.ts';
import { bug, problemBody } from './reply.ts';
import { NO_PAGE, written } from './writer.ts';

export const HOOK_PREFIX = '/api/v1/webhook/';
const ROUTE = ROUTES.webhook.path;
/** Methods that start a flow. OPTIONS does not: browsers send it before somebody else's page may do anything. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const TOKEN_LENGTH = 43;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** Types that no browser runs. */
const INERT =
  /^(application\/(problem\+)?json|text\/plain|text\/event-stream|application\/octet-stream|image\/(png|jpeg|gif|webp))\s*(;|$)/i;
const SANDBOX = "sandbox; frame-ancestors 'none'";
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const HELD_BACK: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'trailer',
  'te',
  'date',
  'server',
  'host',
  'expect',
  'set-cookie',
  'clear-site-data',
  'service-worker-allowed',
  'strict-transport-security',
  'public-key-pins',
  'alt-svc',
  'sourcemap',
  'x-sourcemap',
  'content-security-policy',
  'content-security-policy-report-only',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
  'cross-origin-resource-policy',
  'cross-origin-opener-policy',
  'cross-origin-embedder-policy',
  'permissions-policy',
  'origin-agent-cluster',
  'nel',
  'report-to',
  'reporting-endpoints',
  'refresh',
  'link',
  'www-authenticate',
  'proxy-authenticate',
  'cache-control',
  'x-sendfile',
]);
const HELD_BACK_STARTS = ['access-control-', 'x-accel-', 'sec-', 'proxy-', 'x-headgate-'] as const;

export type Hooks = { readonly handle: (request: IncomingMessage, response: ServerResponse) => void };

export const hooks = (lodge: Lodge, engine: EnginePort, guard: GuardPort): Hooks => {
  const { bodies, metrics, traces } = lodge;
  const { limit, log } = lodge.gate;

  const send = (response: ServerResponse, started: number, answer: HookAnswer): void => {
    metrics.observe(ROUTE, answer.status, (performance.now() - started) / 1000);
    if (response.destroyed || response.headersSent) return;
    const reader = answer.reveal === undefined ? undefined : { reveal: answer.reveal };
    const text = written(guard, answer.body, reader);
    const headers: Record<string, string | number> = {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    };
    let inert = false;
    for (const name in answer.headers) {
      const value = answer.headers[name];
      if (value === undefined || !VALUE.test(value)) continue;
      const lower = name.toLowerCase();
      if (lower === 'content-type') {
        headers[lower] = guard.redact(value, reader);
        inert = INERT.test(value);
      } else if (!held(lower)) headers[lower] = guard.redact(value, reader);
    }
    if (!inert) headers['content-security-policy'] = SANDBOX;
    if (lodge.closing()) headers['connection'] = 'close';
    const status = answer.status >= 200 && answer.status <= 599 ? answer.status : 500;
    const none = status === 204 || status === 304;
    if (!none) headers['content-length'] = Buffer.byteLength(text);
    response.writeHead(status, headers);
    response.end(none ? undefined : text);
  };

  const turn = (response: ServerResponse, started: number, code: ProblemCode): void => {
    const headers = { 'content-type': 'application/problem+json; charset=utf-8', 'content-security-policy': NO_PAGE };
    send(response, started, { status: statusOf(code), headers, body: problemBody(refuse(code)) });
  };

  /** Too many requests of one network. */
  const limited = (response: ServerResponse, started: number, { code, wait, level }: Over): void => {
    const headers = {
      'content-type': 'application/problem+json; charset=utf-8',
      'content-security-policy': NO_PAGE,
      'retry-after': String(Math.ceil(wait / 1000)),
      ...(level === undefined ? {} : rateFields(level)),
    };
    const { refused } = refuse(code);
    const body = problemBody({ refused: { ...refused, retry: 'after', retryAfter: wait } });
    send(response, started, { status: statusOf(code), headers, body });
  };

  /** A browser that asks what it may do, and methods that start nothing. */
  const other = (request: IncomingMessage, response: ServerResponse, started: number): void => {
    const asks = request.method === 'OPTIONS';
    const body = asks ? '' : problemBody(refuse('route.method'));
    const headers = { allow: [...METHODS].join(', '), 'content-type': 'application/problem+json; charset=utf-8' };
    send(response, started, { status: asks ? 204 : 405, headers, body });
  };

  const failed = (response: ServerResponse, started: number, fault: unknown): void => {
    const id = lodge.gate.newId('err');
    log.error({ err: fault, id, route: ROUTE }, 'a webhook could not be answered');
    send(response, started, {
      status: 500,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      body: problemBody({ refused: bug() }, id),
    });
  };

  const ask = (
    request: IncomingMessage,
    response: ServerResponse,
    started: number,
    token: string,
    path: string,
    query: string,
    body: Body,
  ): void => {
    if ('code' in body) return turn(response, started, body.code);
    const call = (): Promise<HookAnswer> =>
      engine.hook({
        token,
        method: request.method ?? 'GET',
        path,
        query: query === '' ? NO_QUERY : queryOf(query),
        headers: request.headers,
        raw: body.bytes,
      });
    (traces.hook === null ? call() : traces.hook(call)).then(
      (answer) => {
        body.release();
        send(response, started, answer);
      },
      (fault: unknown) => {
        body.release();
        failed(response, started, fault);
      },
    );
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const started = performance.now();
    if (lodge.closing()) return turn(response, started, 'server.closing');
    const check = lodge.hosts.of(request);
    if (check === 'ambiguous') return turn(response, started, 'headers.ambiguous');
    if (check === 'unknown') {
      void lodge.audit
        .stranger(lodge.addressOf(request), 'webhook', 'host.unknown')
        .then(() => turn(response, started, 'host.unknown'));
      return;
    }
    const over = lodge.allowances.knock(lodge.addressOf(request));
    if (over !== null) return limited(response, started, over);
    if (!METHODS.has(request.method ?? '')) return other(request, response, started);
    const url = request.url ?? '';
    const mark = url.indexOf('?');
    const end = mark === -1 ? url.length : mark;
    const from = HOOK_PREFIX.length + TOKEN_LENGTH;
    const token = url.slice(HOOK_PREFIX.length, from);
    if (from > end || !TOKEN.test(token) || (from < end && url.charCodeAt(from) !== 47))
      return turn(response, started, 'webhook.unknown');
    const query = mark === -1 ? '' : url.slice(mark + 1);
    if (query !== '' && /hg_[A-Za-z0-9_-]{20}/.test(query)) return turn(response, started, 'auth.query');
    const path = url.slice(from + 1, end);
    bodies.read(request, limit.hookBody, (body) => ask(request, response, started, token, path, query, body));
  };

  return { handle };
};

/** May a flow not set this header? `name` in lower case. */
const held = (name: string): boolean =>
  HELD_BACK.has(name) || !NAME.test(name) || HELD_BACK_STARTS.some((start) => name.startsWith(start));

const NO_QUERY: Readonly<Record<string, string>> = Object.freeze({});

/** The query as texts, or lists of texts where a name came more than once. Without a prototype, so that no name is special. */
const queryOf = (query: string): Record<string, string | readonly string[]> => {
  const made: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    const there = made[name];
    if (there === undefined) made[name] = value;
    else if (typeof there === 'string') made[name] = [there, value];
    else there.push(value);
  }
  return made;
};
