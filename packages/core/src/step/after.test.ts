import { expect, test } from 'vitest';
import { LONGEST, retryAfter } from './after.ts';

test('seconds are honoured up to a day', () => {
  expect(retryAfter({ 'retry-after': '0' })).toBe(0);
  expect(retryAfter({ 'retry-after': ' 120 ' })).toBe(120_000);
  expect(retryAfter({ 'retry-after': '999999999999' })).toBe(LONGEST);
});

test('a date is measured from the Date of the answer', () => {
  const date = 'Sun, 06 Nov 1994 08:49:37 GMT';
  expect(retryAfter({ 'retry-after': 'Sun, 06 Nov 1994 08:50:07 GMT', date })).toBe(30_000);
  expect(retryAfter({ 'retry-after': 'Sun, 06 Nov 1994 08:00:00 GMT', date })).toBe(0);
  expect(retryAfter({ 'retry-after': 'Sun, 06 Nov 2094 08:00:00 GMT', date })).toBe(LONGEST);
  expect(retryAfter({ 'retry-after': 'Sun, 06 Nov 1994 08:50:07 GMT' })).toBeUndefined();
});

test('what is neither says nothing', () => {
  for (const said of ['', 'soon', '-1', '1.5', 'Sun, 06 Foo 1994 08:50:07 GMT']) {
    expect(retryAfter({ 'retry-after': said, date: 'Sun, 06 Nov 1994 08:49:37 GMT' })).toBeUndefined();
  }
  expect(retryAfter({})).toBeUndefined();
});
