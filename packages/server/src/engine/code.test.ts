/** Code steps through the real engine and the real jail: what they see, what they may call, what is left of them. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { countingServer, type Ground, openGround } from './testing/ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.close());

const flow = (source: string, more: Record<string, unknown> = {}, around: Record<string, unknown> = {}): unknown => ({
  headgate: 1,
  name: 'Code',
  steps: [
    { id: 'first', kind: 'set@1', with: { value: { a: 2 } } },
    { id: 'other', kind: 'set@1', with: { value: 'not named' } },
    { id: 'code', kind: 'code@1', after: ['first', 'other'], with: { source, ...more } },
  ],
  output: '{{ steps.code }}',
  ...around,
});

const outcome = async (doc: unknown, input: unknown = {}, grants: { step: string; power: string }[] = []) => {
  const run = await ground.run(await ground.publish(doc, { grants }), input);
  return run.state === 'done' ? run.output : `!${run.problem?.code}`;
};

test('JavaScript and TypeScript get their input, already evaluated, and give the value of the step', async () => {
  expect(await outcome(flow('export default (input) => input + 1', { input: '{{ 40 + 1 }}' }))).toBe(42);
  const ts = 'type In = { n: number };\nexport default async ({ n }: In): Promise<number> => n * 2';
  expect(await outcome(flow(ts, { language: 'ts', input: { n: 21 } }))).toBe(42);
  expect(await outcome(flow('export default function (input) { return input }'))).toBe(null);
});

test('Python gets the same, and a mistake in it names its line', async () => {
  const source =
    'def main(input, can):\n    print("seen")\n    return input + can.steps.first["a"] + (1 / can.steps.first["a"] if input else 1 / 0)';
  const more = { language: 'python', input: '{{ steps.first.a }}' };
  // The first Python of a server waits until an interpreter is made.
  const patient = async (doc: unknown) => ground.run(await ground.publish(doc), {}, { wait: 60_000 });
  expect((await patient(flow(source, more))).output).toBe(4.5);
  const run = await patient(flow(source, { ...more, input: 0 }));
  expect(run.problem).toMatchObject({
    code: 'code.thrown',
    at: { step: 'code', field: 'with.source', line: 3, column: 83 },
  });
}, 120_000);

test('braces in the source are the language’s own and no expression of the flow', async () => {
  const source = "export default () => { if (true) {{ return '{{ input.secret }}' + `${1}`; }} }";
  expect(await outcome(flow(source))).toBe('{{ input.secret }}1');
});

test('code sees the upstream steps it names and no others, and trigger, item and index where it names them', async () => {
  const source = `export default (input, can) => [can.steps.first.a, Object.keys(JSON.parse(JSON.stringify(can)).steps), can.trigger.kind, 'item' in can]`;
  expect(await outcome(flow(source))).toEqual([2, ['first'], 'api@1', false]);
  expect(await outcome(flow('export default (input, can) => Object.keys(can)'))).toEqual(['log']);
  const each = {
    headgate: 1,
    name: 'Each',
    steps: [
      {
        id: 'code',
        kind: 'code@1',
        each: { over: '{{ [5, 6] }}' },
        with: { source: 'export default (i, can) => [can.item, can.index]' },
      },
    ],
    output: '{{ steps.code }}',
  };
  expect(await outcome(each)).toEqual([
    [5, 0],
    [6, 1],
  ]);
});

test('the log of code stands in the journal, and a failure names the line of the author’s text', async () => {
  const id = await ground.publish(
    flow('export default () => {\n  console.warn("seen", { n: 1 });\n  throw new Error("why")\n}'),
  );
  const run = await ground.run(id);
  expect(run.problem).toMatchObject({
    code: 'code.thrown',
    text: 'The code failed: why',
    at: { step: 'code', field: 'with.source', line: 3, column: 9 },
  });
  const page = await ground.engine.journal('default', run.id, 0, 100);
  expect(page?.events.filter((e) => e.type === 'run.log').map((e) => e.data)).toMatchObject([
    { level: 'warn', text: 'seen {"n":1}' },
  ]);
});

test('can.fetch goes through the step’s own net power: refused without a grant, judged like a request, answered with one', async () => {
  const server = await countingServer((n, request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ n, method: request.method, x: request.headers['x-a'] ?? null }));
  });
  try {
    const source = (url: string): string =>
      `export default async (input, can) => { const r = await can.fetch('${url}/x', { method: 'POST', headers: { 'x-a': '1' }, body: { a: 1 } }); return [r.ok, r.status, r.body, (await r.json()).n] }`;
    expect(await outcome(flow(source(server.url)))).toBe('!grant.missing');
    expect(server.count()).toBe(0);
    const grant = [{ step: 'code', power: `net: POST ${server.host}` }];
    expect(await outcome(flow(source(server.url)), {}, grant)).toEqual([
      true,
      200,
      { n: 1, method: 'POST', x: '1' },
      1,
    ]);
    expect(
      await outcome(flow(source(server.url.replace('127.0.0.1', '127.0.0.2'))), {}, [
        { step: 'code', power: 'net: * *' },
      ]),
    ).toBe('!egress.denied');
    expect(await outcome(flow('export default (i, can) => can.fetch(5)'), {}, grant)).toBe('!code.call');
    const hidden = `export default (i, can) => typeof can['fe' + 'tch']`;
    expect(await outcome(flow(hidden), {}, grant)).toBe('undefined');
    expect(server.count()).toBe(1);
  } finally {
    await server.close();
  }
});

test('SBX-03: code that loops, that ends everything it can, or that leaves a rejection behind harms no other run', async () => {
  const honest = await ground.publish(flow('export default (input) => input + 1', { input: 1 }));
  const bad = [
    'export default () => { for (;;); }',
    'export default () => { Promise.reject(new Error("left")); return 1 }',
    'export default () => { setTimeout(() => { throw new Error("late") }, 1); return new Promise(() => {}) }',
    'export default () => { process.exit(1) }',
    'export default () => { const f = () => f(); f() }',
  ];
  const ids = await Promise.all(bad.map((source) => ground.publish(flow(source))));
  const [harm, fine] = await Promise.all([
    Promise.all(ids.map((id) => ground.run(id))),
    Promise.all(Array.from({ length: 20 }, () => ground.run(honest))),
  ]);
  expect(harm.map((run) => run.problem?.code ?? run.output)).toEqual([
    'code.timeout',
    1,
    'code.thrown',
    'code.thrown',
    'code.thrown',
  ]);
  expect(fine.map((run) => run.output)).toEqual(Array.from({ length: 20 }, () => 2));
});

test('a step’s timeout and a cancelled run stop the code, and the next run is served', async () => {
  const doc = flow('export default () => new Promise((r) => setTimeout(r, 60_000))') as {
    steps: Record<string, unknown>[];
  };
  const timed = { ...doc, steps: doc.steps.map((s) => (s['id'] === 'code' ? { ...s, timeout: '50ms' } : s)) };
  expect(await outcome(timed)).toBe('!step.timeout');
  const id = await ground.publish(doc);
  const run = await ground.run(id, {}, { wait: 0 });
  await ground.engine.cancel(
    { kind: 'key', id: 'owner', workspace: 'default', permissions: ['run.cancel'] } as never,
    run.id,
  );
  expect((await ground.until(run.id, 'cancelled')).state).toBe('cancelled');
  expect(await outcome(flow('export default () => 1'))).toBe(1);
});

const records = async (run: string) => {
  const { rows } = await ground.store.in('default').audit.list({ limit: 200 });
  return rows.filter((row) => row.run === run).map(({ action, object, decision }) => ({ action, object, decision }));
};

test('running code is a power: without its grant nothing runs, and each use is on record', async () => {
  const doc = flow('export default () => 1');
  const refused = await ground.run(await ground.publish(doc, { code: false }));
  expect(refused.problem).toMatchObject({ code: 'grant.missing', at: { step: 'code' } });
  const python = await ground.publish(doc, { code: false, grants: [{ step: 'code', power: 'code: python' }] });
  expect((await ground.run(python)).problem?.code).toBe('grant.missing');
  const js = await ground.publish(doc, { code: false, grants: [{ step: 'code', power: 'code: js' }] });
  const run = await ground.run(js);
  expect(run.output).toBe(1);
  const seen = await records(run.id);
  expect(seen).toEqual([{ action: 'power.code', object: 'code: js', decision: 'allow' }]);
  expect(await records(refused.id)).toEqual([{ action: 'power.code', object: 'code: js', decision: 'deny' }]);
});

test('arguments that can.fetch cannot take are a Problem with the place, whatever their own methods are', async () => {
  const lent = [{ step: 'code', power: 'net: GET *:*' }];
  const odd = ['{ toString: 1, valueOf: 1 }', 'null', '[1]', '{ a: 1 }'];
  for (const value of odd) {
    const source = `export default async (input, can) => can.fetch('http://127.0.0.1:1/', { headers: { a: ${value} } })`;
    const run = await ground.run(await ground.publish(flow(source), { grants: lent }));
    expect(run.problem).toMatchObject({ code: 'code.call', at: { step: 'code' } });
  }
  const plain = `export default async (input, can) => can.fetch('http://127.0.0.1:1/', { headers: { a: 'b', c: 1, d: true } })`;
  expect((await ground.run(await ground.publish(flow(plain), { grants: lent }))).problem?.code).not.toMatch(
    /^(code|step)\./,
  );
});
