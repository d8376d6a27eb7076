import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCases } from './flow-test.ts';

let dir: string;
let server: Server;
let origin: string;
let asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const large = request.url === '/large';
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-private', 'not for a file');
    response.end(large ? JSON.stringify('x'.repeat(2_000_000)) : JSON.stringify({ n: asked.length }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-cases-'));
  asked = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (folder: string, files: Readonly<Record<string, unknown>>): void => {
  mkdirSync(join(dir, folder), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, folder, name), JSON.stringify(content));
};
const flow = (steps: readonly object[], more: object = {}): object => ({ headgate: 1, name: 'Trial', steps, ...more });
const set = (value: unknown): object =>
  flow([{ id: 'a', kind: 'set@1', with: { value } }], { output: '{{ steps.a }}' });
const fetching = (path: string, more: object = {}): object =>
  flow([{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url: `${origin}${path}` }, ...more }], {
    output: '{{ steps.get?.body }}',
  });

const failures = async (record = false): Promise<Record<string, string | null> | string> => {
  const egressAllow = origin.slice('http://'.length);
  const done = await runCases(dir, {
    record,
    egressAllow,
    cache: join(dir, 'cache'),
    wait: 5_000,
    onResult: () => undefined,
  });
  return done.ok ? Object.fromEntries(done.value.map((r) => [r.name, r.failure])) : done.problem.code;
};

test('a case that is met passes; one that is not shows where it differs', async () => {
  write('one', {
    'flow.json': set({ text: 'Hello {{ input.name }}', list: [1] }),
    'cases.json': {
      cases: [
        { name: 'right', input: { name: 'Ada' }, output: { text: 'Hello Ada', list: [1] } },
        { name: 'wrong', input: { name: 'Bob' }, output: { text: 'Hello Ada', list: [] } },
        { name: 'no problem came', input: { name: 'Bob' }, problem: 'name.empty' },
      ],
    },
  });
  expect(await failures()).toEqual({
    right: null,
    wrong: 'the output differs:\n  text: expected "Hello Ada", got "Hello Bob"\n  list[0]: not expected, got 1',
    'no problem came': 'expected the problem name.empty, got a run that is done',
  });
});

test('FT1 nobody is reached in a replay: an unrecorded request fails the case even when the flow shrugs it off', async () => {
  const request = { method: 'GET', url: `${origin}/a` };
  write('one', {
    'flow.json': fetching('/a', { onProblem: 'continue' }),
    'cases.json': {
      cases: [
        { name: 'recorded', output: 7, http: [{ request, response: { status: 200, body: 7 } }] },
        { name: 'unrecorded', output: null },
        { name: 'not asked for', output: 7, http: [1, 2].map(() => ({ request, response: { status: 200, body: 7 } })) },
      ],
    },
  });
  expect(await failures()).toEqual({
    recorded: null,
    unrecorded: `the record has no answer left for GET ${origin}/a`,
    'not asked for': `a recorded request was not made: GET ${origin}/a`,
  });
  expect(asked).toEqual([]);
});

test('--record asks the real service once and keeps its answer; from then on the record answers', async () => {
  write('one', { 'flow.json': fetching('/a'), 'cases.json': { cases: [{ name: 'one', output: { n: 1 } }] } });
  expect(await failures(true)).toEqual({ one: null });
  expect(asked).toEqual(['GET /a']);
  const kept: unknown = JSON.parse(readFileSync(join(dir, 'one', 'cases.json'), 'utf8'));
  expect(kept).toEqual({
    cases: [
      {
        name: 'one',
        output: { n: 1 },
        http: [
          {
            request: { method: 'GET', url: `${origin}/a` },
            response: { status: 200, headers: { 'content-type': 'application/json' }, body: { n: 1 } },
          },
        ],
      },
    ],
  });
  expect(await failures()).toEqual({ one: null });
  expect(asked).toEqual(['GET /a']);
});

test('what cannot be kept, or would not give the same again, is not recorded', async () => {
  const steps = [
    { id: 'get', kind: 'http.request@1', with: { method: 'POST', url: `${origin}/x`, body: '{{ run.id }}' } },
  ];
  write('large', { 'flow.json': fetching('/large'), 'cases.json': { cases: [{ name: 'large', output: 1 }] } });
  write('fickle', {
    'flow.json': flow(steps, { output: 1 }),
    'cases.json': { cases: [{ name: 'fickle', output: 1 }] },
  });
  const found = await failures(true);
  expect(found).toEqual({
    fickle: expect.stringContaining('does not give the same result again'),
    large: expect.stringContaining('test.http_large'),
  });
  for (const folder of ['large', 'fickle'])
    expect(readFileSync(join(dir, folder, 'cases.json'), 'utf8')).not.toContain('http"');
});

test('resume answers the steps that wait for an event, those of items included', async () => {
  const ask = { id: 'ask', kind: 'wait.event@1', with: { timeout: '1h' } };
  write('one', {
    'flow.json': flow([{ id: 'all', kind: 'each@1', with: { over: '{{ input.who }}', steps: [ask] } }], {
      output: '{{ steps.all }}',
    }),
    'cases.json': {
      cases: [
        {
          name: 'answered',
          input: { who: [1, 2] },
          resume: { ask: { yes: true } },
          output: [{ yes: true }, { yes: true }],
        },
        { name: 'nobody asks', input: { who: [] }, resume: { ask: 1 }, output: [] },
      ],
    },
  });
  expect(await failures()).toEqual({
    answered: null,
    'nobody asks': expect.stringContaining('without waiting for an answer at the step ask'),
  });
});

const asks = (secret: string) => [
  { id: 'get', kind: 'http.request@1', with: { method: 'GET', url: 'https://api.example.com/a', secret } },
];

test('a step that uses a secret runs with a stand-in for it', async () => {
  const http = [{ request: { method: 'GET', url: 'https://api.example.com/a' }, response: { status: 200, body: 7 } }];
  write('one', {
    'flow.json': flow(asks('github'), { output: '{{ steps.get.body }}' }),
    'cases.json': {
      cases: [
        { name: 'one', output: 7, http },
        { name: 'two', output: 7, http },
      ],
    },
  });
  expect(await failures()).toEqual({ one: null, two: null });
});

test('a step that uses a secret is not recorded: it is refused before anything runs, and the place is named', async () => {
  write('one', { 'flow.json': flow(asks('github')), 'cases.json': { cases: [{ name: 'one', output: 1 }] } });
  const found = await failures(true);
  expect(found).toEqual({ one: expect.stringContaining('test.secret at flow Trial › step get › field with.secret') });
});

test('FT2 what a case leaves under way does not reach into the next one', async () => {
  const wait = (span: string, more: object = {}): object => ({
    id: 'wait',
    kind: 'wait@1',
    with: { for: span },
    ...more,
  });
  const get = { id: 'get', kind: 'http.request@1', after: ['wait'], with: { method: 'GET', url: `${origin}/a` } };
  const check = { id: 'check', kind: 'if@1', with: { when: '{{ input.well }}' } };
  const stop = { id: 'stop', kind: 'stop@1', after: ['check.false'], with: { problem: 'not.well', text: 'No' } };
  const settings = { idempotency: "{{ 'same' }}", errorFlow: 'Alarm' };
  const http = [{ request: { method: 'GET', url: `${origin}/a` }, response: { status: 200, body: 7 } }];
  write('one', {
    'alarm.flow.json': { ...flow([wait('150ms'), get]), name: 'Alarm' },
    'flow.json': flow([check, stop, wait('400ms', { after: ['check.true'] }), get], {
      output: '{{ steps.get?.body }}',
      settings,
    }),
    'cases.json': {
      cases: [
        { name: 'fails, and its alarm asks later', input: { well: false }, problem: 'not.well' },
        { name: 'asks after that', input: { well: true }, output: 7, http },
      ],
    },
  });
  expect(await failures()).toEqual({ 'fails, and its alarm asks later': null, 'asks after that': null });
});

test('a flow that is wrong fails each of its cases with every problem, and the other folders run', async () => {
  const wrong = flow([{ id: 'a', kind: 'sett@1', surplus: 1 }]);
  write('bad', { 'flow.json': wrong, 'cases.json': { cases: [{ name: 'bad', output: 1 }] } });
  write('good', { 'flow.json': set(1), 'cases.json': { cases: [{ name: 'good', output: 1 }] } });
  const found = await failures();
  expect(found).toEqual({ good: null, bad: expect.stringMatching(/field\.unknown[\s\S]*kind\.unknown/) });
});

test('cases of wrong form, a folder without any, and no folder at all are told as such', async () => {
  expect(await failures()).toBe('test.none');
  const wrong: unknown[] = [
    [],
    { cases: [] },
    { cases: [{ output: 1 }] },
    { cases: [{ name: 'a', output: 1, problem: 'x' }] },
    { cases: [{ name: 'a' }] },
    { cases: [{ name: 'a', output: 1, htpp: [] }] },
    { cases: [{ name: 'a', output: 1, http: [{ request: {}, response: {} }] }] },
    {
      cases: [
        { name: 'a', output: 1 },
        { name: 'a', output: 2 },
      ],
    },
  ];
  for (const cases of wrong) {
    write('one', { 'flow.json': set(1), 'cases.json': cases });
    expect([cases, await failures()]).toEqual([cases, 'test.cases']);
  }
  const missing = await runCases(join(dir, 'no'), {
    record: false,
    egressAllow: '',
    cache: join(dir, 'cache'),
    wait: 1,
    onResult: () => undefined,
  });
  expect(missing).toMatchObject({ ok: false, problem: { code: 'test.dir' } });
});
