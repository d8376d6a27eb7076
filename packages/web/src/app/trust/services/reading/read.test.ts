/** Descriptions of services, as somebody pastes them. */

import { expect, test } from 'vitest';
import { readText } from './read.ts';

const YAML = `
openapi: 3.0.3
info: { title: Pet Store, version: "1" }
servers: [{ url: https://pets.example/v2 }]
paths:
  /pets:
    get:
      operationId: listPets
      summary: List all pets
      responses: { "200": { description: all } }
`;
const of = (text: string, more: { name?: string; base?: string } = {}) =>
  readText({ text, name: '', base: '', ...more });

test('a document in YAML and in JSON is the same service, under the name that is wished for', () => {
  const read = of(YAML);
  expect(read).toMatchObject({
    ok: true,
    service: { name: 'pet-store', title: 'Pet Store', operations: [{ id: 'list_pets', method: 'GET', path: '/pets' }] },
  });
  const json = JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Pet Store' },
    paths: { '/pets': { get: { operationId: 'listPets' } } },
  });
  expect(of(json)).toMatchObject({ ok: false, problems: [{ at: { field: '/servers' } }] });
  const wish = { name: 'pets', base: 'https://elsewhere.example' };
  expect(of(json, wish)).toMatchObject({ ok: true, service: { name: 'pets', base: 'https://elsewhere.example' } });
});

test('a manifest is taken as it is, and what is wrong with it has its place', () => {
  const operation = { id: 'list', title: 'list', summary: 'All.', method: 'GET', path: '/items', input: {} };
  const shop = { service: 1, name: 'shop', title: 'Shop', summary: 'Sells.', auth: { kind: 'none' } };
  const manifest = { ...shop, base: 'https://shop.example', operations: [operation] };
  expect(of(JSON.stringify(manifest))).toMatchObject({ ok: true, service: { name: 'shop' } });
  const broken = { ...manifest, operations: [{ ...operation, path: '/{x}' }] };
  expect(of(JSON.stringify(broken))).toMatchObject({
    ok: false,
    problems: [{ at: { field: 'operations[0].path' } }],
  });
});

test('a text that is neither says where, and one that would unfold without end is refused', () => {
  expect(of('a: [1\nb: {')).toMatchObject({ ok: false, problems: [{ code: 'service.import', at: { line: 2 } }] });
  expect(of('{"a": ')).toMatchObject({ ok: false, problems: [{ code: 'service.import' }] });
  const levels = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i += 1)
    levels.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`);
  expect(of(levels.join('\n'))).toMatchObject({ ok: false });
});
