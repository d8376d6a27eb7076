import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { Timers } from './timers.ts';

let timers: Timers;
beforeEach(() => {
  timers = new Timers(systemClock);
});
afterEach(() => timers.close());

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('wake-ups come in the order of their times, each once, and not before', async () => {
  const came: number[] = [];
  const now = Date.now();
  for (const ms of [40, 10, 30, 20]) timers.at(now + ms, () => void came.push(Date.now() >= now + ms ? ms : -1));
  await later(150);
  expect(came).toEqual([10, 20, 30, 40]);
});

test('a cancelled wake-up never comes, and cancelling twice or too late does nothing', async () => {
  const came: string[] = [];
  const one = timers.at(Date.now() + 20, () => void came.push('one'));
  const two = timers.at(Date.now() + 20, () => void came.push('two'));
  one();
  one();
  await later(80);
  two();
  expect(came).toEqual(['two']);
});

test('deadlines that never come do not pile up: their places are given back', () => {
  const kept = timers.at(Date.now() + 3_600_000, () => undefined);
  for (let i = 0; i < 100_000; i += 1) timers.at(Date.now() + 3_600_000, () => undefined)();
  expect(timers.size).toBeLessThan(5_000);
  kept();
});

test('ten thousand wake-ups that are due together let others pass in between', async () => {
  let came = 0;
  const due = Date.now() + 5;
  for (let i = 0; i < 10_000; i += 1) timers.at(due, () => void (came += 1));
  let between = 0;
  while (came < 10_000) {
    await new Promise((resolve) => setImmediate(resolve));
    if (came > 0 && came < 10_000) between += 1;
  }
  expect(between).toBeGreaterThan(50);
});
