/** The file of programs that are registered as tool servers: what it takes, and what it registers nothing for. */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Settings } from './config.ts';
import { ToolServerFile, type ToolServerWish } from './tool-server-file.ts';
import { addServer, serverFindings } from './tool-servers.ts';

let dir = '';
let outside = '';
let file: ToolServerFile;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-mcp-'));
  outside = mkdtempSync(join(tmpdir(), 'headgate-beside-'));
  mkdirSync(join(dir, 'state'));
  file = new ToolServerFile(join(dir, 'state'), [join(dir, 'key'), null]);
});
afterEach(() => {
  for (const one of [dir, outside]) rmSync(one, { recursive: true, force: true });
});

const wish = (more: object = {}): ToolServerWish => ({ name: 'notes', command: process.execPath, ...more });
const fault = (more: object): string => {
  const added = file.add(wish(more));
  return added.ok ? 'taken' : `${added.problem.code}: ${added.problem.text}`;
};

test('what is registered is read again when it changed, by whoever reads', () => {
  const server = new ToolServerFile(join(dir, 'state'));
  expect(server.all()).toEqual({ ok: true, value: [] });
  expect(file.add(wish({ args: ['a b', '$(id)'] }))).toMatchObject({ ok: true, value: { workspaces: ['default'] } });
  expect(server.all()).toMatchObject({
    ok: true,
    value: [{ name: 'notes', args: ['a b', '$(id)'], memoryMb: 256, processes: 64, timeoutSeconds: 60, env: {} }],
  });
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
  expect(fault({})).toContain('already');
  expect(file.remove('notes')).toEqual({ ok: true, value: true });
  expect(file.remove('notes')).toEqual({ ok: true, value: false });
  expect(server.all()).toEqual({ ok: true, value: [] });
});

test('SBX-12: variables that load programs, and those that are constants, are refused', () => {
  for (const name of ['LD_PRELOAD', 'NODE_OPTIONS', 'PYTHONPATH', 'PATH', 'BASH_ENV', 'bad name', 'HOME'])
    expect(fault({ env: { [name]: { value: 'x' } } }), name).toContain('mcp.servers');
  expect(fault({ env: { API_TOKEN: { secret: 'token' }, MODE: { value: 'x' } } })).toBe('taken');
});

test('MCP-10: a program reaches nothing of the server, and nothing of the system', () => {
  for (const path of [
    '/',
    '/etc',
    '/proc/1',
    '/etc/passwd',
    dir,
    join(dir, 'state'),
    join(dir, 'state', 'x'),
    join(dir, 'key'),
    'relative',
  ])
    for (const how of ['read', 'write']) expect(fault({ [how]: [path] }), path).toContain('mcp.servers');
  expect(fault({ command: 'node' })).toContain('mcp.servers');
  expect(fault({ name: '../x' })).toContain('mcp.servers');
  expect(fault({ shell: true })).toContain('mcp.servers');
  expect(fault({ read: [outside], write: [outside] })).toBe('taken');
});

test('a file that others may change, or that is not understood, registers nothing and says why', () => {
  file.add(wish());
  const text = readFileSync(file.path, 'utf8');
  chmodSync(file.path, 0o622);
  expect(file.all()).toMatchObject({ ok: false, problem: { code: 'mcp.servers' } });
  chmodSync(file.path, 0o600);
  expect(file.all()).toMatchObject({ ok: true });
  for (const wrong of ['{', '[]', '{"servers":{"notes":{"command":"id"}}}', text.replace('"args"', '"argz"')]) {
    writeFileSync(file.path, wrong);
    expect(file.all(), wrong).toMatchObject({ ok: false, problem: { code: 'mcp.servers' } });
  }
});

/** What the commands print is not what this looks at. */
const quietly = async <T>(act: () => Promise<T>): Promise<T> => {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    return await act();
  } finally {
    out.mockRestore();
  }
};

test('doctor names each, and whether it can be locked here; none is started for it', async () => {
  const settings = {
    dir: join(dir, 'state'),
    keyFile: join(dir, 'key'),
    secretsFile: null,
    workspaceKeys: null,
  } as Settings;
  const add = (...wish: Parameters<typeof addServer>) => quietly(() => addServer(...wish));
  const witness = join(outside, 'started');
  const words = ['-e', `require('fs').writeFileSync(${JSON.stringify(witness)}, '')`];
  chmodSync(outside, 0o777);
  expect(await add(settings, { name: 'notes', command: process.execPath, words, write: [outside] }, true)).toBe(0);
  expect(await add(settings, { name: 'none', command: '/usr/bin/no-such-program', words: [] }, true)).toBe(0);
  expect(await add(settings, { name: 'bad', command: 'id', words: [] }, true)).toBe(1);
  const [notes, none] = await serverFindings(settings);
  expect(notes).toMatchObject({ what: 'tool server mcp:notes' });
  expect(notes?.state).not.toBe('wrong');
  expect(notes?.text).toContain('locked (Landlock');
  expect(none).toMatchObject({ what: 'tool server mcp:none', state: 'wrong' });
  expect(statSync(witness, { throwIfNoEntry: false })).toBeUndefined();
});
