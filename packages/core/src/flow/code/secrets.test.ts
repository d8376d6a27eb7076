import { expect, test } from 'vitest';
import { readJavaScript } from './javascript.ts';
import { readPython } from './python.ts';
import { secretsShown } from './secrets.ts';

const js = (body: string): string => `export default async (input, can) => ${body}`;

const NAMED: readonly (readonly [string, string, readonly string[]])[] = [
  ['a call', js('can.secret("github")'), ['github']],
  ['each kind of quotes', js("[can.secret('a'), can.secret(`b`), can?.secret?.('c')]"), ['a', 'b', 'c']],
  ['taken apart', 'export default async (input, { secret }) => secret("github")', ['github']],
  ['taken apart later', js('{ const { secret } = can; return secret("github"); }'), ['github']],
  [
    'a function of the module',
    'const help = (c) => c.secret("x.y-z_1"); export default (input, can) => help(can)',
    ['x.y-z_1'],
  ],
  ['none', js('can.fetch("https://a.example", { secret: "github" })'), []],
  ['a function of another', js('{ const secret = (n) => n.length; return secret(input.name); }'), []],
];

test.each(NAMED)('CR2 secrets named by %s are found', (_name, text, names) => {
  const read = readJavaScript(text);
  expect(read.problems).toEqual([]);
  expect(read.secrets.map(({ id }) => id)).toEqual(names);
  for (const name of names) expect(secretsShown(text)).toContain(name);
});

test.each([
  js('can.secret(input.name)'),
  js('can.secret("a" + input.name)'),
  js('can.secret(`a${input.name}`)'),
  js('can.secret("a", 1)'),
  js('can.secret()'),
  js('{ const show = can.secret; return show("a"); }'),
  js('input.names.map(can.secret)'),
  js('({ show: can.secret })'),
  'export default (input, { secret }) => input.names.map(secret)',
  'export default (input, { secret }) => { const s = secret; return s("a"); }',
])('CR2 a secret that only running would name is a Problem: %s', (text) => {
  expect(readJavaScript(text).problems).toMatchObject([
    { code: 'code.secret', fix: expect.stringContaining('can.secret("NAME")') },
  ]);
});

test('CR2 Python is read the same way', () => {
  const python = (body: string): string => `async def main(input, can):\n    return ${body}`;
  const read = readPython(python('await can.secret("github") + await can.secret(\'other\')'));
  expect(read).toMatchObject({ secrets: [{ id: 'github' }, { id: 'other' }], problems: [] });
  for (const body of ['await can.secret(input["n"])', 'can.secret', 'can.secret("a" + "b")', 'can.secret(f"a")'])
    expect(readPython(python(body)).problems, body).toMatchObject([{ code: 'code.secret', at: { line: 2 } }]);
});

test('CS1 what stands in no call is not asked for, however it looks', () => {
  for (const text of [
    'mysecret("a")',
    '$secret("a")',
    'can.secret(name)',
    'can["sec" + "ret"]("a")',
    'secret: "a"',
    "secret('a\\x62')",
    'secret("a" + b)',
  ])
    expect(secretsShown(text), text).toEqual([]);
});

test('DOS-06 hostile text takes linear time', () => {
  for (const piece of ['secret(', 'secret("', 'secret ', '`', 'secret?.'])
    expect(secretsShown(piece.repeat(60_000)).length).toBeLessThan(2);
}, 2_000);
