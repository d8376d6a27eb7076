/**
 * Connections: made and shown here, agreed to and renewed by the engine. This room seals a client's secret and opens nothing;
 * it asks no service for anything.
 *
 * CT1 Who begins is a browser with a session, and what comes back counts for that session alone.
 */

import { type Principal, type Problem, reconnectNeeded } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { FastifyRequest } from 'fastify';
import type { ConnectionRow } from '../../store/connection.ts';
import { guardedAgainst } from '../guarded.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, type Refused } from '../outcome.ts';
import { projectOf } from '../places.ts';
import { unknownEnvironment } from '../promotion.ts';
import { iso } from '../times.ts';

const EVERYWHERE = '*';
const CHANGES = 'gets and loses connections of its own';
/** A token that nothing renews is told of so long before it ends. */
const SOON = 24 * 3_600_000;

const GRANTS = ['code', 'device', 'client'] as const;

/** What does not hold any more: it was refused, or it ended and nothing renews it. */
const lapsed = ({ state, problem: why, expires, renewed }: ConnectionRow, now: number): string | null => {
  if (state === 'refused') return why ?? 'refused';
  return state === 'connected' && !renewed && expires !== null && expires <= now ? 'expired' : null;
};

const stateOf = (row: ConnectionRow, now: number) => {
  if (lapsed(row, now) !== null) return 'reconnect' as const;
  if (row.state !== 'connected') return 'new' as const;
  return !row.renewed && row.expires !== null && row.expires - now < SOON
    ? ('expiring' as const)
    : ('connected' as const);
};

const shown = (row: ConnectionRow, now: number) => {
  const why = lapsed(row, now);
  return {
    id: row.id,
    name: row.name,
    environment: row.environment,
    // A way that a later release knows shows as the usual one.
    grant: GRANTS.find((known) => known === row.grant) ?? ('code' as const),
    state: stateOf(row, now),
    problem: why === null ? null : reconnectNeeded(row.name, why),
    origins: row.origins,
    authorizeUrl: row.authorizeUrl,
    tokenUrl: row.tokenUrl,
    clientId: row.clientId,
    scope: row.scope,
    service: row.service,
    renewed: row.renewed,
    expires: iso(row.expires),
    connected: iso(row.connected),
    connectedBy: row.connectedBy,
    created: new Date(row.created).toISOString(),
    updated: new Date(row.updated).toISOString(),
  };
};

/** What the engine said; that there is none sounds as it does everywhere. */
const refusedBy = (why: Problem): Refused => (why.code === 'missing' ? MISSING : { refused: why });

export const connectionRoutes = ({ gate, desk, page }: Lodge): readonly Route[] => {
  const { connections } = gate.engine;
  const storeOf = (who: Principal) => gate.store.in(who.workspace);
  const keyOf = (
    name: string,
    at: { readonly project?: string | undefined; readonly environment?: string | undefined },
  ) => ({
    project: projectOf(at),
    name,
    environment: at.environment ?? EVERYWHERE,
  });
  /** The session of a browser; null for keys and tokens, whatever cookie comes along. */
  const sessionOf = async (who: Principal, request: FastifyRequest): Promise<string | null> =>
    who.kind === 'user' ? ((await desk.sessionOf(request.headers))?.id ?? null) : null;

  return [
    implement(ROUTES.listConnections, async ({ who, query }) => {
      const rows = await storeOf(who).connections.list(projectOf(query));
      const now = gate.clock();
      return give(200, {
        connections: rows.map((row) => shown(row, now)),
        callback: `${gate.publicUrl}/api/v1/connect/callback`,
      });
    }),

    implement(ROUTES.createConnection, async ({ who, body }) => {
      const key = keyOf(body.name, body);
      const store = storeOf(who);
      if (key.environment !== EVERYWHERE) {
        const all = await store.environments.list(key.project);
        if (all === null) return MISSING;
        if (all.every(({ name }) => name !== key.environment)) return unknownEnvironment(key.environment, all);
      }
      const guard = await guardedAgainst(gate, who, key.project, key.environment, CHANGES);
      if (guard !== null) return guard;
      const { client, service, origins } = body;
      const made = await store.connections.create({
        ...key,
        origins,
        grant: client.grant,
        authorizeUrl: client.authorizeUrl ?? null,
        tokenUrl: client.tokenUrl,
        clientId: client.clientId,
        scope: client.scope ?? null,
        service: service ?? null,
        value: JSON.stringify({ kind: 'connection', ...client }),
        owner: who.user ?? who.id,
        at: gate.clock(),
      });
      if (made === null) return MISSING;
      if (made === 'taken') return refuse('name.taken', `There is a secret or a connection ${body.name} already`);
      return give(201, { id: made.id, name: body.name });
    }),

    implement(ROUTES.getConnection, async ({ who, params, query }) => {
      const row = await storeOf(who).connections.get(keyOf(params.name, query));
      return row === null ? MISSING : give(200, shown(row, gate.clock()));
    }),

    implement(ROUTES.connect, async ({ who, params, body, request }) => {
      const key = keyOf(params.name, body);
      const guard = await guardedAgainst(gate, who, key.project, key.environment, CHANGES);
      if (guard !== null) return guard;
      const begun = await connections.begin(who, key, await sessionOf(who, request));
      if (!begun.ok) return refusedBy(begun.problem);
      const next = begun.value;
      if (next.next === 'done') return give(200, next);
      return give(200, { ...next, until: new Date(next.until).toISOString() });
    }),

    implement(ROUTES.connectBack, async ({ who, query, request }) => {
      const { state, code, iss, error } = query;
      const done = await connections.finish(who, await sessionOf(who, request), { state, code, iss, error });
      if (!done.ok) return refusedBy(done.problem);
      const { name } = done.value;
      return page(
        200,
        gate.pages.account({
          kind: 'told',
          title: 'Connected',
          text: `${name} is connected. You can close this window.`,
        }),
      );
    }),

    implement(ROUTES.disconnect, async ({ who, params, body }) => {
      const key = keyOf(params.name, body);
      const guard = await guardedAgainst(gate, who, key.project, key.environment, CHANGES);
      if (guard !== null) return guard;
      const ended = await connections.end(who, key);
      return ended.ok ? give(200, { revoked: ended.value }) : refusedBy(ended.problem);
    }),

    implement(ROUTES.deleteConnection, async ({ who, params, query }) => {
      const key = keyOf(params.name, query);
      const guard = await guardedAgainst(gate, who, key.project, key.environment, CHANGES);
      if (guard !== null) return guard;
      const ended = await connections.end(who, key);
      if (!ended.ok) return refusedBy(ended.problem);
      const gone = await storeOf(who).secrets.remove(key.project, key.name, key.environment);
      return gone ? nothing() : MISSING;
    }),
  ];
};
