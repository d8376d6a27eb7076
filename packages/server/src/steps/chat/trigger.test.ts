import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

const fits = (input: object): boolean => trigger.input.safeParse(input).success;

test('asks for the power to keep files where it takes some, and for none else', () => {
  expect(trigger.needs?.({})).toEqual([]);
  expect(trigger.needs?.({ files: { kinds: ['image/*'] } })).toMatchObject([{ power: 'file', scope: 'write chat/' }]);
  expect(trigger.needs?.({ files: { kinds: ['image/*'], folder: 'in/' } })).toMatchObject([{ scope: 'write in/' }]);
});

test('names websites whole: no pattern, no path, and plain http on this machine alone', () => {
  expect(fits({ origins: ['https://shop.example', 'https://a.example:8443', 'http://localhost:3000'] })).toBe(true);
  for (const origin of [
    '*',
    'https://*.example',
    'https://a.example/',
    'http://a.example',
    'null',
    'https://a@b.example',
  ])
    expect(fits({ origins: [origin] })).toBe(false);
});

test('keeps sessions for a time that is written plainly', () => {
  expect(fits({ keep: '30d', window: '12h', history: 0 })).toBe(true);
  for (const one of [{ keep: '1s' }, { keep: '999d' }, { history: 101 }, { window: 'ever' }])
    expect(fits(one)).toBe(false);
});

test('is a model to others by a plain name', () => {
  expect(fits({ model: 'support-bot' })).toBe(true);
  for (const model of ['Support', '../x', 'a b', '']) expect(fits({ model })).toBe(false);
});
