/** Keys that rotate and engine tokens by the command line, at a real server, with each credential in a file. */

import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Ended, keyIn, newHome, problemsOf, type Served } from './command.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const home = newHome();
let server: Served;
let keyFile: string;

beforeAll(async () => {
  keyFile = await home.superuser();
  server = await home.serve();
}, 60_000);
afterAll(() => home.leave());

const as = (file: string, ...words: readonly string[]): Promise<Ended> =>
  home.run([...words, '--url', server.url, '--key-file', file]);
const ask = (...words: readonly string[]): Promise<Ended> => as(keyFile, ...words);
const json = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
  const end = await ask(...words, '--json');
  expect(end).toMatchObject({ code: 0, err: '' });
  return JSON.parse(end.out) as Record<string, unknown>;
};

test('a key is rotated: both files work while they overlap, and the list says until when', async () => {
  const [old, fresh] = [home.path('old.txt'), home.path('fresh.txt')];
  const made = await json(
    'key',
    'create',
    '--name',
    'ci',
    '--permission',
    'flow.read',
    '--rate',
    '600',
    '--api-key-file',
    old,
  );
  expect(made).toMatchObject({ limits: { rate: 600, parallel: null } });
  const id = String(made['id']);
  const turned = await ask('key', 'rotate', id, '--overlap', '1h', '--api-key-file', fresh);
  expect(turned).toMatchObject({ code: 0, out: `${id}  ${fresh}\n` });
  for (const file of [old, fresh]) expect((await as(file, 'flow', 'list')).code).toBe(0);
  const { keys } = (await json('key', 'list')) as { keys: { id: string; secrets: unknown[] }[] };
  expect(keys.find((key) => key.id === id)?.secrets).toHaveLength(2);
  expect((await ask('key', 'rotate', id, '--overlap', '0s', '--api-key-file', home.path('last.txt'))).code).toBe(0);
  expect((await as(fresh, 'flow', 'list')).code).toBe(1);
  expect((await as(home.path('last.txt'), 'flow', 'list')).code).toBe(0);
  const wrong = await ask('key', 'rotate', id, '--overlap', 'soon', '--json');
  expect(problemsOf(wrong)).toMatchObject([{ code: 'usage', at: { field: '--overlap' } }]);
});

test('an engine token is issued, used, rotated and revoked; doctor names the engine it is for', async () => {
  const file = home.path('token.txt');
  const made = await json('token', 'create', '--name', 'relay', '--permission', 'flow.read', '--token-file', file);
  const id = String(made['id']);
  expect(made).not.toHaveProperty('token');
  expect((await as(file, 'flow', 'list')).code).toBe(0);
  const beyond = await as(file, 'runs', 'list', '--json');
  expect(problemsOf(beyond)).toMatchObject([{ code: 'permission.missing' }]);

  const list = await json('token', 'list');
  expect(list['tokens']).toMatchObject([{ id, name: 'relay', revoked: null }]);
  const doctor = JSON.parse((await home.run(['doctor', '--json'])).out) as {
    findings: { what: string; text: string }[];
  };
  expect(doctor.findings.find(({ what }) => what === 'engine')?.text).toContain(String(list['engine']));

  expect((await ask('token', 'rotate-keys')).out).toMatch(/^tokens are signed with k_[0-9a-f]+\n$/);
  expect((await as(file, 'flow', 'list')).code).toBe(0);
  expect(await ask('token', 'revoke', id)).toMatchObject({ code: 0, out: `revoked ${id}\n` });
  expect(problemsOf(await as(file, 'flow', 'list', '--json'))).toMatchObject([{ code: 'auth.invalid' }]);

  const more = home.path('more.txt');
  await json('token', 'create', '--name', 'second', '--permission', 'flow.read', '--token-file', more);
  expect((await as(more, 'flow', 'list')).code).toBe(0);
  expect((await ask('token', 'rotate-keys', '--end')).code).toBe(0);
  expect((await as(more, 'flow', 'list')).code).toBe(1);
  expect(problemsOf(await ask('token', 'revoke', '--json'))).toMatchObject([{ code: 'usage' }]);
  expect((await ask('token', 'revoke', '--all')).out).toMatch(/^revoked \d+\n$/);
});

test('a file with something else than a credential is told so, and is not sent anywhere', async () => {
  const file = home.path('odd.txt');
  writeFileSync(file, 'eyJ.not.a token\n');
  expect(problemsOf(await as(file, 'flow', 'list', '--json'))).toMatchObject([
    { code: 'usage', at: { field: '--key-file' } },
  ]);
  expect(keyIn(keyFile)).toMatch(/^hg_/);
});

test('an application is registered, listed and removed; what could send people elsewhere is refused', async () => {
  const made = await ask('client', 'create', '--name', 'Editor', '--redirect', 'http://127.0.0.1/cb');
  expect(made).toMatchObject({ code: 0, err: '' });
  const id = made.out.trim();
  const { clients } = (await json('client', 'list')) as { clients: unknown[] };
  expect(clients).toMatchObject([{ id, name: 'Editor', redirects: ['http://127.0.0.1/cb'] }]);
  expect((await ask('client', 'list')).out).toContain('http://127.0.0.1/cb');
  const wrong = await ask('client', 'create', '--name', 'x', '--redirect', 'http://evil.example/cb', '--json');
  expect(problemsOf(wrong)).toMatchObject([{ code: 'oauth.redirect' }]);
  expect(await ask('client', 'remove', id)).toMatchObject({ code: 0, out: `removed ${id}\n` });
  expect(problemsOf(await ask('client', 'remove', id, '--json'))).toMatchObject([{ code: 'missing' }]);
  expect(await json('client', 'list')).toEqual({ clients: [] });
});

test('a token that would last too long is refused in the words that were written, with what to do', async () => {
  const make = async (...words: readonly string[]) =>
    problemsOf(await ask('token', 'create', '--name', 'long', '--permission', 'run', ...words, '--json'));
  expect(await make('--lifetime', '2d')).toMatchObject([
    { code: 'usage', text: 'expected 1m to 24h', fix: expect.stringContaining('--renewable') },
  ]);
  expect(await make('--lifetime', '30s')).toMatchObject([{ at: { field: '--lifetime' } }]);
  expect(await make('--renewable', '31d')).toMatchObject([
    { at: { field: '--renewable' }, text: 'expected up to 30d' },
  ]);
  const whole = await json('token', 'create', '--name', 'day', '--permission', 'run', '--lifetime', '24h');
  expect(whole['id']).toMatch(/^t_/);
});
