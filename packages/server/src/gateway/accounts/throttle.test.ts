import { describe, expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { networkOf, Throttle } from './throttle.ts';

const made = (tries = 3, networkTries = 100) => {
  let now = 0;
  const throttle = new Throttle(() => now, { ...LIMITS, tries, networkTries });
  return { throttle, later: (ms: number) => void (now += ms) };
};

describe('TOK-11 tries', () => {
  test('are counted for an account from a network, and end with the quarter of an hour', () => {
    const { throttle, later } = made();
    const tries = (): boolean[] => [1, 2, 3, 4].map(() => throttle.try('Ada@example.com ', '192.0.2.1'));
    expect(tries()).toEqual([true, true, true, false]);
    expect(throttle.try('ada@example.com', '192.0.2.1')).toBe(false);
    expect(throttle.try('bo@example.com', '192.0.2.1')).toBe(true);
    expect(throttle.try('ada@example.com', '192.0.2.2')).toBe(true);
    later(15 * 60_000 + 1);
    expect(tries()).toEqual([true, true, true, false]);
  });

  test('a right one forgives those of the account there, and of the network itself alone', () => {
    const { throttle } = made(2, 5);
    for (let i = 0; i < 50; i += 1) {
      expect(throttle.try('ada@example.com', '192.0.2.1')).toBe(true);
      throttle.forgive('ADA@example.com', '192.0.2.1');
    }
    // Whoever has an account cannot wash guesses at others away with it.
    for (let i = 0; i < 5; i += 1) {
      expect(throttle.try(`guess${i}@example.com`, '192.0.2.1')).toBe(true);
      throttle.try('ada@example.com', '192.0.2.1');
      throttle.forgive('ada@example.com', '192.0.2.1');
    }
    expect(throttle.try('bo@example.com', '192.0.2.1')).toBe(false);
    expect(throttle.tryFrom('192.0.2.1')).toBe(false);
    expect(throttle.tryFrom('192.0.2.2')).toBe(true);
  });

  test('of one account from everywhere are bounded too, far above what a person needs', () => {
    const { throttle } = made(3, 100);
    const seen = Array.from({ length: 40 }, (_, i) => throttle.try('ada@example.com', `192.0.2.${i}`));
    expect(seen.indexOf(false)).toBe(30);
  });
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  [undefined, 'gone'],
])('the network of %s is %s: who has an IPv6 line has more than one address', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
