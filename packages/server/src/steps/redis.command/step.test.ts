import { expect, test } from 'vitest';
import { step } from './step.ts';

const plain = { host: 'cache.example.com', command: 'GET', args: ['a'] };

test('it asks for the one server and the one secret that stand plainly there', () => {
  const asked = (raw: object) =>
    (step.needs?.({ ...plain, ...raw }) ?? []).map(({ power, scope }) => `${power}: ${scope}`);
  expect(asked({ secret: 'cache' })).toEqual([
    'net: TCP cache.example.com:6379',
    'secret: use cache for redis://cache.example.com:6379',
  ]);
});

test('a command is a name and nothing else', () => {
  for (const command of ['GET a', 'GET\r\nFLUSHALL', '', '{{ input.command }}', '__proto__'])
    expect(step.input.safeParse({ ...plain, command }).success).toBe(false);
  expect(step.input.safeParse(plain).success).toBe(true);
});

test('what changes something is repeated only where the step says that this does no harm', () => {
  const may = (more: object) => step.repeatable?.({ ...plain, ...more } as never);
  expect([may({}), may({ mode: 'write' }), may({ mode: 'write', repeatable: true })]).toEqual([true, false, true]);
});
