import { expect, test } from 'vitest';
import { step } from './step.ts';

const steps = [{ id: 'a', kind: 'set@1', with: { value: '{{ index }}' } }];

test('repeat is a block that the engine runs', async () => {
  expect(step.block).toBe('repeat');
  await expect((async () => step.run({} as never, {} as never))()).rejects.toThrow('the engine runs its steps');
});

test('it never turns without an end: until and max are both needed', () => {
  expect(step.input.safeParse({ until: '{{ steps.a > 3 }}', max: 10, steps }).success).toBe(true);
  expect(step.input.safeParse({ until: '{{ steps.a > 3 }}', steps }).success).toBe(false);
  expect(step.input.safeParse({ max: 10, steps }).success).toBe(false);
  expect(step.input.safeParse({ until: '{{ false }}', max: 0, steps }).success).toBe(false);
});
