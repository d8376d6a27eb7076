/**
 * What the top documents promise must be proved somewhere: every test id that they quote stands in the title of a test,
 * and every row of SECURITY.md's table of promises quotes at least one.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './tree.ts';

const ID = /\b(?:NEVER|EXP|SBX|SSRF|FS|AZ|WH|API|TOK|MCP|GUI|SEC|LLM|DOS|SUP|TUN|Q|PP|INJ|OPS)-\d+\b/g;
const SKIPPED = new Set(['node_modules', 'dist', '.git', '.node', '.tmp']);

const testFiles = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : testFiles(path);
    return entry.name.endsWith('.test.ts') ? [path] : [];
  });

/** Ids in the words of a test file: titles are string literals, so comments are taken out first. */
const idsIn = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').match(ID) ?? [];

const proved = new Set(
  ['packages', 'test', 'examples', 'bench']
    .map((name) => join(ROOT, name))
    .filter(existsSync)
    .flatMap((folder) => testFiles(folder).flatMap((path) => idsIn(readFileSync(path, 'utf8')))),
);

const DOCUMENTS = ['README.md', 'SECURITY.md', 'ARCHITECTURE.md'];

describe('every test id quoted in', () => {
  test.each(DOCUMENTS)('%s is in the title of a test', (name) => {
    const quoted = readFileSync(join(ROOT, name), 'utf8').match(ID) ?? [];
    expect(quoted.filter((id) => !proved.has(id))).toEqual([]);
  });
});

test('every promise in SECURITY.md names the test that proves it', () => {
  const section = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
    .split('\n## ')
    .find((part) => part.startsWith('What holds'));
  const rows = (section ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (Promise|-|\*\*)/.test(line));
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.filter((row) => row.match(ID) === null)).toEqual([]);
});
