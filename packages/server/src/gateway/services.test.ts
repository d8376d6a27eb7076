import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { breaches, startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

test('the services are listed with what they can do, for whoever may see flows', async () => {
  const answer = await server.ask('GET', '/api/v1/services', { key });
  expect(breaches(ROUTES.listServices, answer)).toEqual([]);
  const { services } = answer.json as { services: { name: string; own: boolean; operations: { id: string }[] }[] };
  const slack = services.find((one) => one.name === 'slack');
  expect(slack).toMatchObject({ own: false });
  expect(slack?.operations.map((one) => one.id)).toContain('send_message');
  expect((await server.ask('GET', '/api/v1/services')).status).toBe(401);
});

test('a service tells the closed schema of what each operation and trigger takes, and no recording', async () => {
  const answer = await server.ask('GET', '/api/v1/services/slack', { key });
  expect(breaches(ROUTES.getService, answer)).toEqual([]);
  const slack = answer.json as {
    origin: string;
    operations: { id: string; input: unknown }[];
    triggers: { id: string; input: unknown }[];
  };
  expect(slack.origin).toBe('https://slack.com');
  expect(slack.operations.find((one) => one.id === 'find_user')?.input).toMatchObject({
    required: ['email'],
    additionalProperties: false,
  });
  expect(slack.triggers.find((one) => one.id === 'new_message')?.input).toMatchObject({
    properties: { channel: { type: 'string' } },
    required: ['channel'],
  });
  expect(answer.text).not.toContain('recordings');
  expect((await server.ask('GET', '/api/v1/services/nothing-there', { key })).status).toBe(404);
});

test('a draft that uses a service asks for exactly what the operation touches', async () => {
  const draft = {
    headgate: 1,
    name: 'Tell',
    steps: [
      {
        id: 'tell',
        kind: 'service.call@1',
        with: {
          service: 'slack',
          operation: 'send_message',
          secret: 'slack',
          input: { channel: '#a', text: '{{ input.text }}' },
        },
      },
    ],
  };
  const made = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  const powers = (await server.ask('GET', `/api/v1/flows/${made.id}/powers`, { key })).json as {
    needs: { power: string; sentence: string }[];
  };
  expect(powers.needs.map(({ power }) => power)).toEqual([
    'net: POST slack.com:443/api/chat.postMessage',
    'secret: use slack for https://slack.com',
  ]);
  expect(powers.needs[0]?.sentence).toBe('Slack: send a message, at https://slack.com.');
});

const shop = {
  service: 1,
  name: 'shop',
  title: 'Shop',
  summary: 'Sells things.',
  auth: { kind: 'bearer' },
  base: 'https://shop.example/api',
  operations: [
    { id: 'list', title: 'list items', summary: 'Gives all.', method: 'GET', path: '/items', input: {} },
    { id: 'wipe', title: 'delete all', summary: 'Deletes all.', method: 'DELETE', path: '/items', input: {} },
  ],
};
const wishes = (operation: string) => ({
  headgate: 1,
  name: 'Sell',
  steps: [{ id: 'sell', kind: 'service.call@1', with: { service: 'shop', operation, secret: 'shop' } }],
});

test('a workspace describes a service of its own: flows use it at once, and no other workspace knows of it', async () => {
  const put = await server.ask('PUT', '/api/v1/services', { key, body: { manifest: shop } });
  expect(breaches(ROUTES.putService, put)).toEqual([]);
  expect(put).toMatchObject({ status: 200, json: { name: 'shop', operations: 2 } });
  expect((await server.ask('GET', '/api/v1/services/shop', { key })).json).toMatchObject({ own: true, title: 'Shop' });
  const check = async (operation: string, by = key) =>
    (await server.ask('POST', '/api/v1/flows/check', { key: by, body: { draft: wishes(operation) } })).json;
  expect(await check('list')).toMatchObject({ ok: true });
  expect(await check('lst')).toMatchObject({
    ok: false,
    problems: [{ code: 'service.unknown', fix: 'Did you mean list?' }],
  });

  const other = (await server.key({ workspace: 'other' })).plain;
  expect((await server.ask('GET', '/api/v1/services/shop', { key: other })).status).toBe(404);
  expect(await check('list', other)).toMatchObject({ ok: false, problems: [{ code: 'service.unknown' }] });

  // What an operation means is looked up when it is asked for, never remembered from before.
  const moved = { ...shop, base: 'https://elsewhere.example/api' };
  const made = (await server.ask('POST', '/api/v1/flows', { key, body: { draft: wishes('list') } })).json as {
    id: string;
  };
  const needs = async () =>
    ((await server.ask('GET', `/api/v1/flows/${made.id}/powers`, { key })).json as { needs: { power: string }[] })
      .needs[0]?.power;
  expect(await needs()).toBe('net: GET shop.example:443/api/items');
  expect((await server.ask('PUT', '/api/v1/services', { key, body: { manifest: moved } })).status).toBe(200);
  expect(await needs()).toBe('net: GET elsewhere.example:443/api/items');

  // It is not taken away from under a flow; which one that is, is told to who sees it.
  const used = await server.ask('DELETE', '/api/v1/services/shop', { key });
  expect(breaches(ROUTES.deleteService, used)).toEqual([]);
  expect(used).toMatchObject({
    status: 409,
    json: { code: 'service.used', text: 'Flows use shop: Sell', problems: [{ at: { flow: made.id } }] },
  });
  const hidden = { ...wishes('list'), name: 'Between us' };
  const person = (await server.key({ user: 'u_alone', role: 'editor' })).plain;
  const own = (await server.ask('POST', '/api/v1/flows', { key: person, body: { draft: hidden } })).json as {
    id: string;
  };
  const patched = await server.ask('PATCH', `/api/v1/flows/${own.id}`, {
    key: person,
    body: { visibility: 'private' },
  });
  expect(patched.status).toBe(200);
  expect((await server.ask('DELETE', `/api/v1/flows/${made.id}`, { key })).status).toBe(204);
  const writer = (await server.key({ user: 'u_other', role: 'editor' })).plain;
  const other409 = await server.ask('DELETE', '/api/v1/services/shop', { key: writer });
  expect(other409.json).toMatchObject({ text: 'Flows use shop: flows that you do not see', problems: [] });
  expect(other409.text).not.toContain(own.id);
  expect((await server.ask('DELETE', `/api/v1/flows/${own.id}`, { key: person })).status).toBe(204);
  expect((await server.ask('DELETE', '/api/v1/services/shop', { key })).status).toBe(204);
  expect((await server.ask('DELETE', '/api/v1/services/shop', { key })).status).toBe(404);
  expect(await check('list')).toMatchObject({ ok: false });
});

test('a service is not taken away from under a version that runs in an environment, though draft and latest version use it no more', async () => {
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await server.ask(method, path, { key, ...(body === undefined ? {} : { body }) });
    expect([path, answer.status < 300 ? '' : answer.text]).toEqual([path, '']);
    return answer.json as Record<string, unknown>;
  };
  await ask('PUT', '/api/v1/services', { manifest: { ...shop, name: 'stall' } });
  await ask('POST', '/api/v1/projects/default/environments', { name: 'stage' });
  const draft = wishes('list');
  const [step] = draft.steps;
  const uses = { ...draft, steps: [{ ...step, with: { ...step?.with, service: 'stall' } }] };
  const { id } = await ask('POST', '/api/v1/flows', { draft: uses });
  await ask('POST', `/api/v1/flows/${String(id)}/publish`, { grant: 'needed' });
  const place = { from: 'default', to: 'stage', grant: 'needed', anyway: true };
  await ask('POST', `/api/v1/flows/${String(id)}/promotions`, place);
  const without = { ...draft, steps: [{ id: 's', kind: 'set@1', with: { value: 1 } }] };
  const { revision } = await ask('GET', `/api/v1/flows/${String(id)}`);
  await ask('PUT', `/api/v1/flows/${String(id)}/draft`, { draft: without, revision });
  await ask('POST', `/api/v1/flows/${String(id)}/publish`, {});
  const used = await server.ask('DELETE', '/api/v1/services/stall', { key });
  expect(used).toMatchObject({ status: 409, json: { code: 'service.used', problems: [{ at: { flow: id } }] } });
  await ask('POST', `/api/v1/flows/${String(id)}/promotions`, place);
  await ask('DELETE', '/api/v1/services/stall');
});

test('no service stands in the place of one of the server, and what is no manifest is refused with its places', async () => {
  const put = (manifest: unknown) => server.ask('PUT', '/api/v1/services', { key, body: { manifest } });
  expect((await put({ ...shop, name: 'slack' })).json).toMatchObject({ status: 409, code: 'service.taken' });
  const broken = await put({ ...shop, operations: [{ ...shop.operations[0], path: '/{x}' }] });
  expect(broken).toMatchObject({ status: 422, json: { problems: [{ at: { field: 'operations[0].path' } }] } });
  expect((await server.ask('DELETE', '/api/v1/services/slack', { key })).status).toBe(404);
  const reader = (await server.key({ permissions: ['flow.read'] })).plain;
  expect((await server.ask('PUT', '/api/v1/services', { key: reader, body: { manifest: shop } })).status).toBe(403);
});
