/** Attacks on the webhook's lean path: what a flow answers, headers, addresses. Signatures are the engine's rows. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type Answer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

/** A published flow with a webhook that answers with these settings of `respond`; gives the path of the webhook. */
const answering = async (
  respond: unknown,
  settings: unknown = { answer: 'sync' },
): Promise<{ path: string; flow: string }> => {
  const draft = {
    headgate: 1,
    name: 'Answers',
    triggers: [{ id: 'hook', kind: 'webhook@1', with: settings }],
    steps: [{ id: 'answer', kind: 'respond@1', with: respond }],
  };
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key });
  expect(published.status, published.text).toBe(201);
  const { webhooks } = published.json as { webhooks: { url: string }[] };
  return { path: new URL(webhooks[0]?.url ?? '').pathname, flow: id };
};

const hook = (path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> =>
  server.ask('POST', path, { body, headers });

describe('WH-07 pages on our origin', () => {
  test.each([
    'text/html',
    'text/html; charset=utf-8',
    'TEXT/HTML',
    'application/xhtml+xml',
    'image/svg+xml',
    'application/xml',
    'text/xml',
    'text/javascript',
    'application/pdf',
    'nonsense',
    'application/json+html',
  ])('WH-07 a body of type %s is sandboxed', async (type) => {
    const { path } = await answering({
      headers: { 'content-type': type },
      body: '<script>alert(document.cookie)</script>',
    });
    const answer = await hook(path);
    expect(answer.status).toBe(200);
    const csp = String(answer.headers['content-security-policy']);
    expect(csp).toMatch(/^sandbox;/);
    expect(csp).not.toMatch(/allow-/);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  test('WH-07 twin: JSON and plain text leave as they are', async () => {
    const { path } = await answering({ status: 201, headers: { 'x-mine': 'yes' }, body: { ok: true } });
    const answer = await hook(path);
    expect(answer).toMatchObject({ status: 201, json: { ok: true } });
    expect(answer.headers['x-mine']).toBe('yes');
    expect(answer.headers['content-security-policy']).toBeUndefined();
  });

  test('WH-07 headers that act on the origin, the connection or a proxy do not leave', async () => {
    const held = {
      'set-cookie': 'headgate=x; Path=/',
      'content-security-policy': 'default-src *',
      'access-control-allow-origin': '*',
      'access-control-allow-credentials': 'true',
      'clear-site-data': '"*"',
      'service-worker-allowed': '/',
      'x-accel-redirect': '/etc/passwd',
      'x-sendfile': '/etc/passwd',
      'cache-control': 'public, max-age=9',
      refresh: '0;url=//evil.example',
      link: '</x>; rel=preload',
      'strict-transport-security': 'max-age=9',
      'x-frame-options': 'ALLOWALL',
    };
    for (const [name, value] of Object.entries(held)) {
      const { path } = await answering({ headers: { [name]: value, 'content-type': 'text/html' }, body: 'x' }).catch(
        () => ({ path: '' }),
      );
      // A header that the step itself refuses does not reach this line of defence.
      if (path === '') continue;
      const answer = await hook(path);
      expect(String(answer.headers[name] ?? ''), name).not.toBe(value);
    }
  });
});

describe('webhook addresses', () => {
  test('unknown, malformed and foreign addresses are one 404; the address itself is in no log', async () => {
    const { path } = await answering({ body: 'x' });
    const prefix = '/api/v1/webhook/';
    const token = path.slice(prefix.length);
    for (const wrong of [
      prefix,
      `${prefix}${token.slice(0, -1)}`,
      `${prefix}${token}x`,
      `${prefix}${'A'.repeat(43)}`,
      `${prefix}${encodeURIComponent('../')}${token}`,
      `${prefix}%41${token.slice(1)}`,
      `${prefix}..${path}`,
    ]) {
      expect((await hook(wrong)).status, wrong).toBe(404);
    }
    expect((await hook(path)).status).toBe(200);
    expect((await hook(`${path}/more/path?x=1&x=2`)).status).toBe(200);
    expect(server.log()).not.toContain(token);
  });

  test('OPTIONS and unknown methods start no run: a browser asks before a foreign page may do anything', async () => {
    const { path, flow } = await answering({ body: 'x' });
    const asked = await server.ask('OPTIONS', path, {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(asked).toMatchObject({ status: 204, text: '' });
    expect(asked.headers.allow).toBe('GET, HEAD, POST, PUT, PATCH, DELETE');
    expect((await server.ask('PROPFIND', path)).status).toBe(405);
    expect((await server.house.store.in('default').runs.list({ flow, limit: 10 })).rows).toEqual([]);
    expect((await hook(path)).status).toBe(200);
    expect((await server.house.store.in('default').runs.list({ flow, limit: 10 })).rows).toHaveLength(1);
  });

  test('API-10 a fault of ours at a webhook answers with an id, and no path or stack', async () => {
    const own = await startServer();
    await own.house.store.close();
    const answer = await own.ask('POST', `/api/v1/webhook/${'A'.repeat(43)}`, { body: {} });
    expect(answer).toMatchObject({ status: 500, json: { code: 'server.bug', id: expect.stringMatching(/^err/) } });
    for (const word of ['/packages/', own.dir, '.ts', 'Error:', 'SQLITE']) expect(answer.text).not.toContain(word);
    await own.close().catch(() => undefined);
  });

  test('WH-09 a deleted or switched off flow leaves its address dead, and nobody can take it over', async () => {
    const { path, flow } = await answering({ body: 'x' });
    await server.ask('PATCH', `/api/v1/flows/${flow}`, { key, body: { enabled: false } });
    expect((await hook(path)).status).toBe(404);
    await server.ask('PATCH', `/api/v1/flows/${flow}`, { key, body: { enabled: true } });
    expect((await hook(path)).status).toBe(200);
    await server.ask('DELETE', `/api/v1/flows/${flow}`, { key });
    expect((await hook(path)).status).toBe(404);
    const { path: other } = await answering({ body: 'y' });
    expect(other).not.toBe(path);
    expect((await hook(path)).status).toBe(404);
  });

  test('the flow gets method, path, query and body as they came, and no credential', async () => {
    const { path } = await answering({ body: '{{ trigger }}' });
    const answer = await server.ask('PUT', `${path}/a/b?x=1&y=2&y=3&__proto__=z`, {
      body: { n: 1 },
      headers: { 'x-mine': 'yes', authorization: 'Bearer abc', cookie: 'a=b' },
    });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toMatchObject({ method: 'PUT', path: 'a/b', query: { x: '1', y: ['2', '3'] }, body: { n: 1 } });
    expect(answer.text).toContain('x-mine');
    expect(answer.text).not.toMatch(/Bearer abc|a=b/);
  });

  test('the answers 204 and HEAD have no body, an asynchronous hook says which run it started', async () => {
    const none = await answering({ status: 204, body: 'never seen' });
    expect(await hook(none.path)).toMatchObject({ status: 204, text: '' });
    const { path } = await answering({ body: 'text' });
    expect(await server.ask('HEAD', path)).toMatchObject({ status: 200, text: '' });
    const later = await answering({ body: 'x' }, { answer: 'async' });
    const accepted = await hook(later.path);
    expect(accepted.status).toBe(202);
    expect((await server.ask('GET', `/api/v1/runs/${(accepted.json as { run: string }).run}`, { key })).status).toBe(
      200,
    );
  });

  test('SEC-01 a stored secret that a caller sends is taken out of what leaves, whole and encoded', async () => {
    const value = 'canary-7f3a9c2e51d84b60';
    await server.ask('PUT', '/api/v1/secrets', { key, body: { name: 'canary', value } });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { path } = await answering({ body: '{{ trigger.body }}' });
    const answer = await hook(path, { plain: value, b64: Buffer.from(value).toString('base64'), clean: 'stays' });
    expect(answer.text).toContain('stays');
    expect(answer.text).not.toContain(value);
    expect(answer.text).not.toContain(Buffer.from(value).toString('base64'));
    const runs = await server.ask('GET', '/api/v1/runs?limit=1', { key });
    const run = (runs.json as { runs: { id: string }[] }).runs[0]?.id ?? '';
    for (const route of [
      `/api/v1/runs/${run}`,
      `/api/v1/runs/${run}/journal`,
      `/api/v1/runs/${run}/events`,
      `/runs/${run}`,
    ])
      expect((await server.ask('GET', route, { key })).text, route).not.toContain(value);
  });
});
