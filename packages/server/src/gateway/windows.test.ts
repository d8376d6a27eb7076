import { expect, test } from 'vitest';
import { networkOf } from './accounts/throttle.ts';
import { Windows } from './windows.ts';

test('WN1 TOK-11 a count is not forgotten because somebody makes up others, and what is over makes room first', () => {
  let now = 1_000;
  const counts = new Windows(() => now);
  for (let i = 0; i < 100; i += 1) counts.add('target');
  for (let i = 0; i < 60_000; i += 1) counts.add(`made up ${i}`);
  expect(counts.count('target')).toBe(100);
  expect(counts.add('target')).toBe(101);
  now += 60_001;
  for (let i = 0; i < 30_000; i += 1) counts.add(`later ${i}`);
  expect(counts.count('target')).toBe(0);
});

test('WN1 making room costs little, however high the counts are', () => {
  const counts = new Windows(() => 1_000);
  for (let round = 0; round < 40; round += 1) for (let i = 0; i < 19_999; i += 1) counts.add(`one ${i}`);
  const began = performance.now();
  for (let i = 0; i < 4_000; i += 1) counts.add(`other ${i}`);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:DB8:0:1::7', '2001:db8:0:1::/64'],
  ['2001:db8:0000:0001:aaaa::1', '2001:db8:0:1::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('TOK-11 the network of %s is %s, however it is written', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
