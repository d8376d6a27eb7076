/** Keys of their own for workspaces, from a shell: made, listed, rotated, taken away over a restart, and left out of a backup. */

import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Home, keyIn, newHome, problemsOf, type Served, until } from './command.ts';

// Many processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const homes: Home[] = [];
const made = (): Home => {
  const home = newHome();
  homes.push(home);
  return home;
};
afterEach(async () => {
  for (const home of homes.splice(0)) await home.leave();
});

let api: Server;
let url = '';
beforeAll(async () => {
  api = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ came: (request.headers.authorization ?? '').length }));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const address = api.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  api.close();
});

const publish = async (server: Served, key: string): Promise<string> => {
  const draft = {
    headgate: 1,
    name: 'Uses',
    steps: [
      { id: 'pause', kind: 'wait@1', with: { for: '{{ input.pause ?? "1ms" }}' } },
      {
        id: 'get',
        kind: 'http.request@1',
        after: ['pause'],
        with: { method: 'GET', url: `${url}/x`, secret: 'token' },
      },
    ],
    output: '{{ steps.get.body }}',
  };
  const flow = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = flow.json as { id: string };
  const done = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  expect(done.status, done.text).toBe(201);
  return id;
};

test('a workspace’s own key is made beside a server, survives restarts without it as runs that wait, and is in no backup', async () => {
  const home = made();
  const env = { HEADGATE_WORKSPACE_KEYS_DIR: home.path('keys'), HEADGATE_EGRESS_ALLOW: '127.0.0.1' };
  const run = (args: readonly string[]) => home.run(args, { env });
  const key = keyIn(await home.superuser());
  const server = await home.serve([], { env });
  const body = { name: 'token', value: 'canary-5512ab-of-the-workspace', origins: [url] };
  expect((await server.ask('PUT', '/api/v1/secrets', { key, body })).status).toBe(200);
  const flow = await publish(server, key);
  const start = (at: Served, input: object, wait = 20) =>
    at.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { input, wait } });

  expect((await run(['workspace-key', 'list'])).out).toBe('No workspace has a key of its own\n');
  const first = await run(['workspace-key', 'make', 'default', '--json']);
  expect([first.code, JSON.parse(first.out)]).toMatchObject([0, { workspace: 'default', secrets: 1 }]);
  const file = home.path('keys/default.key');
  expect([statSync(file).size, statSync(file).mode & 0o777]).toEqual([32, 0o600]);
  expect(problemsOf(await run(['workspace-key', 'make', 'default', '--json']))).toMatchObject([{ code: 'key.same' }]);
  expect(problemsOf(await run(['workspace-key', 'make', 'nobody', '--json']))).toMatchObject([
    { code: 'workspace.unknown' },
  ]);
  expect(existsSync(home.path('keys/nobody.key'))).toBe(false);
  expect(problemsOf(await run(['workspace-key', 'rotate', 'nobody', '--json']))).toMatchObject([
    { code: 'key.nothing' },
  ]);
  expect((await start(server, {})).json).toMatchObject({ state: 'done' });
  expect((await run(['workspace-key', 'rotate', 'default'])).code).toBe(0);
  expect((await start(server, {})).json).toMatchObject({ state: 'done' });
  const waiting = ((await start(server, { pause: '2s' }, 0)).json as { id: string }).id;
  expect((await run(['backup', home.path('copy')])).code).toBe(0);
  server.signal('SIGTERM');
  await server.ended;

  renameSync(file, `${file}.away`);
  const again = await home.serve([], { env });
  expect((await again.ask('GET', '/health')).status).toBe(200);
  expect((await start(again, {})).json).toMatchObject({ status: 423, code: 'workspace.locked' });
  expect((await run(['workspace-key', 'list'])).out).toBe(`default  locked (missing)  ${file}\n`);
  renameSync(`${file}.away`, file);
  await until(
    () => again.ask('GET', `/api/v1/runs/${waiting}`, { key }),
    (answer) => (answer.json as { state?: string }).state === 'done',
    30_000,
  );
  expect((await start(again, {})).json).toMatchObject({ state: 'done' });
  expect((await run(['workspace-key', 'list'])).out).toBe(`default  open  ${file}\n`);
  again.signal('SIGTERM');
  await again.ended;

  // The copy opens with both keys, and with that of the instance alone nothing of the workspace does.
  expect((await run(['restore', home.path('copy'), '--into', home.path('restored')])).code).toBe(0);
  const there = { ...env, HEADGATE_CONFIG_DIR: home.path('restored') };
  const alone = await home.serve([], { env: { ...there, HEADGATE_WORKSPACE_KEYS_DIR: home.path('none') } });
  expect((await start(alone, {})).status).toBe(423);
  const old = await alone.ask('GET', `/api/v1/runs/${waiting}/journal`, { key });
  expect(old.status, old.text).toBe(423);
  alone.signal('SIGTERM');
  await alone.ended;
  const both = await home.serve([], { env: there });
  expect((await start(both, {})).json).toMatchObject({ state: 'done' });
});

test('a folder of workspace keys inside the folder of state is refused, and without one no key is made', async () => {
  const home = made();
  await home.superuser();
  const inside = await home.run(['workspace-key', 'list', '--json'], {
    env: { HEADGATE_WORKSPACE_KEYS_DIR: home.path('state/keys') },
  });
  expect(problemsOf(inside)).toMatchObject([{ code: 'config.workspace_keys' }]);
  expect(problemsOf(await home.run(['workspace-key', 'make', 'default', '--json']))).toMatchObject([
    { code: 'key.nowhere' },
  ]);
});

test('doctor says of each workspace with a key of its own whether that is there, the right one, and for its owner alone', async () => {
  const home = made();
  const env = { HEADGATE_WORKSPACE_KEYS_DIR: home.path('keys') };
  await home.superuser();
  const found = async (
    more: Readonly<Record<string, string>> = env,
  ): Promise<{ state: string; text: string } | undefined> => {
    const end = await home.run(['doctor', '--json'], { env: more });
    const { findings } = JSON.parse(end.out) as { findings: { what: string; state: string; text: string }[] };
    return findings.find(({ what }) => what === 'key of default');
  };
  expect(await found()).toBeUndefined();
  expect((await home.run(['workspace-key', 'make', 'default'], { env })).code).toBe(0);
  const file = home.path('keys/default.key');
  expect(await found()).toMatchObject({ state: 'ok', text: expect.stringContaining('for its owner alone') });
  expect(await found({})).toMatchObject({ state: 'wrong', text: expect.stringContaining('no folder') });
  chmodSync(file, 0o644);
  expect(await found()).toMatchObject({ state: 'wrong' });
  chmodSync(file, 0o600);
  renameSync(file, `${file}.away`);
  expect(await found()).toMatchObject({ state: 'wrong' });
  writeFileSync(file, randomBytes(32), { mode: 0o600 });
  expect(await found()).toMatchObject({ state: 'wrong', text: expect.stringContaining('another key') });
  renameSync(`${file}.away`, file);
  expect(await found()).toMatchObject({ state: 'ok' });
});
