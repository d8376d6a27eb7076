import { expect, test } from 'vitest';
import { z } from 'zod';
import { catalogOf, defineStep, done } from '../../step/define.ts';
import { check } from '../check.ts';
import type { Flow } from '../model.ts';
import { catalog } from '../testing/catalog.ts';

const code = defineStep({
  kind: 'code',
  version: 1,
  title: 'Code',
  group: 'data',
  summary: 'Runs code.',
  plain: ['source'],
  input: z.strictObject({ source: z.string(), language: z.string().optional(), input: z.unknown().optional() }),
  output: z.unknown(),
  run: () => done(null),
});
const kinds = catalogOf([...catalog.steps, code], catalog.triggers);

const flowOf = (source: string, language?: string): Flow => ({
  headgate: 1,
  name: 'Code',
  steps: [
    { id: 'first', kind: 'set@1', with: { value: 1 } },
    { id: 'sum', kind: 'code@1', after: ['first'], with: { source, ...(language === undefined ? {} : { language }) } },
    { id: 'later', kind: 'set@1', after: ['sum'], with: { value: 1 } },
    { id: 'aside', kind: 'set@1', with: { value: 1 } },
  ],
});
const problemsOf = (source: string, language?: string) => check(flowOf(source, language), kinds).problems;

test('code may read what comes before it', () => {
  expect(problemsOf('export default (input, can) => can.steps.first + 1')).toEqual([]);
  expect(problemsOf('def main(input, can):\n  return can.steps.first', 'python')).toEqual([]);
});

test('a step that code cannot see is told at its line and column, with what to do', () => {
  const of = (id: string, language?: string) =>
    problemsOf(
      language === 'python'
        ? `def main(input, can):\n  return can.steps.${id}`
        : `export default (input, can) =>\n  can.steps.${id}`,
      language,
    );
  for (const language of [undefined, 'python']) {
    expect(of('later', language)).toMatchObject([
      { code: 'ref.upstream', at: { step: 'sum', field: 'with.source', line: 2 } },
    ]);
    expect(of('aside', language)).toMatchObject([{ code: 'ref.upstream', fix: expect.stringContaining('"aside"') }]);
    expect(of('frist', language)).toMatchObject([{ code: 'ref.unknown', fix: 'Did you mean steps.first?' }]);
    expect(of('sum', language)).toMatchObject([{ code: 'ref.self' }]);
  }
});

test('braces in code are code, not expressions', () => {
  expect(problemsOf("export default () => 'Dear {{ nobody.at.all }}'")).toEqual([]);
  expect(problemsOf('def main(input, can):\n  return f"{{ {input} }}"', 'python')).toEqual([]);
});

test('what compiling told stands for the reading here', () => {
  const read = { names: [{ id: 'later', at: { line: 7, column: 3 } }], secrets: [], problems: [] };
  const told = check(flowOf('export default (i: number, can: Can) => can.steps.later', 'ts'), kinds, {
    code: new Map([['sum', read]]),
  });
  expect(told.problems).toMatchObject([{ code: 'ref.upstream', at: { step: 'sum', line: 7, column: 3 } }]);
  expect(problemsOf('export default (i: number) => i', 'ts')).toEqual([]);
});

test('a secret that the text does not name plainly is a Problem, also where compiling would tell which it is', () => {
  expect(problemsOf('export default (i, can) => can.secret("mine")')).toEqual([]);
  expect(problemsOf('export default (i, can) => can.secret(i.name)')).toMatchObject([{ code: 'code.secret' }]);
  expect(problemsOf('export default (i, { secret: s }) => s("mine")')).toMatchObject([{ code: 'code.secret' }]);
});
