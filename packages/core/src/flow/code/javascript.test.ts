import { expect, test } from 'vitest';
import { readJavaScript } from './javascript.ts';

const namesOf = (text: string) => readJavaScript(text).names.map(({ id }) => id);
const codesOf = (text: string) => readJavaScript(text).problems.map(({ code }) => code);

const FORMS: readonly (readonly [string, string, readonly string[]])[] = [
  ['a member', 'export default (input, can) => can.steps.greet.text', ['greet']],
  [
    'a key in quotes',
    "export default (input, can) => can.steps['greet'] + can['steps'][`lookup`]",
    ['greet', 'lookup'],
  ],
  ['an optional member', 'export default (input, can) => can?.steps?.greet?.text', ['greet']],
  ['another name for can', 'export default async function main(input, host) { return host.steps.greet; }', ['greet']],
  [
    'taken apart',
    'export default (input, can) => { const { greet, lookup: found = 1 } = can.steps; return greet; }',
    ['greet', 'lookup'],
  ],
  ['taken apart in the parameter', 'export default (input, { steps, log }) => log(steps.greet)', ['greet']],
  ['taken apart twice', 'export default (input, { steps: { greet } }) => greet', ['greet']],
  ['taken apart from can', 'export default (input, can) => { const { steps } = can; return steps.greet; }', ['greet']],
  ['a default', 'export default (input, can = {}) => can.steps.greet', ['greet']],
  [
    'a function of the module',
    'const help = (n, c) => c.steps.greet + n; export default (input, can) => help(1, can)',
    ['greet'],
  ],
  [
    'a function declared below',
    'export default main; function main(input, can) { return help(can); } function help({ steps }) { return steps.greet; }',
    ['greet'],
  ],
  ['exported by name', 'const main = (input, can) => can.steps.greet; export { main as default }', ['greet']],
  ['an alias', 'export default (input, can) => { const c = can; return c.steps.greet; }', ['greet']],
  ['an inner function', 'export default (input, can) => input.map((x) => can.steps.greet + x)', ['greet']],
  ['no step', 'export default (input) => input.steps.of.a.dance', []],
  ['a name that only running makes, which finds nothing', "export default (input, can) => can['st' + input.eps]", []],
  ['a name of its own', 'export default (input, can) => can.log(input.steps)', []],
];

test.each(FORMS)('CR1 steps named by %s are found', (_name, text, names) => {
  expect(readJavaScript(text)).toMatchObject({ problems: [] });
  expect(namesOf(text)).toEqual(names);
});

test('each name comes once, at the place where it is first', () => {
  const text = 'export default (input, can) => {\n  const a = can.steps.greet;\n  return a + can.steps.greet;\n};';
  expect(readJavaScript(text).names).toEqual([{ id: 'greet', at: { line: 2, column: 23 } }]);
});

const UNCLEAR = [
  'export default (input, can) => can.steps[input.name]',
  'export default (input, can) => Object.keys(can.steps)',
  'export default (input, can) => { const all = can.steps; return all.greet; }',
  'export default (input, can) => { const { greet, ...rest } = can.steps; return rest; }',
  'export default (input, can) => { const { [input.name]: x } = can.steps; return x; }',
  'export default (input, can) => ({ ...can.steps })',
  'export default (input, { steps }) => ({ steps })',
  'export default (input, { steps }) => steps',
  'export default (input, can) => { for (const id in can.steps) can.log(id); }',
  'export default (input, can) => [1].map(() => (input.a ? can.steps : null))',
  'export default (input, can) => { let s; s = can.steps; return s; }',
];

test.each(UNCLEAR)('CR1 a step that only running would name is a Problem: %s', (text) => {
  expect(readJavaScript(text).problems).toMatchObject([
    { code: 'code.steps', fix: expect.stringContaining('can.steps.NAME') },
  ]);
});

test('what cannot work is told with line and column', () => {
  expect(readJavaScript('export default (input) => {\n  let x = ;\n}').problems).toMatchObject([
    { code: 'code.syntax', at: { line: 2, column: 11 } },
  ]);
  expect(readJavaScript("export default (input) =>\n  import('zod')").problems).toMatchObject([
    { code: 'code.dynamic', at: { line: 2, column: 3 } },
  ]);
  expect(codesOf('export const x = 1')).toEqual(['code.shape']);
  expect(codesOf('export default (input) => 1')).toEqual([]);
});

test('DOS-06 code nested beyond all reason is a Problem, not a fault', () => {
  const deep = (open: string, close: string): string => `export default ${open.repeat(60_000)}1${close.repeat(60_000)}`;
  expect(codesOf(deep('[', ']'))).toEqual(['code.syntax']);
  expect(codesOf(deep('!', ''))).toHaveLength(1);
  expect(codesOf(`export default (a, can) => ${'can.steps.x + '.repeat(3_000)}1`)).toEqual([]);
});
