import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson, scanJson } from './json.ts';

const read = (text: string): unknown => {
  const made = readJson(text);
  if (!made.ok) throw new Error(made.problem.text);
  return made.value;
};
const said = (text: string, limits = {}): string => {
  const made = readJson(text, limits);
  return made.ok ? 'nothing' : `${made.problem.code} ${made.problem.text}`;
};

test('reads whatever JSON.stringify writes, to the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
      if (JSON.stringify(value).includes('"__proto__"')) return;
      expect(read(JSON.stringify(value, null, indent))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('agrees with JSON.parse on what is JSON, for texts made of its signs', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '1',
    '-0.5e2',
    '01',
    'true',
    'null',
    ' ',
    '\n',
    '"\\u00e9"',
    '"\\q"',
    '"',
    '\\',
    '-',
    '.5',
    '\u0001',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('').replaceAll(/e2\d+/g, 'e2');
      const ours = scanJson(text);
      if (ours.problems.some((p) => p.code === 'json.duplicate')) return;
      let theirs: unknown;
      let valid = true;
      try {
        theirs = JSON.parse(text);
      } catch {
        valid = false;
      }
      expect(ours.problems.length === 0).toBe(valid);
      expect(ours.value).toEqual(theirs);
    }),
    { numRuns: 2000 },
  );
});

test('refuses equal keys with line, column and path, all of them at once', () => {
  const { problems } = scanJson('{\n  "a": 1,\n  "b": {"c": 1, "c": 2},\n  "a": 3\n}');
  expect(problems.map((p) => [p.code, p.text, p.at?.field])).toEqual([
    ['json.duplicate', 'line 3, column 17: this field is there twice', 'b.c'],
    ['json.duplicate', 'line 4, column 3: this field is there twice', 'a'],
  ]);
});

test('sees equal keys through escapes', () => {
  expect(said('{"a":1,"\\u0061":2}')).toContain('json.duplicate');
});

test('refuses __proto__ and leaves the shared prototype alone; constructor is a name like any other (PP-01)', () => {
  expect(said('{"x":{"__proto__":{"polluted":1}}}')).toContain('json.key');
  expect(said('{"\\u005f_proto__":1}')).toContain('json.key');
  expect(read('{"constructor":{"prototype":{"polluted":1}}}')).toEqual(
    JSON.parse('{"constructor":{"prototype":{"polluted":1}}}'),
  );
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('refuses nesting beyond the limit however deep it goes, without exhausting the stack', () => {
  expect(said('[[1]]', { depth: 1 })).toContain('json.depth');
  expect(read('[[1]]')).toEqual([[1]]);
  expect(said('['.repeat(3_000_000))).toContain('json.depth line 1, column 65');
  expect(said('{"a":'.repeat(800_000))).toContain('json.depth');
});

test('measures size in bytes, before reading', () => {
  expect(said('"ééé"', { bytes: 7 })).toContain('json.size');
  expect(said('"ééé"', { bytes: 8 })).toBe('nothing');
});

test('says what it expected, what came, and what people usually mean', () => {
  const say = (text: string): string => {
    const made = readJson(text);
    return made.ok ? 'nothing' : `${made.problem.text} ${made.problem.fix ?? ''}`;
  };
  expect(say("{'a': 1}")).toBe(
    'line 1, column 2: expected a field name in double quotes, got "\'" Write texts and field names in double quotes.',
  );
  expect(say('{"a": 1,}')).toContain('expected another entry after ",", got "}" Remove the comma');
  expect(say('{"a": None}')).toContain('Write null.');
  expect(say('{"a": True}')).toContain('Write true or false in lower case.');
  expect(say('{ // hi\n}')).toContain('Remove the comment');
  expect(say('{"a" 1}')).toContain('expected ":" after a field name, got "1"');
  expect(say('')).toContain('got the end of the text');
  expect(say('1 2')).toContain('expected the end of the text');
  expect(say('"a\nb"')).toContain('a line break is written \\n');
  expect(say('1e999')).toContain('within the range of a double');
});

test('skips one byte order mark', () => {
  expect(read('\ufeff{"a":1}')).toEqual({ a: 1 });
});

test('DOS-04 a short text of very many values is refused at its bound, and one of many characters is not', () => {
  const many = `[${'{},'.repeat(1_600_000)}{}]`;
  expect(said(many)).toContain('json.values');
  expect(said(JSON.stringify(['x'.repeat(4_000_000)]))).toBe('nothing');
  expect(said('[1,2,3]', { values: 4 })).toBe('nothing');
  expect(said('[1,2,3]', { values: 3 })).toContain('json.values');
});
