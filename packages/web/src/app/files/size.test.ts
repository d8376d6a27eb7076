import { expect, test } from 'vitest';
import { sizeText } from './size.ts';

test('bytes are told in the unit that fits them', () => {
  expect(
    [0, 1, 1023, 1024, 1536, 5 * 1024 ** 2, 3.25 * 1024 ** 3, 2 * 1024 ** 5].map((n) => sizeText(n, 'en')),
  ).toEqual(['0 B', '1 B', '1,020 B', '1 KiB', '1.5 KiB', '5 MiB', '3.25 GiB', '2,050 TiB']);
  expect(sizeText(1536, 'de')).toBe('1,5 KiB');
});
