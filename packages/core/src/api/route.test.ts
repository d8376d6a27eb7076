import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PERMISSIONS } from '../access/permission.ts';
import { isOpen, isSelf, permissionOf, route, type Contract } from './route.ts';
import { ROUTES } from './routes.ts';
import { jsonSchema } from './schemas.ts';

const contracts: readonly (readonly [string, Contract])[] = Object.entries(ROUTES);

/** All object schemas in a JSON Schema. */
function* objects(schema: unknown): Generator<Record<string, unknown>> {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema) && Reflect.get(schema, 'type') === 'object') yield schema as Record<string, unknown>;
  for (const part of Object.values(schema)) yield* objects(part);
}

describe('a contract', () => {
  test('R1, API-03: a route without a declared permission does not compile', () => {
    const made = [
      // @ts-expect-error `needs` is missing
      () => route({ method: 'GET', path: '/x', on: 'any', answers: {}, summary: '', tags: [] }),
      // @ts-expect-error no such permission
      () => route({ method: 'GET', path: '/x', needs: 'all', on: 'any', answers: {}, summary: '', tags: [] }),
      // @ts-expect-error an open route says why, after `none:`
      () => route({ method: 'GET', path: '/x', needs: 'none', on: 'any', answers: {}, summary: '', tags: [] }),
      // @ts-expect-error what the permission is judged against is missing
      () => route({ method: 'GET', path: '/x', needs: 'run', answers: {}, summary: '', tags: [] }),
    ];
    expect(made).toHaveLength(4);
    const twin = route({
      method: 'GET',
      path: '/x',
      needs: 'run',
      on: 'any',
      answers: { 200: z.string() },
      summary: 'x',
      tags: [],
    });
    expect(twin.needs).toBe('run');
  });

  test('each route is there once, with a summary, a tag and an answer', () => {
    const places = contracts.map(([, c]) => `${c.method} ${c.path}`);
    expect(new Set(places).size).toBe(places.length);
    for (const [, c] of contracts) {
      expect(c.summary.length).toBeGreaterThan(9);
      expect(c.tags.length).toBe(1);
      expect(Object.keys(c.answers).length).toBeGreaterThan(0);
    }
  });

  test('API-03: the open routes are these and no others, each with its reason', () => {
    const open = contracts.filter(([, c]) => isOpen(c.needs));
    for (const [, c] of open) {
      expect(c.needs.length).toBeGreaterThan('none:'.length + 20);
      expect(c.on).toBe('nobody');
    }
    expect(open.map(([, c]) => `${c.method} ${c.path}`)).toEqual([
      'GET /health',
      'GET /health/ready',
      'GET /api/v1/openapi.json',
      'GET /api/v1/schemas/{name}',
      'GET /health_check',
      'GET /logs',
      'GET /logs-stream',
      'GET /api/langflow/health_check',
      'GET /api/langflow/logs',
      'GET /api/langflow/logs-stream',
      'POST /api/v1/public/{id}/chat',
      'POST /api/v1/public/{id}/chat/messages',
      'POST /api/v1/public/{id}/chat/files',
      'GET /api/v1/public/{id}/chat/messages/{message}/files/{n}',
      'GET /api/v1/public/{id}/chat/messages/{message}/events',
      'POST /api/v1/public/{id}/chat/messages/{message}/cancel',
      'PUT /api/v1/public/{id}/chat/messages/{message}/vote',
      'GET /api/v1/public/{id}/chat/sessions/{session}/messages',
      'DELETE /api/v1/public/{id}/chat/sessions/{session}',
      'GET /chat/widget.js',
      'GET /chat/{id}',
      'ANY /api/v1/webhook/{token}/*',
      'GET /api/v1/form/{token}',
      'POST /api/v1/form/{token}',
      'GET /api/v1/resume/{token}',
      'POST /api/v1/resume/{token}',
      'POST /api/v1/tokens/refresh',
      'GET /api/v1/auth/jwks',
      'GET /api/v1/oauth/.well-known/oauth-authorization-server',
      'GET /.well-known/oauth-authorization-server/api/v1/oauth',
      'GET /api/v1/oauth/.well-known/oauth-protected-resource',
      'GET /.well-known/oauth-protected-resource/api/v1/mcp/streamable',
      'GET /api/v1/oauth/authorize',
      'POST /api/v1/oauth/authorize',
      'POST /api/v1/oauth/token',
      'POST /api/v1/oauth/revoke',
      'POST /api/v1/public/{id}/runs',
      'GET /api/v1/public/{id}',
      'GET /api/v1/auth/login',
      'POST /api/v1/auth/login',
      'GET /api/v1/auth/login/code',
      'POST /api/v1/auth/login/code',
      'GET /api/v1/auth/login/passkey',
      'GET /api/v1/auth/passkey.js',
      'POST /api/v1/auth/login/passkey/options',
      'POST /api/v1/auth/login/passkey',
      'POST /api/v1/auth/logout',
      'GET /api/v1/auth/setup/{token}',
      'POST /api/v1/auth/setup/{token}',
      'GET /api/v1/auth/signup',
      'POST /api/v1/auth/signup',
      'GET /api/v1/auth/signup/{token}',
      'POST /api/v1/auth/signup/{token}',
      'GET /api/v1/auth/reset',
      'POST /api/v1/auth/reset',
      'GET /api/v1/auth/reset/{token}',
      'POST /api/v1/auth/reset/{token}',
      'GET /api/v1/auth/sso',
      'GET /api/v1/auth/sso/callback',
      'GET /api/v1/auth/invitations/{token}',
      'POST /api/v1/auth/invitations/{token}',
      'GET /api/v1/reference',
      'GET /docs',
      'GET /docs/*',
      'GET /',
      'GET /flows',
      'GET /flows/*',
      'GET /runs',
      'GET /runs/*',
      'GET /settings',
      'GET /settings/*',
      'GET /trust',
      'GET /trust/*',
      'GET /dashboard',
      'GET /inbox',
      'GET /notifications',
      'GET /knowledge',
      'GET /knowledge/*',
      'GET /evaluations',
      'GET /evaluations/*',
      'GET /tables',
      'GET /tables/*',
      'GET /files',
      'GET /forms/*',
      'GET /assets/{name}',
    ]);
  });

  test('API-03: what is about the own account lies under one address, names no object of a workspace, and says what it is', () => {
    const own = contracts.filter(([, c]) => isSelf(c.needs));
    expect(own.length).toBeGreaterThan(10);
    for (const [, c] of own) {
      expect(c.needs.length).toBeGreaterThan('self:'.length + 10);
      expect(c.path.startsWith('/api/v1/auth/')).toBe(true);
      expect(c.on).toBe('nobody');
      expect(c.crossSite).toBe(false);
    }
  });

  test('a route that needs a permission says what it is judged against, and the path names it', () => {
    for (const [, c] of contracts) {
      const permission = permissionOf(c.needs);
      if (permission === undefined) continue;
      expect(PERMISSIONS).toContain(permission);
      expect(c.on).not.toBe('nobody');
      expect(c.on === 'flow').toBe(c.path.startsWith('/api/v1/flows/{id}') || c.path.startsWith('/api/v1/chat/{id}'));
      expect(c.on === 'deleted').toBe(c.path.startsWith('/api/v1/deleted-flows/{id}'));
      expect(c.on === 'run').toBe(c.path.startsWith('/api/v1/runs/{id}') || c.path.startsWith('/runs/{id}'));
    }
  });

  test('GUI-07: no GET route declares a body or leaves an audit record of a change', () => {
    for (const [, c] of contracts) {
      if (c.method !== 'GET') continue;
      expect(c.bodyKind).toBe('none');
      expect(c.audited).toBe('no');
    }
  });

  const parts = contracts.flatMap(([name, c]) => [
    { at: `${name} params`, schema: c.params },
    { at: `${name} query`, schema: c.query },
    { at: `${name} body`, schema: c.body },
  ]);

  test.each(parts.filter((part) => !['useResume body', 'loginPasskey body', 'addPasskey body'].includes(part.at)))(
    'R2, AZ-03: $at is closed, and has no field the server sets',
    ({ schema }) => {
      expect(schema.safeParse('text').success).toBe(false);
      for (const object of objects(jsonSchema(schema))) {
        const map = typeof object['additionalProperties'] === 'object' && object['propertyNames'] !== undefined;
        expect(map || object['additionalProperties'] === false).toBe(true);
        const fields = Object.keys(object['properties'] ?? {});
        for (const owned of [
          'workspace',
          'tenant',
          'owner',
          'created',
          'updated',
          'hash',
          'by',
          'grantor',
          'used',
          'revoked',
        ])
          expect(fields).not.toContain(owned);
      }
    },
  );
});
