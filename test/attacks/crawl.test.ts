/** One secret put in every place a caller can write to, then every route read: it leaves nowhere, in no encoding. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contract, isStream, ROUTES } from '@headgate/core/api';
import { beginning } from '../fixtures/beginning.ts';
import { methodOf, pathOf, startServer, type TestServer } from '../fixtures/server.ts';

const CANARY = 'canary-9b1f6a70c4e25d38-Zq';
const bytes = Buffer.from(CANARY);
const each = (write: (byte: number) => string): string => Array.from(bytes, write).join('');
const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
const escaped = each((b) => `\\u00${hex(b)}`);
/** The core of each alignment of base64: what does not depend on what stands before and after. */
const base64 = (before: string): string =>
  Buffer.from(`${before}${CANARY}`)
    .toString('base64')
    .slice(Math.ceil((before.length * 8) / 6), Math.floor(((before.length + bytes.length) * 8) / 6));
/** What is written, and what must be seen nowhere. */
const encodings: readonly (readonly [string, string, string?])[] = [
  ['plain', CANARY],
  ['base64', base64('')],
  ['base64, a byte before it', `${Buffer.from(`x${CANARY}yz`).toString('base64')}`, base64('x')],
  ['base64, two bytes before it', `${Buffer.from(`xy${CANARY}z`).toString('base64')}`, base64('xy')],
  ['base64url', bytes.toString('base64url')],
  ['hex', bytes.toString('hex')],
  ['upper hex', bytes.toString('hex').toUpperCase()],
  ['spaced hex', each((b) => ` ${hex(b)}`).trim()],
  ['percent', each((b) => `%${hex(b)}`)],
  ['unicode escapes', escaped],
  ['byte escapes', each((b) => `\\x${hex(b)}`)],
  ['list of bytes', [...bytes].join(',')],
  ['UTF-16 in hex', Buffer.from(CANARY, 'utf16le').toString('hex')],
  ['reversed', [...CANARY].toReversed().join('')],
  ['upper case', CANARY.toUpperCase()],
  ['lower case', CANARY.toLowerCase()],
];
const written = encodings.map(([, text]) => text);
const seen = encodings.map(([name, text, core]) => [name, core ?? text] as const);

const TOKEN = `ghp_${'aB3dE5fG7h'.repeat(4)}`;

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
      {
        id: 'echo',
        kind: 'set@1',
        name: CANARY,
        note: CANARY,
        with: { value: { a: '{{ input }}', b: CANARY, c: written, d: TOKEN } },
      },
      { id: 'stop', kind: 'stop@1', after: ['echo'], with: { problem: 'it.stops', text: `because ${CANARY}` } },
    ],
  };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  ids['id'] = (made.json as { id: string }).id;
  await server.ask('POST', `/api/v1/flows/${ids['id']}/publish`, { key, body: { note: CANARY } });
  await server.ask('POST', '/api/v1/keys', { key, body: { name: CANARY, permissions: ['run'] } });
  const started = await server.ask('POST', `/api/v1/flows/${ids['id']}/runs`, {
    key,
    body: { input: { x: CANARY, y: written, [CANARY]: written[1] }, wait: 5 },
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
    const goesOn = isStream(contract) && contract.on !== 'run';
    const answer = goesOn ? await beginning(server.url + path, key) : await server.ask('GET', path, { key });
    if (goesOn) expect(answer.text).not.toBe('');
    for (const [name, form] of seen) {
      expect(answer.text, `${name} in ${path}`).not.toContain(form);
      expect(JSON.stringify(answer.headers), `${name} in a header of ${path}`).not.toContain(form);
    }
    expect(answer.text, `a key in ${path}`).not.toContain(TOKEN);
  });

  test('SEC-01 the answer of a run that failed over the secret does not show it', () => {
    expect(JSON.parse(startedText)).toMatchObject({ state: 'failed', problem: { code: 'it.stops' } });
    for (const [name, form] of seen) expect(startedText, name).not.toContain(form);
  });

  test('SEC-02 what a flow answers to a webhook, in body and headers, shows it in no form, and keys by their kind', async () => {
    const draft = {
      headgate: 1,
      name: 'Answers',
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
      steps: [
        {
          id: 'answer',
          kind: 'respond@1',
          with: {
            headers: { 'x-told': CANARY, 'content-type': `text/${CANARY}` },
            body: { written, TOKEN, kept: 'this stays' },
          },
        },
      ],
    };
    const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
    const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: {} });
    const { webhooks } = published.json as { webhooks: { url: string }[] };
    const answer = await server.ask('POST', new URL(webhooks[0]?.url ?? '').pathname, { body: {} });
    for (const [name, form] of seen) expect(answer.text, name).not.toContain(form);
    expect(answer.headers).toMatchObject({ 'x-told': '[secret canary]', 'content-type': 'text/[secret canary]' });
    expect(JSON.parse(answer.text)).toMatchObject({ TOKEN: '[key github]', kept: 'this stays' });
    expect(new Set((JSON.parse(answer.text) as { written: string[] }).written.slice(4))).toEqual(
      new Set(['[secret canary]']),
    );
  });

  test('SEC-02 a shape is shown by a grant that names it, for as long as the grant counts; a secret never', async () => {
    const jwt = `eyJ${'aB3dE5fG'.repeat(3)}.eyJ${'aB3dE5fG'.repeat(3)}.${'aB3dE5fG'.repeat(3)}`;
    const draft = {
      headgate: 1,
      name: 'Signs in',
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
      steps: [{ id: 'answer', kind: 'set@1', with: { value: { jwt, TOKEN, CANARY } } }],
      output: '{{ steps.answer }}',
    };
    const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
    const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: {} });
    const path = new URL((published.json as { webhooks: { url: string }[] }).webhooks[0]?.url ?? '').pathname;
    const hidden = { jwt: '[key jwt]', TOKEN: '[key github]', CANARY: '[secret canary]' };
    const outputs = async (): Promise<unknown[]> => {
      const body = { input: {}, wait: 5 };
      const run = (await server.ask('POST', `/api/v1/flows/${id}/runs`, { key, body })).json as {
        id: string;
        output: unknown;
      };
      const read = (await server.ask('GET', `/api/v1/runs/${run.id}`, { key })).json as { output: unknown };
      return [(await server.ask('POST', path, { body: {} })).json, run.output, read.output];
    };
    expect(await outputs()).toEqual([hidden, hidden, hidden]);
    const grants = [{ step: '*', power: 'reveal: jwt' }];
    const lent = await server.ask('POST', `/api/v1/flows/${id}/grants`, { key, body: { grants } });
    const shown = { ...hidden, jwt };
    await expect.poll(outputs, { timeout: 5_000 }).toEqual([shown, shown, shown]);
    const [grant] = (lent.json as { grants: { id: string }[] }).grants;
    expect((await server.ask('DELETE', `/api/v1/flows/${id}/grants/${grant?.id}`, { key })).status).toBe(204);
    await expect.poll(outputs, { timeout: 5_000 }).toEqual([hidden, hidden, hidden]);
    const trail = await server.ask('GET', '/api/v1/audit', { key });
    expect(trail.text).toContain('grant');
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
    expect(server.log()).toContain('request');
    for (const [name, form] of seen) expect(server.log(), name).not.toContain(form);
  });

  test('refusals that repeat what came do not repeat a secret', async () => {
    for (const [method, path, body] of [
      ['POST', '/api/v1/flows', { [CANARY]: 1 }],
      ['POST', '/api/v1/flows', { draft: { headgate: 1, name: 'x', steps: [{ id: CANARY, kind: CANARY }] } }],
      ['PUT', '/api/v1/secrets', { name: 'wrong', credential: { kind: 'api_key', value: CANARY, [CANARY]: 1 } }],
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
