import { readFileSync } from 'node:fs';
import { readService, type Service } from '@headgate/core';
import { afterEach, expect, test } from 'vitest';
import { countingServer, type Ground, openGround } from './testing/ground.ts';

let g: Ground | undefined;
afterEach(async () => {
  await g?.close();
  g = undefined;
});

/** A service that comes with the server, at a peer on loopback. */
const at = (name: string, url: string): Service => {
  const read = readService(JSON.parse(readFileSync(`${import.meta.dirname}/../../services/${name}.json`, 'utf8')));
  if (!read.ok) throw new Error(name);
  return { ...read.service, base: read.service.base.replace(/^https:\/\/[^/]+/, url) };
};

const flow = (settings: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: 'Tell',
  steps: [{ id: 'tell', kind: 'service.call@1', with: settings, ...more }],
});

const ground = async (service: Service): Promise<Ground> =>
  openGround(undefined, undefined, undefined, undefined, undefined, [service]);

const store = (of: Ground, name: string, origin: string, value: string) =>
  of.store.in('default').secrets.put({ project: 'default', name, origins: [origin], value, owner: 'owner', at: 1 });

const TOKEN = '123456:c4n4ry-T0ken';

test('SEC-07 a token that a service takes in its path arrives there, and stands in no journal, audit record or log', async () => {
  const paths: string[] = [];
  const peer = await countingServer((_n, request, response) => {
    paths.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"ok":true,"result":{"message_id":8}}');
  });
  g = await ground(at('telegram', peer.url));
  await store(g, 'bot', peer.url, TOKEN);
  const settings = { service: 'telegram', operation: 'send_message', secret: 'bot', input: { chat: '42', text: 'Hi' } };
  const powers = [`net: POST ${peer.host}/bot~secret~/sendMessage`, `secret: use bot for ${peer.url}`];
  const id = await g.publish(flow(settings), { grants: powers.map((power) => ({ step: 'tell', power })) });
  const run = await g.run(id);
  expect(run).toMatchObject({ state: 'done' });
  expect(paths).toEqual([`/bot${TOKEN}/sendMessage`]);
  const journal = JSON.stringify(await g.engine.journal('default', run.id, 0, 100));
  const trail = JSON.stringify(await g.store.in('default').audit.list({ limit: 100 }));
  for (const kept of [journal, trail, JSON.stringify(g.logs)]) expect(kept).not.toContain('c4n4ry');
  expect(trail).toContain('secret: use bot');

  // The same grant lends no other operation, and no other origin gets the token.
  const other = await g.publish(flow({ ...settings, operation: 'get_chat', input: { chat: '42' } }), {
    grants: powers.map((power) => ({ step: 'tell', power })),
  });
  expect((await g.run(other)).problem?.code).toBe('grant.missing');
  await store(g, 'bot', 'https://a.example', TOKEN);
  expect((await g.run(id)).problem?.code).toBe('secret.missing');
  expect(paths.length).toBe(1);
  await peer.close();
});

test('a token in a path follows no redirect, and a text that could mean more than one segment is no token', async () => {
  const other = await countingServer((_n, _request, response) => response.end('{}'));
  const peer = await countingServer((_n, request, response) => {
    response.writeHead(302, { location: `${other.url}${request.url ?? ''}` });
    response.end();
  });
  g = await ground(at('telegram', peer.url));
  await store(g, 'bot', peer.url, TOKEN);
  const settings = { service: 'telegram', operation: 'send_message', secret: 'bot', input: { chat: '42', text: 'Hi' } };
  const grants = [`net: * ${peer.host}`, `net: * ${other.host}`, `secret: use bot for ${peer.url}`];
  const id = await g.publish(flow(settings), { grants: grants.map((power) => ({ step: 'tell', power })) });
  expect((await g.run(id)).problem?.code).toBe('service.refused');
  expect([peer.count(), other.count()]).toEqual([1, 0]);
  for (const value of ['../x', 'a/b', 'a?b']) {
    await store(g, 'bot', peer.url, value);
    expect((await g.run(id)).problem?.code).toBe('secret.kind');
  }
  expect(peer.count()).toBe(1);
  await peer.close();
  await other.close();
});

test('a service that asks for patience is called again when its time has come, and not before', async () => {
  const times: number[] = [];
  const peer = await countingServer((n, _request, response) => {
    times.push(Date.now());
    response.writeHead(n === 1 ? 429 : 200, { 'content-type': 'application/json', 'retry-after': '1' });
    response.end(n === 1 ? '{"ok":false,"error":"ratelimited"}' : '{"ok":true,"ts":"1.2"}');
  });
  g = await ground(at('slack', peer.url));
  await store(g, 'slack', peer.url, 'xoxb-canary');
  const settings = {
    service: 'slack',
    operation: 'send_message',
    secret: 'slack',
    input: { channel: 'C1', text: '{{ input.text }}' },
  };
  const powers = [`net: POST ${peer.host}/api/chat.postMessage`, `secret: use slack for ${peer.url}`];
  const id = await g.publish(flow(settings, { retry: { max: 2, delay: '10ms' } }), {
    grants: powers.map((power) => ({ step: 'tell', power })),
  });
  const run = await g.run(id, { text: 'Hi' });
  expect(run).toMatchObject({ state: 'done' });
  expect(peer.count()).toBe(2);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  await peer.close();
});

test('a refusal names flow, step and field', async () => {
  const peer = await countingServer((_n, _request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"ok":false,"error":"channel_not_found"}');
  });
  g = await ground(at('slack', peer.url));
  await store(g, 'slack', peer.url, 'xoxb-canary');
  const settings = {
    service: 'slack',
    operation: 'send_message',
    secret: 'slack',
    input: { channel: 'C1', text: 'Hi' },
  };
  const powers = [`net: POST ${peer.host}/api/chat.postMessage`, `secret: use slack for ${peer.url}`];
  const id = await g.publish(flow(settings), { grants: powers.map((power) => ({ step: 'tell', power })) });
  expect((await g.run(id)).problem).toMatchObject({
    code: 'service.not_found',
    text: 'Slack does not find what this is about (channel_not_found).',
    at: { flow: id, step: 'tell', field: 'with.input.channel' },
  });
  await peer.close();
});
