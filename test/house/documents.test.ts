/** The documents stay true in what can be looked up: links lead somewhere, files that they name exist, commands too. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../boundaries/tree.ts';

const pagesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const DOCUMENTS = ['.', 'docs', join('docs', 'decisions'), 'bench', 'examples'].flatMap(pagesIn);
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
/** The prose of a page, without its code. */
const proseOf = (path: string) => textOf(path).replace(/```[\s\S]*?```|`[^`\n]*`/g, '');

test.each(DOCUMENTS)('every link in %s leads to a file', (path) => {
  const links = [...proseOf(path).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.filter((link) => !existsSync(join(ROOT, dirname(path), link)))).toEqual([]);
});

const NAMED = /\b(?:packages|bin|test|docs|examples)\/[\w.@/-]+\.(?:ts|mjs|json|md)\b/g;

test.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'])(
  'every file that %s names is there',
  (path) => {
    const named = textOf(path).match(NAMED) ?? [];
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  },
);

test('every npm script that a document names is one', () => {
  const scripts: unknown = JSON.parse(textOf('package.json')).scripts;
  const named = DOCUMENTS.flatMap((path) =>
    [...textOf(path).matchAll(/\bnpm run ([a-z]+)/g)].map((match) => match[1] ?? ''),
  );
  expect(named.length).toBeGreaterThan(0);
  expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts as object, name))).toEqual([]);
});
