import { expect, test } from 'vitest';
import { importOpenApi } from './openapi.ts';

/** A document of the kind that services publish: a shop for pets. */
export const PETS = {
  openapi: '3.0.3',
  info: { title: 'Pet Shop', description: 'Sells pets.', version: '1.0.0' },
  servers: [{ url: 'https://{region}.pets.example/v1', variables: { region: { default: 'eu' } } }],
  externalDocs: { url: 'https://pets.example/docs' },
  paths: {
    '/pets': {
      get: {
        operationId: 'listPets',
        summary: 'List all pets.',
        parameters: [
          { name: 'limit', in: 'query', description: 'How many.', schema: { type: 'integer', maximum: 100 } },
          { name: 'tags', in: 'query', explode: false, schema: { type: 'array', items: { type: 'string' } } },
          { name: 'X-Shop', in: 'header', schema: { type: 'string' } },
          { name: 'Authorization', in: 'header', schema: { type: 'string' } },
        ],
      },
      post: {
        operationId: 'createPet',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/NewPet' } } },
        },
      },
    },
    '/pets/{petId}': {
      parameters: [{ $ref: '#/components/parameters/PetId' }],
      get: { operationId: 'getPet', summary: 'Get a pet' },
      put: {
        requestBody: { content: { 'application/json': { schema: { type: 'array', items: { type: 'string' } } } } },
      },
      delete: {},
    },
    '/upload': { post: { requestBody: { content: { 'multipart/form-data': { schema: { type: 'object' } } } } } },
    '/login': {
      post: {
        requestBody: {
          content: {
            'application/x-www-form-urlencoded': {
              schema: { type: 'object', properties: { user: { type: 'string' } } },
            },
          },
        },
      },
    },
  },
  components: {
    parameters: { PetId: { name: 'petId', in: 'path', required: true, schema: { type: 'string' } } },
    schemas: {
      NewPet: {
        allOf: [
          { $ref: '#/components/schemas/Named' },
          {
            type: 'object',
            required: ['kind'],
            properties: {
              kind: { type: 'string', enum: ['cat', 'dog'] },
              owner: { $ref: '#/components/schemas/Owner' },
              note: { type: 'string', nullable: true },
              either: { oneOf: [{ type: 'string' }, { type: 'number' }] },
            },
          },
        ],
      },
      Named: { type: 'object', required: ['name'], properties: { name: { type: 'string', description: 'Its name.' } } },
      Owner: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          friends: { type: 'array', items: { $ref: '#/components/schemas/Owner' } },
        },
      },
    },
    securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } },
  },
};

const made = (document: unknown, wish = {}) => {
  const read = importOpenApi(document, wish);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read;
};

test('a document becomes a manifest: base, key, operations, and where each parameter goes', () => {
  const { service, notes } = made(PETS);
  expect(service).toMatchObject({
    name: 'pet-shop',
    title: 'Pet Shop',
    docs: 'https://pets.example/docs',
    base: 'https://eu.pets.example/v1',
    auth: { kind: 'header', name: 'X-Api-Key' },
  });
  expect(service.operations.map(({ id, method, path }) => [id, method, path])).toEqual([
    ['list_pets', 'GET', '/pets'],
    ['create_pet', 'POST', '/pets'],
    ['get_pet', 'GET', '/pets/{petId}'],
    ['put_pets_pet_id', 'PUT', '/pets/{petId}'],
    ['delete_pets_pet_id', 'DELETE', '/pets/{petId}'],
    ['post_login', 'POST', '/login'],
  ]);
  const [list, create, get, put, , login] = service.operations;
  expect(list).toMatchObject({ title: 'list all pets' });
  expect(list?.input).toEqual({
    limit: { in: 'query', schema: { type: 'integer', maximum: 100, description: 'How many.' } },
    tags: { in: 'query', join: ',', schema: { type: 'array', items: { type: 'string' } } },
    X_Shop: { in: 'header', as: 'X-Shop', schema: { type: 'string' } },
  });
  expect(create?.input).toMatchObject({
    name: { in: 'body', required: true, schema: { type: 'string', description: 'Its name.' } },
    kind: { in: 'body', required: true, schema: { type: 'string', enum: ['cat', 'dog'] } },
    note: { in: 'body', schema: { type: ['string', 'null'] } },
    either: { in: 'body', schema: {} },
  });
  expect(get?.input).toEqual({ petId: { in: 'path', required: true, schema: { type: 'string' } } });
  expect(put?.input['body']).toMatchObject({ in: 'body', as: '', schema: { type: 'array' } });
  expect(login).toMatchObject({ body: { kind: 'form' }, input: { user: { in: 'body' } } });
  expect(notes.map(({ at }) => at?.field)).toEqual(['/paths/~1upload/post']);
});

test('SC1 a schema that leads back to itself is cut where it does', () => {
  const owner = made(PETS).service.operations[1]?.input['owner']?.schema;
  expect(owner).toEqual({
    type: 'object',
    properties: { name: { type: 'string' }, friends: { type: 'array' } },
  });
});

test('what the document does not say is said by who imports it', () => {
  const { servers: _, ...without } = PETS;
  expect(importOpenApi(without)).toMatchObject({ ok: false, problems: [{ at: { field: '/servers' } }] });
  expect(made(without, { base: 'https://other.example', name: 'mine' }).service).toMatchObject({
    base: 'https://other.example',
    name: 'mine',
  });
});

test('DOS-06 hostile documents are refused with a place, in time', () => {
  const of = (document: unknown) => {
    const began = performance.now();
    const read = importOpenApi(document);
    expect(performance.now() - began).toBeLessThan(5_000);
    return read.ok ? read.notes.map(({ at }) => at?.field) : read.problems.map(({ at }) => at?.field);
  };
  expect(of('x'.repeat(8_000_001))).toEqual(['/']);
  expect(of('{')).toEqual(['/']);
  expect(of([])).toEqual(['/']);
  expect(of({ swagger: '2.0' })).toEqual(['/openapi']);
  expect(of({ ...PETS, paths: {} })).toEqual(['/paths']);
  // References in a circle, out of the document, and to nothing.
  const loop = { a: { $ref: '#/x/b' }, b: { $ref: '#/x/a' } };
  expect(of({ ...PETS, x: loop, paths: { '/a': { $ref: '#/x/a' } } })).toEqual(['/paths/~1a', '/paths']);
  expect(of({ ...PETS, paths: { '/a': { $ref: 'https://evil.example/x' }, '/b': { get: {} } } })).toEqual([
    '/paths/~1a',
  ]);
  expect(
    of({ ...PETS, paths: { '/a': { $ref: 'file:///etc/passwd' }, '/b': { $ref: '#/nothing' }, '/c': { get: {} } } }),
  ).toEqual(['/paths/~1a', '/paths/~1b']);
  // Each schema holds the one before twenty times: 20^20 parts when written out.
  const bomb: Record<string, unknown> = { s0: { type: 'string' } };
  for (let i = 1; i <= 20; i += 1)
    bomb[`s${i}`] = {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`p${k}`, { $ref: `#/x/s${i - 1}` }])),
    };
  const heavy = (n: number) => ({
    post: { requestBody: { content: { 'application/json': { schema: { $ref: '#/x/s20' } } } }, operationId: `op${n}` },
  });
  const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`/p${n}`, heavy(n)]));
  of({ ...PETS, x: bomb, paths: many });
  // Deeper than anybody writes.
  let deep: unknown = { type: 'string' };
  for (let i = 0; i < 2_000; i += 1) deep = { type: 'object', properties: { a: deep } };
  of({ ...PETS, paths: { '/a': { post: { requestBody: { content: { 'application/json': { schema: deep } } } } } } });
});

test('nothing of a document reaches beyond its own members, or puts a key into an address', () => {
  const text = JSON.stringify({
    ...PETS,
    paths: { '/a': { get: { parameters: [{ name: 'x', in: 'query' }] } } },
  }).replace('"x"', '"__proto__"');
  const { service } = made(text);
  expect(({} as Record<string, unknown>)['in']).toBeUndefined();
  expect(Object.values(service.operations[0]?.input ?? {})).toMatchObject([{ in: 'query', as: '__proto__' }]);
  const query = { ...PETS, components: { securitySchemes: { k: { type: 'apiKey', in: 'query', name: 'key' } } } };
  expect(made(query).service.auth).toEqual({ kind: 'none' });
  expect(made(query).notes.map(({ at }) => at?.field)).toContain('/components/securitySchemes/k');
  const signed = { ...PETS, servers: [{ url: 'https://user:pw@pets.example' }] };
  expect(importOpenApi(signed)).toMatchObject({ ok: false });
});
