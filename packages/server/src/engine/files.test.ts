import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Permission } from '@headgate/core';
import { countingServer, type Ground, openGround } from './testing/ground.ts';

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());

type Lent = readonly (readonly [step: string, power: string])[];

/** Runs a flow of these steps, its output what the last gave, with these powers lent. */
const run = async (steps: readonly unknown[], lent: Lent, more: { grantor?: string; input?: unknown } = {}) => {
  const last = (steps.at(-1) as { id: string }).id;
  const doc = { headgate: 1, name: `f${randomBytes(4).toString('hex')}`, steps, output: `{{ steps.${last} }}` };
  const grants = lent.map(([step, power]) => ({ step, power }));
  const flow = await g.publish(doc, { grants, ...(more.grantor === undefined ? {} : { grantor: more.grantor }) });
  return g.run(flow, more.input ?? {}, { wait: 50_000 });
};

const write = (path: string, more: object) => ({ id: 'write', kind: 'file.write@1', with: { path, ...more } });
const read = (path: string, more: object = {}) => ({
  id: 'read',
  kind: 'file.read@1',
  after: [],
  with: { path, ...more },
});

/** Writes a file by itself. */
const given = async (path: string, content: unknown, more: object = {}): Promise<void> => {
  const done = await run([write(path, { content, ...more })], [['write', 'file: write *']]);
  expect(done).toMatchObject({ state: 'done' });
};

test('what one step wrote another reads: as text, JSON, base64, or by a reference that is read later', async () => {
  await given('in/a.json', { n: [1, 2] });
  await given('in/bytes', 'AP8Q', { base64: true });
  const lent: Lent = [['read', 'file: read in/']];
  expect(await run([read('in/a.json')], lent)).toMatchObject({ output: '{"n":[1,2]}' });
  expect(await run([read('in/a.json', { as: 'json' })], lent)).toMatchObject({ output: { n: [1, 2] } });
  expect(await run([read('in/bytes', { as: 'base64' })], lent)).toMatchObject({ output: 'AP8Q' });
  expect(await run([read('in/bytes')], lent)).toMatchObject({ state: 'failed', problem: { code: 'file.text' } });
  const later = { id: 'later', kind: 'file.read@1', after: ['read'], with: { from: '{{ steps.read }}', as: 'json' } };
  expect(await run([read('in/a.json', { as: 'reference' }), later], lent)).toMatchObject({ output: { n: [1, 2] } });
});

test('FS-01 nothing is read, written, listed or deleted beyond what was lent, and what is there is not told', async () => {
  await given('secret/plan.txt', 'the plan');
  const steps: readonly (readonly [unknown, string])[] = [
    [read('secret/plan.txt'), 'read'],
    [read('secret/none.txt'), 'read'],
    [write('secret/plan.txt', { content: 'x' }), 'write'],
    [{ id: 'list', kind: 'file.list@1', with: { folder: 'secret/' } }, 'list'],
    [{ id: 'list', kind: 'file.list@1' }, 'list'],
    [{ id: 'gone', kind: 'file.delete@1', with: { path: 'secret/plan.txt' } }, 'gone'],
  ];
  const refusals = [];
  for (const [step, id] of steps)
    refusals.push((await run([step], [[id, 'file: read,write secret-other/']])).problem?.code);
  expect(refusals).toEqual(steps.map(() => 'grant.missing'));
  // Reading is not writing, and a file is not its folder.
  expect((await run([steps[2]?.[0]], [['write', 'file: read secret/']])).problem?.code).toBe('grant.missing');
  expect((await run([steps[3]?.[0]], [['list', 'file: read secret/plan.txt']])).problem?.code).toBe('grant.missing');
  expect(await run([read('secret/plan.txt')], [['read', 'file: read secret/']])).toMatchObject({ output: 'the plan' });
});

test('FS-01 a path that an expression makes climb is no path, in every step and for code', async () => {
  await given('out/a', 'x');
  for (const name of ['../secret/plan.txt', '..', 'a/../../b', './a', '%2e%2e/x', 'a\\b', 'a//b', '/etc/passwd']) {
    const input = { name };
    const lent: Lent = [['*', 'file: read,write *']];
    const path = 'out/{{ input.name }}';
    expect((await run([read(path)], lent, { input })).problem?.code, name).toBe('file.path');
    expect((await run([write(path, { content: 'x' })], lent, { input })).problem?.code, name).toBe('file.path');
  }
});

test('a folder is listed page by page, and a file is deleted once', async () => {
  for (const name of ['a', 'b', 'c']) await given(`pages/${name}`, name);
  const list = (more: object) => ({ id: 'list', kind: 'file.list@1', with: { folder: 'pages/', ...more } });
  const lent: Lent = [['list', 'file: read pages/']];
  expect(await run([list({ limit: 2 })], lent)).toMatchObject({
    output: { files: [{ path: 'pages/a' }, { path: 'pages/b' }], next: 'pages/b' },
  });
  expect(await run([list({ after: 'pages/b' })], lent)).toMatchObject({
    output: { files: [{ path: 'pages/c' }], next: null },
  });
  const gone = { id: 'gone', kind: 'file.delete@1', with: { path: 'pages/a' } };
  expect(await run([gone], [['gone', 'file: write pages/']])).toMatchObject({ output: { deleted: true } });
  expect(await run([gone], [['gone', 'file: write pages/a']])).toMatchObject({ output: { deleted: false } });
});

test('what a call fetched is written to a file by its reference, without being a value on the way', async () => {
  const bytes = randomBytes(300_000);
  const server = await countingServer((_n, _request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(bytes);
  });
  try {
    const fetched = { id: 'fetch', kind: 'http.request@1', with: { method: 'GET', url: `${server.url}/x` } };
    const keep = {
      id: 'keep',
      kind: 'file.write@1',
      after: ['fetch'],
      with: { path: 'fetched.bin', from: '{{ steps.fetch.body }}' },
    };
    const done = await run(
      [fetched, keep],
      [
        ['fetch', `net: GET ${server.host}`],
        ['keep', 'file: write fetched.bin'],
      ],
    );
    expect(done.problem).toBeNull();
    expect(done).toMatchObject({ output: { path: 'fetched.bin', size: 300_000, type: 'application/octet-stream' } });
    const back = await run([read('fetched.bin', { as: 'base64' })], [['read', 'file: read fetched.bin']]);
    expect(back.output).toBe(bytes.toString('base64'));
  } finally {
    await server.close();
  }
});

test('FS-10 a reference that the run was not given by its own steps leads nowhere, whoever wrote it', async () => {
  await given('in/owned', 'somebody’s');
  const kept = await run([read('in/owned', { as: 'reference' })], [['read', 'file: read in/']]);
  const reference = kept.output as { file: string };
  const follow = { id: 'read', kind: 'file.read@1', with: { from: '{{ input.ref }}' } };
  const input = { ref: reference };
  expect((await run([follow], [], { input })).problem?.code).toBe('file.reference');
  const copy = { id: 'write', kind: 'file.write@1', with: { path: 'stolen', from: '{{ input.ref }}' } };
  expect((await run([copy], [['write', 'file: write stolen']], { input })).problem?.code).toBe('file.reference');
  const code = {
    id: 'code',
    kind: 'code@1',
    with: { source: 'export default (input, can) => can.readReference(input)', input: '{{ input.ref }}' },
  };
  expect((await run([code], [], { input })).problem?.code).toBe('file.reference');
  // The twin: a flow that is called reads what its caller read and hands on.
  const child = { headgate: 1, name: 'Reader', steps: [follow], output: '{{ steps.read }}' };
  await g.publish(child);
  const call = {
    id: 'call',
    kind: 'flow.call@1',
    after: ['read'],
    with: { flow: 'Reader', input: { ref: '{{ steps.read }}' } },
  };
  const through = await run(
    [read('in/owned', { as: 'reference' }), call],
    [
      ['read', 'file: read in/'],
      ['call', 'flow: call Reader'],
    ],
  );
  expect(through).toMatchObject({ output: 'somebody’s' });
});

test('a run reads what the file held when it was referred to, after it was written over and deleted', async () => {
  await given('in/kept', 'before');
  const steps = [
    read('in/kept', { as: 'reference' }),
    { id: 'over', kind: 'file.write@1', after: ['read'], with: { path: 'in/kept', content: 'after' } },
    { id: 'gone', kind: 'file.delete@1', after: ['over'], with: { path: 'in/kept' } },
    { id: 'later', kind: 'file.read@1', after: ['gone'], with: { from: '{{ steps.read }}' } },
  ];
  expect(await run(steps, [['*', 'file: read,write in/']])).toMatchObject({ output: 'before' });
});

test('who lends must hold what he lends: without file.read or file.write of his own nothing is read or written', async () => {
  await given('in/a', 'x');
  const grantor = async (permissions: readonly Permission[]): Promise<string> => {
    const id = `key_${randomBytes(6).toString('hex')}`;
    await g.store.in('default').keys.create({
      id,
      workspace: 'default',
      name: id,
      hash: randomBytes(16).toString('hex'),
      permissions,
      projects: null,
      flows: null,
      expires: null,
      revoked: null,
      created: 1,
      used: null,
    });
    return id;
  };
  const lent: Lent = [['*', 'file: read,write in/']];
  const reader = await grantor(['grant.give', 'file.read']);
  const none = await grantor(['grant.give', 'run', 'flow.write']);
  expect(await run([read('in/a')], [['read', 'file: read in/']], { grantor: reader })).toMatchObject({ output: 'x' });
  expect(await run([read('in/a')], lent, { grantor: reader })).toMatchObject({ output: 'x' });
  const over = write('in/a', { content: 'y' });
  expect((await run([over], lent, { grantor: reader })).problem?.code).toBe('grant.void');
  expect((await run([read('in/a')], [['read', 'file: read in/']], { grantor: none })).problem?.code).toBe('grant.void');
});

test('code reads files by the power of its step, in JavaScript and Python, as text, JSON, bytes and by parts', async () => {
  await given('in/a.json', { n: [1, 2] });
  const source = `export default async (input, can) => [
    await can.readFile('in/a.json'),
    (await can.readFile('in/a.json', { give: 'json' })).n,
    await can.readFile('in/a.json', { give: 'base64', from: 1, to: 4 }),
    await can.readFile('in/none').catch((error) => error.code),
    await can.readFile('in/../a').catch((error) => error.code),
    await can.readFile('in/a.json', { as: 'x' }).catch((error) => error.code),
  ]`;
  const expected = [
    '{"n":[1,2]}',
    [1, 2],
    Buffer.from('"n"').toString('base64'),
    'file.missing',
    'file.path',
    'code.call',
  ];
  const lent: Lent = [['code', 'file: read in/']];
  const code = { id: 'code', kind: 'code@1', with: { source } };
  expect(await run([code], lent)).toMatchObject({ state: 'done', output: expected });
  expect((await run([code], [['code', 'file: read other/']])).problem?.code).toBe('grant.missing');
  const python = `async def main(input, can):
    return [(await can.readFile("in/a.json", give="json"))["n"], await can.readFile("in/a.json", from_=1, to=4)]`;
  const py = { id: 'code', kind: 'code@1', with: { source: python, language: 'python' } };
  expect(await run([py], lent)).toMatchObject({ state: 'done', output: [[1, 2], '"n"'] });
}, 60_000);

test('every use is on record with its path, and a refused one too', async () => {
  await given('audit/a', 'x');
  const done = await run([read('audit/a')], [['read', 'file: read audit/']]);
  const refused = await run([read('audit/a')], []);
  const { rows } = await g.store.in('default').audit.list({ limit: 50, action: 'power.file' });
  expect(rows.filter(({ run: of }) => of === done.id)).toMatchObject([
    { object: 'file: read audit/a', decision: 'allow' },
  ]);
  expect(rows.filter(({ run: of }) => of === refused.id)).toMatchObject([
    { decision: 'deny', reason: 'grant.missing' },
  ]);
});

test('DOS-09 a step writes no more than the quota of its workspace has room for, and nothing stays of what it began', async () => {
  const before = g.store.engine.limits.bytes('default');
  await g.store.in('default').limits.setQuota({ quota: { bytes: before + 200_000 }, updated: 1, by: 'x' });
  try {
    const big = (size: number) => run([write('big', { content: 'x'.repeat(size) })], [['write', 'file: write big']]);
    await expect.poll(async () => (await big(400_000)).problem?.code, { timeout: 10_000 }).toBe('quota.bytes');
    expect(await g.store.in('default').files.at('default', 'big')).toBeNull();
    expect((await big(20_000)).state).toBe('done');
  } finally {
    await g.store.in('default').limits.setQuota({ quota: {}, updated: 1, by: 'x' });
  }
});

test('only a new file: what is there stays, unless it holds the same', async () => {
  const once = (content: string) => run([write('once', { content, only: 'new' })], [['write', 'file: write once']]);
  expect(await once('one')).toMatchObject({ output: { version: 1 } });
  expect(await once('one')).toMatchObject({ output: { version: 1 } });
  expect((await once('two')).problem?.code).toBe('file.taken');
});

test('AZ-10 what is being written when its power is taken back gets no name, and no byte of it stays', async () => {
  const before = g.store.engine.limits.bytes('default');
  const doc = {
    headgate: 1,
    name: 'Copies',
    steps: [
      { id: 'read', kind: 'file.read@1', with: { path: 'big/source', as: 'reference' } },
      { id: 'copy', kind: 'file.write@1', after: ['read'], with: { path: 'big/copy', from: '{{ steps.read }}' } },
    ],
  };
  const { files, grants } = g.store.in('default');
  const sink = files.sink();
  for (let i = 0; i < 600; i += 1) await sink.add(randomBytes(256 * 1024));
  const content = await sink.end();
  await files.put({ id: 'file_source', project: 'default', path: 'big/source', type: 'x/y', content, by: 'x', at: 1 });
  const power = 'file: write big/copy';
  const flow = await g.publish(doc, {
    grants: [
      { step: 'read', power: 'file: read big/' },
      { step: 'copy', power },
    ],
  });
  const begun = await g.run(flow, {}, { wait: 1 });
  await expect.poll(async () => (await g.types(begun.id)).includes('step.started copy'), { interval: 5 }).toBe(true);
  const [grant] = (await grants.list(flow)).filter((one) => one.power === power);
  await grants.remove(flow, grant?.id ?? '');
  const ended = await g.until(begun.id, 'failed');
  expect(ended.problem?.code).toBe('grant.missing');
  expect(await files.at('default', 'big/copy')).toBeNull();
  await files.remove('default', 'file_source');
  await g.store.in('default').runs.remove(begun.id);
  await expect.poll(() => g.store.engine.limits.bytes('default') - before, { timeout: 10_000 }).toBeLessThan(100_000);
}, 60_000);
