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
