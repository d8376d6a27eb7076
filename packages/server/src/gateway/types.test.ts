import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { breaches, pathOf, startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;
let flow: string;
let dir: string;

const draft = {
  headgate: 1,
  name: 'Typed',
  input: {
    type: 'object',
    properties: {
      city: { enum: ['Paris', 'Oslo'] },
      count: { type: ['integer', 'null'] },
      tags: { type: 'array', items: { type: 'string' } },
      'odd key': { type: 'object', properties: { a: { type: 'boolean' } }, additionalProperties: false },
    },
    required: ['city', 'tags'],
    additionalProperties: false,
  },
  steps: [
    { id: 'ask', kind: 'http.request@1', with: { url: 'https://api.example.com/', method: 'GET' } },
    { id: 'greet', kind: 'set@1', after: ['ask'], with: { value: { text: 'Hello {{ input.city }}', size: 3 } } },
    { id: 'known', kind: 'if@1', after: ['greet'], with: { when: '{{ input.tags.length > 0 }}' } },
    { id: 'maybe', kind: 'set@1', after: ['known.true'], with: { value: { on: true } } },
    { id: 'both', kind: 'merge@1', join: 'any', after: ['maybe', 'known'], with: { value: 1 } },
    { id: 'sum', kind: 'code@1', after: ['both'], with: { language: 'ts', source: '', input: '{{ steps.greet }}' } },
    { id: 'plain', kind: 'code@1', after: ['maybe'], with: { source: '', input: '{{ input }}' } },
    {
      id: 'each',
      kind: 'each@1',
      with: { over: '{{ [1] }}', steps: [{ id: 'inner', kind: 'code@1', with: { source: '' } }] },
    },
    { id: 'aside', kind: 'set@1', with: { value: 1 } },
  ],
};

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  flow = (made.json as { id: string }).id;
  dir = await mkdtemp(join(tmpdir(), 'headgate-types-'));
});
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

const typesOf = async (step: string, by = key): Promise<{ status: number; typescript: string; python: string }> => {
  const answer = await server.ask('GET', pathOf(ROUTES.stepTypes, { id: flow, step }), { key: by });
  expect(breaches(ROUTES.stepTypes, answer)).toEqual([]);
  return { status: answer.status, ...(answer.json as { typescript: string; python: string }) };
};

const run = promisify(execFile);
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/** What TypeScript says of this code against the types of a step: the lines it complains about. */
const complaints = async (step: string, code: string): Promise<readonly number[]> => {
  const { typescript } = await typesOf(step);
  await writeFile(join(dir, 'types.d.ts'), typescript);
  await writeFile(join(dir, 'step.ts'), code);
  const options = { strict: true, noEmit: true, types: [], lib: ['es2023'], target: 'es2023', module: 'esnext' };
  await writeFile(
    join(dir, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['types.d.ts', 'step.ts'] }),
  );
  try {
    await run(process.execPath, [tsc, '-p', dir, '--pretty', 'false'], { cwd: dir });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout: string };
    expect(stdout).toMatch(/^step\.ts\(/);
    expect(stdout).not.toContain('types.d.ts');
    return [...stdout.matchAll(/^step\.ts\((\d+),/gm)].map((found) => Number(found[1]));
  }
};

test('right code is accepted by TypeScript', async () => {
  const code = `export default async (input: Input, can: Can) => {
    const text: string = input.text + can.steps.greet.text + can.steps.ask.status.toFixed(0);
    const on: boolean | undefined = can.steps.maybe?.on;
    console.log(text, on, can.steps.ask.body.whatever.there);
    can.log(text, { on }, crypto.randomUUID());
    const url = new URL('/v1?x=1', 'https://api.example.com');
    for (const [name, value] of url.searchParams) console.log(name.length, value.length);
    url.searchParams.set('q', String(URL.parse('x')?.hostname.length));
    const bytes: Uint8Array = new TextEncoder().encode(btoa('a') + atob('YQ=='));
    can.log(structuredClone({ a: new Date() }).a.getTime(), new TextDecoder('utf-8', { fatal: true }).decode(bytes), url.href);
    can.log(new URLSearchParams({ a: 'b' }).size, new URLSearchParams([['a', 'b']]).toString());
    const { body, status, ok } = await can.fetch(url, { method: 'POST', body: { a: 1 } });
    return { text, size: input.size * 2, body, ok: ok && status < 300, kind: can.trigger.kind };
  };`;
  await server.ask('POST', pathOf(ROUTES.giveGrants, { id: flow }), {
    key,
    body: { grants: [{ step: 'sum', power: 'net: GET api.example.com:443' }] },
  });
  expect(await complaints('sum', code)).toEqual([]);
  const plain = `export default (input: Input) =>
    input.tags.map((tag) => tag.length + (input.count ?? 0)).concat(input.city === 'Oslo' ? 1 : 2, input['odd key']?.a === true ? 1 : 0);`;
  expect(await complaints('plain', plain)).toEqual([]);
  expect(await complaints('inner', 'export default (input: Input, can: Can) => [can.item.x, can.index + 1];')).toEqual(
    [],
  );
}, 60_000);

test('wrong code is refused by TypeScript, at its line', async () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['sum', 'const a: number = input.text;'],
    ['sum', 'input.nothing;'],
    ['sum', 'can.steps.aside;'],
    ['sum', 'can.steps.sum;'],
    ['sum', 'can.steps.maybe.on;'],
    ['sum', 'can.log = 1;'],
    ['sum', 'can.item;'],
    ['plain', "can.fetch('https://api.example.com/');"],
    ['plain', "input.city === 'Rome';"],
    ['plain', 'input.count.toFixed();'],
    ['plain', 'process.env;'],
    ['plain', "new URL('https://a.example/').origin = 'x';"],
    ['plain', "new URLSearchParams('a=b').get('a').length;"],
    ['plain', "fetch('https://example.com/');"],
  ];
  for (const step of ['sum', 'plain']) {
    const lines = wrong.filter(([of]) => of === step).map(([, line]) => line);
    const code = `export default (input: Input, can: Can) => {\n${lines.join('\n')}\n};`;
    expect(await complaints(step, code)).toEqual(lines.map((_, i) => i + 2));
  }
  // The step is certain to have run here, and may be skipped there.
  expect(await complaints('plain', 'export default (input: Input, can: Can) => can.steps.maybe.on;')).toEqual([]);
}, 60_000);

test('the Python stub says the same', async () => {
  const { python } = await typesOf('sum');
  expect(python).toContain('Input = TypedDict("Input", {');
  for (const line of ['    ask: Steps_ask', '    known: bool', '    maybe: Steps_maybe_1 | None', '    "size": float,'])
    expect(python).toContain(`${line}\n`);
});

test('AZ-01 an unknown step and a foreign flow answer as what never existed', async () => {
  expect((await typesOf('nobody')).status).toBe(404);
  const foreign = (await server.key({ workspace: 'other' })).plain;
  expect((await typesOf('sum', foreign)).status).toBe(404);
});
