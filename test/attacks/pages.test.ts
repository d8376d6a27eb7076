/** Attacks on what a browser sees: markup in names, foreign pages, framing, sessions, links that act. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES, type Contract } from '@headgate/core/api';
import { methodOf, pathOf, startServer, type Answer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)> '\`&lt;{{7*7}}\${7*7}`;
const draft = {
  headgate: 1,
  name: evil,
  steps: [
    { id: 'wait', kind: 'wait.event@1', with: { note: evil } },
    { id: 'say', kind: 'set@1', after: ['wait'], with: { value: evil } },
  ],
  output: '{{ steps.say }}',
};

const signIn = async (plain: string): Promise<string> => {
  const answer = await server.ask('POST', '/runs/sign-in', { body: `key=${plain}`, headers: FORM });
  expect(answer.status).toBe(303);
  expect(answer.headers.location).toBe('/runs');
  return answer.headers['set-cookie']?.[0] ?? '';
};
const cookieOf = (set: string): Record<string, string> => ({ cookie: set.split(';', 1)[0] ?? '' });

/** What no page of ours may hold: a script, a handler, a style in place, an address that runs. */
const expectHarmless = (answer: Answer): void => {
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.text).not.toMatch(/<script|<img|<iframe|<object|<embed|<base|<meta http-equiv|javascript:|\sstyle=/i);
  expect(answer.text.replaceAll(/&[a-z#0-9]+;/g, ' ')).not.toMatch(/<[^>]*\son[a-z]+\s*=/i);
  const csp = String(answer.headers['content-security-policy']);
  expect(csp).toContain("default-src 'none'");
  expect(csp).toContain("frame-ancestors 'none'");
  expect(csp).not.toMatch(/unsafe|script-src|\*/);
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(answer.headers['referrer-policy']).toBe('no-referrer');
  expect(answer.headers['x-frame-options']).toBe('DENY');
};

/** A run that waits for its resume link, and the link. */
const waiting = async (): Promise<{ run: string; link: string }> => {
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  const started = await server.ask('POST', `/api/v1/flows/${id}/runs`, { key, body: { draft: true, wait: 0.3 } });
  const run = (started.json as { id: string }).id;
  return { run, link: await linkOf(id) };
};

/** The link as a flow itself would send it: out of the run's own data. */
const linkOf = async (flow: string): Promise<string> => {
  const telling = {
    ...draft,
    name: `Tells ${evil}`,
    steps: [
      { id: 'tell', kind: 'set@1', with: { value: '{{ run.resume.wait }}' } },
      { id: 'wait', kind: 'wait.event@1', after: ['tell'], with: { note: evil } },
    ],
    output: 'x',
  };
  await server.ask('PUT', `/api/v1/flows/${flow}/draft`, { key, body: { revision: 1, draft: telling } });
  const started = await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { draft: true, wait: 0.3 } });
  const journal = await server.ask('GET', `/api/v1/runs/${(started.json as { id: string }).id}/journal`, { key });
  return /\/api\/v1\/resume\/[A-Za-z0-9_-]+/.exec(journal.text)?.[0] ?? `no link in ${journal.text}`;
};

describe('GUI-01 markup in names', () => {
  test('GUI-01 names, notes, values and problems are text on every page', async () => {
    const { run, link } = await waiting();
    const pages = [
      await server.ask('GET', '/api/v1/reference', { key }),
      await server.ask('GET', '/runs', { key }),
      await server.ask('GET', `/runs/${run}`, { key }),
      await server.ask('GET', link),
      await server.ask('GET', `/runs/${encodeURIComponent(evil)}`, { key }),
      await server.ask('GET', `/runs?state=${encodeURIComponent(evil)}`, { key }),
      await server.ask('GET', '/runs'),
    ];
    expect(pages.map((page) => page.status)).toEqual([200, 200, 200, 200, 404, 422, 401]);
    for (const page of pages) expectHarmless(page);
    expect(pages[1]?.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(pages[3]?.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('GUI-01 the page of the web app is one and the same at every address, whoever asks', async () => {
    const bare = (text: string): string => text.replace(/headgate-nonce" content="[^"]+"/, '');
    const plain = bare((await server.ask('GET', '/')).text);
    for (const path of ['/flows', `/flows/${encodeURIComponent(evil)}`, `/trust/x?tab=${encodeURIComponent(evil)}`]) {
      const page = await server.ask('GET', path, { key });
      expect(page.status, path).toBe(200);
      expect(bare(page.text), path).toBe(plain);
      const csp = String(page.headers['content-security-policy']);
      expect(csp).toContain("default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'nonce-");
      expect(csp).toContain("require-trusted-types-for 'script'; trusted-types default");
      expect(csp).not.toMatch(/unsafe|\*|https?:/);
      expect(csp).toContain(/headgate-nonce" content="([^"]+)"/.exec(page.text)?.[1] ?? 'no nonce');
    }
    const again = await server.ask('GET', '/flows');
    expect(again.text).not.toBe((await server.ask('GET', '/flows')).text);
  });

  test('the pages are served where the web is on, and only there', async () => {
    const bare = await startServer({ web: false });
    const { plain } = await bare.key();
    for (const path of ['/', '/runs', '/runs/x'] as const)
      expect((await bare.ask('GET', path, { key: plain })).status, path).toBe(404);
    expect((await bare.ask('GET', '/health')).status).toBe(200);
    expect((await bare.ask('GET', '/api/v1/openapi.json')).status).toBe(200);
    await bare.close();
  });
});

describe('GUI-07 foreign pages', () => {
  const changing = (Object.entries(ROUTES) as unknown as readonly (readonly [string, Contract])[]).filter(
    ([, c]) => methodOf(c) !== 'GET' && !c.crossSite,
  );

  test.each(changing)('GUI-07 %s refuses a page of another site, whoever is signed in', async (_name, contract) => {
    const cookie = cookieOf(await signIn(key));
    const foreign: readonly Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', origin: 'http://127.0.0.1' },
    ];
    for (const headers of foreign) {
      const answer = await server.ask(methodOf(contract), pathOf(contract), {
        key,
        headers: { ...cookie, ...headers, 'content-type': 'text/plain' },
        body: '{}',
      });
      expect(answer.status, JSON.stringify(headers)).toBe(403);
    }
    const own = await server.ask(methodOf(contract), pathOf(contract), {
      key,
      headers: { 'sec-fetch-site': 'same-origin', origin: `http://127.0.0.1:${server.port}` },
    });
    expect(own.status).not.toBe(403);
  });

  test('GUI-07 a webhook may be called from another site: it relies on nothing the browser adds', async () => {
    const answer = await server.ask('POST', `/api/v1/webhook/${'A'.repeat(43)}`, {
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://shop.example' },
      body: {},
    });
    expect(answer.status).toBe(404);
  });
});

describe('GUI-08 CORS, GUI-10 framing', () => {
  test('GUI-08 no route gives any origin anything: no CORS header on any method, signed in or not', async () => {
    for (const [, contract] of Object.entries(ROUTES) as unknown as readonly (readonly [string, Contract])[]) {
      for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${server.port}`]) {
        for (const method of [methodOf(contract), 'OPTIONS']) {
          const answer = await server.ask(method, pathOf(contract), {
            ...(method === 'OPTIONS' ? {} : { key }),
            headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-api-key' },
          });
          const names = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
          expect(names, `${method} ${contract.path}`).toEqual([]);
        }
      }
    }
  });

  test('GUI-08 a web app elsewhere, whose origin is named in the settings, calls the API with a token and never with a cookie', async () => {
    const app = 'https://app.example.com';
    const named = await startServer({ webOrigins: [app] });
    const { plain } = await named.key();
    const asked = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' };
    const bearer = { authorization: `Bearer ${plain}`, 'sec-fetch-site': 'cross-site' };
    const first = await named.ask('OPTIONS', '/api/v1/flows', { headers: { origin: app, ...asked } });
    expect(first).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': app, vary: 'Origin' } });
    expect(first.headers['access-control-allow-credentials']).toBeUndefined();
    const draft = { headgate: 1, name: 'From elsewhere', steps: [] };
    const post = (headers: Readonly<Record<string, string>>) =>
      named.ask('POST', '/api/v1/flows', { headers, body: { draft } });
    const made = await post({ origin: app, ...bearer });
    expect(made).toMatchObject({ status: 201, headers: { 'access-control-allow-origin': app } });
    expect(made.headers['access-control-allow-credentials']).toBeUndefined();
    const { authorization: _, ...bare } = bearer;
    for (const wrong of [
      { origin: app, ...bearer, cookie: 'headgate=x' },
      { origin: app, ...bare, 'x-api-key': plain },
      { origin: 'https://evil.example', ...bearer },
      { origin: `${app}:8443`, ...bearer },
      { origin: 'http://app.example.com', ...bearer },
      { origin: 'null', ...bearer },
    ])
      expect((await post(wrong)).status, JSON.stringify(wrong)).toBe(403);
    for (const path of ['/health', '/', '/flows']) {
      const answer = await named.ask('GET', path, { headers: { origin: app } });
      expect(answer.headers['access-control-allow-origin'], path).toBeUndefined();
    }
    await named.close();
  });

  test('GUI-10 every answer with HTML forbids framing, refusals too', async () => {
    expect(String((await server.ask('GET', '/')).headers['content-security-policy'])).toContain(
      "frame-ancestors 'none'",
    );
    for (const path of ['/api/v1/reference', '/runs', '/runs/none', '/api/v1/resume/AAAAAAAAAAAAAAAAAAAAAAAA']) {
      const answer = await server.ask('GET', path, { headers: { accept: 'text/html' } });
      expect(String(answer.headers['content-security-policy']), path).toContain("frame-ancestors 'none'");
      expectHarmless(answer);
    }
  });

  test('GUI-10 redirects lead to our own pages, whatever the request asks for', async () => {
    const answer = await server.ask('POST', '/runs/sign-in', {
      body: `key=${key}&next=https://evil.example`,
      headers: FORM,
    });
    expect(answer.status).toBe(422);
    expect(
      (await server.ask('POST', '/runs/sign-in?next=//evil.example', { body: `key=${key}`, headers: FORM })).status,
    ).toBe(422);
    expect((await server.ask('POST', '/runs/sign-out', { body: '', headers: FORM })).headers.location).toBe('/runs');
  });
});

describe('TOK-09 sessions of the pages', () => {
  test('TOK-09 the cookie is HttpOnly, strict, narrow and short; it opens pages and no API', async () => {
    const set = await signIn(key);
    expect(set).toMatch(/^headgate=[A-Za-z0-9_-]{43}; Path=\/runs; Max-Age=900; HttpOnly; SameSite=Strict$/);
    expect(set).not.toContain(key.slice(3));
    const cookie = cookieOf(set);
    const page = await server.ask('GET', '/runs', { headers: cookie });
    expect(page.status).toBe(200);
    expect(page.text).not.toContain(key);
    expect((await server.ask('GET', '/api/v1/flows', { headers: cookie })).status).toBe(401);
    expect((await server.ask('GET', '/metrics', { headers: cookie })).status).toBe(401);
  });

  test('TOK-09 each sign-in makes a new session; one chosen by somebody else is not taken over', async () => {
    const first = await signIn(key);
    const fixed = { cookie: `headgate=${'f'.repeat(43)}` };
    expect((await server.ask('GET', '/runs', { headers: fixed })).status).toBe(401);
    const answer = await server.ask('POST', '/runs/sign-in', { body: `key=${key}`, headers: { ...FORM, ...fixed } });
    expect(answer.headers['set-cookie']?.[0]).not.toContain('f'.repeat(43));
    expect(answer.headers['set-cookie']?.[0]?.split(';')[0]).not.toBe(first.split(';')[0]);
  });

  test('TOK-09 it ends at sign-out, after its time, and with its key', async () => {
    const out = cookieOf(await signIn(key));
    await server.ask('POST', '/runs/sign-out', { headers: { ...out, ...FORM }, body: '' });
    expect((await server.ask('GET', '/runs', { headers: out })).status).toBe(401);
    const other = await server.key();
    const bound = cookieOf(await signIn(other.plain));
    expect((await server.ask('GET', '/runs', { headers: bound })).status).toBe(200);
    await server.ask('DELETE', `/api/v1/keys/${other.id}`, { key });
    expect((await server.ask('GET', '/runs', { headers: bound })).status).toBe(401);
    const old = cookieOf(await signIn(key));
    server.later(15 * 60_000 + 1);
    expect((await server.ask('GET', '/runs', { headers: old })).status).toBe(401);
  });

  test('a key without run.read gets a session that opens nothing, a wrong key gets none', async () => {
    const weak = cookieOf(await signIn((await server.key({ permissions: ['flow.read'] })).plain));
    expect((await server.ask('GET', '/runs', { headers: weak })).status).toBe(403);
    const wrong = await server.ask('POST', '/runs/sign-in', { body: 'key=hg_nothing', headers: FORM });
    expect(wrong.status).toBe(401);
    expect(wrong.headers['set-cookie']).toBeUndefined();
    expectHarmless(wrong);
    expect(wrong.text).not.toContain('hg_nothing');
  });

  test('behind TLS the cookie is Secure and says so in its name', async () => {
    const secure = await startServer({ publicUrl: 'https://flows.example', hosts: ['127.0.0.1', 'flows.example'] });
    const { plain } = await secure.key();
    const answer = await secure.ask('POST', '/runs/sign-in', { body: `key=${plain}`, headers: FORM });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^__Secure-headgate=.*; Secure$/);
    await secure.close();
  });
});

describe('WH-08 resume links', () => {
  test('WH-08 opening a link any number of times does nothing; one POST acts; the next hears 410, on record', async () => {
    const { link } = await waiting();
    for (const method of ['GET', 'GET', 'HEAD', 'GET']) expect((await server.ask(method, link)).status).toBe(200);
    const used = await server.ask('POST', link, { body: { yes: true } });
    expect(used.status, used.text).toBe(200);
    const { run } = used.json as { run: string };
    const again = await server.ask('POST', link, { body: { yes: false } });
    expect(again).toMatchObject({ status: 410, json: { code: 'resume.used' } });
    expect((await server.ask('GET', link)).status).toBe(410);
    expect((await server.house.store.in('*').audit.list({ limit: 2 })).rows).toMatchObject([
      { reason: 'resume.used' },
      { reason: 'resume.used', action: 'useResume', decision: 'deny' },
    ]);
    const view = await server.ask('GET', `/api/v1/runs/${run}`, { key });
    expect((view.json as { state: string }).state).toBe('done');
    expect(server.log()).not.toContain(link.slice(-20));
  });

  test('WH-08 the page posts its form to the link itself, and a person sees the outcome as a page', async () => {
    const { link } = await waiting();
    const page = await server.ask('GET', link, { headers: { accept: 'text/html' } });
    expect(page.text).toContain(`<form method="post" action="${link}">`);
    const done = await server.ask('POST', link, {
      body: '',
      headers: { ...FORM, accept: 'text/html', 'sec-fetch-site': 'same-origin' },
    });
    expect(done.status).toBe(200);
    expectHarmless(done);
    expect((await server.ask('POST', link, { body: '', headers: { ...FORM, accept: 'text/html' } })).status).toBe(410);
  });

  test('WH-08 guesses are 404 alike, whatever their form, and on record', async () => {
    const { link } = await waiting();
    const guesses = [
      link.slice(0, -1) + (link.endsWith('A') ? 'B' : 'A'),
      `${link}A`,
      link.slice(0, -1),
      '/api/v1/resume/short',
      `/api/v1/resume/${'A'.repeat(43)}`,
    ];
    for (const guess of guesses)
      for (const method of ['GET', 'POST'])
        expect(
          (await server.ask(method, guess, method === 'POST' ? { body: {} } : {})).status,
          `${method} ${guess}`,
        ).toBe(404);
    expect((await server.house.store.in('*').audit.list({ limit: 1 })).rows[0]).toMatchObject({
      decision: 'deny',
      action: 'useResume',
    });
    expect((await server.ask('POST', link, { body: {} })).status).toBe(200);
  });
});
