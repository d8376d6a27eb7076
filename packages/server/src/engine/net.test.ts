import { existsSync, readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { countingServer, type Ground, openGround } from './testing/ground.ts';

let g: Ground | undefined;
afterEach(async () => {
  await g?.close();
  g = undefined;
});

const request = (url: string, more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: 'Fetch',
  steps: [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url, ...more } }],
});
const lend = (host: string) => ({ grants: [{ step: '*', power: `net: * ${host}` }] });

test('a large binary answer is streamed to a sealed blob and passed on by reference', async () => {
  const part = Buffer.alloc(1024 * 1024, 'canary-part');
  const server = await countingServer((_n, _q, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    for (let i = 0; i < 20; i += 1) response.write(part);
    response.end();
  });
  g = await openGround();
  const run = await g.run(await g.publish(request(server.url), lend(server.host)));
  expect(run.output).toMatchObject({ status: 200, body: { size: 20 * part.length, type: 'application/octet-stream' } });
  const { file } = (run.output as { body: { file: string } }).body;
  const path = g.store.blobs.path(file);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path).includes('canary-part')).toBe(false);
  await server.close();
});

test('a redirect to a host that was not lent is refused before it is followed', async () => {
  const other = await countingServer((_n, _q, response) => response.end('secret'));
  const server = await countingServer((_n, _q, response) => {
    response.writeHead(302, { location: `${other.url}/in` });
    response.end();
  });
  g = await openGround();
  const refused = await g.run(await g.publish(request(server.url), lend(server.host)));
  expect(refused.problem?.code).toBe('grant.missing');
  expect(other.count()).toBe(0);
  const both = { grants: [...lend(server.host).grants, ...lend(other.host).grants] };
  expect((await g.run(await g.publish(request(server.url), both))).output).toMatchObject({
    status: 200,
    body: 'secret',
  });
  await server.close();
  await other.close();
});

test('a secret is sent to its own origin only, and is in no journal', async () => {
  const seen: (string | undefined)[] = [];
  const server = await countingServer((_n, q, response) => {
    seen.push(q.headers.authorization);
    response.end('ok');
  });
  g = await openGround();
  const secrets = g.store.in('default').secrets;
  const value = 'c4n4ry-0123456789';
  await secrets.put({ project: 'default', name: 'mine', origins: [server.url], value, owner: 'owner', at: 1 });
  await secrets.put({
    project: 'default',
    name: 'other',
    origins: ['https://a.example'],
    value,
    owner: 'owner',
    at: 1,
  });
  const grants = {
    grants: [...lend(server.host).grants, { step: 'get', power: `secret: use * for ${server.url}` }],
  };
  const run = await g.run(await g.publish(request(server.url, { secret: 'mine' }), grants));
  expect(run.state).toBe('done');
  expect(seen).toEqual([`Bearer ${value}`]);
  expect(JSON.stringify(await g.engine.journal('default', run.id, 0, 100))).not.toContain(value);
  const elsewhere = await g.run(await g.publish(request(server.url, { secret: 'other' }), grants));
  expect(elsewhere.problem?.code).toBe('secret.missing');
  expect(server.count()).toBe(1);
  const bare = await g.run(await g.publish(request(server.url, { secret: 'mine' }), lend(server.host)));
  expect(bare.problem?.code).toBe('grant.missing');
  await server.close();
});

test('DOS-07 a flow that calls its own webhook is stopped by the count of hops', async () => {
  g = await openGround();
  const ground = g;
  let calls = 0;
  let token = '';
  const server = await countingServer((_n, q, response) => {
    calls += 1;
    const hops = q.headers['x-headgate-hops'];
    void ground.engine
      .hook({ token, method: 'POST', path: '', query: {}, headers: { 'x-headgate-hops': hops }, raw: new Uint8Array() })
      .then((answer) => {
        response.writeHead(answer.status);
        response.end();
      });
  });
  const id = await g.publish(
    {
      ...request(server.url, { method: 'POST' }),
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
    },
    lend(server.host),
  );
  token = (await g.store.in('default').flows.hooks(id))[0]?.token ?? '';
  const answer = await g.engine.hook({
    token,
    method: 'POST',
    path: '',
    query: {},
    headers: {},
    raw: new Uint8Array(),
  });
  expect(answer.status).toBe(422);
  expect(calls).toBe(17);
  await server.close();
});

test('FS-04 a power with a path is held against the path that is called, of a redirect too, and no text tells it', async () => {
  const server = await countingServer((_n, q, response) => {
    if (q.url === '/repos/acme/moved') response.writeHead(302, { location: '/repos/evil/x' });
    response.end('ok');
  });
  g = await openGround();
  const ground = g;
  const grants = { grants: [{ step: '*', power: `net: GET ${server.host}/repos/acme/` }] };
  const call = async (path: string) => ground.run(await ground.publish(request(server.url + path), grants));
  expect((await call('/repos/acme/x?y=1')).state).toBe('done');
  expect(server.count()).toBe(1);
  for (const path of ['/repos/acme-c4n4ry/x', '/repos/acme/..%2fc4n4ry', '/repos/acme/%2e%2e/c4n4ry', '/']) {
    const refused = await call(path);
    expect(refused.problem).toMatchObject({ code: 'grant.missing' });
    expect(JSON.stringify(refused)).not.toContain('c4n4ry');
  }
  expect(server.count()).toBe(1);
  expect((await call('/repos/acme/moved')).problem?.code).toBe('grant.missing');
  expect(server.count()).toBe(2);
  const { rows } = await g.store.in('default').audit.list({ limit: 50 });
  expect(rows.some((row) => row.action === 'power.net' && row.decision === 'deny')).toBe(true);
  expect(JSON.stringify(rows)).not.toMatch(/acme|c4n4ry/);
  await server.close();
});
