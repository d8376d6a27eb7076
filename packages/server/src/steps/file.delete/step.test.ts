import { trial, trialFiles } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('a file is deleted once, and says so', async () => {
  const held = new Map([['in/a', 'x']]);
  const files = trialFiles(held);
  expect((await trial(step, { path: 'in/a' }, { files })).outcome).toEqual({ kind: 'done', value: { deleted: true } });
  expect(held.size).toBe(0);
  expect((await trial(step, { path: 'in/a' }, { files })).outcome).toEqual({ kind: 'done', value: { deleted: false } });
});

test('the power asked for is to write, within the folder that stands plainly there', () => {
  expect(step.needs?.({ path: 'in/{{ item.name }}' })).toMatchObject([{ power: 'file', scope: 'write in/' }]);
});
