import { expect, test } from 'vitest';
import { floorOf, readDiskFloor, sizeText } from './disk-floor.ts';

const GB = 1024 ** 3;
const floor = (text: string | undefined, total: number): number | string => {
  const read = readDiskFloor(text);
  return read.ok ? floorOf(read.value, total) : read.problem.code;
};

test('without a setting the floor is 1 GB, and 5 % of a small disk', () => {
  expect(floor(undefined, 500 * GB)).toBe(GB);
  expect(floor(undefined, 10 * GB)).toBe(GB / 2);
});

test('a size counts as it is named, a share of the disk as a share of it, and 0 is no floor', () => {
  expect(floor('500 MB', 10 * GB)).toBe(500 * 1024 ** 2);
  expect(floor('1.5GB', GB)).toBe(1.5 * GB);
  expect(floor('2 TB', GB)).toBe(2048 * GB);
  expect(floor('10 %', 100 * GB)).toBe(10 * GB);
  expect(floor('2.5%', 100 * GB)).toBe(2.5 * GB);
  expect(floor('0', 100 * GB)).toBe(0);
});

test('what is no size is refused: no unit, more than half of the disk, a negative one', () => {
  for (const wrong of ['500', '51 %', '100%', '-1 GB', '1 gb', 'GB', '1e3 MB', '', ' ', '1 GB 2 MB'])
    expect([wrong, floor(wrong, GB)]).toEqual([wrong, 'config.disk_floor']);
});

test('sizes are told in the unit that people read', () => {
  expect([sizeText(0), sizeText(300 * 1024 ** 2), sizeText(1.25 * GB)]).toEqual(['0 MB', '300 MB', '1.3 GB']);
});
