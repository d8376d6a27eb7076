import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldSteps, heldUntil, HELD_MOST, unheld } from './holding.ts';
import { find, runState } from './state.ts';
import { shapeOf } from './shape.ts';
import { flowOf, scriptOf } from './testing/flows.ts';
import { act, each, Hand } from './testing/hand.ts';
import { outcomeOf, Simulator } from './testing/simulator.ts';

const held = { input: { value: 'its own' } };
const go = (mode: 'continue' | 'step' = 'continue') => ({ mode, by: 'u1' });

describe('a breakpoint', () => {
  it('holds its step before it begins, while another branch goes on', () => {
    const run = new Hand(act('a'), act('b', ['a']), act('c', ['a'])).begin({ breakpoints: ['b'] });
    expect(run.asks()).toEqual(['start a']);
    expect(run.done('a').asks()).toEqual(['hold b', 'start c']);
    run.started('c').put('step.held', held, 'b');
    expect([run.status('b'), runState(run.state)]).toEqual(['held', 'running']);
    expect(run.done('c').asks()).toEqual([]);
    expect(runState(run.state)).toBe('waiting');
    expect(run.put('step.continued', go(), 'b').asks()).toEqual(['start b']);
    expect(run.done('b').asks()).toEqual(['finish']);
  });

  it('holds a step once: not when it is tried again, and not when a doubt is resolved', () => {
    const run = new Hand(act('a')).begin({ breakpoints: ['a'] });
    run.put('step.held', held, 'a').put('step.continued', go(), 'a').started('a');
    expect(run.fails('a', undefined, 9).asks()).toEqual(['retry a at 9']);
    run.started('a', undefined, 2).put('run.doubted', { problem: { code: 'x', text: 'x', retry: 'no' } }, 'a');
    expect(run.put('run.resolved', { choice: 'repeat', by: 'u1' }).asks()).toEqual(['start a attempt 3']);
  });

  it('holds neither what is pinned, nor what is switched off, nor what is skipped', () => {
    const run = new Hand(
      act('a'),
      act('b', ['a']),
      act('off', ['a'], { disabled: true }),
      act('no', ['a.other']),
    ).begin(
      { breakpoints: ['a', 'off', 'no'] },
      { type: 'step.done', step: 'a', data: { out: { value: 1 }, pinned: true } },
    );
    expect(run.asks()).toEqual(['start b']);
    expect([run.status('a'), run.status('off'), run.status('no')]).toEqual(['done', 'done', 'skipped']);
  });

  it('in a block holds each item, and one at a short form holds its list, once', () => {
    const run = new Hand(each('e', [act('in')], { concurrency: 2 }), act('s', [], { each: { over: '{{ 1 }}' } })).begin(
      {
        breakpoints: ['in', 's'],
      },
    );
    expect(run.asks()).toEqual(['hold s', 'start e']);
    expect(run.opened('e', 3).asks()).toEqual(['hold in/0', 'hold in/1']);
    run.put('step.held', held, 'in', [0]).put('step.held', held, 'in', [1]).put('step.held', held, 's');
    expect(heldSteps(run.state).map(({ step, scope }) => [step.id, ...scope.item])).toEqual([
      ['in', 0],
      ['in', 1],
      ['s'],
    ]);
    expect(run.put('step.continued', go(), 'in', [1]).asks()).toEqual(['start in/1']);
    expect(run.put('step.continued', go(), 's').opened('s', 1).asks()).toEqual(['start s/0']);
  });

  it('is let go of with its block, when the block ends by a problem of another item', () => {
    const run = new Hand(each('e', [act('x'), act('y', ['x'])], { concurrency: 2 })).begin({ breakpoints: ['y'] });
    run.opened('e', 2).done('x', [0]);
    run.put('step.held', held, 'y', [0]);
    expect(heldSteps(run.state)).toHaveLength(1);
    expect(run.fails('x', [1]).asks()).toEqual(['fail x/1']);
    expect([heldSteps(run.state).length, heldUntil(run.state), run.state.waiting]).toEqual([0, null, 0]);
  });

  it('means nothing in a run that was begun without any', () => {
    const run = new Hand(act('a')).begin();
    expect(run.put('step.held', held, 'a').asks()).toEqual(['start a']);
    expect(run.put('step.continued', go(), 'a').asks()).toEqual([]);
  });
});

describe('stepping', () => {
  it('runs one step and holds what comes next, until somebody continues', () => {
    const run = new Hand(act('a'), act('b', ['a']), act('c', ['b'])).begin({ breakpoints: ['a'] });
    run.put('step.held', held, 'a').put('step.continued', go('step'), 'a');
    expect(run.asks()).toEqual(['start a']);
    expect(run.done('a').asks()).toEqual(['hold b']);
    run.put('step.held', held, 'b').put('step.continued', go(), 'b');
    expect(run.asks()).toEqual(['start b']);
    expect(run.done('b').asks()).toEqual(['start c']);
  });

  it('goes over a block, and stays in the block it is in', () => {
    const steps = [act('a'), each('e', [act('x'), act('y', ['x'])], { after: ['a'] }), act('z', ['e'])];
    const over = new Hand(...steps).begin({ breakpoints: ['e'] }).done('a');
    expect(over.put('step.held', held, 'e').put('step.continued', go('step'), 'e').asks()).toEqual(['start e']);
    expect(over.opened('e', 1).asks()).toEqual(['start x/0']);
    const inner = new Hand(...steps)
      .begin({ breakpoints: ['x'] })
      .done('a')
      .opened('e', 1);
    inner.put('step.held', held, 'x', [0]).put('step.continued', go('step'), 'x', [0]);
    expect(inner.done('x', [0]).asks()).toEqual(['hold y/0']);
    inner.put('step.held', held, 'y', [0]).put('step.continued', go('step'), 'y', [0]).done('y', [0]);
    expect(inner.done('e').asks()).toEqual(['hold z']);
  });
});

describe('an input that somebody gave to a held step', () => {
  it('is kept with the step instance, and with no other', () => {
    const run = new Hand(act('a'), act('b', ['a'])).begin({ breakpoints: ['a'] });
    run.put('step.held', held, 'a').put('step.continued', { ...go(), input: { value: 7 } }, 'a');
    expect([...(find(run.state, 'a', undefined)?.scope.edited ?? [])]).toEqual([[0, { value: 7 }]]);
  });
});

describe('held time', () => {
  it('does not count: limits stand still while a step is held, and are later by as much', () => {
    const run = new Hand(act('a'), act('b')).begin({ breakpoints: ['a', 'b'] });
    expect(unheld(run.state, 500)).toBe(500);
    run.put('step.held', held, 'a').put('step.held', held, 'b');
    const since = run.state.holding?.since ?? 0;
    expect([since, unheld(run.state, 500), heldUntil(run.state)]).toEqual([1003, null, 1004 + HELD_MOST]);
    run.put('step.continued', go(), 'a');
    expect([unheld(run.state, 500), heldUntil(run.state)]).toEqual([null, 1005 + HELD_MOST]);
    run.put('step.continued', go(), 'b');
    expect([unheld(run.state, 500), unheld(run.state, 500, 1), heldUntil(run.state)]).toEqual([503, 502, null]);
  });
});

const numbers = fc.array(fc.nat(99), { minLength: 10, maxLength: 120, size: 'max' });
const choices = fc.array(fc.nat(1000), { maxLength: 200, size: 'max' });
const breakpoints = fc.uniqueArray(
  fc.integer({ min: 0, max: 12 }).map((n) => `s${n}`),
  { maxLength: 8 },
);

describe('any breakpoints, let go of in any order', () => {
  it('lead to what the run without them leads to, and nothing begins at one before that', () => {
    let stops = 0;
    fc.assert(
      fc.property(numbers, fc.nat(100_000), breakpoints, choices, (n, seed, at, one) => {
        const shape = shapeOf(flowOf(n));
        const whole = new Simulator(shape, scriptOf(seed)).begin().run();
        const held = new Simulator(shape, scriptOf(seed)).begin({ breakpoints: at }).run(one);
        stops += held.journal.filter((event) => event.type === 'step.held').length;
        expect(outcomeOf(held.state)).toEqual(outcomeOf(whole.state));
      }),
      { numRuns: 200 },
    );
    expect(stops).toBeGreaterThan(100);
  });

  it('hold the same steps after a crash at any event, and the rest goes as it would have', () => {
    fc.assert(
      fc.property(numbers, fc.nat(100_000), breakpoints, choices, (n, seed, at, one) => {
        const shape = shapeOf(flowOf(n));
        const whole = new Simulator(shape, scriptOf(seed)).begin({ breakpoints: at }).run(one);
        const stride = Math.max(1, Math.floor(whole.journal.length / 25));
        for (let cut = 2; cut <= whole.journal.length; cut += stride) {
          const after = new Simulator(shape, scriptOf(seed), whole.journal.slice(0, cut)).run(one);
          expect(outcomeOf(after.state)).toEqual(outcomeOf(whole.state));
        }
      }),
      { numRuns: 80 },
    );
  });
});
