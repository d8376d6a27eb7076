import { expect, test } from 'vitest';
import { typedOf, valueOf } from './written.ts';

test('what is shown of a value is what it is read back as', () => {
  const values = ['https://api.example.com', 'a b', '1', 'true', 'null', '"x"', '', 1, true, null, { a: [1, 'b'] }, []];
  expect(values.map((value) => valueOf(typedOf(value)))).toEqual(values);
  expect(typedOf('https://api.example.com')).toBe('https://api.example.com');
  expect(typedOf('1')).toBe('"1"');
});
