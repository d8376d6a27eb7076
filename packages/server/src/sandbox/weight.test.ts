import { expect, test } from 'vitest';
import { Weight } from './weight.ts';

const MB = 1024 * 1024;

test('WT1 a run answers for what comes while it works, not for what others left', () => {
  let held = 50 * MB;
  const weight = new Weight(() => held);
  weight.begin();
  held = 210 * MB;
  // Of one that began when it held 50: more than twice its 48, and 64.
  expect(weight.isOver(48)).toBe(false);
  held = 211 * MB;
  expect(weight.isOver(48)).toBe(true);
  // What is left of it is not the next one's.
  expect(weight.settle(false)).toBe(true);
  expect(weight.isOver(48)).toBe(false);
  held = 372 * MB;
  expect(weight.isOver(48)).toBe(true);
});

test('WT1 what it holds at rest is bounded by what it held at its start, and tighter after a run that was ended', () => {
  let held = 50 * MB;
  const weight = new Weight(() => held);
  weight.begin();
  for (const [more, kept, keptHurt] of [
    [0, true, true],
    [64, true, true],
    [65, true, false],
    [192, true, false],
    [193, false, false],
  ] as const) {
    held = (50 + more) * MB;
    expect([weight.settle(false), weight.settle(true)]).toEqual([kept, keptHurt]);
  }
  // One that gave back what it had held is measured from its start again, not from less.
  held = 10 * MB;
  expect(weight.settle(false)).toBe(true);
  held = 211 * MB;
  expect([weight.isOver(48), weight.isOver(49)]).toEqual([true, false]);
});
