import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Budget, DAY, type Quota } from '@headgate/core';
import type { Counted } from '../store/limits.ts';
import type { Used } from '../store/ports.ts';
import { Ledger, newMeter, type Spender } from './ledger.ts';

const NOON = Date.UTC(2026, 10, 27, 12);

const made = async (o: {
  quota?: Quota;
  key?: Budget;
  counted?: readonly Counted[];
  bytes?: number;
}): Promise<{ ledger: Ledger; written: Used[]; at: (time: number) => void }> => {
  let now = NOON;
  const written: Used[] = [];
  const ledger = new Ledger({
    limits: {
      quotas: () => Promise.resolve(new Map(o.quota === undefined ? [] : [['w', o.quota]])),
      budgets: () => Promise.resolve(new Map(o.key === undefined ? [] : [['key_a', o.key]])),
      counted: () => Promise.resolve(o.counted ?? []),
      bytes: () => o.bytes ?? 0,
    },
    journal: { used: (use) => written.push(use) },
    now: () => now,
  });
  await ledger.open();
  return { ledger, written, at: (time) => void (now = time) };
};

const who = (more: Partial<Spender> = {}): Spender => ({
  workspace: 'w',
  flow: 'f',
  principal: 'key_a',
  budget: undefined,
  ...more,
});

test('DOS-09 a quota lets in what it says and not one more, tells limit, use, reset and what to do, and begins anew with the day', async () => {
  const { ledger, at } = await made({ quota: { runs: { day: 3, month: 5 } } });
  for (let i = 0; i < 3; i += 1) expect(ledger.begin(who(), false)).toBeNull();
  expect(ledger.begin(who({ flow: 'g', principal: 'trigger:x' }), false)).toEqual({
    code: 'quota.runs',
    text: 'This workspace may begin 3 runs a day; 3 are used, and this would go beyond',
    retry: 'after',
    retryAfter: DAY / 2,
    fix: 'Wait until 2026-11-28T00:00:00.000Z, when the next day begins, or ask an administrator of the instance for more.',
  });
  expect(ledger.begin(who({ workspace: 'other' }), false)).toBeNull();
  at(NOON + DAY);
  for (let i = 0; i < 2; i += 1) expect(ledger.begin(who(), false)).toBeNull();
  expect(ledger.begin(who(), false)?.fix).toContain('2026-12-01T00:00:00.000Z, when the next month begins');
  at(Date.UTC(2026, 11, 1));
  expect(ledger.begin(who(), false)).toBeNull();
});

test('a clock put back gives nobody a second day', async () => {
  const { ledger, at } = await made({ quota: { runs: { day: 1 } } });
  expect(ledger.begin(who(), false)).toBeNull();
  at(NOON - 3 * DAY);
  expect(ledger.begin(who(), false)?.code).toBe('quota.runs');
});

test('DOS-09 runs that are not over are counted down as they end, and a start that came to nothing gives all back', async () => {
  const { ledger } = await made({ quota: { concurrent: 2, runs: { day: 4 } } });
  expect(ledger.begin(who(), false)).toBeNull();
  expect(ledger.begin(who(), false)).toBeNull();
  expect(ledger.begin(who(), false)?.code).toBe('quota.concurrent');
  ledger.left('w');
  expect(ledger.begin(who(), false)).toBeNull();
  ledger.undo(who());
  ledger.left('w');
  expect(ledger.begin(who(), false)).toBeNull();
  expect(ledger.begin(who(), false)).toBeNull();
  ledger.left('w');
  expect(ledger.begin(who(), false)?.code).toBe('quota.runs');
});

test('DOS-09 full storage, and a spent budget of flow or key, each refuse by their own name', async () => {
  const amounts = { runs: 9, tokens: 9, money: 9 };
  const full = await made({ quota: { bytes: 100 }, bytes: 100 });
  expect(full.ledger.begin(who(), false)).toMatchObject({ code: 'quota.bytes', retry: 'no' });
  const counted = ['', 'f', 'key_a'].map((holder) => ({ workspace: 'w', holder, day: amounts, month: amounts }));
  const flow = await made({ counted });
  expect(flow.ledger.begin(who({ budget: { runs: { month: 9 } } }), false)?.text).toContain('This flow may begin 9');
  expect(flow.ledger.begin(who({ budget: { tokens: { day: 9 } } }), false)).toBeNull();
  expect(flow.ledger.begin(who({ budget: { tokens: { day: 9 } } }), true)?.code).toBe('budget.tokens');
  const key = await made({ counted, key: { money: { month: 9 } } });
  expect(key.ledger.begin(who(), true)?.text).toContain('This key may use 9 micro-units of money a month');
  expect(key.ledger.begin(who({ principal: 'key_b' }), true)).toBeNull();
});

test('LE2 whatever steps set aside and settle at the same time, together they never use more than any budget', async () => {
  const limit = fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined });
  const act = fc.record({
    run: fc.integer({ min: 0, max: 3 }),
    most: fc.integer({ min: 0, max: 30 }),
    share: fc.integer({ min: 0, max: 100 }),
    settles: fc.constantFrom(0, 0, 1, 3),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ run: limit, day: limit, month: limit, quota: limit, key: limit, keyRun: limit }),
      fc.array(act, { maxLength: 60 }),
      async (caps, acts) => {
        const of = (name: 'run' | 'day' | 'month', value: number | undefined) =>
          value === undefined ? {} : { [name]: value };
        const { ledger, written } = await made({
          ...(caps.quota === undefined ? {} : { quota: { tokens: { day: caps.quota } } }),
          key: { tokens: { ...of('month', caps.key), ...of('run', caps.keyRun) } },
        });
        const spender = who({
          budget: { tokens: { ...of('run', caps.run), ...of('day', caps.day), ...of('month', caps.month) } },
        });
        const meters = [0, 1, 2, 3].map(newMeter);
        const flying: { used: number; run: number; settle: (usage: { tokens: number }) => unknown }[] = [];
        let total = 0;
        const byRun = [0, 0, 0, 0];
        const settle = (): void => {
          const one = flying.shift();
          if (one === undefined) return;
          one.settle({ tokens: one.used });
          total += one.used;
          byRun[one.run] = (byRun[one.run] ?? 0) + one.used;
          for (const cap of [caps.day, caps.month, caps.quota, caps.key])
            if (cap !== undefined) expect(total).toBeLessThanOrEqual(cap);
          for (const cap of [caps.run, caps.keyRun])
            if (cap !== undefined) expect(Math.max(...byRun)).toBeLessThanOrEqual(cap);
        };
        for (const { run, most, share, settles } of acts) {
          const meter = meters[run];
          if (meter === undefined) throw new Error('no such run');
          const held = ledger.reserve(spender, meter, { tokens: most });
          if ('settle' in held) flying.push({ used: Math.floor((most * share) / 100), run, settle: held.settle });
          for (let i = 0; i < settles; i += 1) settle();
        }
        while (flying.length > 0) settle();
        expect(written.reduce((sum, use) => sum + use.tokens, 0)).toBe(total);
        for (const meter of meters) expect(meter.held.tokens).toBe(0);
      },
    ),
  );
});

test('what a step says lowers nothing, and what is no amount is nothing', async () => {
  const { ledger, written } = await made({});
  const meter = newMeter();
  for (const tokens of [-5, Number.NaN, 0]) {
    const held = ledger.reserve(who(), meter, { tokens });
    if ('problem' in held) throw new Error(held.problem.text);
    expect(held.settle({ tokens, money: -1 })).toBeUndefined();
  }
  expect(written).toEqual([]);
  expect(meter).toEqual(newMeter());
});
