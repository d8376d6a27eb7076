/** One secret put in every place a caller can write to, then every route read: it leaves nowhere, in no encoding. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contract, ROUTES } from '@headgate/core/api';
import { methodOf, pathOf, startServer, type TestServer } from '../fixtures/server.ts';

const CANARY = 'canary-9b1f6a70c4e25d38-Zq';
const encodings: readonly (readonly [string, string])[] = [
  ['plain', CANARY],
  ['base64', Buffer.from(CANARY).toString('base64').replaceAll('=', '')],
  ['base64url', Buffer.from(CANARY).toString('base64url')],
  ['hex', Buffer.from(CANARY).toString('hex')],
];

let server: TestServer;
let key: string;
const ids: Record<string, string> = {};
let startedText: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key({ name: 'admin' })).plain;
  await server.ask('PUT', '/api/v1/secrets', {
    key,
    body: { name: 'canary', value: CANARY, origins: ['https://a.example'] },
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const draft = {
    headgate: 1,
    name: `Named ${CANARY}`,
    description: Buffer.from(CANARY).toString('base64'),
    triggers: [{ id: 'hook', kind: 'webhook@1', note: CANARY, with: { answer: 'sync' } }],
    steps: [
      { id: 'echo', kind: 'set@1', name: CANARY, note: CANARY, with: { value: { a: '{{ input }}', b: CANARY } } },
      { id: 'stop', kind: 'stop@1', after: ['echo'], with: { problem: 'it.stops', text: `because ${CANARY}` } },
    ],
  };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  ids['id'] = (made.json as { id: string }).id;
  await server.ask('POST', `/api/v1/flows/${ids['id']}/publish`, { key, body: { note: CANARY } });
  await server.ask('POST', '/api/v1/keys', { key, body: { name: CANARY, permissions: ['run'] } });
  const started = await server.ask('POST', `/api/v1/flows/${ids['id']}/runs`, {
    key,
    body: { input: { x: CANARY, y: Buffer.from(CANARY).toString('hex') }, wait: 5 },
  });
  startedText = started.text;
  ids['run'] = (started.json as { id: string }).id;
});
afterAll(() => server.close());

const reading = (Object.entries(ROUTES) as unknown as readonly (readonly [string, Contract])[]).filter(
  ([, c]) => methodOf(c) === 'GET',
);

describe('SEC-01 the guard stands before every answer', () => {
  test.each(reading)('SEC-01 %s gives the secret away in no encoding', async (_name, contract) => {
    const path = pathOf(contract, { id: contract.on === 'run' ? (ids['run'] ?? '') : (ids['id'] ?? '') });
    const answer = await server.ask('GET', path, { key });
    for (const [name, form] of encodings) expect(answer.text, `${name} in ${path}`).not.toContain(form);
  });

  test('SEC-01 the answer of a run that failed over the secret does not show it', () => {
    expect(JSON.parse(startedText)).toMatchObject({ state: 'failed', problem: { code: 'it.stops' } });
    expect(startedText).not.toContain(CANARY);
  });

  test('SEC-01 twin: what is not secret stays readable, and what was written is there', async () => {
    const flow = await server.ask('GET', `/api/v1/flows/${ids['id']}`, { key });
    expect(flow.json).toMatchObject({
      draft: { name: expect.stringMatching(/^Named /), steps: [{ id: 'echo' }, { id: 'stop' }] },
    });
    expect((await server.ask('GET', `/api/v1/runs/${ids['run']}`, { key })).json).toMatchObject({
      state: 'failed',
      problem: { code: 'it.stops' },
    });
    expect((await server.ask('GET', '/api/v1/secrets', { key })).text).toContain('"name":"canary"');
  });

  test('SEC-07 nor does the log', () => {
    for (const [name, form] of encodings) expect(server.log(), name).not.toContain(form);
  });

  test('refusals that repeat what came do not repeat a secret', async () => {
    for (const [method, path, body] of [
      ['POST', '/api/v1/flows', { [CANARY]: 1 }],
      ['POST', '/api/v1/flows', { draft: { headgate: 1, name: 'x', steps: [{ id: CANARY, kind: CANARY }] } }],
      ['GET', `/api/v1/runs?state=${CANARY}`, undefined],
      ['GET', `/api/v1/runs?${CANARY}=1`, undefined],
      ['POST', `/api/v1/flows/${ids['id']}/grants`, { grants: [{ step: 'echo', power: `net: ${CANARY}` }] }],
    ] as const) {
      const answer = await server.ask(method, path, { key, ...(body === undefined ? {} : { body }) });
      expect(answer.status, path).toBe(422);
      expect(answer.text, path).not.toContain(CANARY);
    }
  });

  test('NEVER-07 only two files of the gateway touch the wire: the writer, and the webhook that calls it', () => {
    const folder = join(import.meta.dirname, '../../packages/server/src/gateway');
    const files = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const touching = files.filter((name) =>
      /\.writeHead\(|\.write\(|reply\.raw|\.hijack\(|response\.end\(|socket\.end\(|res\.end\(/.test(
        readFileSync(join(folder, name), 'utf8'),
      ),
    );
    expect(touching.toSorted()).toEqual(['hooks.ts', 'writer.ts']);
    expect(
      readFileSync(join(folder, 'hooks.ts'), 'utf8').match(/response\.end\(none \? undefined : text\)/g),
    ).toHaveLength(1);
    expect(readFileSync(join(folder, 'hooks.ts'), 'utf8')).toContain(
      'const text = written(guard, answer.body, reader);',
    );
  });
});
