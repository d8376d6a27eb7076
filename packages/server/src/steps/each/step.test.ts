import { expect, test } from 'vitest';
import { step } from './step.ts';

const steps = [{ id: 'a', kind: 'set@1', with: { value: '{{ item }}' } }];

test('each is a block that the engine runs', async () => {
  expect(step.block).toBe('each');
  await expect((async () => step.run({} as never, {} as never))()).rejects.toThrow('the engine runs its steps');
});

test('its settings are a list or an expression, and steps', () => {
  expect(
    step.input.safeParse({
      over: '{{ input.list }}',
      steps,
      concurrency: 2,
      onItem: 'collect',
      result: '{{ steps.a }}',
    }).success,
  ).toBe(true);
  expect(step.input.safeParse({ over: [1, 2], steps }).success).toBe(true);
  // A block may be saved before anything is in it; `check` tells of it (block.empty).
  expect(step.input.safeParse({ over: [1, 2], steps: [] }).success).toBe(true);
  expect(step.input.safeParse({ over: [1, 2] }).success).toBe(false);
  expect(step.input.safeParse({ over: [1, 2], steps, concurrency: 0 }).success).toBe(false);
  expect(step.input.safeParse({ items: [1, 2], steps }).success).toBe(false);
});
