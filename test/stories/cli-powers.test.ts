/** `headgate check --powers`: what a flow would touch is told, and nothing is touched. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ROOT } from '../boundaries/tree.ts';
import { EXAMPLES, newHome, problemsOf } from './command.ts';

// Many processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const home = newHome();
let asked = 0;
const server = createServer((_request, response) => {
  asked += 1;
  response.end('ok');
});
let host = '';
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await home.leave();
});

const flow = (): string =>
  home.write('flow.json', {
    headgate: 1,
    name: 'Touches',
    input: { type: 'object', properties: { port: { type: 'string' } }, required: ['port'] },
    steps: [
      { id: 'where', kind: 'set@1', with: { value: '127.0.0.1:{{ input.port }}' } },
      {
        id: 'get',
        kind: 'http.request@1',
        after: ['where'],
        with: { method: 'GET', url: 'http://{{ steps.where }}/x', secret: 'github' },
      },
      { id: 'tell', kind: 'http.request@1', after: ['get'], with: { method: 'POST', url: `http://${host}/y` } },
    ],
  });
const touches = (out: string) =>
  (JSON.parse(out) as { files: { touches: Record<string, unknown>[] }[] }).files.flatMap((one) => one.touches);

test('each power is listed with its step, in words, and whether it asks', async () => {
  const end = await home.run(['check', flow(), '--powers']);
  expect(end).toMatchObject({ code: 0, err: '' });
  expect(end.out).toBe(`${home.path('flow.json')}: 3 powers
  get: Read from any address: which one is only known when the flow runs.
    net: GET *:*
    known only when it runs, may come, asks
  get: Use the secret “github” at any address, without the flow seeing it.
    secret: use github for *
    known only when it runs, may come, asks
  tell: Send data to http://${host}.
    net: POST ${host}
    written in the file, may come, lent when somebody who may lend it writes it into a flow
`);
  expect((await home.run(['check', join(EXAMPLES, 'greet', 'flow.json'), '--powers'])).out).toContain('no powers');
});

test('an input shows what it leads to, and --allow what that would cover', async () => {
  const input = JSON.stringify({ port: host.split(':')[1] });
  const words = ['check', flow(), '--powers', '--input', input, '--allow', 'net: GET 127.0.0.1:*', '--json'];
  const end = await home.run(words);
  expect(end).toMatchObject({ code: 0, err: '' });
  expect(touches(end.out)).toMatchObject([
    { step: 'get', power: `net: GET ${host}`, how: 'known', comes: 'yes', times: 1, asks: true, lent: true },
    {
      step: 'get',
      power: `secret: use github for http://${host}`,
      how: 'known',
      comes: 'yes',
      asks: true,
      lent: false,
    },
    { step: 'tell', power: `net: POST ${host}`, how: 'written', comes: 'perhaps', asks: false, lent: false },
  ]);
  const needed = await home.run(['check', flow(), '--powers', '--allow', 'needed', '--json']);
  expect(touches(needed.out).every((one) => one['lent'] === true)).toBe(true);
});

test('what is wrong is said: the input, an option without --powers, a power that is none, a broken flow', async () => {
  const wrong = await home.run(['check', flow(), '--powers', '--input', '{}', '--json']);
  expect(wrong.code).toBe(1);
  expect(wrong.out).toContain('input.invalid');
  const alone = await home.run(['check', flow(), '--input', '{}', '--json']);
  expect(alone.code).toBe(2);
  expect(problemsOf(alone)).toHaveLength(1);
  expect((await home.run(['check', flow(), '--powers', '--allow', 'everything'])).code).toBe(2);
  const broken = home.write('broken.json', { headgate: 1, name: 'Broken', steps: [{ id: 'a', kind: 'sett@1' }] });
  expect((await home.run(['check', broken, '--powers'])).code).toBe(1);
});

test('NEVER-14 a dry run opens no socket: seen from outside, by the calls it makes of the system', async () => {
  const trace = home.path('trace');
  const input = JSON.stringify({ port: host.split(':')[1] });
  const words = [
    join(ROOT, 'packages', 'server', 'dist', 'app', 'main', 'cli.js'),
    'check',
    flow(),
    '--powers',
    '--input',
    input,
  ];
  const seen = async (args: readonly string[]): Promise<string> => {
    await promisify(execFile)('strace', ['-f', '-qq', '-e', 'trace=%network', '-o', trace, process.execPath, ...args], {
      env: { ...home.env, HEADGATE_EGRESS_ALLOW: '127.0.0.1' },
    }).catch(() => undefined);
    return readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => /\b(connect|sendto|sendmsg|bind|listen)\(|AF_INET/.test(line))
      .join('\n');
  };
  expect(await seen(words)).toBe('');
  expect(asked).toBe(0);
  // The same eyes see a run that does call.
  const calls = home.write('calls.json', {
    headgate: 1,
    name: 'Calls',
    steps: [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url: `http://${host}/x` } }],
  });
  expect(await seen([words[0] ?? '', 'run', calls, '--allow', 'needed'])).toContain(
    `sin_port=htons(${host.split(':')[1]})`,
  );
  expect(asked).toBe(1);
});
