/** Files of a running server from a shell: sent, listed, fetched and deleted, and never written over on this machine; and a base of knowledge that reads them. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { type Ended, type Home, keyIn, newHome, problemsOf } from './command.ts';

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
  const call = (method: string, path: string, body?: unknown) =>
    server.ask(method, path, { key: keyIn(keyFile), ...(body === undefined ? {} : { body }) });
  return { home, ask, call };
};

test('a file goes up from disk or standard input, is listed, comes back as it was, and is deleted', async () => {
  const { home, ask, call } = await started();
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

  // What is there is known by the base that looks at it: read, found with where it stands, looked at anew and stopped.
  const source = { kind: 'files', path: 'notes/' };
  expect(await call('POST', '/api/v1/knowledge', { name: 'pipes' })).toMatchObject({ status: 201 });
  const [base] = ((await call('GET', '/api/v1/knowledge')).json as { bases: { id: string }[] }).bases;
  expect(await call('POST', `/api/v1/knowledge/${base?.id}/sources`, source)).toMatchObject({ status: 201 });
  await expect
    .poll(async () => (await call('GET', `/api/v1/knowledge/${base?.id}`)).text, { timeout: 30_000 })
    .toContain('"ready":1');
  expect((await ask(['knowledge', 'list'])).out).toMatch(/^name .*\npipes +kb_/);
  const found = await ask(['knowledge', 'search', 'pipes', 'what came from a pipe?']);
  expect(found.out).toMatch(/^\d\.\d\d {2}notes\/a\.txt\nfrom a pipe\n$/);
  expect((await ask(['knowledge', 'index', 'pipes', '--do', 'stop'])).out).toContain('stopped');
  const none = await ask(['knowledge', 'search', 'nothing', 'x', '--json']);
  expect(problemsOf(none)).toMatchObject([{ code: 'knowledge.missing' }]);

  // What agents remember is listed and deleted beside it; there is none yet.
  const draft = { headgate: 1, name: 'Quiet', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };
  const { id: flow } = (await call('POST', '/api/v1/flows', { draft })).json as { id: string };
  expect((await ask(['memory', 'list', flow])).out).toMatch(
    /^id +step +environment +of +session +turns +size +updated\n$/,
  );
  const forget = await ask(['memory', 'delete', flow, 'chat_0000000000000000', '--json']);
  expect(problemsOf(forget)).toMatchObject([{ code: 'missing' }]);

  expect((await ask(['file', 'delete', 'notes/a.txt'])).out).toBe('deleted notes/a.txt\n');
  const gone = await ask(['file', 'get', 'notes/a.txt', '--out', join(home.dir, 'none'), '--json']);
  expect(problemsOf(gone)).toMatchObject([{ code: 'missing' }]);
  expect(existsSync(join(home.dir, 'none'))).toBe(false);
});
