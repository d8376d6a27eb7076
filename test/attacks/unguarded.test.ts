/**
 * The guard is the second layer: here there is none, and secrets are out of reach all the same. A server is put together
 * with a guard that hides nothing (fixtures/server.ts, which no release holds); then the rows that look for a secret run
 * again, and a secret in use is looked for in all that such a server says.
 *
 * Left out are the tests of the guard itself, which write a secret into a flow and see it hidden (crawl.test.ts, and one of
 * webhooks.test.ts). Rows of expressions, code, outgoing calls and bodies run below the guard in any case.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contract, isStream, ROUTES } from '@headgate/core/api';
import { beginning } from '../fixtures/beginning.ts';
import { leaveOutGuard, methodOf, pathOf, startServer, type TestServer } from '../fixtures/server.ts';

leaveOutGuard();
await import('./secrets.test.ts');
await import('./tenancy.test.ts');
await import('./gateway.test.ts');

const CANARY = 'canary-51e0b8f3a96c7d24-Kw';
/** Not a secret of anybody: what must be seen, since nothing hides. */
const KNOWN = 'canary-seen-2b64d0f19c8e';

const bytes = Buffer.from(CANARY);
const FORMS: readonly (readonly [string, string])[] = [
  ['plain', CANARY],
  ['base64', bytes.toString('base64').replaceAll('=', '')],
  ['base64url', bytes.toString('base64url')],
  ['hex', bytes.toString('hex')],
  ['upper hex', bytes.toString('hex').toUpperCase()],
  ['percent', encodeURIComponent(CANARY)],
  ['list of bytes', [...bytes].join(',')],
  ['reversed', [...CANARY].toReversed().join('')],
  ['upper case', CANARY.toUpperCase()],
  ['gzip in base64', gzipSync(CANARY).toString('base64').slice(16, 40)],
];

/** Code that wants the secret: it tries what it is given, what it can name, and what went wrong. */
const GREEDY = `export default async (input, can) => {
  const found = [];
  const keep = (value) => found.push(typeof value === 'string' ? value : JSON.stringify(value) ?? String(value));
  const tries = [
    () => input, () => can, () => Object.getOwnPropertyNames(globalThis).map((name) => String(globalThis[name])),
    () => [can].map((c) => c[['sec', 'ret'].join('')]?.('api'))[0], () => can.secrets, () => can.read?.('api'), () => can.env, () => can.steps.call,
    () => can.fetch(input.url, { secret: 'api' }), () => can.fetch(input.other, { secret: 'api' }),
    () => can.fetch(input.url, { headers: { 'x-api-key': '{{ secret.api }}' } }),
  ];
  for (const attempt of tries) {
    try { keep(await attempt()); } catch (error) { keep([String(error), error.stack, error.cause, error]); }
  }
  can.log(found.join(' '));
  return { found, again: found.map((text) => [...text].reverse().join('')) };
}`;

describe('SEC-02 without a guard, a secret in use', () => {
  let server: TestServer;
  let key: string;
  let far: Server;
  const got: string[] = [];
  const said: string[] = [];
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    far = createServer((request, response) => {
      got.push(JSON.stringify(request.headers));
      // It fails at times, so that what is told of a failed call is looked at as well.
      response.writeHead(request.url === '/fails' ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: true, KNOWN }));
    });
    await new Promise<void>((resolve) => far.listen(0, '127.0.0.1', resolve));
    const address = far.address();
    const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    server = await startServer({ egressAllow: '127.0.0.1' });
    key = (await server.key()).plain;
    const credential = { kind: 'api_key', value: CANARY, header: 'x-api-key' };
    await server.ask('PUT', '/api/v1/secrets', { key, body: { name: 'api', credential, origins: [origin] } });
    const call = (id: string, path: string, after: string[]) => ({
      id,
      kind: 'http.request@1',
      ...(after.length === 0 ? {} : { after }),
      onProblem: 'continue',
      with: { method: 'GET', url: `${origin}${path}`, secret: 'api' },
    });
    const draft = {
      headgate: 1,
      name: 'Uses a secret',
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
      steps: [
        call('call', '/', []),
        call('broken', '/fails', ['call']),
        {
          id: 'code',
          kind: 'code@1',
          after: ['broken'],
          with: {
            language: 'js',
            source: GREEDY,
            input: { url: `${origin}/from-code`, other: 'https://other.example/', call: '{{ steps.call }}' },
          },
        },
        {
          id: 'answer',
          kind: 'respond@1',
          after: ['code'],
          with: {
            headers: { 'x-told': '{{ steps.call.status.toString() }}' },
            body: {
              call: '{{ steps.call }}',
              broken: '{{ problems.broken }}',
              code: '{{ steps.code }}',
              input: '{{ input }}',
            },
          },
        },
      ],
      output: { call: '{{ steps.call }}', broken: '{{ problems.broken }}', code: '{{ steps.code }}' },
    };
    const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
    ids['id'] = (made.json as { id: string }).id;
    const published = await server.ask('POST', `/api/v1/flows/${ids['id']}/publish`, {
      key,
      body: { grant: 'needed' },
    });
    expect(published.status, published.text).toBe(201);
    const { webhooks } = published.json as { webhooks: { url: string }[] };
    const hook = await server.ask('POST', new URL(webhooks[0]?.url ?? '').pathname, { body: { KNOWN } });
    const run = await server.ask('POST', `/api/v1/flows/${ids['id']}/runs`, {
      key,
      body: { input: { KNOWN }, wait: 20 },
    });
    ids['run'] = (run.json as { id: string }).id;
    said.push(made.text, published.text, hook.text, JSON.stringify(hook.headers), run.text);
    expect(run.json, run.text).toMatchObject({ state: 'done' });
  });
  afterAll(async () => {
    await server.close();
    far.close();
  });

  test('SEC-02 twin: the secret was used for its own origin, and nothing hides what is no secret', () => {
    expect(got.filter((headers) => headers.includes(CANARY)).length).toBeGreaterThan(3);
    expect(said.join('')).toContain(KNOWN);
    expect(server.log()).not.toContain('[secret');
  });

  test('SEC-02 SEC-01 no answer, webhook, journal, event, export or page holds it, in any form', async () => {
    for (const [, contract] of Object.entries(ROUTES) as unknown as readonly (readonly [string, Contract])[]) {
      if (methodOf(contract) !== 'GET') continue;
      const id = contract.on === 'run' ? (ids['run'] ?? '') : (ids['id'] ?? '');
      const path = pathOf(contract, { id, name: 'api' });
      const goesOn = isStream(contract) && contract.on !== 'run';
      const answer = goesOn ? await beginning(server.url + path, key) : await server.ask('GET', path, { key });
      said.push(answer.text, JSON.stringify(answer.headers));
    }
    for (const [form, text] of FORMS) expect(said.join('\n').includes(text), form).toBe(false);
  });

  test('SEC-07 SEC-05 no line of the log at the lowest level, no audit record and no file of a backup holds it', async () => {
    const target = mkdtempSync(join(tmpdir(), 'headgate-copy-'));
    try {
      expect((await server.house.store.backup(target)).ok).toBe(true);
      const lines: string[] = [server.log()];
      for await (const records of server.house.store.engine.auditRecords()) lines.push(JSON.stringify(records));
      expect(lines.join('')).toContain('api');
      for (const [form, text] of FORMS) expect(lines.join('').includes(text), form).toBe(false);
      const files = readdirSync(target, { recursive: true, encoding: 'utf8' }).map((name) => join(target, name));
      for (const path of files.filter((one) => statSync(one).isFile()))
        for (const [form, text] of FORMS) expect(readFileSync(path).includes(text), `${form} in ${path}`).toBe(false);
    } finally {
      rmSync(target, { recursive: true, force: true });
    }
  });
});
