/** Every example is a test: its cases run in process, and once more through the command, as its readers are told to. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldersOf, readCases } from '../../packages/server/src/main/cases.ts';
import { runCases } from '../../packages/server/src/main/flow-test.ts';
import type { CaseResult } from '../../packages/server/src/main/junit.ts';
import { ROOT } from '../boundaries/tree.ts';
import { EXAMPLES, newHome } from './command.ts';

const home = newHome();
afterAll(() => home.leave());

const folders = foldersOf(EXAMPLES);
const results = new Map<string, CaseResult>();
const id = (file: string, name: string): string => `${file}\n${name}`;

beforeAll(async () => {
  const onResult = (r: CaseResult): void => void results.set(id(r.file, r.name), r);
  const cache = join(ROOT, '.tmp/cache');
  const done = await runCases(EXAMPLES, { record: false, egressAllow: '', cache, wait: 60_000, onResult });
  expect(done.ok).toBe(true);
}, 240_000);

for (const folder of folders) {
  const cases = readCases(folder);
  describe(relative(EXAMPLES, folder), () => {
    for (const { name } of cases.ok ? cases.value : []) {
      test(name, () => {
        expect(results.get(id(join(folder, 'cases.json'), name))?.failure).toBe(null);
      });
    }
    test('its cases are of the right form', () => {
      expect(cases).toMatchObject({ ok: true });
    });
  });
}

test('there are at least eight stories, every folder is one, and the list of them names each', () => {
  const names = readdirSync(EXAMPLES, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? [e.name] : []));
  expect(names.length).toBeGreaterThanOrEqual(8);
  // Those that ask models have no cases of their own: they are run beside a server of models.
  const beside = ['ai-starters', 'ai-mail-starter']
    .map((name) => readFileSync(join(ROOT, 'test/stories', `${name}.test.ts`), 'utf8'))
    .join('');
  const cased = new Set(folders.map((folder) => relative(EXAMPLES, folder)));
  expect(names.filter((name) => !cased.has(name) && !beside.includes(`'${name}'`))).toEqual([]);
  expect([...cased].filter((name) => !names.includes(name))).toEqual([]);
  const list = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
  for (const name of names) expect(list).toContain(`(${name}/flow.json)`);
});

test('headgate test runs them all, without a network, and writes JUnit', async () => {
  const file = home.path('results.xml');
  const end = await home.run(['test', EXAMPLES, '--junit', file]);
  expect(end).toMatchObject({ code: 0, err: '' });
  const total = results.size;
  expect(end.out).toContain(`${total} cases: ${total} passed, 0 failed`);
  const xml = readFileSync(file, 'utf8');
  expect(xml).toContain(`<testsuites tests="${total}" failures="0"`);
  expect(xml.match(/<testcase /g)).toHaveLength(total);
}, 240_000);

test('headgate check finds no problem in any of them', async () => {
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((n) => /(^|\.)flow\.json$/.test(n))
      .map((n) => join(folder, n)),
  );
  const end = await home.run(['check', ...files]);
  expect(end.code).toBe(0);
});
