import { expect, test } from 'vitest';
import { isZone, letterAt, NO_CHOICE, NOTICE_KINDS, waysOf } from './notice.ts';

const at = (iso: string): number => Date.parse(iso);
const shown = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

test('who chose nothing is told of all in the app, and by letter of questions alone', () => {
  for (const kind of NOTICE_KINDS)
    expect([kind, waysOf(NO_CHOICE, kind)]).toEqual([
      kind,
      { app: true, mail: kind === 'ask.waiting' ? 'now' : 'off' },
    ]);
  expect(waysOf({ kinds: { 'run.failed': { app: false, mail: 'daily' } } }, 'run.failed')).toEqual({
    app: false,
    mail: 'daily',
  });
});

test('a letter leaves at once, at the next hour, or at the hour of the day that was chosen, in the zone of who gets it', () => {
  const berlin = { zone: 'Europe/Berlin', hour: 8 };
  const now = at('2026-06-01T05:30:00Z');
  expect(letterAt('off', now, berlin)).toBeNull();
  expect(letterAt('now', now, berlin)).toBe(now);
  expect(shown(letterAt('hourly', now, berlin))).toBe('2026-06-01T06:00:00.000Z');
  // Eight in Berlin is six in UTC in summer, seven in winter.
  expect(shown(letterAt('daily', now, berlin))).toBe('2026-06-01T06:00:00.000Z');
  expect(shown(letterAt('daily', at('2026-06-01T06:00:00Z'), berlin))).toBe('2026-06-02T06:00:00.000Z');
  expect(shown(letterAt('daily', at('2026-12-01T05:30:00Z'), berlin))).toBe('2026-12-01T07:00:00.000Z');
  // Half an hour off: hours begin at half past.
  expect(shown(letterAt('hourly', at('2026-06-01T05:10:00Z'), { zone: 'Asia/Kolkata', hour: 0 }))).toBe(
    '2026-06-01T05:30:00.000Z',
  );
});

test('on a day without that hour the letter leaves when the clock was put forward, and still comes once a day', () => {
  const two = { zone: 'Europe/Berlin', hour: 2 };
  const first = letterAt('daily', at('2026-03-28T12:00:00Z'), two) ?? 0;
  expect(shown(first)).toBe('2026-03-29T01:00:00.000Z');
  expect(shown(letterAt('daily', first, two))).toBe('2026-03-30T00:00:00.000Z');
});

test('a zone that is not known counts as UTC', () => {
  expect(isZone('Europe/Berlin')).toBe(true);
  expect(isZone('Nowhere/At all')).toBe(false);
  expect(shown(letterAt('daily', at('2026-06-01T05:30:00Z'), { zone: 'Nowhere', hour: 6 }))).toBe(
    '2026-06-01T06:00:00.000Z',
  );
});
