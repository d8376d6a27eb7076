/** What a run that failed once leaves to be run again, and what it then counts: the scripts themselves, over results as vitest writes them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../boundaries/tree.ts';

type Results = Readonly<Record<string, readonly ('passed' | 'failed')[]>>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-again-'));
  writeFileSync(join(folder, 'checks.json'), '[]');
  told('tests', 1);
});
afterEach(() => rmSync(folder, { recursive: true }));

const told = (phase: string, code: number, text = ''): void => {
  writeFileSync(join(folder, 'exits'), `${phase} ${code}\n`);
  writeFileSync(join(folder, `${phase}.txt`), text);
};

const wrote = (name: string, results: Results): void => {
  const testResults = Object.entries(results).map(([file, tests]) => ({
    name: join(ROOT, file),
    status: tests.length === 0 || tests.includes('failed') ? 'failed' : 'passed',
    startTime: 0,
    endTime: 1,
    assertionResults: tests.map((status, at) => ({ status, fullName: `test ${at}` })),
  }));
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ testResults }));
};

const script = (name: string) =>
  spawnSync(process.execPath, [join(ROOT, '.ci', name), folder], { cwd: ROOT, encoding: 'utf8' });
const again = (): string => script('again.mjs').stdout.trim();
const lines = (): string[] => script('summary.mjs').stdout.trim().split('\n');

test('what a browser showed once is run again; what proves a limit or an attack is not, nor what no test caught (AG1)', () => {
  wrote('tests', {
    'test/web/a.test.ts': ['passed', 'failed'],
    'test/stories/b.test.ts': ['failed'],
    'packages/c.test.ts': ['passed'],
  });
  expect(again()).toBe('test/web/a.test.ts test/stories/b.test.ts');
  told('tests', 1, 'Unhandled Errors');
  expect(again()).toBe('');
  told('tests', 1);
  for (const other of ['test/attacks/c.test.ts', 'test/faults/c.test.ts', 'packages/core/src/c.test.ts']) {
    wrote('tests', { 'test/web/a.test.ts': ['failed'], [other]: ['failed'] });
    expect(again()).toBe('');
  }
});

test('three files that failed, one that ran no test, and a run without failures leave nothing to be run again (AG2)', () => {
  wrote('tests', {
    'test/web/a.test.ts': ['failed'],
    'test/web/b.test.ts': ['failed'],
    'test/web/c.test.ts': ['failed'],
  });
  expect(again()).toBe('');
  wrote('tests', { 'test/web/a.test.ts': [] });
  expect(again()).toBe('');
  wrote('tests', { 'test/web/a.test.ts': ['passed'] });
  expect(again()).toBe('');
});

test('the second run counts, and what failed in the first is told', () => {
  wrote('tests', { 'test/web/a.test.ts': ['passed', 'failed'], 'packages/c.test.ts': ['passed'] });
  expect(lines().at(-1)).toBe('2 passed, 1 failed');
  wrote('again', { 'test/web/a.test.ts': ['passed', 'passed'] });
  expect(lines()).toContain('unsteady: test/web/a.test.ts: test 1');
  expect(lines().at(-1)).toBe('3 passed, 0 failed');
  expect(script('summary.mjs').status).toBe(0);
  wrote('again', { 'test/web/a.test.ts': ['failed', 'passed'] });
  expect(lines().at(-1)).toBe('2 passed, 1 failed');
  expect(script('summary.mjs').status).toBe(1);
});

test('a run that ended badly without a failure is a failure, whatever was run again of others', () => {
  wrote('tests', { 'test/web/a.test.ts': ['passed'] });
  expect(lines().at(-1)).toBe('1 passed, 1 failed');
});
