/**
 * Builds the gateway: the only door. It identifies, authorises, limits, redacts and answers; it runs no step, opens no
 * secret, knows no SQL and makes no outgoing connection.
 *
 * GW1 Routes come from contracts alone, and each contract has exactly one handler.
 * GW2 It holds an EnginePort and a GuardPort, never the engine.
 * GW3 The returned server does not listen yet. `close` ends event streams, answers no new request, and lets answers under
 *     way leave within the grace.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Contract, ROUTES } from '@headgate/core/api';
import { chatOrigins } from './chats/origins.ts';
import { Desk } from './accounts/desk.ts';
import { Audit } from './audit.ts';
import { Bodies } from './bodies.ts';
import type { Gate, GatewayDeps } from './deps.ts';
import { elsewhere } from './elsewhere.ts';
import { HOOK_PREFIX, hooks } from './hooks.ts';
import { FlowRooms } from './flow-rooms.ts';
import { guardedPages } from './guarded-pages.ts';
import { hostCheck } from './hosts.ts';
import type { Lodge } from './lodge.ts';
import { Identities } from './identity.ts';
import { LIMITS } from './limits.ts';
import { Looks } from './looks.ts';
import { Metrics } from './metrics.ts';
import { refuse } from './outcome.ts';
import { AccessTokens } from './oauth/access-token.ts';
import { Pace } from './pace.ts';
import { pageParts } from './pages.ts';
import { Places } from './places.ts';
import { proxies } from './proxies.ts';
import { readable } from './reading.ts';
import { register } from './register.ts';
import { answer, bug, problemAnswer } from './reply.ts';
import { routes } from './table.ts';
import { StreamTickets } from './stream-tickets.ts';
import { Streams } from './streams.ts';
import { stray } from './strays.ts';
import { Allowances } from './tokens/allowance.ts';
import { Credentials } from './tokens/credentials.ts';
import { EngineTokens } from './tokens/engine-token.ts';
import { UNTRACED } from './untraced.ts';
import { Waiting } from './waiting.ts';
import { Windows } from './windows.ts';
import { endUnread, guardResponses, safeFor } from './writer.ts';

const names: ReadonlyMap<Contract, string> = new Map(
  Object.entries(ROUTES).map(([name, contract]) => [contract, name]),
);

/** Builds the server; call `listen` on what comes back. */
export const buildGateway = (deps: GatewayDeps): FastifyInstance => {
  const limit = { ...LIMITS, ...deps.limits };
  const gate: Gate = { ...deps, limit, pages: guardedPages(deps.pages, deps.guard) };
  const state = { closing: false };
  const lodge = furnish(gate, state);
  const webhooks = hooks(lodge, deps.engine, deps.guard);
  const visitors = chatOrigins(deps.engine.chat);
  const app = framework(lodge, webhooks.handle);

  app.decorateRequest('passage', null);
  guardResponses(app, deps.guard);
  app.addHook('onRequest', (request, reply, done) => {
    const check = lodge.hosts.of(request.raw);
    if (check === 'unknown') {
      void lodge.audit
        .stranger(request.ip, 'request', 'host.unknown')
        .then(() => problemAnswer(lodge, null, request, reply, refuse('host.unknown')));
      return;
    }
    const before = lodge.elsewhere.before(request.raw);
    if (check === 'ok' && before !== null) {
      answer(lodge, reply, { status: 204, type: '', text: null, headers: before });
      return;
    }
    reply.headers(lodge.elsewhere.fields(request.raw) ?? {});
    if (check === 'ambiguous') problemAnswer(lodge, null, request, reply, refuse('headers.ambiguous'));
    else if (request.raw.url?.startsWith('/') !== true) problemAnswer(lodge, null, request, reply, refuse('url.wrong'));
    else if (!visitors.concerns(request.raw)) done();
    else
      visitors.fields(request.raw).then(
        (fields) => {
          if (fields === null || request.method !== 'OPTIONS') {
            reply.headers(fields ?? {});
            done();
          } else answer(lodge, reply, { status: 204, type: '', text: null, headers: fields });
        },
        (fault: unknown) => done(fault instanceof Error ? fault : new Error('an origin could not be judged')),
      );
  });
  app.addHook('onResponse', (request, reply, done) => {
    tell(lodge, request, reply);
    done();
  });
  readBodies(app, lodge);

  const served = routes(lodge);
  for (const route of served) register(app, lodge, route);
  app.setNotFoundHandler(stray(lodge, [ROUTES.webhook, ...served.map((route) => route.contract)]));
  app.setErrorHandler((fault: unknown, request, reply) => faulty(lodge, fault, request, reply));
  app.addHook('preClose', (done) => {
    state.closing = true;
    lodge.streams.endAll();
    setTimeout(() => lodge.pace.close(), limit.grace).unref();
    setTimeout(() => app.server.closeAllConnections(), limit.grace).unref();
    done();
  });
  app.addHook('onClose', async () => void (await lodge.audit.tell()));
  return app;
};

const furnish = (gate: Gate, state: { readonly closing: boolean }): Lodge => {
  const { limit, store } = gate;
  const streams = new Streams(limit.streams, limit.heartbeat);
  const audit = new Audit(gate);
  const identities = new Identities(gate);
  const tokens = new EngineTokens(gate);
  return {
    gate,
    audit,
    desk: new Desk(gate, audit),
    bodies: new Bodies(limit.bodies),
    identities,
    tokens,
    credentials: new Credentials(identities, tokens, new AccessTokens(gate)),
    places: new Places(store),
    tickets: new StreamTickets(gate),
    allowances: new Allowances(gate.clock, {
      user: limit.userRate,
      workspace: limit.workspaceRate,
      network: limit.networkRate,
    }),
    guesses: new Windows(gate.clock),
    streams,
    pace: new Pace(limit, endUnread),
    rooms: new FlowRooms(gate),
    waiting: new Waiting(limit.waiting),
    looks: new Looks(),
    metrics: new Metrics({
      version: gate.version,
      streams: () => streams.size,
      groups: () => store.journal.pending(),
    }),
    traces: gate.traces ?? UNTRACED,
    hosts: hostCheck(gate.hosts),
    elsewhere: elsewhere(gate.webOrigins ?? []),
    ...proxies(gate.proxies),
    safe: safeFor(gate.publicUrl),
    closing: () => state.closing,
    nameOf: (contract) => names.get(contract) ?? contract.path,
    ...pageParts(gate.pages, gate.docs),
  };
};

/** Fastify over a plain server that hands webhooks to their own path. */
const framework = (
  lodge: Lodge,
  webhook: (request: IncomingMessage, response: ServerResponse) => void,
): FastifyInstance => {
  const { limit } = lodge.gate;
  const serverFactory = (handler: (request: IncomingMessage, response: ServerResponse) => void): Server => {
    const server = createServer(
      {
        headersTimeout: limit.headersTimeout,
        // Pace looks after what comes slowly.
        requestTimeout: 0,
        keepAliveTimeout: limit.keepAliveTimeout,
        connectionsCheckingInterval: limit.checkEvery,
        maxHeaderSize: limit.headerSize,
      },
      (request, response) => {
        lodge.pace.begun(request, response);
        if (request.url?.startsWith(HOOK_PREFIX) === true) webhook(request, response);
        else handler(request, response);
      },
    );
    server.maxConnections = limit.connections;
    return server;
  };
  return fastify({
    serverFactory,
    logger: false,
    // Contracts carry schemas of their own. Without these two, Fastify loads compilers for schemas that no route has.
    schemaController: { compilersFactory: { buildValidator: unasked, buildSerializer: unasked } },
    trustProxy: lodge.trusted ?? false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: {
      maxParamLength: 512,
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
    },
    clientErrorHandler: (fault, socket) => endUnread(fault, socket),
    frameworkErrors: (_fault, request, reply) => problemAnswer(lodge, null, request, reply, refuse('url.wrong')),
  });
};

/** No route may bring a schema past its contract. */
const unasked = (): never => {
  throw new Error('a route brought a schema of its own');
};

/** Bodies are read here alone: after admission, by the contract's media types, within the limits. */
const readBodies = (app: FastifyInstance, lodge: Lodge): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, payload, done) => {
    const { contract } = request.routeOptions.config;
    if (contract === undefined || request.headers['content-length'] === '0') return done(null, undefined);
    if (!readable(contract, request.headers['content-type'])) return done(null, { code: 'body.type' });
    // Its handler reads it as it comes (uploads.ts).
    if (contract.bodyKind === 'stream') {
      lodge.pace.file(request.raw);
      return done(null, undefined);
    }
    lodge.bodies.read(payload, lodge.gate.limit.body, (body) => done(null, body));
  });
};

/** One line a request, with the route's template: no address, no header, no body. And one observation. */
const tell = (lodge: Lodge, request: FastifyRequest, reply: FastifyReply): void => {
  const { passage } = request;
  passage?.release?.();
  const route = passage?.contract.path ?? 'none';
  const ms = reply.elapsedTime;
  lodge.metrics.observe(route, reply.statusCode, ms / 1000);
  const line = {
    method: request.method,
    route,
    status: reply.statusCode,
    ms: Math.round(ms * 100) / 100,
    key: passage?.who?.id,
  };
  if (route.startsWith('/health')) lodge.gate.log.debug(line, 'request');
  else lodge.gate.log.info(line, 'request');
};

/** What Fastify itself refuses is the caller's; everything else thrown is a fault of ours, told to the log alone. */
const faulty = (lodge: Lodge, fault: unknown, request: FastifyRequest, reply: FastifyReply): void => {
  const code: unknown = typeof fault === 'object' && fault !== null ? Reflect.get(fault, 'code') : undefined;
  const contract = request.passage?.contract ?? null;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return problemAnswer(lodge, contract, request, reply, refuse('body.type'));
  const id = lodge.gate.newId('err');
  lodge.gate.log.error({ err: fault, id, route: contract?.path }, 'a request could not be answered');
  problemAnswer(lodge, contract, request, reply, { refused: bug() }, id);
};
