/** Attacks on the page of consent of the OAuth server: redirects, frames, forged consent, descriptions. Each with its twin. */

import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE, form, OauthKit, PUBLIC, REDIRECT, ticketOf } from '../fixtures/oauth.ts';

let o: OauthKit;
beforeAll(async () => {
  o = await OauthKit.open();
});
afterAll(() => o.server.close());

describe('GUI-10 where a person is sent, and what frames the page', () => {
  test.each([
    ['another host', 'https://evil.example/cb?x=1'],
    ['another path', 'https://editor.example/cb2?x=1'],
    ['a path below', 'https://editor.example/cb/more?x=1'],
    ['another query', 'https://editor.example/cb?x=2'],
    ['more query', 'https://editor.example/cb?x=1&y=2'],
    ['another scheme', 'http://editor.example/cb?x=1'],
    ['another port', 'https://editor.example:8443/cb?x=1'],
    ['a user before the host', 'https://editor.example@evil.example/cb?x=1'],
    ['a suffix', 'https://editor.example.evil.example/cb?x=1'],
    ['a fragment', `${REDIRECT}#a`],
    ['upper case', 'https://EDITOR.example/cb?x=1'],
    ['dots', 'https://editor.example/a/../cb?x=1'],
    ['nothing', undefined],
    ['a script', 'javascript:alert(1)'],
  ])('GUI-10 %s: nobody is redirected, and the refusal is a page of ours', async (_name, redirect_uri) => {
    for (const more of [{}, { response_type: 'token' }, { scope: 'nonsense' }]) {
      const answer = await o.look(o.wish({ redirect_uri, ...more }));
      expect(answer).toMatchObject({ status: 400 });
      expect(answer.headers.location).toBeUndefined();
      expect(answer.headers['content-type']).toContain('text/html');
    }
  });

  test('GUI-10 an unknown client, and one of another workspace, redirect nobody either', async () => {
    const other = (await o.server.key({ workspace: 'other' })).plain;
    const made = await o.server.ask('POST', `${BASE}/clients`, {
      key: other,
      body: { name: 'x', redirects: [REDIRECT] },
    });
    for (const client_id of ['c_none', (made.json as { id: string }).id, undefined, '']) {
      const answer = await o.look(o.wish({ client_id }));
      expect(answer.status).toBe(400);
      expect(answer.headers.location).toBeUndefined();
    }
  });

  test('who is in several workspaces and chose none is asked for the one that the session acts in, not sent to sign in for ever', async () => {
    await o.member('u_many', 'viewer');
    await o.server.key({ workspace: 'another' });
    const { members } = o.server.house.store.in('another');
    await members.add({ user: 'u_many', role: 'owner', created: Date.now(), by: 'test' });
    const page = await o.look(o.wish(), 'u_many');
    expect([page.status, ticketOf(page) !== '']).toEqual([200, true]);
    expect(page.text).toContain('in the workspace default');
    const { access_token: token } = await o.tokens(o.wish({ scope: 'flow.read' }), 'u_many');
    expect(await o.at(token)).toBe(200);
  });

  test('GUI-10 no page may be framed or run a script, and the form goes here and to the redirect alone', async () => {
    const pages = [await o.look(), await o.server.ask('GET', o.wish()), await o.look(o.wish({ client_id: 'none' }))];
    for (const page of pages) {
      const csp = String(page.headers['content-security-policy']);
      expect(csp).toContain("frame-ancestors 'none'");
      expect(csp).toContain("default-src 'none'");
      expect(csp).not.toContain('script-src');
      expect(page.headers['x-frame-options']).toBe('DENY');
      expect(page.text).not.toContain('<script');
    }
    expect(pages[0]?.headers['content-security-policy']).toContain("form-action 'self' https://editor.example;");
  });

  test('MCP-12 a redirect address that is a script, a file or unprotected is not registered, nor what is huge or from nobody; twin: good ones are', async () => {
    for (const bad of [
      'http://evil.example/cb',
      'javascript:alert(1)',
      'data:text/html,x',
      'https://u:p@a.example/cb',
      'https://a.example/cb#x',
      'file:///etc/passwd',
      'myapp:/cb',
      '//a.example/cb',
      '/cb',
      'https://a.example/\\evil',
    ]) {
      const body = { name: 'x', redirects: [bad] };
      expect(await o.server.ask('POST', `${BASE}/clients`, { key: o.key, body }), bad).toMatchObject({
        status: 400,
        json: { code: 'oauth.redirect' },
      });
    }
    const fine = 'https://a.example/cb';
    for (const huge of [
      { name: 'x'.repeat(100_000), redirects: [fine] },
      { name: 'x', redirects: Array.from({ length: 1_000 }, (_, n) => `${fine}/${n}`) },
      { name: 'x', redirects: [`${fine}/${'x'.repeat(100_000)}`] },
      { name: 'x', redirects: [fine], logo_uri: 'https://evil.example/logo.svg' },
    ]) {
      const refused = await o.server.ask('POST', `${BASE}/clients`, { key: o.key, body: huge });
      expect([400, 422]).toContain(refused.status);
    }
    const nobody = await o.server.ask('POST', `${BASE}/clients`, { body: { name: 'x', redirects: [fine] } });
    expect(nobody.status).toBe(401);
    for (const good of [
      'http://127.0.0.1:3000/cb',
      'http://localhost/cb',
      'com.example.app:/cb',
      'https://a.example/cb',
    ])
      await o.newClient([good]);
  });

  test('GUI-10 twin: an application on this machine comes back at whatever port it took, with a code for that alone', async () => {
    const client_id = await o.newClient(['http://127.0.0.1:3000/cb']);
    const redirect_uri = 'http://127.0.0.1:49201/cb';
    const page = await o.look(o.wish({ client_id, redirect_uri }));
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("form-action 'self' http://127.0.0.1:49201;");
    expect(page.text).toContain('127.0.0.1:49201');
    const back = await o.decide(ticketOf(page));
    const to = new URL(back.headers.location ?? '');
    expect([back.status, to.origin + to.pathname]).toEqual([303, redirect_uri]);
    const code = to.searchParams.get('code') ?? '';
    expect((await o.look(o.wish({ client_id, redirect_uri: 'http://127.0.0.1:49201/other' }))).status).toBe(400);
    expect((await o.byCode(code, { client_id, redirect_uri: 'http://127.0.0.1:3000/cb' })).status).toBe(400);
    const again = await o.code(o.wish({ client_id, redirect_uri }));
    expect((await o.byCode(again, { client_id, redirect_uri })).status).toBe(200);
  });

  test('wrong requests of a known client are told to it, where it registered', async () => {
    for (const [more, error] of [
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ response_type: undefined }, 'unsupported_response_type'],
      [{ code_challenge: undefined }, 'invalid_request'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ code_challenge_method: undefined }, 'invalid_request'],
      [{ code_challenge: 'short' }, 'invalid_request'],
      [{ scope: 'instance.manage' }, 'invalid_scope'],
      [{ scope: 'grant.give run' }, 'invalid_scope'],
      [{ resource: 'https://other.example/api/v1' }, 'invalid_target'],
      [{ resource: `${PUBLIC}/api/v1/` }, 'invalid_target'],
      [{ response_mode: 'fragment' }, 'invalid_request'],
    ] as const) {
      const answer = await o.look(o.wish(more));
      expect(answer.status).toBe(303);
      const to = new URL(answer.headers.location ?? '');
      expect([to.host, to.searchParams.get('error'), to.searchParams.get('state')]).toEqual([
        'editor.example',
        error,
        'st&ate',
      ]);
    }
  });
});

describe('GUI-07 consent that nobody gave', () => {
  test('GUI-07 without a session, with another session, with another site, with a made-up or used ticket: nothing is given', async () => {
    const ticket = ticketOf(await o.look());
    await o.member('u_eve', 'operator');
    expect((await o.server.ask('POST', `${BASE}/authorize`, form({ ticket, decision: 'allow' }))).status).toBe(401);
    expect((await o.decide(ticket, 'allow', 'u_eve')).status).toBe(400);
    expect((await o.decide('x'.repeat(43))).status).toBe(400);
    expect((await o.decide(ticket, 'allow', 'u_ada', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await o.decide(ticket, 'allow', 'u_ada', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await o.decide(ticket)).status).toBe(303);
    expect((await o.decide(ticket)).status).toBe(400);
    const late = ticketOf(await o.look());
    o.server.later(601_000);
    expect((await o.decide(late)).status).toBe(400);
  });

  test('DOS-08 who opens page after page pushes nobody else’s out; twin: the latest of his own stand', async () => {
    const hers = ticketOf(await o.look());
    await o.member('u_eve', 'operator');
    const his: string[] = [];
    for (let i = 0; i < 21; i += 1) {
      const pages = await Promise.all(Array.from({ length: 100 }, () => o.look(o.wish(), 'u_eve')));
      his.push(...pages.map(ticketOf));
    }
    expect((await o.decide(hers)).status).toBe(303);
    expect((await o.decide(his.at(0) ?? '', 'allow', 'u_eve')).status).toBe(400);
    expect((await o.decide(ticketOf(await o.look(o.wish(), 'u_eve')), 'allow', 'u_eve')).status).toBe(303);
  }, 60_000);

  test('who is not signed in is shown where to sign in, and learns of no client', async () => {
    const known = await o.server.ask('GET', o.wish());
    const unknown = await o.server.ask('GET', o.wish({ client_id: 'c_none' }));
    expect(known.status).toBe(200);
    expect(known.text).toBe(unknown.text);
    expect(known.text).toContain('/api/v1/auth/login');
    expect(known.text).not.toContain('Editor');
  });
});

describe('clients that describe themselves', () => {
  test('SSRF-01 MCP-12 an address of this machine is not knocked at, and nobody is redirected', async () => {
    let knocked = 0;
    const listener = createServer((socket) => {
      knocked += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = listener.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '0x7f000001', '127.1']) {
      const answer = await o.look(o.wish({ client_id: `https://${host}:${port}/client.json` }));
      expect(answer.status, host).toBe(400);
      expect(answer.headers.location).toBeUndefined();
    }
    expect(knocked).toBe(0);
    await new Promise((resolve) => listener.close(resolve));
  });
});
