import { expect, test } from 'vitest';
import { callsFor, openFiles, pythonsFor } from './open-files.ts';

test('calls get a fifth of the files a process may open, never all, and never none', () => {
  expect(openFiles()).toBeGreaterThan(0);
  expect([16, 300, 1_024, 20_000, 1_000_000, Number.POSITIVE_INFINITY].map(callsFor)).toEqual([
    4, 60, 204, 4_000, 4_000, 4_000,
  ]);
});

test('Python gets an eighth of the memory, and at least two places', () => {
  const GB = 1024 ** 3;
  expect([1, 4, 8, 16, 512].map((n) => pythonsFor(n * GB))).toEqual([2, 2, 4, 9, 16]);
});
