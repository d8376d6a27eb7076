/**
 * docs/asvs.md: every requirement of the levels 1 and 2 of ASVS 5.0 (test/boundaries/asvs.json holds their ids and levels: one
 * digit a requirement, in order), what meets it, why it has no place here, or what is missing.
 *
 * It does not judge whether a test is good enough; it sees that what is named is there, and that nothing is left out.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import sections from './asvs.json' with { type: 'json' };
import { ROOT } from './tree.ts';

type Row = { readonly id: string; readonly level: string; readonly met: string };

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.node', '.tmp']);

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

const testFiles = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : testFiles(path);
    return entry.name.endsWith('.test.ts') && path !== 'test/boundaries/asvs.test.ts' ? [path] : [];
  });

const sources = ['packages', 'test'].flatMap(testFiles).map((file) => read(file));

/** Titles of all tests and their groups, as they stand in the source. */
const titles = sources
  .flatMap((text) => [...text.matchAll(/\b(?:test|it|describe)(?:\.[a-zA-Z]+(?:\([^\n]*?\))?)?\(\s*(['"`])(.*?)\1,/g)])
  .map(([, , title = '']) => title);

/** Ids anywhere in a test but its comments: some titles are put together. */
const carried = new Set(
  sources.flatMap((text) => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').match(/\b[A-Z]{1,5}-?\d+\b/g) ?? []),
);

const levels = new Map(
  Object.entries(sections).flatMap(([section, digits]) =>
    [...digits].map((level, at): [string, string] => [`${section}.${at + 1}`, level]),
  ),
);

const rows: Row[] = read('docs', 'asvs.md')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [id = '', level = '', , met = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    return { id, level, met };
  });

const slugs = (file: string): string[] =>
  [...read('docs', file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );

/** What a cell names that is not there; a cell that names nothing at all is wrong too. */
const lacking = ({ id, met }: Row): string[] => {
  const [, reason] = /^(?:not here|open): (.+)$/.exec(met) ?? [];
  if (reason !== undefined) return reason.length >= 8 ? [] : [`${id}: no reason`];
  const ids = met.replaceAll(/“[^”]*”|\[[^\]]*\]\([^)]*\)/g, '').match(/\b[A-Z]{1,5}-?\d+\b/g) ?? [];
  const words = [...met.matchAll(/“([^”]*)”/g)].map(([, text = '']) => text);
  const links = [...met.matchAll(/\]\(([^)#]+)#([^)]+)\)/g)];
  if (ids.length + words.length + links.length === 0) return [`${id}: nothing is named`];
  return [
    ...ids.filter((one) => !carried.has(one)),
    ...words.filter((text) => !titles.some((title) => title.includes(text))),
    ...links.filter(([, file = '', slug = '']) => !slugs(file).includes(slug)).map(([whole]) => whole),
  ].map((what) => `${id}: ${what}`);
};

test('the list of requirements is the published one: 70 of level 1, 183 of level 2, 92 of level 3', () => {
  const count = (level: string) => [...levels.values()].filter((one) => one === level).length;
  expect([count('1'), count('2'), count('3')]).toEqual([70, 183, 92]);
});

test('each requirement of the levels 1 and 2 stands in docs/asvs.md once, with its level', () => {
  const ids = rows.map(({ id }) => id);
  const wanted = [...levels].filter(([, level]) => level !== '3').map(([id]) => id);
  expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  expect(rows.filter(({ id, level }) => levels.get(id) !== level)).toEqual([]);
});

test('what meets a requirement is there: rows of attacks, titles of tests, headings of documents', () => {
  expect(rows.flatMap(lacking)).toEqual([]);
  const of = (kind: string) => rows.filter(({ met }) => met.startsWith(kind)).length;
  const open = rows.filter(({ met }) => met.startsWith('open:'));
  console.log(
    `ASVS 5.0 level 2: ${rows.length - of('open:') - of('not here:')} met, ${of('not here:')} without a place here, ${open.length} open`,
  );
  for (const { id, met } of open) console.log(`  ${id} ${met}`);
});

test('a row that names a test that is not there, a heading that is not there, or nothing, is seen', () => {
  expect(lacking({ id: '9.9.9', level: '1', met: 'ZZZ-99, “no test is called so”' })).toHaveLength(2);
  expect(lacking({ id: '9.9.9', level: '1', met: '[accounts.md](accounts.md#nowhere)' })).toHaveLength(1);
  expect(lacking({ id: '9.9.9', level: '1', met: 'somehow' })).toHaveLength(1);
  expect(lacking({ id: '9.9.9', level: '1', met: 'open: no' })).toHaveLength(1);
  expect(lacking({ id: '9.9.9', level: '1', met: 'TOK-09, [accounts.md](accounts.md#sessions)' })).toEqual([]);
});
