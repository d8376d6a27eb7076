import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Allowances } from './allowance.ts';
import { Buckets } from './buckets.ts';

test('BK2 no more are kept than may be, the one asked for last among them, and one that was forgotten is full', () => {
  const buckets = new Buckets(() => 0, 100);
  const take = (name: string): number => {
    const wait = buckets.wait(name, 60, 1);
    if (wait === 0) buckets.take(name);
    return wait;
  };
  expect(take('first')).toBe(0);
  for (let i = 0; i < 99; i += 1) take(`n${i}`);
  expect(take('first')).toBe(1_000);
  for (let i = 0; i < 99; i += 1) take(`m${i}`);
  expect(buckets.size).toBe(100);
  // Asked for in between, so the others went first.
  expect(take('first')).toBe(1_000);
  for (let i = 0; i < 100; i += 1) take(`o${i}`);
  expect(take('first')).toBe(0);
});

test('DOS-08 whatever the times between, no bucket lets more in than its burst and what the time gives', () => {
  const gap = fc.integer({ min: -500, max: 3_000 });
  fc.assert(
    fc.property(
      fc.array(gap, { maxLength: 200 }),
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 1, max: 20 }),
      (gaps, rate, burst) => {
        let now = 10_000;
        let forward = 0;
        const buckets = new Buckets(() => now);
        let let_in = 0;
        for (const by of gaps) {
          now += by;
          forward += Math.max(0, by);
          if (buckets.wait('a', rate, burst) > 0) continue;
          buckets.take('a');
          let_in += 1;
          expect(let_in).toBeLessThanOrEqual(burst + (forward * rate) / 60_000 + 1e-6);
        }
      },
    ),
  );
});

test('DOS-08 an account has one bucket for all its keys, a workspace one for all of its people, and who is refused takes nothing', () => {
  const allowances = new Allowances(() => 0, { user: 6, workspace: 9, network: 0 });
  const enter = (key: string, user: string | undefined, workspace: string) => {
    const entered = allowances.enter(key, undefined, { user, workspace });
    return typeof entered === 'function' ? 'in' : entered.code;
  };
  expect([enter('k1', 'ada', 'w'), enter('k2', 'ada', 'w'), enter('k3', 'ada', 'w')]).toEqual([
    'in',
    'in',
    'rate.user',
  ]);
  // Refused for the account: the workspace still has its third.
  expect([enter('k4', undefined, 'w'), enter('k5', 'bob', 'w')]).toEqual(['in', 'rate.workspace']);
  expect(enter('k5', 'bob', 'v')).toBe('in');
});

test('AL3 a network is one address, or one /64; this machine is none', () => {
  const allowances = new Allowances(() => 0, { user: 0, workspace: 0, network: 3 });
  expect(allowances.knock('192.0.2.1')).toBeNull();
  expect(allowances.knock('::ffff:192.0.2.1')).toMatchObject({ code: 'rate.network', wait: 20_000 });
  expect(allowances.knock('192.0.2.2')).toBeNull();
  expect(allowances.knock('2001:db8::1')).toBeNull();
  expect(allowances.knock('2001:db8::2')).toMatchObject({ code: 'rate.network' });
  for (const here of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.9.9.9'])
    for (let i = 0; i < 100; i += 1) expect(allowances.knock(here)).toBeNull();
});
