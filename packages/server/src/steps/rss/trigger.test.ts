import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

test('it asks for the one feed, and for the secret there', () => {
  const needs = trigger.needs?.({ url: 'https://example.com/feed.xml', secret: 'paper' }) ?? [];
  expect(needs.map(({ power, scope, least }) => `${power}: ${least ?? scope}`)).toEqual([
    'net: GET example.com:443/feed.xml',
    'secret: use paper for https://example.com',
  ]);
});

test('an address stands there plainly, and a feed is asked no more often than every ten seconds', () => {
  const fits = (more: Record<string, unknown>) =>
    trigger.input.safeParse({ url: 'https://example.com/feed', ...more }).success;
  expect([{}, { every: '10s' }, { every: '1d' }, { from: 'all' }].map(fits)).toEqual([true, true, true, true]);
  const wrong = [
    { url: '{{ x }}' },
    { url: 'ftp://a.example' },
    { url: 'https://a.example@b.example/' },
    { url: '/a' },
  ];
  expect([...wrong, { every: '9s' }, { every: '2d' }, { more: 1 }].map(fits)).toEqual(Array(7).fill(false));
});
