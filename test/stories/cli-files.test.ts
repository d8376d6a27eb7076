/** Files of a running server from a shell: sent, listed, fetched and deleted, and never written over on this machine. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { type Ended, type Home, newHome, problemsOf } from './command.ts';

// Many processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const homes: Home[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.leave();
});

const started = async () => {
  const home = newHome();
  homes.push(home);
  const keyFile = await home.superuser();
  const server = await home.serve([], {});
  const ask = (words: readonly string[], input?: string): Promise<Ended> =>
    home.run([...words, '--url', server.url, '--key-file', keyFile], input === undefined ? {} : { input });
  return { home, ask };
};

test('a file goes up from disk or standard input, is listed, comes back as it was, and is deleted', async () => {
  const { home, ask } = await started();
  const here = join(home.dir, 'march.csv');
  const bytes = Buffer.alloc(3_000_000, 'day;sum\n');
  writeFileSync(here, bytes);
  expect((await ask(['file', 'put', here, '--as', 'invoices/march.csv'])).out).toBe(
    'invoices/march.csv  3000000 bytes  version 1\n',
  );
  expect((await ask(['file', 'put', '-', '--as', 'notes/a.txt', '--new'], 'from a pipe')).code).toBe(0);
  const again = await ask(['file', 'put', '-', '--as', 'notes/a.txt', '--new', '--json'], 'another');
  expect(problemsOf(again)).toMatchObject([{ code: 'file.taken' }]);
  const list = await ask(['file', 'list', '--prefix', 'invoices/']);
  expect(list.out).toContain('invoices/march.csv  3000000  text/csv');
  expect(list.out).not.toContain('notes');

  const there = join(home.dir, 'back.csv');
  expect((await ask(['file', 'get', 'invoices/march.csv', '--out', there])).out).toBe(`${there}\n`);
  expect(readFileSync(there).equals(bytes)).toBe(true);
  writeFileSync(there, 'mine');
  expect((await ask(['file', 'get', 'invoices/march.csv', '--out', there])).code).toBe(1);
  expect(readFileSync(there, 'utf8')).toBe('mine');
  expect((await ask(['file', 'get', 'notes/a.txt', '--out', '-'])).out).toBe('from a pipe');

  expect((await ask(['file', 'delete', 'notes/a.txt'])).out).toBe('deleted notes/a.txt\n');
  const gone = await ask(['file', 'get', 'notes/a.txt', '--out', join(home.dir, 'none'), '--json']);
  expect(problemsOf(gone)).toMatchObject([{ code: 'missing' }]);
  expect(existsSync(join(home.dir, 'none'))).toBe(false);
});
