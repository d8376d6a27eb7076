/**
 * A secret of one environment is unreachable from another, by every road that leads to a secret; each road reaches it from
 * its own. The powers are lent in all environments, so that nothing else stands in the way.
 */

import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const CANARY = 'canary-of-prod-71c09e-Qw';

let server: TestServer;
let key: string;
let peer: Server;
let url: string;
/** What the other side was sent as a credential, and asked to refresh. */
let seen: string[] = [];

const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
  const answer = await server.ask('POST', `/api/v1${path}`, { key, body });
  if (answer.status > 299) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.json as Record<string, unknown>;
};

/** A flow whose powers are lent everywhere. */
const made = async (name: string, steps: readonly object[], more: object = {}): Promise<string> => {
  const draft = { headgate: 1, name, steps, ...more };
  const { id } = (await post('/flows', { draft })) as { id: string };
  const { missing } = (await server.ask('GET', `/api/v1/flows/${id}/powers?environment=dev`, { key })).json as {
    missing: object[];
  };
  if (missing.length > 0) await post(`/flows/${id}/grants`, { grants: missing });
  await post(`/flows/${id}/grants`, { grants: [{ step: '*', power: `net: * ${new URL(url).host}` }] });
  await post(`/flows/${id}/publish`, { grant: 'needed' });
  return id;
};

const run = async (id: string, environment: string, more: object = {}) =>
  (await post(`/flows/${id}/runs`, { environment, wait: 30, ...more })) as {
    id: string;
    state: string;
    output: unknown;
  };

const get = (secret: string, id = 'get', more: object = {}) => ({
  id,
  kind: 'http.request@1',
  with: { method: 'GET', url: `${url}/x`, secret },
  ...more,
});
const asked = { id: 'asked', kind: 'wait.event@1', with: { timeout: '1h' } };

beforeAll(async () => {
  server = await startServer({ egressAllow: '127.0.0.0/8' });
  key = (await server.key()).plain;
  peer = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (part: Buffer) => body.push(part));
    request.on('end', () => {
      const text = Buffer.concat(body).toString();
      if (request.headers.authorization !== undefined || text !== '') seen.push(request.headers.authorization ?? text);
      const token = request.url === '/token';
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(token ? { access_token: 'fresh-of-prod', token_type: 'Bearer', expires_in: 1 } : {}));
    });
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const address = peer.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  for (const name of ['dev', 'prod']) await post('/projects/default/environments', { name });
  const put = (body: object) =>
    server.ask('PUT', '/api/v1/secrets', { key, body: { environment: 'prod', origins: [url], ...body } });
  const tokens = { tokenUrl: `${url}/token`, clientId: 'app', refreshToken: `refresh-${CANARY}`, clientAuth: 'post' };
  expect((await put({ name: 'mine', value: CANARY })).status).toBe(200);
  expect((await put({ name: 'tokens', credential: { kind: 'oauth2_refresh', ...tokens } })).status).toBe(200);
});
afterAll(async () => {
  await server.close();
  peer.close();
});
beforeEach(() => {
  seen = [];
});

/** Each road: the flow that takes it, and the trace it leaves where the secret is. */
const roads: Readonly<Record<string, () => Promise<{ id: string; more?: object; answers?: boolean }>>> = {
  'the secret of a request': async () => ({ id: await made('Request', [get('mine')]) }),
  'a draft run': async () => ({ id: await made('Draft', [get('mine')]), more: { draft: true } }),
  'one version by its number': async () => ({ id: await made('Version', [get('mine')]), more: { version: 1 } }),
  'a token that is refreshed': async () => ({ id: await made('Tokens', [get('tokens')]) }),
  'code that sees it': async () => {
    const source = "export default async (input, can) => (await can.secret('mine')).length";
    const step = { id: 'code', kind: 'code@1', with: { language: 'js', source } };
    return { id: await made('Code', [step], { output: '{{ steps.code }}' }), answers: true };
  },
  'a flow that is called': async () => {
    const inner = await made('Inner', [get('mine')]);
    return { id: await made('Outer', [{ id: 'go', kind: 'flow.call@1', with: { flow: inner, input: {} } }]) };
  },
  'each item of a list': async () => {
    const steps = [get('mine', 'one')];
    return { id: await made('List', [{ id: 'all', kind: 'each@1', with: { over: '{{ [1] }}', steps } }]) };
  },
};

describe('SEC-01 a secret of one environment', () => {
  test.each(Object.entries(roads))(
    'SEC-01 is out of reach from another by %s; twin: within reach from its own',
    async (_road, make) => {
      const { id, more = {}, answers = false } = await make();
      for (const elsewhere of ['dev', 'default']) {
        const made = await run(id, elsewhere, more);
        expect([elsewhere, made.state]).toEqual([elsewhere, 'failed']);
        expect(JSON.stringify(made)).not.toContain('canary');
        // Run again, it stays where it was.
        const again = (await post(`/runs/${made.id}/rerun`, {})) as { id: string };
        const state = async () => (await server.ask('GET', `/api/v1/runs/${again.id}`, { key })).json;
        await expect.poll(state, { timeout: 20_000 }).toMatchObject({ state: 'failed', environment: elsewhere });
      }
      expect(seen).toEqual([]);
      const there = await run(id, 'prod', more);
      expect(there.state).toBe('done');
      if (answers) expect(there.output).toBe(CANARY.length);
      else expect(seen.join('\n')).toMatch(/canary-of-prod|fresh-of-prod/);
    },
  );

  test('SEC-01 is out of reach from another by a link that goes on with a run; twin: within reach from its own', async () => {
    const link = { id: 'link', kind: 'set@1', with: { value: '{{ run.resume.asked }}' } };
    const id = await made('Asks', [link, { ...asked, after: ['link'] }, get('mine', 'get', { after: ['asked'] })]);
    for (const [environment, ends] of [
      ['dev', 'failed'],
      ['prod', 'done'],
    ] as const) {
      const { id: begun } = (await post(`/flows/${id}/runs`, { environment })) as { id: string };
      const view = async () => (await server.ask('GET', `/api/v1/runs/${begun}`, { key })).json;
      await expect.poll(view, { timeout: 20_000 }).toMatchObject({ state: 'waiting', environment });
      const { text } = await server.ask('GET', `/api/v1/runs/${begun}/journal`, { key });
      const token = /api\/v1\/resume\/([A-Za-z0-9_-]{20,})/.exec(text)?.[1] ?? '';
      const used = await server.ask('POST', `/api/v1/resume/${token}`, { body: {} });
      expect(used.status).toBeLessThan(300);
      await expect.poll(view, { timeout: 20_000 }).toMatchObject({ state: ends, environment });
      expect(seen).toEqual(ends === 'done' ? [`Bearer ${CANARY}`] : []);
    }
  });

  test('SEC-01 does not sign for a webhook of another; twin: it does for its own', async () => {
    const signature = { preset: 'headgate', secret: 'mine' };
    const triggers = [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync', signature } }];
    const id = await made('Signed', [{ id: 's', kind: 'set@1', with: { value: 1 } }], { triggers });
    const { createHmac } = await import('node:crypto');
    for (const [environment, status] of [
      ['dev', 401],
      ['prod', 200],
    ] as const) {
      await post(`/flows/${id}/promotions`, { from: 'default', to: environment, anyway: true });
      const { json } = await server.ask('GET', `/api/v1/flows/${id}/webhooks?environment=${environment}`, { key });
      const [hook] = (json as { webhooks: { url: string }[] }).webhooks;
      const at = Math.floor(Date.now() / 1000);
      const v1 = createHmac('sha256', CANARY).update(`${at}.{}`).digest('hex');
      const headers = { 'x-headgate-signature': `t=${at},v1=${v1}` };
      const answer = await server.ask('POST', new URL(hook?.url ?? '').pathname, { body: {}, headers });
      expect([environment, answer.status]).toEqual([environment, status]);
    }
  });

  test('AZ-03 a run that is run again takes no other environment from the request', async () => {
    const id = await made('Again', [get('mine')]);
    const { id: begun } = await run(id, 'dev');
    const answer = await server.ask('POST', `/api/v1/runs/${begun}/rerun`, { key, body: { environment: 'prod' } });
    expect(answer.status).toBe(422);
  });
});

describe('AZ-01 an environment of another workspace', () => {
  test('AZ-01 reads like one that never existed, in runs, grants, secrets and promotions', async () => {
    const other = (await server.key({ workspace: 'other' })).plain;
    const theirs = await server.ask('POST', '/api/v1/projects/default/environments', {
      key: other,
      body: { name: 'hers' },
    });
    expect(theirs.status).toBe(201);
    const id = await made('Mine', [get('mine')]);
    const told = async (name: string): Promise<unknown> =>
      Promise.all(
        (
          [
            ['POST', `/flows/${id}/runs`, { environment: name }],
            [
              'POST',
              `/flows/${id}/grants`,
              { environment: name, grants: [{ step: '*', power: 'net: GET a.example' }] },
            ],
            ['PUT', '/secrets', { name: 's', value: 'a value of mine', environment: name }],
            ['POST', `/flows/${id}/promotions`, { from: 'default', to: name }],
            ['GET', `/projects/default/environments/${name}/vars`, undefined],
            ['GET', `/flows/${id}/difference/default/${name}`, undefined],
            ['DELETE', `/flows/${id}/deployments/${name}`, undefined],
          ] as const
        ).map(async ([method, path, body]) => {
          const { status, text } = await server.ask(method, `/api/v1${path}`, {
            key,
            ...(body === undefined ? {} : { body }),
          });
          return [status, text.replaceAll(name, 'NAME')];
        }),
      );
    expect(await told('hers')).toEqual(await told('nobodys'));
    const same = { key: other };
    expect((await server.ask('GET', '/api/v1/projects/default/environments/hers/vars', same)).status).toBe(200);
  });
});
