import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64, gather, textOf, toBase64 } from './bytes.ts';

test('base64 is that of Node, and leads back to the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40_000, size: 'max' }), (bytes) => {
      const text = toBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromBase64(text)).toEqual(bytes);
      expect(fromBase64(Buffer.from(bytes).toString('base64url'))).toEqual(bytes);
    }),
    { numRuns: 50 },
  );
});

test('what is no base64 has no bytes', () => {
  for (const text of ['a', 'ab=c', 'ab\ncd', 'ab c', 'é===', '===='])
    expect([text, fromBase64(text)]).toEqual([text, undefined]);
});

test('pieces are put together up to a bound, and no further read', async () => {
  let given = 0;
  const pieces = async function* () {
    for (given = 1; ; given += 1) yield new Uint8Array(10).fill(given);
  };
  expect(await gather(pieces(), 25)).toBeUndefined();
  expect(given).toBe(3);
  expect(
    await gather(
      (async function* () {
        yield Uint8Array.of(1, 2);
        yield Uint8Array.of(3);
      })(),
      3,
    ),
  ).toEqual(Uint8Array.of(1, 2, 3));
});

test('bytes that are no UTF-8 have no text', () => {
  expect(textOf(new TextEncoder().encode('é€😀'))).toBe('é€😀');
  expect(textOf(Uint8Array.of(0xc3))).toBeUndefined();
});
