/**
 * A secret that code is shown (`can.secret`): a power of its own, bound to the text of that code, and a value that leaves
 * nowhere all the same.
 */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';
import { formsOf, found } from './forms.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const VALUE = 'canary-"shown"-7f3a<91c>&d0e4b862';
let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  await server.ask('PUT', '/api/v1/secrets', { key, body: { name: 'mine', value: VALUE, origins: [] } });
});
afterAll(() => server.close());

type Problem = { code: string; text: string; at?: { step?: string } };
type Run = { id: string; state: string; output: unknown; problem: Problem | null };

const flowOf = (source: string, language: string, more: Record<string, unknown> = {}): unknown => ({
  headgate: 1,
  name: 'Shown',
  input: {},
  steps: [{ id: 'see', kind: 'code@1', with: { source, language, input: '{{ input }}' }, ...more }],
  output: '{{ steps.see }}',
});

const post = async (path: string, body: unknown) => server.ask('POST', `/api/v1/${path}`, { key, body });
const create = async (draft: unknown): Promise<string> => ((await post('flows', { draft })).json as { id: string }).id;
const publish = async (flow: string, grant: unknown = 'needed') =>
  post(`flows/${flow}/publish`, grant === null ? {} : { grant });
const run = async (flow: string, input: unknown = {}, more: Record<string, unknown> = {}): Promise<Run> =>
  (await post(`flows/${flow}/runs`, { input, wait: 60, ...more })).json as Run;
const replace = async (flow: string, draft: unknown): Promise<void> => {
  const { revision } = (await server.ask('GET', `/api/v1/flows/${flow}`, { key })).json as { revision: number };
  expect((await server.ask('PUT', `/api/v1/flows/${flow}/draft`, { key, body: { revision, draft } })).status).toBe(200);
};

const JS = 'export default async (input, can) => (await can.secret("mine")).length';
const TS = 'export default async (input: unknown, can: any): Promise<number> => (await can.secret("mine")).length';
const PYTHON = 'async def main(input, can):\n    return len(await can.secret("mine"))';
const LANGUAGES: readonly (readonly [string, string])[] = [
  ['js', JS],
  ['ts', TS],
  ['python', PYTHON],
];
const hashOf = (language: string, source: string): string =>
  createHash('sha256')
    .update(JSON.stringify([language, source]))
    .digest('hex');

describe.each(LANGUAGES)('SEC-01 in %s', (language, source) => {
  test('code sees a secret only by a grant that names its text; typing lends nothing', async () => {
    const flow = await create(flowOf(source, language));
    const power = `secret: read mine for code ${hashOf(language, source)}`;
    const refused = await publish(flow, null);
    expect(refused.status).toBe(409);
    expect(refused.json).toMatchObject({ code: 'grant.missing', missing: [{ step: 'see', power }] });
    expect((await publish(flow)).status).toBe(201);
    expect(await run(flow)).toMatchObject({ state: 'done', output: VALUE.length });
    const dry = (await post(`flows/${flow}/powers/dry-run`, {})).json as { touches: unknown[] };
    expect(dry.touches).toContainEqual(
      expect.objectContaining({ step: 'see', power, how: 'written', asks: true, refused: null }),
    );
  });

  test('an edited text has lost it: refused at use, and at publishing with the reason; the old text still has it', async () => {
    const flow = await create(flowOf(source, language));
    expect((await publish(flow)).status).toBe(201);
    await replace(flow, flowOf(`${source}\n`, language));
    const refused = await publish(flow, null);
    expect(refused.status).toBe(409);
    expect(refused.json).toMatchObject({
      code: 'grant.missing',
      text: expect.stringContaining('the code of see was edited'),
    });
    const draft = await run(flow, {}, { draft: true });
    expect(draft).toMatchObject({ state: 'failed', problem: { code: 'grant.missing', at: { step: 'see' } } });
    expect(draft.problem?.text).toContain('changed since');
    expect((await run(flow)).output).toBe(VALUE.length);
    await replace(flow, flowOf(source, language));
    expect((await publish(flow, null)).status).toBe(201);
  });

  test('a name that only running makes is refused by the check', async () => {
    const computed = source.replace(
      '"mine"',
      language === 'python'
        ? 'input["name"]'
        : '(input as any).name'.replace(' as any', language === 'ts' ? ' as any' : ''),
    );
    const { json } = await post('flows/check', { draft: flowOf(computed, language) });
    expect((json as { problems: Problem[] }).problems.map(({ code }) => code)).toContain('code.secret');
  });
});

test('SEC-01 every showing and every refusal of one is on record, by the name alone', async () => {
  const flow = await create(flowOf(JS, 'js'));
  await publish(flow, [
    { step: 'see', power: 'code: js' },
    { step: 'see', power: 'secret: read mine' },
  ]);
  const { id } = await run(flow);
  const { json, text } = await server.ask('GET', '/api/v1/audit?limit=200', { key });
  const object = `secret: read mine for code ${hashOf('js', JS)}`;
  const records = (json as { records: { run: string; action: string; object: string; decision: string }[] }).records;
  expect(records.filter((one) => one.run === id && one.action === 'power.secret')).toMatchObject([
    { object, decision: 'allow' },
  ]);
  expect(found(text, VALUE)).toEqual([]);
});

test('SEC-01 the power is lent to code alone, and whoever lends it plainly lends it to the text that is there', async () => {
  const flow = await create(flowOf(JS, 'js'));
  const given = await post(`flows/${flow}/grants`, { grants: [{ step: 'see', power: 'secret: read mine' }] });
  expect((given.json as { grants: unknown[] }).grants).toMatchObject([
    { power: `secret: read mine for code ${hashOf('js', JS)}` },
  ]);
  const all = await post(`flows/${flow}/grants`, { grants: [{ step: '*', power: 'secret: read mine' }] });
  expect(all).toMatchObject({ status: 422 });
  const viewer = (await server.key({ permissions: ['flow.read', 'flow.write', 'run'] })).plain;
  const body = { grants: [{ step: 'see', power: 'secret: read mine' }] };
  expect((await server.ask('POST', `/api/v1/flows/${flow}/grants`, { key: viewer, body })).status).toBe(403);
});

test('SEC-01 the power to use a secret shows it to no code, and a step narrows what it sees', async () => {
  const flow = await create(flowOf(JS, 'js'));
  const powers = ['code: js', 'secret: use mine for https://a.example', 'secret: use * for *'];
  await post(`flows/${flow}/grants`, { grants: powers.map((power) => ({ step: 'see', power })) });
  expect((await run(flow, {}, { draft: true })).problem?.code).toBe('grant.missing');
  const narrowed = async (narrow: string) => create(flowOf(JS, 'js', { narrow: [narrow, 'code: js'] }));
  const wide = await narrowed('secret: read mine');
  expect((await publish(wide)).status).toBe(201);
  expect((await run(wide)).output).toBe(VALUE.length);
  const other = await narrowed('secret: read other');
  expect((await publish(other)).text).toContain('narrow.denies');
  await post(`flows/${other}/grants`, { grants: [{ step: 'see', power: 'secret: read mine' }] });
  expect((await run(other, {}, { draft: true })).problem?.code).toBe('power.narrowed');
});

/** Ways out of the code, each with the value in every form that it can make by itself. */
const LEAK_JS = `
const forms = (v) => {
  const b = [...v].map((c) => c.charCodeAt(0));
  const hex = b.map((n) => n.toString(16).padStart(2, '0')).join('');
  const A = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const base64 = (list) => {
    let bits = '';
    for (const n of list) bits += n.toString(2).padStart(8, '0');
    return (bits.match(/.{1,6}/g) ?? []).map((six) => A[parseInt(six.padEnd(6, '0'), 2)]).join('');
  };
  return [v, hex, hex.toUpperCase(), base64(b), base64([1, ...b]), base64([1, 2, ...b]), base64(b.flatMap((n) => [n, 0])),
    base64(b).replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(v), JSON.stringify(v), JSON.stringify(JSON.stringify(v)),
    b.map((n) => '&#' + n + ';').join(''), b.map((n) => '&#x' + n.toString(16) + ';').join(''),
    v.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    b.map((n) => '\\\\u' + n.toString(16).padStart(4, '0')).join(''), [...v].reverse().join(''), b];
};
export default async (input, can) => {
  const all = forms(await can.secret('mine'));
  for (const one of all) console.log('log', one);
  can.log({ inside: all });
  if (input.fail) throw new Error('it is ' + all.join(' and '));
  return { all, keys: Object.fromEntries(all.map((one) => [String(one), 1])) };
};`;
const LEAK_PYTHON = `
import base64, binascii, gzip, html, json, urllib.parse
async def main(input, can):
    v = await can.secret("mine")
    b = v.encode()
    all = [v, b.hex(), b.hex().upper(), *[base64.b64encode(b"x" * n + b).decode() for n in range(3)],
        base64.urlsafe_b64encode(b).decode(), base64.b64encode(v.encode("utf-16-le")).decode(), urllib.parse.quote(v),
        json.dumps(v), html.escape(v), v[::-1], base64.b64encode(gzip.compress(b)).decode(), list(b)]
    for one in all:
        print("log", one)
    if input.get("fail"):
        raise ValueError("it is " + " and ".join(map(str, all)))
    return {"all": all, "keys": {str(one): 1 for one in all}}
`;

const filesOf = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());

test.each([
  ['js', LEAK_JS],
  ['ts', LEAK_JS],
  ['python', LEAK_PYTHON],
])(
  'SEC-02 SEC-05 a value shown to code in %s is hidden wherever it leaves, and lies sealed',
  async (language, source) => {
    const flow = await create(flowOf(source, language));
    expect((await publish(flow)).status).toBe(201);
    for (const fail of [false, true]) {
      const started = await post(`flows/${flow}/runs`, { input: { fail }, wait: 60 });
      const { id, state, problem } = started.json as Run;
      expect([state, problem?.code], started.text).toEqual(fail ? ['failed', 'code.thrown'] : ['done', undefined]);
      const left: Record<string, string> = { started: started.text };
      for (const path of [
        `runs/${id}`,
        `runs/${id}/journal`,
        `runs/${id}/events`,
        `runs?flow=${flow}`,
        `audit?limit=1000`,
      ])
        left[path] = (await server.ask('GET', `/api/v1/${path}`, { key })).text;
      expect(left[`runs/${id}/journal`]).toContain('[secret mine]');
      expect(left[`runs/${id}/events`]).toContain('[secret mine]');
      for (const [where, text] of Object.entries(left)) expect(found(text, VALUE), where).toEqual([]);
    }
    expect(found(server.log(), VALUE)).toEqual([]);
    for (const path of filesOf(server.dir)) expect(found(readFileSync(path), VALUE), path).toEqual([]);
  },
);

test('SEC-02 twin: the search finds each form where it does stand', () => {
  for (const [name, form] of formsOf(VALUE))
    expect(found(Buffer.concat([Buffer.from('..'), form]), VALUE)).toContain(name);
  expect(found('nothing of it', VALUE)).toEqual([]);
});

const STASH = {
  js: `
let kept = null;
const seen = [];
export default async (input, can) => {
  const found = [kept, seen.length, globalThis.kept, Array.prototype.kept, RegExp['$1'], RegExp.lastMatch].filter(Boolean).map(String);
  try {
    const v = await can.secret('mine');
    kept = v; seen.push(v);
    try { globalThis.kept = v; } catch {}
    try { Array.prototype.kept = v; } catch {}
    /(.+)/.exec(v);
    setTimeout(() => { kept = v; }, 5);
    return 'stored';
  } catch (error) { return { code: error.code, found }; }
};`,
  python: `
import builtins, sys
kept = []
async def main(input, can):
    found = [*kept, *[getattr(m, "kept", None) for m in (builtins, sys) if getattr(m, "kept", None)]]
    try:
        v = await can.secret("mine")
    except Exception as error:
        return {"code": error.code, "found": found}
    kept.append(v)
    builtins.kept = sys.kept = v
    return "stored"
`,
} as const;

test.each(['js', 'python'] as const)(
  'SEC-12 what one run of %s was shown, the next one of the same code does not find',
  async (language) => {
    const flow = await create(flowOf(STASH[language], language));
    expect((await publish(flow)).status).toBe(201);
    for (let i = 0; i < 3; i++) expect((await run(flow)).output).toBe('stored');
    const { granted } = (await server.ask('GET', `/api/v1/flows/${flow}/powers`, { key })).json as {
      granted: { id: string; power: string }[];
    };
    const grant = granted.find(({ power }) => power.startsWith('secret:'));
    expect((await server.ask('DELETE', `/api/v1/flows/${flow}/grants/${grant?.id}`, { key })).status).toBe(204);
    for (let i = 0; i < 3; i++) expect((await run(flow)).output).toEqual({ code: 'grant.missing', found: [] });
  },
);
