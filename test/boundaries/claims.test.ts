/**
 * docs/security-claims.md: every sentence of SECURITY.md that says what holds, the rows that prove it, and the files of
 * their tests. It is written by this test (`npm test -- test/boundaries/claims.test.ts -u`) and kept true by it: a sentence
 * without a row, a row without a test and a mutant of a line that is gone all fail.
 *
 * What is no claim (which versions get fixes, how to report, what is out of scope) is left out by its section.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import claims from './claims.json' with { type: 'json' };
import { ROOT } from './tree.ts';

const ID = /\b[A-Z]{1,5}-\d+\b/g;
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.node', '.tmp']);

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

const testFiles = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : testFiles(path);
    return entry.name.endsWith('.test.ts') ? [path] : [];
  });

/** Files whose words, comments apart, hold an id. */
const proofs = new Map<string, string[]>();
for (const file of ['packages', 'test'].flatMap(testFiles)) {
  const words = read(file).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  for (const id of new Set(words.match(ID))) proofs.set(id, [...(proofs.get(id) ?? []), file]);
}

const sectionOf = (name: string): string =>
  read('SECURITY.md')
    .split('\n## ')
    .find((part) => part.startsWith(name)) ?? '';

const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

type Claim = { readonly text: string; readonly ids: readonly string[] };

const promised: Claim[] = sectionOf('What holds')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (Promise|-|\*\*)/.test(line))
  .map((line) => ({ text: cells(line)[0] ?? '', ids: cells(line)[1]?.match(ID) ?? [] }));

/** Sentences and rows of the section on trust, each with what claims.json says of it. */
const trusted = (): Claim[] => {
  const lines = sectionOf('Who is trusted').split('\n').slice(1);
  const rows = lines.filter((line) => /^\| (?!Who|-)/.test(line) && !line.startsWith('|---'));
  const prose = lines.filter((line) => line !== '' && !line.startsWith('|')).join(' ');
  const sentences = [
    ...rows.map((line) =>
      cells(line)
        .filter((cell) => cell !== '')
        .join(': '),
    ),
    ...prose.split(/(?<=\.) (?=[A-Z])/),
  ];
  return sentences.map((text) => {
    const known = Object.entries(claims).find(([start]) => text.startsWith(start));
    if (known === undefined) throw new Error(`claims.json says nothing of: ${text}`);
    return { text, ids: known[1] };
  });
};

test('every claim of SECURITY.md stands in docs/security-claims.md beside the tests that prove it', async () => {
  const all = [...trusted(), ...promised];
  const unproved = all.flatMap(({ text, ids }) => ids.filter((id) => !proofs.has(id)).map((id) => `${id}: ${text}`));
  expect(unproved).toEqual([]);
  const line = ({ text, ids }: Claim): string => {
    const files = [...new Set(ids.flatMap((id) => proofs.get(id) ?? []))].toSorted();
    const rows = ids.length === 0 ? 'trusted: nothing to prove' : ids.join(', ');
    // SECURITY.md lies a folder higher.
    const here = text.replaceAll(/\]\((?![a-z]+:)/g, '](../');
    return `| ${here} | ${rows} | ${files.map((file) => `[${file.split('/').at(-1)}](../${file})`).join(', ')} |`;
  };
  const page = `# What SECURITY.md claims, and what proves it

Written by test/boundaries/claims.test.ts, which fails when a sentence loses its proof. An id stands in the titles of its
tests, which attack and show that the legitimate neighbour still works; \`npm run attacks\` counts what holds, and \`npm run
mutate\` takes guards away and sees that tests notice.

| Claim | Rows | Tests |
| --- | --- | --- |
${all.map(line).join('\n')}
`;
  await expect(page).toMatchFileSnapshot(join(ROOT, 'docs', 'security-claims.md'));
});

test('every row of the attacks has a test, and every mutant a line to take away and a test that is there', () => {
  const groups = JSON.parse(read('test', 'attacks', 'rows.json')) as { rows: Record<string, string> }[];
  expect(groups.flatMap(({ rows }) => Object.keys(rows)).filter((id) => !proofs.has(id))).toEqual([]);
  const mutants = JSON.parse(read('test', 'attacks', 'mutants.json')) as {
    what: string;
    file: string;
    line: string;
    before?: string[][];
    tests: string[];
  }[];
  expect(mutants.length).toBeGreaterThanOrEqual(10);
  for (const { what, file, line, before = [], tests } of mutants) {
    const text = read(file);
    for (const part of [line, ...before.map(([from]) => from ?? '')])
      expect(text.split(part).length - 1, `${what}: ${file} holds ${part}`).toBe(1);
    for (const one of tests) expect(read(one).length).toBeGreaterThan(0);
  }
});

/** The published rows of the classes of the door. */
const ROWS: Readonly<Record<string, readonly number[]>> = {
  AZ: [1, 3, 5, 8, 10, 12],
  TOK: [1, 2, 5, 6, 7, 9, 11, 13],
  API: [1, 3, 5, 6, 7, 9, 10],
  WH: [1, 3, 5, 7, 8, 9, 10],
  GUI: [1, 2, 4, 6, 7, 8, 10],
};

test('every row of the door is attacked, or says why there is nothing to attack yet', () => {
  const groups = JSON.parse(read('test', 'attacks', 'rows.json')) as {
    class: string;
    rows: Record<string, string>;
    later?: Record<string, string>;
  }[];
  for (const [name, numbers] of Object.entries(ROWS)) {
    const group = groups.find((one) => one.class === name);
    const told = [...Object.keys(group?.rows ?? {}), ...Object.keys(group?.later ?? {})];
    expect(told.toSorted()).toEqual(numbers.map((n) => `${name}-${String(n).padStart(2, '0')}`).toSorted());
    for (const [id, why] of Object.entries(group?.later ?? {})) {
      expect(why.length, id).toBeGreaterThan(20);
      expect(group?.rows[id]).toBeUndefined();
    }
  }
});
