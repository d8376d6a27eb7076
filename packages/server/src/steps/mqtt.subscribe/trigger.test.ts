import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

const settings = { host: 'Hub.example.com', secret: 'hub', topics: ['house/+/door'] };

test('it asks for the one broker, and for the secret there', () => {
  expect(trigger.needs?.(settings).map(({ power, scope }) => `${power}: ${scope}`)).toEqual([
    'net: TCP hub.example.com:8883',
    'secret: use hub for mqtt://hub.example.com:8883',
  ]);
  expect(trigger.needs?.({ ...settings, host: '10.0.0.5', port: 1883, secret: undefined })).toMatchObject([
    { scope: 'TCP 10.0.0.5:1883' },
  ]);
});

test('a wildcard stands for a whole level, and topics of the broker itself are none', () => {
  const fits = (topics: unknown) => trigger.input.safeParse({ ...settings, topics }).success;
  expect(['a', 'a/b', '+', '#', 'a/+/b', 'a/#', '+/#', '/a', ['a', 'b/#']].map(fits)).toEqual(Array(9).fill(true));
  expect(['', 'a+', 'a/b#', '#/a', '$SYS/#', 'a\u0000', 'a\nb', [], 1].map(fits)).toEqual(Array(9).fill(false));
  expect(trigger.input.safeParse({ ...settings, host: '{{ input.x }}' }).success).toBe(false);
  expect(trigger.input.safeParse({ ...settings, more: 1 }).success).toBe(false);
});
