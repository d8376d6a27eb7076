import { expect, test } from 'vitest';
import type { Net, NetAnswer, NetRequest } from '../step/define.ts';
import { addressOf, knownAddress } from './address.ts';
import { base64, base64url } from './base64.ts';
import { useService } from './call.ts';
import { inputSchema } from './form.ts';
import { readService } from './judge.ts';
import { letterOf } from './letter.ts';
import { operationOf, type Service } from './manifest.ts';
import { valueAt, withAt } from './pointer.ts';
import { serviceNeeds } from './powers.ts';

const text = { type: 'string', description: 'A text.' };
test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'ftp://shop.example/a'])(
  'a manifest whose documentation is at %s is refused: it becomes a link',
  (docs) => {
    expect(readService({ ...manifest, docs }).ok).toBe(false);
    expect(readService({ ...manifest, docs: 'https://shop.example/docs' }).ok).toBe(true);
  },
);

const manifest = {
  service: 1,
  name: 'shop',
  title: 'Shop',
  summary: 'Sells things.',
  auth: { kind: 'bearer' },
  base: 'https://{site}.shop.example/api',
  fields: { site: { in: 'base', required: true, schema: text } },
  errors: { code: '/code', after: '/wait', map: [{ code: 'no_item', is: 'not_found', field: 'item' }] },
  limits: { remaining: 'x-left', reset: 'x-reset', as: 'epoch' },
  operations: [
    {
      id: 'get',
      title: 'get an item',
      summary: 'Gives one.',
      method: 'GET',
      path: '/{kind}/items/{item}',
      input: { kind: { in: 'path', required: true, schema: text }, item: { in: 'path', required: true, schema: text } },
    },
    {
      id: 'list',
      title: 'list items',
      summary: 'Gives all.',
      method: 'GET',
      path: '/items',
      input: {},
      paging: { kind: 'link', items: '/items', size: { as: 'limit', most: 2 } },
    },
    {
      id: 'log',
      title: 'list events',
      summary: 'Gives all.',
      method: 'GET',
      path: '/events',
      input: {},
      paging: { kind: 'offset', items: '/events', as: 'skip', size: { as: 'limit', most: 2 } },
    },
    {
      id: 'walk',
      title: 'walk',
      summary: 'Gives all.',
      method: 'GET',
      path: '/walk',
      input: {},
      paging: { kind: 'next_url', items: '', next: '/next' },
    },
    {
      id: 'buy',
      title: 'buy an item',
      summary: 'Buys one.',
      method: 'POST',
      path: '/orders',
      input: { item: { in: 'body', as: '/order/item', required: true, schema: text } },
      body: { kind: 'form', fixed: { order: { from: 'flow' } } },
      idempotency: { header: 'Idempotency-Key' },
    },
  ],
};

const read = (value: unknown): Service => {
  const found = readService(value);
  if (!found.ok) throw new Error(JSON.stringify(found.problems));
  return found.service;
};
const shop = read(manifest);
const op = (id: string) => {
  const found = operationOf(shop, id);
  if (found === undefined) throw new Error(id);
  return found;
};

/** Answers one request after the other, and keeps what was asked. */
const peer = (...answers: readonly Partial<NetAnswer>[]): Net & { readonly asked: NetRequest[] } => {
  const asked: NetRequest[] = [];
  return {
    asked,
    request: (request) => {
      const answer = answers[asked.length];
      asked.push(request);
      return Promise.resolve({ status: 200, headers: {}, body: null, ...answer });
    },
  };
};
const use = (id: string, input: unknown, net: Net, most?: number) =>
  useService({ service: shop, operation: op(id), secret: 'mine', input, most, key: 'k1' }, net);

test('AD1 a field of a path stays in its place, whatever it holds', () => {
  const at = (item: string) => addressOf(shop, op('get'), { site: 'acme', kind: 'a', item });
  expect(at('x/../../admin')).toEqual({ ok: true, value: 'https://acme.shop.example/api/a/items/x%2F..%2F..%2Fadmin' });
  expect(at('x?y=1#z')).toMatchObject({ value: 'https://acme.shop.example/api/a/items/x%3Fy%3D1%23z' });
  expect(at('*')).toMatchObject({ value: 'https://acme.shop.example/api/a/items/%2A' });
  for (const item of ['', '.', '..', '\ud800'])
    expect(at(item)).toMatchObject({ ok: false, problem: { code: 'service.input', at: { field: 'with.input.item' } } });
});

test('AD2 a field of the base is a part of the name of the host, and can lead to no other host', () => {
  const at = (site: string) => addressOf(shop, op('list'), { site });
  expect(at('Acme')).toEqual({ ok: true, value: 'https://acme.shop.example/api/items' });
  for (const site of ['evil.example/', 'a@evil', 'a.b', '', 'a:1', '-a', 'a#'])
    expect(at(site)).toMatchObject({ ok: false, problem: { at: { field: 'with.input.site' } } });
});

test('needs are as narrow as the flow says plainly, and wider for what only a run knows', () => {
  const needs = (input: unknown, secret: unknown = 'mine') =>
    serviceNeeds(shop, op('get'), secret, input).map(({ power, scope, computed }) => [power, scope, computed ?? false]);
  expect(needs({ site: 'acme', kind: 'a', item: '7' })).toEqual([
    ['net', 'GET acme.shop.example:443/api/a/items/7', false],
    ['secret', 'use mine for https://acme.shop.example', false],
  ]);
  expect(needs({ site: 'acme', kind: 'a', item: '{{ input.id }}' })[0]).toEqual([
    'net',
    'GET acme.shop.example:443/api/a/items/',
    false,
  ]);
  expect(needs({ site: 'acme', kind: '{{ input.kind }}', item: '7' })[0]?.[1]).toBe('GET acme.shop.example:443/api/');
  expect(needs({ site: '{{ input.site }}', kind: 'a', item: '7' })).toEqual([
    ['net', 'GET *:443', true],
    ['secret', 'use mine for *', true],
  ]);
  expect(needs({ site: 'acme' }, '{{ input.name }}')[1]).toEqual([
    'secret',
    'use * for https://acme.shop.example',
    true,
  ]);
  expect(knownAddress(shop, op('get'), {})).toBeUndefined();
});

test('CL1 nothing is sent for an input that the operation does not take, nor without a secret', async () => {
  const net = peer();
  expect(await use('get', { site: 'acme', kind: 'a' }, net)).toMatchObject({
    problem: { code: 'service.input', at: { field: 'with.input.item' } },
    sent: 'no',
  });
  expect(await use('get', { site: 'acme', kind: 'a', item: 'b', more: 1 }, net)).toMatchObject({
    problem: { code: 'service.input' },
  });
  const without = {
    service: shop,
    operation: op('list'),
    secret: undefined,
    input: { site: 'acme' },
    most: undefined,
    key: 'k',
  };
  expect(await useService(without, net)).toMatchObject({
    problem: { code: 'service.secret', at: { field: 'with.secret' } },
  });
  expect(net.asked).toEqual([]);
});

test('CL2 pages by a link end with the limit, and one page is all when no limit was given', async () => {
  const more = {
    link: '<https://acme.shop.example/api/items?p=2>; rel="next", <https://acme.shop.example/x>; rel="last"',
  };
  const net = peer({ headers: more, body: { items: [1, 2] } }, { headers: more, body: { items: [3, 4] } });
  expect(await use('list', { site: 'acme' }, net, 3)).toEqual({ ok: true, value: { items: [1, 2, 3], more: true } });
  expect(net.asked.map(({ url }) => url)).toEqual([
    'https://acme.shop.example/api/items?limit=2',
    'https://acme.shop.example/api/items?p=2',
  ]);
  const one = peer({ headers: more, body: { items: [1, 2] } });
  expect(await use('list', { site: 'acme' }, one)).toEqual({ ok: true, value: { items: [1, 2], more: true } });
});

test('pages by offset end with one that is not full', async () => {
  const net = peer({ body: { events: [1, 2] } }, { body: { events: [3] } });
  expect(await use('log', { site: 'acme' }, net, 10)).toEqual({ ok: true, value: { items: [1, 2, 3], more: false } });
  expect(net.asked.map(({ url }) => url.replace(/^.*\?/, ''))).toEqual(['limit=2', 'limit=2&skip=2']);
});

test('a next page at another origin is not followed: the secret is not meant for it', async () => {
  const items = Object.assign([1], { next: 'https://evil.example/x' });
  const net = peer({ body: items });
  expect(await use('walk', { site: 'acme' }, net, 5)).toMatchObject({ problem: { code: 'service.paging' } });
  expect(net.asked.length).toBe(1);
  const own = peer({ body: Object.assign([1], { next: '/api/walk?p=2' }) }, { body: [2] });
  expect(await use('walk', { site: 'acme' }, own, 5)).toMatchObject({ value: { items: [1, 2] } });
});

test('a form is written as services read forms, and a repeated call is known by its key', async () => {
  const net = peer({ body: { id: 1 } });
  expect(await use('buy', { site: 'acme', item: 'a b&c' }, net)).toEqual({ ok: true, value: { id: 1 } });
  expect(net.asked[0]).toMatchObject({
    method: 'POST',
    body: 'order%5Bfrom%5D=flow&order%5Bitem%5D=a+b%26c',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': 'k1' },
    secret: 'mine',
  });
});

test('a refusal says the word of the service, its field, and when to try again', async () => {
  const of = async (answer: Partial<NetAnswer>) => {
    const used = await use('get', { site: 'acme', kind: 'a', item: 'b' }, peer(answer));
    return used.ok ? used : used.problem;
  };
  expect(await of({ status: 400, body: { code: 'no_item' } })).toMatchObject({
    code: 'service.not_found',
    text: 'Shop does not find what this is about (no_item).',
    at: { field: 'with.input.item' },
    retry: 'no',
  });
  expect(await of({ status: 429, headers: { 'retry-after': '7' } })).toMatchObject({
    code: 'service.limited',
    retry: 'after',
    retryAfter: 7000,
  });
  expect(await of({ status: 429, body: { wait: 1.2 } })).toMatchObject({ retry: 'after', retryAfter: 2000 });
  const spent = { 'x-left': '0', 'x-reset': '784111807', date: 'Sun, 06 Nov 1994 08:49:37 GMT' };
  expect(await of({ status: 403, headers: spent })).toMatchObject({ code: 'service.limited', retryAfter: 30_000 });
  expect(await of({ status: 403 })).toMatchObject({ code: 'service.forbidden', retry: 'no' });
  expect(await of({ status: 503 })).toMatchObject({ code: 'service.down', retry: 'yes' });
  expect(JSON.stringify(await of({ status: 400, body: { code: 'x'.repeat(5_000) } })).length).toBeLessThan(600);
});

test('LT1 no field of a letter becomes a second header', () => {
  expect(letterOf({ to: ['a@example.com'], subject: 'Hi\r\nBcc: evil@example.com', text: 'x' })).toMatchObject({
    ok: false,
    problem: { code: 'service.input', at: { field: 'with.input.subject' } },
  });
  const made = letterOf({
    to: ['Ä <a@example.com>', 'b@example.com'],
    subject: 'ü'.repeat(60),
    text: 'Zeile\n.',
    html: '<p>',
  });
  if (!made.ok) throw new Error('refused');
  expect(made.value).toContain('To: =?UTF-8?B?w4Q=?= <a@example.com>, b@example.com\r\n');
  for (const line of made.value.split('\r\n')) expect(line.length).toBeLessThan(78);
});

test('base64 is that of the standard', () => {
  for (const one of ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar', 'ü€😀?>'])
    expect([base64(one), base64url(one)]).toEqual([
      Buffer.from(one).toString('base64'),
      Buffer.from(one).toString('base64url'),
    ]);
});

test('pointers read own members alone and copy what they change', () => {
  const value = { a: [{ 'x/y': 1 }] };
  expect(valueAt(value, '/a/0/x~1y')).toBe(1);
  expect(valueAt(value, '/constructor')).toBeUndefined();
  expect(withAt(value, '/a/0/z', 2)).toEqual({ a: [{ 'x/y': 1, z: 2 }] });
  expect(value).toEqual({ a: [{ 'x/y': 1 }] });
  const odd = withAt({}, '/__proto__/polluted', true);
  expect(Object.hasOwn(odd as object, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('what an operation takes is a closed schema, those of the service among it', () => {
  expect(inputSchema(shop, op('get'))).toEqual({
    type: 'object',
    properties: { site: text, kind: text, item: text },
    required: ['site', 'kind', 'item'],
    additionalProperties: false,
  });
});

test('JD1 a manifest whose parts do not fit is refused with every place', () => {
  const broken = {
    ...manifest,
    more: true,
  };
  expect(readService(broken)).toMatchObject({ ok: false, problems: [{ code: 'service.invalid' }] });
  const [first, ...rest] = manifest.operations;
  const fields = (value: unknown): string[] => {
    const found = readService(value);
    return found.ok ? [] : found.problems.map((one) => one.at?.field ?? '');
  };
  expect(fields({ ...manifest, operations: [{ ...first, path: '/{kind}/items' }, ...rest] })).toEqual([
    'operations[0].input',
  ]);
  expect(fields({ ...manifest, operations: [{ ...first, path: '/{kind}/items/{item}/{more}' }, ...rest] })).toEqual([
    'operations[0].path',
  ]);
  expect(fields({ ...manifest, operations: [first, first] })).toEqual(['operations[1].id']);
  expect(fields({ ...manifest, base: 'https://shop.example' })[0]).toBe('operations[0].input');
  const anyOf = { in: 'query', schema: { anyOf: [] } };
  expect(fields({ ...manifest, operations: [{ ...first, input: { ...first?.input, q: anyOf } }] })).toEqual([
    'operations[0].input.properties.q.anyOf',
  ]);
});
