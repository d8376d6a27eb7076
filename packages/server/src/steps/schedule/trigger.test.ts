import { Cron } from 'croner';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cronFault } from './cron.ts';
import { trigger } from './trigger.ts';

test('five fields, or six with seconds first', () => {
  const fine = [
    '* * * * *',
    '0 3 * * *',
    '*/5 9-17 * * 1-5',
    '0 0 1,15 * *',
    '30 4 1-7 JAN-MAR,dec MON',
    '0 0 29 2 *',
    '0 0 31 2 MON',
    '*/10 * * * * *',
    '59 59 23 31 12 7',
    '0-30/10 0 * * 0',
  ];
  expect(fine.filter((text) => cronFault(text) !== undefined)).toEqual([]);
});

test('what is wrong is said in words', () => {
  const faults: [string, string][] = [
    ['', 'five fields'],
    ['* * * *', 'five fields'],
    ['* * * * * * *', 'five fields'],
    ['*  * * * *', 'five fields'],
    ['@daily', 'five fields'],
    ['60 * * * *', 'the minute goes from 0 to 59'],
    ['* 24 * * *', 'the hour goes from 0 to 23'],
    ['* * 0 * *', 'the day of month goes from 1 to 31'],
    ['* * * 13 *', 'the month goes from 1 to 12, or JAN to DEC'],
    ['* * * * 8', 'the day of week goes from 0 to 7, or SUN to SAT'],
    ['* * * * FRI-MON', 'runs backwards'],
    ['17-9 * * * *', 'runs backwards'],
    ['*/0 * * * *', 'a step of the minute goes from 1 to 60'],
    ['*/61 * * * *', 'a step of the minute'],
    ['5/10 * * * *', 'needs a range or * before it'],
    ['1,,2 * * * *', 'not *, a value, a range or a step'],
    ['* * L * *', 'goes from 1 to 31'],
    ['* * * * MON#1', 'not *, a value, a range or a step'],
    ['* * ? * *', 'not *, a value, a range or a step'],
    ['JAN * * * *', 'goes from 0 to 59'],
    ['-1 * * * *', 'not *, a value'],
    ['0 0 31 2,4,6 *', 'no month it names has that day'],
    [`${'1,'.repeat(200)}1 * * * *`, 'longer than 200'],
  ];
  expect(faults.filter(([text, words]) => cronFault(text)?.includes(words) !== true)).toEqual([]);
});

test('what passes here is taken by the scheduler, and has a next time', () => {
  const field = (min: number, max: number): fc.Arbitrary<string> => {
    const value = fc.integer({ min: min - 1, max: max + 1 });
    return fc.oneof(
      fc.constant('*'),
      value.map(String),
      fc.tuple(value, value).map(([a, b]) => `${a}-${b}`),
      fc.integer({ min: 0, max: max + 2 }).map((n) => `*/${n}`),
      fc.tuple(value, value, value).map(([a, b, n]) => `${a}-${b}/${n}`),
      fc.tuple(value, value).map(([a, b]) => `${a},${b}`),
      fc.constantFrom('MON', 'jan-mar', 'SUN,SAT', 'L', '?', 'W', '5/5', ''),
    );
  };
  let passed = 0;
  fc.assert(
    fc.property(
      fc.option(field(0, 59), { nil: undefined }),
      field(0, 59),
      field(0, 23),
      field(1, 31),
      field(1, 12),
      field(0, 7),
      (...parts) => {
        const text = parts.filter((part) => part !== undefined).join(' ');
        if (cronFault(text) !== undefined) return;
        passed += 1;
        expect(
          new Cron(text, { timezone: 'UTC', paused: true }).nextRun(new Date('2026-01-01T00:00:00Z')),
        ).not.toBeNull();
      },
    ),
    { numRuns: 2_000 },
  );
  expect(passed).toBeGreaterThan(20);
});

test('zones are IANA names', () => {
  const fits = (zone: string): boolean => trigger.input.safeParse({ cron: '* * * * *', zone }).success;
  expect(
    ['UTC', 'Europe/Paris', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'America/Port-au-Prince'].filter(
      (zone) => !fits(zone),
    ),
  ).toEqual([]);
  expect(
    [
      '',
      '+01:00',
      'Mars/X',
      'Europe/Atlantis',
      'Etc/GMT+15',
      'Europe/',
      '/Paris',
      'Europe/Paris ',
      '../etc/passwd',
      'a'.repeat(65),
    ].filter(fits),
  ).toEqual([]);
});

test('a wrong cron expression tells its fault; unknown fields are refused', () => {
  const wrong = trigger.input.safeParse({ cron: '99 * * * *' });
  expect(wrong.error?.issues[0]?.message).toBe('a cron expression like 0 3 * * *: the minute goes from 0 to 59');
  expect(
    trigger.input.safeParse({ cron: '0 3 * * *', zone: 'Europe/Paris', input: { a: 1 }, missed: 'once' }).success,
  ).toBe(true);
  expect(trigger.input.safeParse({ cron: '0 3 * * *', every: '1h' }).success).toBe(false);
  expect(trigger.input.safeParse({ cron: '0 3 * * *', missed: 'twice' }).success).toBe(false);
});
