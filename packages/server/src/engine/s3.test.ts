/** Storage that is compatible with S3: called by flows, signed by the engine, judged by a server that checks every signature. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';
import { S3_ID, S3_KEY, S3_REGION, type S3Server, s3Server } from './testing/s3-server.ts';

let s3: S3Server;
let g: Ground;
beforeAll(async () => {
  [s3, g] = await Promise.all([s3Server(), openGround()]);
  await keep('store', [s3.url], { kind: 'basic', user: S3_ID, password: S3_KEY });
}, 60_000);
afterAll(async () => {
  await g.close();
  await s3.close();
});

const keep = (name: string, origins: string[], value: { kind: string } & Record<string, unknown>) =>
  g.store.in('default').secrets.put({
    ...{ project: 'default', name, origins, kind: value.kind as 'basic', value: JSON.stringify(value) },
    ...{ owner: 'owner', at: 1 },
  });

const use = async (operation: string, input: Record<string, unknown>, more: Record<string, unknown> = {}) => {
  const { powers, ...settings } = more;
  const flow = {
    headgate: 1,
    name: 'Store',
    input: { type: 'object', properties: { x: {} } },
    steps: [
      {
        id: 'it',
        kind: 'service.call@1',
        with: {
          ...{ service: 's3', operation, secret: 'store' },
          input: { endpoint: s3.url, region: S3_REGION, ...input },
          ...settings,
        },
      },
    ],
    output: '{{ steps.it }}',
  };
  const lent = (powers as string[] | undefined) ?? [
    `net: * ${s3.host}`,
    `secret: use ${String(settings['secret'] ?? 'store')} for ${s3.url}`,
  ];
  const id = await g.publish(flow, { grants: lent.map((power) => ({ step: 'it', power })) });
  return g.run(id, {}, { wait: 20_000 });
};

test('objects are put, listed over pages, got and deleted, whatever their keys are called', async () => {
  const keys = ['a.txt', 'docs/ü & (1)+2~!*.txt', "docs/it's 100%.json"];
  for (const key of keys)
    expect(await use('put_object', { bucket: 'shop', key, text: `of ${key}` })).toMatchObject({ state: 'done' });
  expect([...s3.objects.keys()]).toEqual(keys.map((key) => `shop/${key}`));
  const bytes = Buffer.from([0, 255, 1, 254]);
  const put = { bucket: 'shop', key: 'z.bin', base64: bytes.toString('base64'), type: 'image/png' };
  expect(await use('put_bytes', put)).toMatchObject({ state: 'done' });
  expect(s3.objects.get('shop/z.bin')).toEqual({ bytes, type: 'image/png' });
  expect((await use('list_buckets', {})).output).toEqual([{ Name: 'shop' }]);
  expect((await use('list_objects', { bucket: 'shop' }, { most: 2 })).output).toEqual({
    items: [{ Key: 'a.txt' }, { Key: "docs/it's 100%.json" }],
    more: true,
  });
  expect((await use('list_objects', { bucket: 'shop', prefix: 'docs/ü &' }, { most: 10 })).output).toEqual({
    items: [{ Key: keys[1] }],
    more: false,
  });
  for (const key of keys) expect((await use('get_object', { bucket: 'shop', key })).output).toBe(`of ${key}`);
  expect((await use('get_object', { bucket: 'shop', key: 'z.bin' })).output).toMatchObject({
    size: 4,
    type: 'image/png',
  });
  for (const key of [...keys, 'z.bin', 'never'])
    expect(await use('delete_object', { bucket: 'shop', key })).toMatchObject({ state: 'done' });
  expect(s3.objects.size).toBe(0);
  expect(s3.calls.filter((call) => call.split(' ').length > 2)).toEqual([]);
}, 60_000);

test('a link can be called by whoever has it, for that object and as long as it lasts, and making it calls nobody', async () => {
  s3.objects.set('shop/in/a b.txt', { bytes: Buffer.from('linked'), type: 'text/plain' });
  const before = s3.calls.length;
  const made = await use('link_object', { bucket: 'shop', key: 'in/a b.txt', seconds: 60 });
  expect(s3.calls.length).toBe(before);
  const link = String(made.output);
  expect(await (await fetch(link)).text()).toBe('linked');
  expect((await fetch(link.replace('a%20b', 'other'))).status).toBe(403);
  expect((await fetch(link, { method: 'DELETE' })).status).toBe(403);
  expect((await fetch(link.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'))).status).toBe(403);
  expect((await use('link_object', { bucket: 'shop', key: 'x', seconds: 604_801 })).problem?.code).toBe(
    'service.input',
  );
}, 60_000);

test('CAP-02 a call and a link need the power for that very object, and the key goes to its own origin alone', async () => {
  const only = [`net: GET ${s3.host}/shop/in/`, `secret: use store for ${s3.url}`];
  s3.objects.set('shop/in/a', { bytes: Buffer.from('1'), type: 'text/plain' });
  expect((await use('get_object', { bucket: 'shop', key: 'in/a' }, { powers: only })).output).toBe('1');
  const before = s3.calls.length;
  for (const [operation, key] of [
    ['get_object', 'out/a'],
    ['link_object', 'out/a'],
    ['delete_object', 'in/a'],
  ] as const)
    expect((await use(operation, { bucket: 'shop', key }, { powers: only })).problem?.code).toBe('grant.missing');
  const bare = only.slice(0, 1);
  for (const operation of ['get_object', 'link_object'])
    expect((await use(operation, { bucket: 'shop', key: 'in/a' }, { powers: bare })).problem?.code).toBe(
      'grant.missing',
    );
  await keep('other', ['https://s3.example.com'], { kind: 'basic', user: S3_ID, password: S3_KEY });
  const wide = [`net: * ${s3.host}`, 'secret: use other for *'];
  for (const operation of ['get_object', 'link_object'])
    expect(
      (await use(operation, { bucket: 'shop', key: 'in/a' }, { powers: wide, secret: 'other' })).problem?.code,
    ).toBe('secret.missing');
  expect(s3.calls.length).toBe(before);
}, 60_000);

test('SEC-07 the secret key stands in nothing, and what a server refuses is told by its own word', async () => {
  await keep('wrong', [s3.url], { kind: 'basic', user: S3_ID, password: 'wrong-canary' });
  await keep('text', [s3.url], { kind: 'bearer', token: 'text-canary' });
  const wrong = await use('list_buckets', {}, { secret: 'wrong' });
  expect(wrong.problem).toMatchObject({
    code: 'service.unauthorized',
    text: expect.stringContaining('SignatureDoesNotMatch'),
  });
  expect((await use('list_buckets', {}, { secret: 'text' })).problem?.code).toBe('secret.kind');
  expect((await use('list_buckets', { region: 'elsewhere' })).problem).toMatchObject({
    code: 'service.invalid',
    at: { field: 'with.input.region' },
  });
  expect((await use('get_object', { bucket: 'none', key: 'a' })).problem).toMatchObject({
    code: 'service.not_found',
    at: { field: 'with.input.bucket' },
  });
  for (const endpoint of [
    'a.example/x',
    'https://u:p@a.example',
    'a.example?x',
    'a b',
    'https://a.example/..',
    '',
    'ftp://a.example',
  ])
    expect((await use('list_buckets', { endpoint })).problem?.code).toBe('service.input');
  const { rows } = await g.store.in('default').runs.list({ limit: 200 });
  const kept = [JSON.stringify(g.logs), JSON.stringify(await g.store.in('default').audit.list({ limit: 1000 }))];
  for (const { id } of rows) kept.push(JSON.stringify(await g.engine.journal('default', id, 0, 1_000)));
  for (const one of kept) expect(one).not.toContain('canary');
}, 60_000);
