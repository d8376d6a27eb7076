/** The preview of a schedule: the times that the line stands for, on the clock of its zone. */

import { expect, test } from 'vitest';
import { nextRuns } from './cron.ts';

const NOW = Date.UTC(2026, 2, 27, 10, 30); // a Friday, two days before the clocks of Paris go forward
const iso = (line: string, zone = 'UTC', count = 3): readonly string[] | undefined =>
  nextRuns(line, zone, NOW, count)?.map((at) => new Date(at).toISOString().slice(0, 16));

test('every field is read: numbers, lists, ranges, steps and names', () => {
  expect(iso('*/20 * * * *')).toEqual(['2026-03-27T10:40', '2026-03-27T11:00', '2026-03-27T11:20']);
  expect(iso('0 3 * * *')).toEqual(['2026-03-28T03:00', '2026-03-29T03:00', '2026-03-30T03:00']);
  expect(iso('15 9-10 1,15 * *')).toEqual(['2026-04-01T09:15', '2026-04-01T10:15', '2026-04-15T09:15']);
  expect(iso('0 12 * * mon')).toEqual(['2026-03-30T12:00', '2026-04-06T12:00', '2026-04-13T12:00']);
  expect(iso('0 0 29 feb *', 'UTC', 1)).toEqual(['2028-02-29T00:00']);
});

test('a day of the month or of the week will do when both are given, and 7 is Sunday', () => {
  expect(iso('0 0 1 * 7')).toEqual(['2026-03-29T00:00', '2026-04-01T00:00', '2026-04-05T00:00']);
});

test('the clock of the zone counts, and its change of hours', () => {
  expect(iso('0 8 * * *', 'Europe/Paris')).toEqual(['2026-03-28T07:00', '2026-03-29T06:00', '2026-03-30T06:00']);
  expect(iso('30 5 * * *', 'Asia/Kolkata', 1)).toEqual(['2026-03-28T00:00']);
});

test('what cannot be read gives nothing, and what never comes an empty list', () => {
  for (const line of ['', '* * * *', '60 * * * *', '5-1 * * * *', '*/0 * * * *', 'x * * * *', '1/2/3 * * * *'])
    expect(nextRuns(line, 'UTC', NOW, 3)).toBeNull();
  expect(nextRuns('0 0 * * *', 'Nowhere/Land', NOW, 3)).toBeNull();
  expect(nextRuns('0 0 31 2 *', 'UTC', NOW, 3)).toEqual([]);
});
