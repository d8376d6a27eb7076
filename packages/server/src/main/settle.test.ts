import { expect, test } from 'vitest';
import { settle } from './settle.ts';

test('what a start leaves behind is given back, and nobody else can ask for a collection afterwards (SE1)', () => {
  const left = { behind: Array.from({ length: 400_000 }, (_, i) => ({ i, text: `number ${i}` })) };
  const before = process.memoryUsage().heapTotal;
  expect(left.behind).toHaveLength(400_000);
  left.behind = [];
  settle();
  expect(process.memoryUsage().heapTotal).toBeLessThan(before - 20_000_000);
  expect(globalThis.gc).toBeUndefined();
});
