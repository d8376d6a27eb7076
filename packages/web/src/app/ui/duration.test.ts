import { expect, test } from 'vitest';
import { durationText } from './duration.ts';

test('a duration has one style, at most two parts, and never reads as more than it was', () => {
  const said = [-5, 0, 12.4, 999, 1000, 1_449, 59_990, 60_000, 123_000, 3_900_000, 3_600_000, 273_600_000].map((time) =>
    durationText(time, 'en'),
  );
  expect(said).toEqual(['0ms', '0ms', '12ms', '999ms', '1s', '1.4s', '59.9s', '1m', '2m 3s', '1h 5m', '1h', '3d 4h']);
  expect(durationText(1_449, 'de')).toBe('1,4 Sek.');
});
