/** A service that nobody wrote for Headgate: its public OpenAPI document is imported, and a flow uses it. */

import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Home, keyIn, newHome } from './command.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

type Arrived = { readonly method: string; readonly path: string; readonly key: unknown; readonly body: string };

const homes: Home[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.leave();
});

let api: Server;
let url = '';
const arrived: Arrived[] = [];
beforeAll(async () => {
  api = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      arrived.push({ method, path, key: headers['x-api-key'], body });
      response.writeHead(headers['x-api-key'] === 'pets-canary-key' ? 200 : 401, {
        'content-type': 'application/json',
      });
      response.end(JSON.stringify(method === 'POST' ? { id: 7, ...JSON.parse(body) } : [{ id: 7, name: 'Rex' }]));
    });
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const address = api.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  api.close();
});

const document = () => ({
  openapi: '3.1.0',
  info: { title: 'Pet Store', version: '1.0.0' },
  servers: [{ url: `${url}/v2` }],
  paths: {
    '/pets': {
      get: { operationId: 'listPets', summary: 'List pets', parameters: [{ $ref: '#/components/parameters/Status' }] },
      post: {
        operationId: 'addPet',
        summary: 'Add a pet',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
        },
      },
    },
    '/pets/{petId}/photo': { post: { operationId: 'upload', requestBody: { content: { 'image/png': {} } } } },
  },
  components: {
    parameters: { Status: { name: 'status', in: 'query', schema: { type: 'string', enum: ['sold', 'free'] } } },
    schemas: {
      Pet: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, tag: { type: 'string' } } },
    },
    securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } },
  },
});

test('an OpenAPI document becomes a service, and a flow uses it, in much less than five minutes', async () => {
  const began = performance.now();
  const home = newHome();
  homes.push(home);
  const keyFile = await home.superuser();
  const server = await home.serve([], { env: { HEADGATE_EGRESS_ALLOW: '127.0.0.1' } });
  const key = keyIn(keyFile);
  const run = (words: readonly string[], input?: string) =>
    home.run([...words, '--url', server.url, '--key-file', keyFile], input === undefined ? {} : { input });

  const file = home.write('openapi.json', JSON.stringify(document()));
  const taken = await run(['service', 'import', file]);
  expect([taken.code, taken.out.trim()]).toEqual([0, 'pet-store: 2 operations']);
  // What could not be taken over is told, with its place.
  expect(taken.err).toContain('/paths/~1pets~1{petId}~1photo/post');
  expect((await run(['service', 'list'])).out).toMatch(/pet-store +Pet Store +2 +workspace/);

  const secret = JSON.stringify({ value: 'pets-canary-key', header: 'x-api-key' });
  const values = home.write('pets.json', secret);
  const stored = await run(['secret', 'set', 'pets', '--kind', 'api_key', '--origin', url, '--value-file', values]);
  expect(stored.err + stored.code).toBe('0');

  const draft = {
    headgate: 1,
    name: 'Pets',
    steps: [
      {
        id: 'add',
        kind: 'service.call@1',
        with: { service: 'pet-store', operation: 'add_pet', secret: 'pets', input: { name: '{{ input.name }}' } },
      },
      {
        id: 'list',
        kind: 'service.call@1',
        after: ['add'],
        with: { service: 'pet-store', operation: 'list_pets', secret: 'pets', input: { status: 'free' } },
      },
    ],
    output: '{{ steps.list }}',
  };
  const made = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  const published = await server.ask('POST', `/api/v1/flows/${made.id}/publish`, { key, body: { grant: 'needed' } });
  expect(published.status).toBe(201);
  const ended = await server.ask('POST', `/api/v1/flows/${made.id}/runs`, {
    key,
    body: { input: { name: 'Rex' }, wait: 20 },
  });
  expect(ended.json).toMatchObject({ state: 'done', output: [{ id: 7, name: 'Rex' }] });
  expect(arrived).toEqual([
    { method: 'POST', path: '/v2/pets', key: 'pets-canary-key', body: '{"name":"Rex"}' },
    { method: 'GET', path: '/v2/pets?status=free', key: 'pets-canary-key', body: '' },
  ]);

  // A document that is none says where and why, and nothing is stored.
  const broken = home.write('broken.json', JSON.stringify({ ...document(), paths: { '/a': { $ref: '#/paths/~1a' } } }));
  const refused = await run(['service', 'import', broken, '--name', 'other']);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('/paths');
  expect((await run(['service', 'list'])).out).not.toContain('other');
  const used = await run(['service', 'remove', 'pet-store']);
  expect(used.code).toBe(1);
  expect(used.err).toContain('service.used');
  expect(used.err).toContain('The flow Pets uses it');
  expect((await server.ask('DELETE', `/api/v1/flows/${made.id}`, { key })).status).toBe(204);
  expect((await run(['service', 'remove', 'pet-store'])).code).toBe(0);
  expect(performance.now() - began).toBeLessThan(300_000);
});
