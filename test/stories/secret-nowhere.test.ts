/**
 * The story that Headgate is for: a flow calls an API with a secret, runs TypeScript and Python, and fails once with a text
 * that holds the secret. The API tells everything back that it was sent, in many forms. Then all that can be had of it is
 * searched: what the server answered, wrote and logged, and what lies on its disk.
 *
 * It is searched for by two lists: one of this suite (forms.ts), and the guard's own, which misses nothing that the guard
 * says it looks for.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { formsOf as formsOfGuard } from '../../packages/core/src/guard/forms.ts';
import { formsOf, found } from '../attacks/forms.ts';
import { keyIn, newHome, type Served } from './command.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const VALUE = 'canary/"api"+6c2f90<e7>&d41b85~Zq';

/** Where a form of it stands: by this suite's list, or by the guard's. */
const traces = (where: string | Uint8Array): readonly string[] => {
  const bytes = Buffer.from(where as Uint8Array);
  return [...found(bytes, VALUE), ...formsOfGuard(VALUE).filter((form) => bytes.includes(form))];
};

/** What a service answers that tells back whatever it was sent. */
const told = (value: string): Record<string, unknown> => {
  const bytes = Buffer.from(value);
  return {
    ...Object.fromEntries([...formsOf(value)].map(([name, form]) => [name, form.toString('latin1')])),
    packed: gzipSync(JSON.stringify({ key: value })).toString('base64'),
    inside: Buffer.from(JSON.stringify({ user: 'ada', key: value })).toString('base64'),
    bytes: [...bytes],
    [value]: 'as a name',
    'in a sentence': `the key ${value} is known as ${bytes.toString('hex')}`,
    // Heavy enough to be kept as a file of its own.
    lines: Array.from({ length: 4_000 }, (_, i) => `${i} ${i % 50 === 0 ? value : 'nothing to be seen here'}`),
  };
};

const home = newHome();
let server: Served;
let key: string;
let peer: Server;
/** What the service was sent. */
const sent: string[] = [];

const TS = `
type Body = Record<string, unknown>;
export default async (input: Body, can: Can): Promise<Body> => {
  const value: string = await can.secret('api');
  console.log('typescript has', value, input['as it is']);
  console.error({ hex: input['hex'], value });
  return { seen: value, length: value.length, upper: value.toUpperCase(), encoded: encodeURIComponent(value), hex: input['hex'], input };
};`;

const PYTHON = `
import base64, hashlib
async def main(input, can):
    value = await can.secret("api")
    print("python has", value, base64.b64encode(value.encode()).decode())
    answer = await can.fetch(input["url"], method="POST", body={"signature": hashlib.sha256(value.encode()).hexdigest()})
    if input["fail"]:
        raise ValueError("refused: " + value + " or " + value.encode().hex() + ", told " + answer["body"]["signature"])
    return {"seen": value, "list": list(value.encode()), "reversed": value[::-1], "told": answer["body"]}
`;

const draft = (url: string): unknown => ({
  headgate: 1,
  name: 'Story of a key',
  input: {
    type: 'object',
    properties: { fail: { type: 'boolean' }, hold: { type: 'boolean' } },
    additionalProperties: false,
  },
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync', input: { fail: '{{ trigger.body.fail }}' } } }],
  steps: [
    { id: 'call', kind: 'http.request@1', with: { method: 'GET', url: `${url}/echo`, secret: 'api' } },
    {
      id: 'typed',
      kind: 'code@1',
      after: ['call'],
      with: { language: 'ts', source: TS, input: '{{ steps.call.body }}' },
    },
    { id: 'log', kind: 'log@1', after: ['typed'], with: { text: '{{ steps.typed.seen + steps.typed.encoded }}' } },
    {
      id: 'snake',
      kind: 'code@1',
      after: ['typed'],
      with: { language: 'python', source: PYTHON, input: { url: `${url}/sign`, fail: '{{ input.fail ?? false }}' } },
    },
    // What stands in the clear beside the sealed journal: the note of a link, the code of a problem.
    { id: 'holds', kind: 'if@1', after: ['typed'], with: { when: '{{ input.hold ?? false }}' } },
    {
      id: 'ask',
      kind: 'wait.event@1',
      after: ['holds.true'],
      with: { note: 'Is {{ steps.typed.seen }} right?', timeout: '1s' },
    },
    {
      id: 'ends',
      kind: 'stop@1',
      after: ['ask.timeout'],
      with: { problem: 'is.{{ "h" + steps.typed.hex }}', text: '{{ steps.typed.seen }}' },
    },
    {
      id: 'respond',
      kind: 'respond@1',
      after: ['snake'],
      with: {
        headers: { 'x-told': '{{ steps.typed.encoded }}' },
        body: '{{ ({ a: steps.typed.seen, b: steps.snake.list }) }}',
      },
    },
  ],
  output: '{{ ({ call: steps.call, typed: steps.typed, snake: steps.snake }) }}',
});

/** All that could be had, by where it came from. */
const left: Record<string, string | Uint8Array> = {};
const runs: { id: string; state: string; problem: { code: string; text: string } | null }[] = [];
let answered: { status: number; text: string; header: unknown };

beforeAll(async () => {
  peer = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      sent.push(JSON.stringify({ url: request.url, authorization: request.headers.authorization ?? null, body }));
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-key', encodeURIComponent(request.headers.authorization ?? ''));
      if (request.url === '/echo')
        response.end(JSON.stringify(told((request.headers.authorization ?? '').replace('Bearer ', ''))));
      else response.end(JSON.stringify({ signature: VALUE, was: body }));
    });
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const address = peer.address();
  const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const url = `http://${host}`;

  key = keyIn(await home.superuser());
  server = await home.serve([], { env: { HEADGATE_EGRESS_ALLOW: host } });
  const ask = (method: string, path: string, body?: unknown) =>
    server.ask(method, `/api/v1/${path}`, { key, ...(body === undefined ? {} : { body }) });
  const keep = async (name: string, method: string, path: string, body?: unknown) => {
    const answer = await ask(method, path, body);
    left[name] = `${JSON.stringify(answer.headers)}\n${answer.text}`;
    return answer;
  };

  await keep('storing', 'PUT', 'secrets', { name: 'api', value: VALUE, origins: [url] });
  const flow = ((await keep('creating', 'POST', 'flows', { draft: draft(url) })).json as { id: string }).id;
  const published = await keep('publishing', 'POST', `flows/${flow}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  const hook = (published.json as { webhooks: { url: string }[] }).webhooks[0]?.url ?? '';

  for (const fail of [false, true]) {
    const events = keepEvents(fail);
    const started = await keep(`starting ${fail}`, 'POST', `flows/${flow}/runs`, { input: { fail }, wait: 60 });
    const run = started.json as (typeof runs)[number];
    runs.push(run);
    await events(run.id);
    for (const path of ['', '/journal', '/journal?limit=1'])
      await keep(`run ${fail}${path}`, 'GET', `runs/${run.id}${path}`);
  }
  const held = await keep('holding', 'POST', `flows/${flow}/runs`, { input: { hold: true }, wait: 60 });
  runs.push(held.json as (typeof runs)[number]);
  await keep('holding, journal', 'GET', `runs/${runs[2]?.id}/journal`);
  const webhook = await server.ask('POST', new URL(hook).pathname, { body: { fail: false } });
  answered = { status: webhook.status, text: webhook.text, header: webhook.headers['x-told'] };
  left['webhook'] = `${JSON.stringify(webhook.headers)}\n${webhook.text}`;

  // Error texts: what a caller sends wrongly, and what is not there.
  await keep('wrong input', 'POST', `flows/${flow}/runs`, { input: { fail: VALUE, [VALUE]: 1 } });
  await keep('wrong field', 'POST', `flows/${flow}/publish`, { [VALUE]: VALUE });
  await keep('no such run', 'GET', `runs/${encodeURIComponent(VALUE)}`);
  await keep('no such secret', 'GET', `secrets/${encodeURIComponent(VALUE)}`);
  await keep('a wrong draft', 'POST', 'flows/check', { draft: { headgate: 1, name: VALUE, steps: [{ id: VALUE }] } });
  for (const path of [
    'runs?limit=100',
    'audit?limit=1000',
    'secrets',
    'secrets/api',
    `flows/${flow}`,
    `flows/${flow}/diff`,
  ])
    await keep(path, 'GET', path);
  await keep('version', 'GET', `flows/${flow}/versions/1`);
  await keep('powers', 'GET', `flows/${flow}/powers`);
  await keep('dry run', 'POST', `flows/${flow}/powers/dry-run`, { input: { fail: false } });
  left['metrics'] = (await server.ask('GET', '/metrics', { key })).text;

  const command = async (name: string, ...words: readonly string[]): Promise<void> => {
    const ended = await home.run([...words]);
    left[`command ${name}`] = `${ended.out}\n${ended.err}`;
    expect(ended.code, `${name}: ${ended.err}`).toBe(0);
  };
  const remote = ['--url', server.url, '--key-file', home.path('key.txt')];
  await command('export', 'flow', 'export', flow, home.path('export'), ...remote);
  await command('show', 'runs', 'show', runs[0]?.id ?? '', '--journal', '--json', ...remote);
  await command('list', 'runs', 'list', '--json', ...remote);
  await command('audit', 'audit-log', 'export');
  await command('backup', 'backup', home.path('backup'));
  for (const path of filesIn(home.path('export'))) left[path] = readFileSync(path);
  await server.stop();
  left['output of the server'] = server.out();
  left['log of the server'] = server.err();
});

/** Follows the events of a run as they come, and again when it is over. */
const keepEvents = (fail: boolean) => async (run: string) => {
  for (const again of ['', ' again'])
    left[`events ${fail}${again}`] = (await server.ask('GET', `/api/v1/runs/${run}/events`, { key })).text;
};

const filesIn = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

afterAll(async () => {
  peer.closeAllConnections();
  peer.close();
  await home.leave();
});

test('twin: the service did receive the secret, and both languages did see it', () => {
  expect(sent.filter((one) => one.includes(`"authorization":${JSON.stringify(`Bearer ${VALUE}`)}`)).length).toBe(4);
  expect(runs.map(({ state, problem }) => [state, problem?.code])).toEqual([
    ['done', undefined],
    ['failed', 'code.thrown'],
    ['failed', 'is.h[secret api]'],
  ]);
  expect(runs[1]?.problem?.text).toBe(
    'The code failed: ValueError: refused: [secret api] or [secret api], told [secret api]',
  );
  expect(answered).toMatchObject({ status: 200, header: '[secret api]' });
  expect(JSON.parse(answered.text)).toEqual({ a: '[secret api]', b: '[secret api]' });
  const journal = String(left['run false/journal']);
  for (const text of ['typescript has [secret api] [secret api]', 'python has [secret api] [secret api]'])
    expect(journal).toContain(text);
  expect(String(left['events true'])).toContain('refused: [secret api]');
});

test('SEC-01 SEC-02 SEC-05 SEC-07 EXP-06 nothing that left the server holds it in any form', () => {
  expect(Object.keys(left).length).toBeGreaterThan(35);
  for (const [where, what] of Object.entries(left)) expect(traces(what), where).toEqual([]);
});

describe('SEC-05 on disk', () => {
  test('SEC-05 it lies sealed alone: in no file of the server, of its backup or of its key', () => {
    const files = ['state', 'backup', 'tmp'].flatMap((name) => filesIn(home.path(name)));
    expect(files.some((file) => file.endsWith('headgate.db'))).toBe(true);
    expect(files.filter((file) => file.includes('blob')).length).toBeGreaterThan(2);
    for (const file of files) expect(traces(readFileSync(file)), file).toEqual([]);
  });

  test('SEC-05 twin: what is no secret is found there', () => {
    const bytes = readFileSync(join(home.path('state'), 'headgate.db'));
    expect(bytes.includes('Story of a key')).toBe(true);
  });
});

test('SEC-02 twin: the search finds each form that the service told', () => {
  for (const [name, what] of Object.entries(told(VALUE)))
    if (name !== 'inside' && name !== 'packed')
      expect(traces(Buffer.from(`${name} ${JSON.stringify(what)}`, 'latin1')), name).not.toEqual([]);
  expect(traces('Story of a key')).toEqual([]);
});
