/**
 * A whole server whose disk fills up and is cleared again: a small file system in memory, in a mount namespace of its
 * own. The test reaches it from outside, through the root of the server's process.
 */

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { send } from '../fixtures/send.ts';
import { type Home, keyIn, newHome, until } from '../stories/command.ts';
import { ROOT } from '../boundaries/tree.ts';

const homes: Home[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.leave();
});
const made = (): Home => {
  const home = newHome();
  homes.push(home);
  return home;
};

const CLI = join(ROOT, 'packages', 'server', 'dist', 'app', 'main', 'cli.js');
const MB = 1024 * 1024;
const permitted = (args: readonly string[]): boolean =>
  spawnSync('unshare', [...args, 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
const namespace = [['--mount'], ['--user', '--map-root-user', '--mount']].find(permitted);

const greet = {
  headgate: 1,
  name: 'Greet',
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
  steps: [{ id: 'say', kind: 'set@1', with: { value: 'hello' } }],
  output: '{{ steps.say }}',
};
const nap = {
  headgate: 1,
  name: 'Nap',
  steps: [
    { id: 'nap', kind: 'wait@1', with: { for: '3s' } },
    { id: 'call', kind: 'flow.call@1', after: ['nap'], with: { flow: 'Greet', input: {} } },
  ],
  output: '{{ steps.call }}',
};

test('doctor, beside no server, says that no run begins under the floor, and ends with 1', async () => {
  const home = made();
  const end = await home.run(['doctor'], { env: { HEADGATE_DISK_FLOOR: '900 TB' } });
  expect(end.code).toBe(1);
  expect(end.out).toMatch(/^WRONG {2}disk: .* free; the last 921600\.0 GB are kept for runs under way, so no new run/m);
  expect((await home.run(['doctor'], { env: { HEADGATE_DISK_FLOOR: '1 MB' } })).out).toMatch(
    /^(ok {3}|look) {2}disk: /m,
  );
}, 180_000);

test('DOS-09 a server whose floor is above what is free serves all but new runs, and says what to do', async () => {
  const home = made();
  const file = await home.superuser();
  const server = await home.serve([], { env: { HEADGATE_DISK_FLOOR: '900 TB' } });
  const headers = { 'x-api-key': keyIn(file) };
  const { id } = (await server.ask('POST', '/api/v1/flows', { headers, body: { draft: greet } })).json as {
    id: string;
  };
  expect((await server.ask('POST', `/api/v1/flows/${id}/publish`, { headers, body: { grant: 'needed' } })).status).toBe(
    201,
  );
  const answer = await server.ask('POST', `/api/v1/flows/${id}/runs`, { headers, body: { input: {}, wait: 10 } });
  expect([answer.status, answer.headers['content-type']]).toEqual([503, expect.stringContaining('problem+json')]);
  expect(answer.headers['retry-after']).toBe('30');
  expect(answer.json).toMatchObject({
    code: 'disk.full',
    text: expect.stringMatching(/free, 921600\.0 GB kept/),
    fix: expect.stringContaining('Make room'),
  });
  expect((await server.ask('GET', '/health')).status).toBe(200);
  expect(await server.ask('GET', '/health/ready')).toMatchObject({
    status: 503,
    json: { status: 'waiting', missing: ['room on the disk: no new run begins'] },
  });
  await server.stop();
}, 180_000);

test.each(namespace === undefined ? [] : [[namespace]])(
  'DOS-09 when the disk fills up runs under way end and new ones are refused; when there is room they are taken again',
  async (args) => {
    const home = made();
    const state = home.path('state');
    mkdirSync(state, { mode: 0o700 });
    const key = home.path('key.txt');
    const env = { ...home.env, HEADGATE_DISK_FLOOR: '40 MB', HEADGATE_ENABLE_SUPERUSER_CLI: 'true' };
    // The key is made in the same namespace, before the server takes the process over.
    const script = `mount -t tmpfs -o size=128m,mode=700 tmpfs "$1" && "$2" "$3" superuser --email ada@example.com --api-key-file "$4" && exec "$2" "$3" start --port 0`;
    const child = spawn('unshare', [...args, 'sh', '-c', script, 'sh', state, process.execPath, CLI, key], { env });
    try {
      let told = '';
      child.stderr.on('data', (part) => (told += String(part)));
      child.stdout.on('data', () => undefined);
      const port = Number(
        await until(
          async () => /is ready at http:\/\/\S+:(\d+)/.exec(told)?.[1] ?? '',
          (p) => p !== '',
          30_000,
        ),
      );
      const headers = { 'x-api-key': keyIn(key) };
      const ask = (method: string, path: string, body?: unknown) =>
        send(port, method, path, { headers, ...(body === undefined ? {} : { body }) });
      const published = async (draft: unknown) => {
        const { id } = (await ask('POST', '/api/v1/flows', { draft })).json as { id: string };
        const answer = await ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' });
        expect(answer.status, answer.text).toBe(201);
        return { id, hook: (answer.json as { webhooks: { url: string }[] }).webhooks[0]?.url ?? '' };
      };
      const plain = await published(greet);
      const long = await published(nap);
      const run = () => ask('POST', `/api/v1/flows/${plain.id}/runs`, { input: {}, wait: 10 });
      expect((await run()).status).toBe(200);
      const napping = (await ask('POST', `/api/v1/flows/${long.id}/runs`, { input: {} })).json as { id: string };

      const ballast = `/proc/${child.pid}/root${state}/ballast`;
      const file = openSync(ballast, 'w');
      for (let i = 0; i < 100; i += 1) writeSync(file, Buffer.alloc(MB, 1));
      closeSync(file);
      const refused = await until(run, (answer) => answer.status !== 200, 60_000);
      expect([refused.status, refused.json]).toMatchObject([503, { code: 'disk.full' }]);
      const hooked = await send(port, 'POST', new URL(plain.hook).pathname, { body: {} });
      expect([hooked.status, hooked.json, hooked.headers['retry-after']]).toMatchObject([
        429,
        { code: 'flow.busy' },
        '60',
      ]);
      expect((await ask('GET', '/health/ready')).status).toBe(503);
      const ended = await until(
        async () => (await ask('GET', `/api/v1/runs/${napping.id}`)).json as { state: string; output: unknown },
        ({ state: now }) => now !== 'waiting' && now !== 'running',
        60_000,
      );
      expect(ended).toMatchObject({ state: 'done', output: 'hello' });

      rmSync(ballast);
      expect((await until(run, (answer) => answer.status !== 503, 60_000)).json).toMatchObject({
        state: 'done',
        output: 'hello',
      });
      expect(await ask('GET', '/health/ready')).toMatchObject({ status: 200 });
    } finally {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await gone;
    }
  },
  240_000,
);
