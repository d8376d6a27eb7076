/**
 * Secrets are write-only, by every road there is: whatever kind, nothing gives a value back, nor its length, nor a hash;
 * exports, backups and rows of the database hold references and sealed bytes alone.
 */

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contract, isStream, ROUTES } from '@headgate/core/api';
import { beginning } from '../fixtures/beginning.ts';
import { methodOf, pathOf, startServer, type TestServer } from '../fixtures/server.ts';

const CANARY = 'canary-4f0c1b7729d8e6a3-Qw';

const kinds: Readonly<Record<string, object>> = {
  api_key: { kind: 'api_key', value: CANARY, header: 'x-api-key' },
  basic: { kind: 'basic', user: 'ada', password: CANARY },
  bearer: { kind: 'bearer', token: CANARY },
  oauth2_client: {
    kind: 'oauth2_client',
    tokenUrl: 'https://id.example/token',
    clientId: `id-${CANARY}`,
    clientSecret: CANARY,
    scope: 'read',
  },
  oauth2_refresh: {
    kind: 'oauth2_refresh',
    tokenUrl: 'https://id.example/token',
    clientId: 'app',
    refreshToken: CANARY,
  },
  database_url: { kind: 'database_url', url: `postgres://ada:${CANARY}@db.example/app` },
  custom: { kind: 'custom', value: CANARY, header: { name: 'x-auth', template: 'Token {value}' } },
};

let server: TestServer;
let key: string;
let flow: string;

const put = (body: unknown) => server.ask('PUT', '/api/v1/secrets', { key, body });

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  await put({ name: 'plain', value: CANARY, origins: ['https://a.example'] });
  for (const [name, credential] of Object.entries(kinds))
    expect((await put({ name, credential, origins: ['https://a.example'] })).status, name).toBe(200);
  const draft = {
    headgate: 1,
    name: 'Uses',
    steps: [
      { id: 'get', kind: 'http.request@1', with: { method: 'GET', url: 'https://a.example/x', secret: 'plain' } },
    ],
  };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  flow = (made.json as { id: string }).id;
  await server.ask('POST', `/api/v1/flows/${flow}/publish`, { key, body: { grant: 'needed' } });
});
afterAll(() => server.close());

const forms: readonly (readonly [string, string])[] = [
  ['plain', CANARY],
  ['base64', Buffer.from(CANARY).toString('base64').replaceAll('=', '')],
  ['hex', Buffer.from(CANARY).toString('hex')],
  ['url', encodeURIComponent(CANARY)],
  ['a hash', createHash('sha256').update(CANARY).digest('hex')],
  ['a hash in base64', createHash('sha256').update(CANARY).digest('base64')],
];

describe('SEC-01 no role reads a secret back', () => {
  test('SEC-01 a form shows a placeholder of one length for every field, whatever lies behind it', async () => {
    const { json } = await server.ask('GET', '/api/v1/secrets/oauth2_client', { key });
    expect(json).toMatchObject({
      name: 'oauth2_client',
      kind: 'oauth2_client',
      origins: ['https://a.example'],
      version: 1,
      form: { tokenUrl: '••••••••', clientId: '••••••••', clientSecret: '••••••••' },
    });
    const list = (await server.ask('GET', '/api/v1/secrets', { key })).json as { secrets: { kind: string }[] };
    expect(list.secrets.map((one) => one.kind).toSorted()).toEqual([...Object.keys(kinds), 'plain'].toSorted());
  });

  test('SEC-01 an answer about a secret is as long for a long value as for a short one', async () => {
    const of = async (value: string): Promise<number> => {
      await server.ask('DELETE', '/api/v1/secrets/sized', { key });
      await put({ name: 'sized', value });
      const text = (await server.ask('GET', '/api/v1/secrets/sized', { key })).text;
      return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '').length;
    };
    expect(await of('x'.repeat(20_000))).toBe(await of('twelve chars'));
  });

  const reading = (Object.entries(ROUTES) as unknown as readonly (readonly [string, Contract])[]).filter(
    ([, c]) => methodOf(c) === 'GET' && c.on !== 'run' && c.on !== 'nobody',
  );
  test.each(reading)(
    'SEC-01 %s shows a secret of no kind, to a key that may do everything',
    async (_name, contract) => {
      for (const name of [...Object.keys(kinds), 'plain']) {
        const path = pathOf(contract, { id: flow, name });
        const answer = isStream(contract)
          ? await beginning(server.url + path, key)
          : await server.ask('GET', path, { key });
        for (const [form, text] of forms) expect(answer.text, `${form} in ${contract.path}`).not.toContain(text);
      }
    },
  );

  test('SEC-01 what a refusal of a credential says does not repeat it, nor does the log', async () => {
    for (const credential of [
      { kind: 'bearer', token: `${CANARY} with a space` },
      { kind: 'custom', value: `${CANARY}\r\nx-other: 1` },
      { kind: 'basic', user: 'a:b', password: CANARY },
      { kind: 'oauth2_client', tokenUrl: `http://elsewhere.example/${CANARY}`, clientId: 'a', clientSecret: CANARY },
      { kind: 'api_key', value: CANARY, header: 'Host' },
      { kind: 'unheard', value: CANARY },
    ]) {
      const answer = await put({ name: 'wrong', credential });
      expect(answer.status, JSON.stringify(credential)).toBe(422);
      expect(answer.text).not.toContain(CANARY);
    }
    expect(server.log()).not.toContain(CANARY);
    expect((await server.ask('GET', '/api/v1/secrets/wrong', { key })).status).toBe(404);
  });

  test('SEC-01 the placeholder of a form sent back is refused, and so are both or neither of value and credential', async () => {
    for (const body of [
      { name: 'plain', value: '••••••••' },
      { name: 'basic', credential: { kind: 'basic', user: 'ada', password: '••••••••' } },
      { name: 'bearer', credential: { kind: 'bearer', token: '••••••••' } },
      { name: 'plain', value: 'a', credential: kinds['bearer'] },
      { name: 'plain' },
    ])
      expect((await put(body)).status, JSON.stringify(body)).toBe(422);
  });

  test('SEC-01 twin: a name may be what a step can name, and a plain value works as it always did', async () => {
    for (const name of ['GitHub.token', 'a_b-c', '7']) {
      expect((await put({ name, value: 'a plain value of ours', origins: [] })).status).toBe(200);
      expect((await server.ask('GET', `/api/v1/secrets/${name}`, { key })).json).toMatchObject({ name, kind: 'plain' });
      expect((await server.ask('DELETE', `/api/v1/secrets/${name}`, { key })).status).toBe(204);
    }
    for (const name of ['', '.', '..', '-a', 'a/b', 'ä', 'a'.repeat(101)])
      expect((await put({ name, value: 'a' })).status, name).toBe(422);
  });

  test('SEC-02 who stores a value too short to be hidden is told so, and nobody else', async () => {
    const noted = async (body: object): Promise<unknown> => ((await put(body)).json as { note?: string }).note;
    expect(await noted({ name: 'short', value: 'abc123', origins: [] })).toContain('fewer than 8 characters');
    const basic = { kind: 'basic', user: 'ann', password: 'pw1' };
    expect(await noted({ name: 'short', credential: basic, origins: [] })).toContain('fewer than 8 characters');
    expect(await noted({ name: 'short', value: 'a value that is long enough', origins: [] })).toBeUndefined();
  });

  test('SEC-01 origins do not change without the value', async () => {
    expect((await put({ name: 'plain', origins: ['https://evil.example'] })).status).toBe(422);
    expect((await server.ask('PATCH', '/api/v1/secrets/plain', { key, body: {} })).status).toBe(405);
    expect((await server.ask('GET', '/api/v1/secrets/plain', { key })).json).toMatchObject({
      origins: ['https://a.example'],
    });
  });
});

describe('SEC-05 what leaves as a whole holds references only', () => {
  test('SEC-05 a flow, its versions and its difference name the secret and hold nothing of it', async () => {
    for (const path of [`flows/${flow}`, `flows/${flow}/versions/1`, `flows/${flow}/diff`]) {
      const answer = await server.ask('GET', `/api/v1/${path}`, { key });
      expect(answer.status).toBe(200);
      for (const [form, text] of forms) expect(answer.text, form).not.toContain(text);
    }
    expect((await server.ask('GET', `/api/v1/flows/${flow}`, { key })).text).toContain('"secret":"plain"');
  });

  test('SEC-05 no file of the instance, of a backup, or of the audit trail holds a value, the history of rows included', async () => {
    await put({ name: 'plain', value: `${CANARY}-second`, origins: ['https://a.example'] });
    await server.ask('DELETE', '/api/v1/secrets/custom', { key });
    const target = mkdtempSync(join(tmpdir(), 'headgate-copy-'));
    try {
      expect((await server.house.store.backup(target)).ok).toBe(true);
      for (const dir of [server.dir, target]) {
        const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name));
        expect(files.length).toBeGreaterThan(1);
        for (const path of files.filter((one) => statSync(one).isFile()))
          for (const [form, text] of forms) expect(readFileSync(path).includes(text), `${form} in ${path}`).toBe(false);
      }
    } finally {
      rmSync(target, { recursive: true, force: true });
    }
    const lines: string[] = [];
    for await (const records of server.house.store.engine.auditRecords()) lines.push(JSON.stringify(records));
    expect(lines.join('')).toContain('putSecret');
    for (const [, text] of forms) expect(lines.join('')).not.toContain(text);
  });
});

describe('SEC-09 nothing diagnostic is served', () => {
  test.each([
    ...['/env', '/config', '/debug', '/debug/pprof', '/heapdump', '/dump', '/.env', '/.git/config', '/config.json'],
    ...[
      '/actuator',
      '/actuator/env',
      '/server-status',
      '/phpinfo.php',
      '/headgate.db',
      '/secret-key',
      '/.headgate-key',
    ],
    ...[
      '/api/v1/env',
      '/api/v1/config',
      '/api/v1/debug',
      '/api/v1/dump',
      '/style.css.map',
      '/index.js.map',
      '/%2e%65nv',
    ],
  ])('SEC-09 %s is not there, with a key or without one', async (path) => {
    for (const ask of [{}, { key }]) {
      const answer = await server.ask('GET', path, ask);
      expect([401, 404], path).toContain(answer.status);
      expect(answer.text).not.toContain(CANARY);
    }
    expect((await server.ask('GET', path, { key })).status).toBe(404);
  });

  test('SEC-09 twin: what is meant to be looked at is there, and names no secret', async () => {
    for (const path of ['/health', '/api/v1/openapi.json', '/metrics']) {
      const answer = await server.ask('GET', path, { key });
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain(CANARY);
    }
  });
});

describe('OPS-03 the trail says which power was lent to which step, and by which road', () => {
  type Record = { action: string; object: string; reason: string | null; actor: string };
  const records = async (): Promise<readonly Record[]> => {
    const { json } = await server.ask('GET', '/api/v1/audit?limit=1000', { key });
    return (json as { records: Record[] }).records.filter((one) => one.object.includes(flow));
  };

  test('OPS-03 publishing, lending, typing and taking back each name the power', async () => {
    const power = 'secret: use plain for https://a.example';
    const typed = 'net: GET a.example:443';
    expect(await records()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'grant.given', object: `${flow} get default ${power}` }),
        expect.objectContaining({ action: 'grant.typed', object: `${flow} get default ${typed}` }),
        expect.objectContaining({ action: 'publishFlow', object: flow }),
      ]),
    );
    const given = await server.ask('POST', `/api/v1/flows/${flow}/grants`, {
      key,
      body: { grants: [{ step: '*', power: 'net: POST b.example' }] },
    });
    const id = (given.json as { grants: { id: string }[] }).grants[0]?.id ?? '';
    expect((await server.ask('DELETE', `/api/v1/flows/${flow}/grants/${id}`, { key })).status).toBe(204);
    expect(
      (await records()).filter((one) => one.object.startsWith(`${flow} * * net: POST b.example:443`)),
    ).toMatchObject([{ action: 'grant.taken' }, { action: 'grant.given' }]);
  });
});
