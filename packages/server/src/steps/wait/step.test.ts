import fc from 'fast-check';
import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { instant } from './instant.ts';
import { step } from './step.ts';

test('for is a duration', async () => {
  expect((await trial(step, { for: '90s' })).outcome).toEqual({ kind: 'wait', for: 90_000, value: null });
  expect((await trial(step, { for: '2d' })).outcome).toEqual({ kind: 'wait', for: 172_800_000, value: null });
  expect((await trial(step, { for: '0ms' })).outcome).toEqual({ kind: 'wait', for: 0, value: null });
  for (const span of ['90', '1.5h', '-1s', '', 'soon']) expect(step.input.safeParse({ for: span }).success).toBe(false);
  expect((await trial(step, { for: '999999999999d' })).outcome).toMatchObject({
    kind: 'problem',
    problem: { code: 'wait.for' },
  });
});

test('until is a date-time with its offset, or milliseconds', async () => {
  expect((await trial(step, { until: '2030-01-31T09:00:00Z' })).outcome).toEqual({
    kind: 'wait',
    until: Date.UTC(2030, 0, 31, 9),
    value: null,
  });
  expect((await trial(step, { until: '2030-01-31T09:00+01:00' })).outcome).toMatchObject({
    until: Date.UTC(2030, 0, 31, 8),
  });
  expect((await trial(step, { until: 1_900_000_000_000 })).outcome).toMatchObject({ until: 1_900_000_000_000 });
  expect((await trial(step, { until: 1.2 })).outcome).toMatchObject({ until: 2 });
});

test('a local time, a date that does not exist and a number that is no time are Problems with a fix', async () => {
  for (const until of [
    '2030-01-31T09:00:00',
    '2030-01-31',
    '2030-02-30T00:00:00Z',
    '2030-01-01T24:00:00Z',
    '2030-01-01T10:60:00Z',
    '2030-01-01T10:00:00+25:00',
    'tomorrow',
    '',
    -1,
    8_640_000_000_000_001,
  ]) {
    const { outcome } = await trial(step, { until });
    expect(outcome).toMatchObject({
      kind: 'problem',
      problem: { code: 'wait.until', at: { field: 'until' }, fix: expect.stringContaining('offset') },
    });
  }
});

test('exactly one of the two is given', () => {
  expect(step.input.safeParse({}).success).toBe(false);
  expect(step.input.safeParse({ for: '1s', until: 1 }).success).toBe(false);
});

test('every date reads back from its ISO text, whatever the offset', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }),
      fc.integer({ min: -14 * 60, max: 14 * 60 }),
      (date, offset) => {
        expect(instant(date.toISOString())).toBe(date.getUTCFullYear() < 100 ? undefined : date.getTime());
        if (date.getUTCFullYear() < 101 || date.getUTCFullYear() > 9998) return;
        const size = Math.abs(offset);
        const zone = `${offset < 0 ? '-' : '+'}${String(Math.trunc(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
        expect(instant(new Date(date.getTime() + offset * 60_000).toISOString().replace('Z', zone))).toBe(
          date.getTime(),
        );
      },
    ),
  );
});
