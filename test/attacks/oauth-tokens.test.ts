/** The way of a client of the OAuth server to its tokens, and attacks on codes and tokens, over real HTTP. */

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { BASE, challenge, type Fields, form, OauthKit, PUBLIC, ticketOf, type Tokens } from '../fixtures/oauth.ts';
import { breaches } from '../fixtures/server.ts';

let o: OauthKit;
beforeAll(async () => {
  o = await OauthKit.open();
});
afterAll(() => o.server.close());

describe('the way of a client', () => {
  test('metadata is there in both forms, with its issuer under /api/', async () => {
    for (const path of [
      `${BASE}/.well-known/oauth-authorization-server`,
      '/.well-known/oauth-authorization-server/api/v1/oauth',
    ]) {
      const answer = await o.server.ask('GET', path);
      expect(breaches(ROUTES.oauthServer, answer)).toEqual([]);
      expect(answer.json).toMatchObject({
        issuer: `${PUBLIC}/api/v1/oauth`,
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none'],
      });
      expect(answer.json).not.toHaveProperty('registration_endpoint');
    }
    for (const path of [
      `${BASE}/.well-known/oauth-protected-resource`,
      '/.well-known/oauth-protected-resource/api/v1/mcp/streamable',
    ])
      expect((await o.server.ask('GET', path)).json).toMatchObject({
        resource: `${PUBLIC}/api/v1/mcp/streamable`,
        authorization_servers: [`${PUBLIC}/api/v1/oauth`],
      });
  });

  test('MCP-12 the page names the application, the host it sends back to, and what it could do, in sentences and as text', async () => {
    const page = await o.look();
    expect(page.status).toBe(200);
    expect(page.text).toContain('Editor &lt;b&gt;');
    expect(page.text).toContain('<strong>editor.example</strong>');
    expect(page.text).toContain('Start your flows');
    expect(page.text).not.toContain('Store, replace');
    const more = await o.look(o.wish({ scope: 'run secret.write' }));
    expect(more.text).toContain('for what you do not hold');
    expect(more.text).not.toContain('Store, replace');
  });

  test('a person consents, the client gets tokens, and they do what was consented to', async () => {
    const back = await o.decide(ticketOf(await o.look()));
    const to = new URL(back.headers.location ?? '');
    expect(`${to.origin}${to.pathname}`).toBe('https://editor.example/cb');
    expect(Object.fromEntries(to.searchParams)).toMatchObject({
      x: '1',
      state: 'st&ate',
      iss: `${PUBLIC}/api/v1/oauth`,
    });
    const made = await o.byCode(to.searchParams.get('code') ?? '');
    const got = made.json as Tokens;
    expect(got).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'flow.read run' });
    expect([await o.at(got.access_token), await o.at(got.access_token, '/api/v1/runs')]).toEqual([200, 403]);
    const next = (await o.byRefresh(got.refresh_token)).json as Tokens;
    expect(await o.at(next.access_token)).toBe(200);
    expect(next.refresh_token).not.toBe(got.refresh_token);
    o.server.later(3_600_000);
    expect([await o.at(got.access_token), await o.at(next.access_token)]).toEqual([401, 401]);
    const last = (await o.byRefresh(next.refresh_token)).json as Tokens;
    expect(await o.at(last.access_token)).toBe(200);
  });

  test('a person refuses, and the client hears so', async () => {
    const back = await o.decide(ticketOf(await o.look()), 'deny');
    const said = new URL(back.headers.location ?? '').searchParams;
    expect([said.get('error'), said.get('code'), said.get('state')]).toEqual(['access_denied', null, 'st&ate']);
  });

  test('AZ-10 a token holds no more than the person does now, and nothing when he is a member no more', async () => {
    await o.member('u_bob', 'operator');
    const { access_token: token, refresh_token: refresh } = await o.tokens(o.wish(), 'u_bob');
    const running = '/api/v1/flows/none/webhooks';
    expect([await o.at(token), await o.at(token, running)]).toEqual([200, 404]);
    await o.member('u_bob', 'viewer');
    expect([await o.at(token), await o.at(token, running)]).toEqual([200, 403]);
    await o.member('u_bob', null);
    expect(await o.at(token)).toBe(401);
    expect((await o.byRefresh(refresh)).status).toBe(400);
  });
});

describe('codes and tokens in wrong hands', () => {
  test('a code is worth nothing with another verifier, client or address, and is used up by the try', async () => {
    const other = await o.newClient();
    const tries: readonly Fields[] = [
      { code_verifier: randomBytes(32).toString('base64url') },
      { code_verifier: challenge },
      { code_verifier: '' },
      { client_id: other },
      { redirect_uri: 'https://editor.example/cb' },
    ];
    for (const more of tries) {
      const code = await o.code();
      expect(await o.byCode(code, more), JSON.stringify(more)).toMatchObject({
        status: 400,
        json: { error: 'invalid_grant' },
      });
      expect((await o.byCode(code)).status).toBe(400);
    }
    const late = await o.code();
    o.server.later(61_000);
    expect((await o.byCode(late)).status).toBe(400);
    expect((await o.byCode('x'.repeat(43))).status).toBe(400);
    expect((await o.exchange({ grant_type: 'password', username: 'a', password: 'b' })).status).toBe(422);
    expect((await o.exchange({ grant_type: 'client_credentials' })).json).toMatchObject({
      error: 'unsupported_grant_type',
    });
  });

  test('a code that comes twice ends what it gave', async () => {
    const code = await o.code();
    const got = (await o.byCode(code)).json as Tokens;
    expect(await o.at(got.access_token)).toBe(200);
    expect((await o.byCode(code)).status).toBe(400);
    expect(await o.at(got.access_token)).toBe(401);
    expect((await o.byRefresh(got.refresh_token)).status).toBe(400);
  });

  test('TOK-05 a refresh token that comes twice ends the family, on record; tokens of another consent go on', async () => {
    const [mine, another] = [await o.tokens(), await o.tokens()];
    const next = (await o.byRefresh(mine.refresh_token)).json as Tokens;
    expect(await o.at(next.access_token)).toBe(200);
    expect((await o.byRefresh(mine.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
    expect([await o.at(mine.access_token), await o.at(next.access_token)]).toEqual([401, 401]);
    expect((await o.byRefresh(next.refresh_token)).status).toBe(400);
    expect(await o.at(another.access_token)).toBe(200);
    const records = (await o.server.house.store.in('default').audit.list({ limit: 20 })).rows;
    expect(records.find((row) => row.reason === 'token.reuse')).toMatchObject({
      action: 'oauthToken',
      decision: 'deny',
    });
  });

  test('TOK-06 a token for the MCP endpoint opens nothing else, and no token is taken for one of another kind', async () => {
    const mcp = await o.tokens(o.wish({ resource: undefined }));
    expect(await o.at(mcp.access_token)).toBe(401);
    const records = (await o.server.house.store.in('*').audit.list({ limit: 5 })).rows;
    expect(records[0]).toMatchObject({ decision: 'deny', reason: 'token.audience' });
    const api = await o.tokens();
    expect(await o.at(api.access_token)).toBe(200);
    expect(await o.at(api.access_token, '/metrics')).toBe(401);
    expect(await o.at(api.refresh_token)).toBe(401);
    expect((await o.byRefresh(api.access_token)).status).toBe(400);
    expect((await o.byRefresh(o.key)).status).toBe(400);
    const refreshed = await o.server.ask('POST', '/api/v1/tokens/refresh', {
      headers: { authorization: `Bearer ${api.access_token}` },
      body: {},
    });
    expect(refreshed.status).toBe(401);
  });

  test('a token is revoked by who holds it; unknown ones are answered alike', async () => {
    const got = await o.tokens();
    for (const token of ['x', 'hg_at_none', o.key]) {
      const answer = await o.server.ask('POST', `${BASE}/revoke`, form({ token }));
      expect([answer.status, answer.text]).toEqual([200, '']);
    }
    expect(
      (await o.server.ask('POST', `${BASE}/revoke`, form({ token: got.access_token, client_id: 'other' }))).status,
    ).toBe(200);
    expect(await o.at(got.access_token)).toBe(200);
    expect((await o.server.ask('POST', `${BASE}/revoke`, form({ token: got.refresh_token }))).status).toBe(200);
    expect(await o.at(got.access_token)).toBe(401);
    expect((await o.byRefresh(got.refresh_token)).status).toBe(400);
    expect(await o.at(o.key)).toBe(200);
  });

  test('only who manages tokens of the workspace is told what a token stands for', async () => {
    const got = await o.tokens();
    const ask = (by: string, token: string) => {
      const { body, headers } = form({ token });
      return o.server.ask('POST', `${BASE}/introspect`, { key: by, body, headers });
    };
    const told = await ask(o.key, got.access_token);
    expect(breaches(ROUTES.oauthIntrospect, told)).toEqual([]);
    expect(told.json).toMatchObject({ active: true, client_id: o.client, sub: 'u_ada', scope: 'flow.read run' });
    const weak = (await o.server.key({ permissions: ['flow.read', 'run'] })).plain;
    expect((await ask(weak, got.access_token)).status).toBe(403);
    const other = (await o.server.key({ workspace: 'other' })).plain;
    expect((await ask(other, got.access_token)).json).toEqual({ active: false });
    expect((await ask(o.key, 'nothing')).json).toEqual({ active: false });
  });

  test('TOK-13 tokens are shown once, and stand nowhere: not in the log, nor in the database', async () => {
    const got = await o.tokens();
    expect(await o.at(got.access_token)).toBe(200);
    for (const token of [got.access_token, got.refresh_token]) {
      expect(token).toMatch(/^hg_[ar]t_[A-Za-z0-9_-]{43}$/);
      expect(o.server.log()).not.toContain(token.slice(6));
      expect((await o.server.ask('GET', `/api/v1/flows?cursor=${token}`)).status).toBe(400);
    }
  });

  test('a person sees what he let in and takes it back; a removed application loses everything', async () => {
    const ada = (await o.server.key({ user: 'u_ada', role: 'operator', permissions: ['key.own'] })).plain;
    const bob = (await o.server.key({ user: 'u_other', role: 'viewer', permissions: ['key.own'] })).plain;
    const got = await o.tokens();
    const list = await o.server.ask('GET', '/api/v1/me/consents', { key: ada });
    expect(breaches(ROUTES.listConsents, list)).toEqual([]);
    const [newest] = (list.json as { consents: { id: string }[] }).consents;
    const path = `/api/v1/me/consents/${newest?.id ?? ''}`;
    expect((await o.server.ask('DELETE', path, { key: bob })).status).toBe(404);
    expect(await o.at(got.access_token)).toBe(200);
    expect((await o.server.ask('DELETE', path, { key: ada })).status).toBe(204);
    expect(await o.at(got.access_token)).toBe(401);
    const again = await o.tokens();
    expect((await o.server.ask('DELETE', `${BASE}/clients/${o.client}`, { key: o.key })).status).toBe(204);
    expect(await o.at(again.access_token)).toBe(401);
    o.client = await o.newClient();
    expect(await o.at((await o.tokens()).access_token)).toBe(200);
  });
});
