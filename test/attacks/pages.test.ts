/** Attacks on what a browser sees: markup in names, foreign pages, framing, links that act. */

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

/** The resume link of a run that waits for it. */
const waiting = async (): Promise<{ link: string }> => {
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  return { link: await linkOf(id) };
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
    const { link } = await waiting();
    const pages = [
      await server.ask('GET', '/api/v1/reference', { key }),
      await server.ask('GET', link),
      await server.ask('GET', `/api/v1/resume/${encodeURIComponent(evil)}`, { headers: { accept: 'text/html' } }),
    ];
    expect(pages.map((page) => page.status)).toEqual([200, 200, 404]);
    for (const page of pages) expectHarmless(page);
    expect(pages[1]?.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('GUI-01 the page of the web app is one and the same at every address, whoever asks', async () => {
    const bare = (text: string): string => text.replace(/headgate-nonce" content="[^"]+"/, '');
    const plain = bare((await server.ask('GET', '/')).text);
    for (const path of [
      '/flows',
      `/flows/${encodeURIComponent(evil)}`,
      '/runs',
      `/runs/${encodeURIComponent(evil)}`,
      `/trust/x?tab=${encodeURIComponent(evil)}`,
    ]) {
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
        headers: { ...headers, 'content-type': 'text/plain' },
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
    const made = ['/api/v1/reference', '/api/v1/resume/AAAAAAAAAAAAAAAAAAAAAAAA'];
    for (const path of ['/', '/runs', '/runs/none', ...made]) {
      const answer = await server.ask('GET', path, { key, headers: { accept: 'text/html' } });
      expect(String(answer.headers['content-security-policy']), path).toContain("frame-ancestors 'none'");
      if (made.includes(path)) expectHarmless(answer);
    }
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
