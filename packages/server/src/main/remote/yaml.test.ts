import { importOpenApi } from '@headgate/core';
import { expect, test } from 'vitest';
import { jsonOf } from './yaml.ts';

const SHOP = `
openapi: 3.1.0
info: { title: Shop, version: '1' }
servers:
  - url: https://api.shop.example/v2
paths:
  /orders/{order}:
    get:
      operationId: get_order
      summary: Get an order
      parameters:
        - { name: order, in: path, required: true, schema: &id { type: string } }
        - { name: since, in: query, schema: *id }
      responses:
        '200': { description: The order }
`;

test('a document in YAML becomes the service that the same document in JSON becomes', () => {
  const json = jsonOf(SHOP);
  if (!json.ok) throw new Error(json.problem.text);
  const made = importOpenApi(json.value);
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  expect(made.service).toMatchObject({
    name: 'shop',
    base: 'https://api.shop.example/v2',
    operations: [{ id: 'get_order', method: 'GET', path: '/orders/{order}' }],
  });
  expect(jsonOf(' {"openapi": "3.1.0"}')).toEqual({ ok: true, value: ' {"openapi": "3.1.0"}' });
});

test('a document that is neither says where it stops being one', () => {
  const read = jsonOf('openapi: 3.1.0\n  paths: [');
  expect(read.ok ? '' : read.problem.text).toMatch(/^This is neither JSON nor YAML: .*line \d/);
});

test('YM1 names that stand for each other without end, and tags, are refused or are plain values', () => {
  const bomb = Array.from(
    { length: 12 },
    (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `${`*a${i - 1}, `.repeat(9)}*a${i - 1}`}]`,
  );
  expect(jsonOf(bomb.join('\n')).ok).toBe(false);
  expect(jsonOf('a: &a [*a]').ok).toBe(false);
  for (const text of ['a: !!js/function "() => 1"', 'a: !ruby/object:Gem {}', '__proto__: { polluted: 1 }']) {
    const read = jsonOf(text);
    if (read.ok) expect(typeof JSON.parse(read.value)).toBe('object');
  }
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});
