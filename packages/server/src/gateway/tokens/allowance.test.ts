import { describe, expect, test } from 'vitest';
import { Allowances } from './allowance.ts';

const limits = (more: { rate?: number; burst?: number; parallel?: number }) => ({
  rate: more.rate ?? null,
  burst: more.burst ?? null,
  parallel: more.parallel ?? null,
});

describe('the limits of a key', () => {
  test('a rate lets its burst in at once, then one for each part of the minute, and says how long to wait', () => {
    let now = 1_000;
    const allowances = new Allowances(() => now);
    const two = limits({ rate: 60, burst: 2 });
    expect(typeof allowances.enter('a', two)).toBe('function');
    expect(typeof allowances.enter('a', two)).toBe('function');
    expect(allowances.enter('a', two)).toMatchObject({ code: 'key.rate', wait: 1_000 });
    expect(typeof allowances.enter('b', two)).toBe('function');
    now += 500;
    expect(allowances.enter('a', two)).toMatchObject({ code: 'key.rate', wait: 500 });
    now += 500;
    expect(typeof allowances.enter('a', two)).toBe('function');
    expect(allowances.enter('a', two)).toMatchObject({ code: 'key.rate' });
    now += 60_000;
    expect(typeof allowances.enter('a', two)).toBe('function');
    expect(typeof allowances.enter('a', two)).toBe('function');
    expect(allowances.enter('a', two)).toMatchObject({ code: 'key.rate' });
  });

  test('a clock that is set back neither fills a bucket nor empties it', () => {
    let now = 100_000;
    const allowances = new Allowances(() => now);
    const one = limits({ rate: 1, burst: 1 });
    expect(typeof allowances.enter('a', one)).toBe('function');
    now = 0;
    expect(allowances.enter('a', one)).toMatchObject({ code: 'key.rate', wait: 60_000 });
  });

  test('requests under way are counted until they end, and ending one twice counts once', () => {
    const allowances = new Allowances(() => 0);
    const two = limits({ parallel: 2 });
    const first = allowances.enter('a', two);
    const second = allowances.enter('a', two);
    expect(allowances.enter('a', two)).toMatchObject({ code: 'key.parallel' });
    if (typeof first !== 'function' || typeof second !== 'function') throw new Error('they were let in');
    first();
    first();
    expect(typeof allowances.enter('a', two)).toBe('function');
    expect(allowances.enter('a', two)).toMatchObject({ code: 'key.parallel' });
  });

  test('what the count refuses takes nothing from the rate', () => {
    const allowances = new Allowances(() => 0);
    const both = limits({ rate: 10, burst: 2, parallel: 1 });
    const first = allowances.enter('a', both);
    for (let i = 0; i < 5; i += 1) expect(allowances.enter('a', both)).toMatchObject({ code: 'key.parallel' });
    if (typeof first !== 'function') throw new Error('it was let in');
    first();
    expect(typeof allowances.enter('a', both)).toBe('function');
  });

  test('a key without limits is let in without a count', () => {
    const allowances = new Allowances(() => 0);
    for (let i = 0; i < 1_000; i += 1) expect(typeof allowances.enter('a', undefined)).toBe('function');
  });
});
