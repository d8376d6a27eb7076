import { expect, test } from 'vitest';
import { readPython } from './python.ts';

const namesOf = (text: string) => readPython(text).names.map(({ id }) => id);

const FORMS: readonly (readonly [string, string, readonly string[]])[] = [
  ['a member', 'def main(input, can):\n    return can.steps.greet', ['greet']],
  [
    'a key in quotes',
    'async def main(input, can):\n    return can.steps["greet"] + can.steps[\'lookup\']["x"]',
    ['greet', 'lookup'],
  ],
  ['another name for can', 'def main(input, host):\n    return host.steps.greet', ['greet']],
  [
    'parameters with types',
    'def main(input: dict[str, int], can: "Can" = None) -> str:\n    return can.steps.greet',
    ['greet'],
  ],
  [
    'an f-string',
    'def main(input, can):\n    return f"{{no}} {can.steps.greet} {can.steps[\'lookup\']}"',
    ['greet', 'lookup'],
  ],
  ['a comment, which is none', 'def main(input, can):\n    # can.steps.greet\n    return 1', []],
  [
    'a text, which is none',
    "def main(input, can):\n    '''\n    can.steps.greet\n    '''\n    return 'can.steps.lookup'",
    [],
  ],
  ['one parameter', 'def main(input):\n    return input["can"]', []],
  ['a field of something else', 'def main(input, can):\n    return input.can.steps.greet', []],
];

test.each(FORMS)('CR1 steps named by %s are found', (_name, text, names) => {
  expect(readPython(text).problems).toEqual([]);
  expect(namesOf(text)).toEqual(names);
});

test.each(['can.steps[input["name"]]', 'dict(can.steps)', 'can.steps', 'can.steps["a" + "b"]'])(
  'CR1 a step that only running would name is a Problem: %s',
  (use) => {
    expect(readPython(`def main(input, can):\n    x = ${use}\n    return x`).problems).toMatchObject([
      { code: 'code.steps', at: { line: 2 }, fix: expect.stringContaining('can.steps.NAME') },
    ]);
  },
);

test('lines and columns are those of the text, after texts of several lines too', () => {
  const text = 'DOC = """\nlong\n"""; X = 1\ndef main(input, can):\n    return can.steps.greet';
  expect(readPython(text).names).toEqual([{ id: 'greet', at: { line: 5, column: 22 } }]);
});

test('a function main has to be there, at the left margin', () => {
  expect(readPython('def other(): pass').problems).toMatchObject([{ code: 'code.shape' }]);
  expect(readPython('class A:\n    def main(self, can): pass').problems).toMatchObject([{ code: 'code.shape' }]);
});

test('DOS-06 hostile text takes linear time', () => {
  for (const piece of ['"""', "'", '{', 'f"{', 'can.steps.', '\\', '# \n', 'def main('])
    expect(readPython(piece.repeat(30_000)).names.length).toBeLessThan(2);
}, 5_000);
