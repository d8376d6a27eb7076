import { expect, test } from 'vitest';
import { joined, placesDone } from './places.ts';

const rows = (states: string) =>
  [...states].map((one, at) => ({ state: one === 'd' ? 'done' : one === 'r' ? 'running' : 'waiting', was: at }));

test('what is done is told by ranges', () => {
  expect(placesDone(rows('dddrdw'))).toBe('0-2,4');
  expect(placesDone(rows('rw'))).toBe('');
  expect(placesDone([])).toBe('');
});

test('what is told anew goes where it was left open, and what is done stays', () => {
  const told = [
    { state: 'done', was: 30 },
    { state: 'running', was: 50 },
  ];
  expect(joined(rows('dddrdw'), told).map(({ was }) => was)).toEqual([0, 1, 2, 30, 4, 50]);
});

test('so many ranges that an address does not hold them are asked for again', () => {
  const many = rows('dw'.repeat(1_000));
  const asked = placesDone(many);
  expect(asked.length).toBeLessThan(1_510);
  const left = asked.split(',').length;
  const told = many.filter((_, at) => at % 2 === 1 || at / 2 >= left);
  expect(joined(many, told)).toEqual(many);
});
