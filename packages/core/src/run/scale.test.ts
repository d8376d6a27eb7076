import { describe, expect, it } from 'vitest';
import { apply, foldAll } from './fold.ts';
import type { Event } from './journal.ts';
import { plan } from './plan.ts';
import { shapeOf } from './shape.ts';
import { DONE, newState, SKIPPED } from './state.ts';
import { act, each, flow, Hand } from './testing/hand.ts';
import { scriptOf } from './testing/flows.ts';
import { Simulator } from './testing/simulator.ts';
import type { Step } from '../flow/model.ts';

const chain = (length: number, more: Partial<Step> = {}): Step[] =>
  Array.from({ length }, (_, i) => act(`s${i}`, i === 0 ? ['head'] : [`s${i - 1}`], more));

/** What a run leaves that goes through a list with two steps an item, one item after the other. */
const journalOf = (items: number): Event[] => {
  const out = { value: 1 };
  const run = new Hand().begin().put('block.opened', { count: items }, 'e');
  for (let i = 0; i < items; i += 1) {
    run.put('step.done', { out }, 'a', [i]).put('step.done', { out }, 'b', [i]);
  }
  return run.put('step.done', { out }, 'e').put('run.done', { output: out }).journal;
};

/** Microseconds of this thread alone, since others use the machine too; the better of two. */
const best = (work: () => void): number => {
  const times = [0, 1].map(() => {
    const begun = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(begun);
    return user + system;
  });
  return Math.min(...times);
};

const calm = scriptOf(1, 0);
const plain = (items: number) => () => ({ ...calm('a', []), pure: true, waits: false, port: null, count: items });

describe('P3: a chain of 10,000 steps', () => {
  it('is skipped in one event, without recursion', () => {
    const run = new Hand(act('head'), ...chain(10_000)).begin().port('head', 'problem');
    expect(run.status('s9999')).toBe('skipped');
    expect(run.asks()).toEqual(['finish']);
  });

  it('of disabled steps settles in one event', () => {
    const run = new Hand(act('head'), ...chain(10_000, { disabled: true })).begin().done('head');
    expect(run.status('s9999')).toBe('done');
    expect(run.asks()).toEqual(['finish']);
  });

  it('runs to its end', () => {
    const run = new Simulator(shapeOf(flow(act('head'), ...chain(10_000))), plain(0)).begin().run();
    expect(run.state.root.status.every((status) => status === DONE)).toBe(true);
  });

  it('into one step with 10,000 entries waits for all of them', () => {
    const steps = Array.from({ length: 10_000 }, (_, i) => act(`s${i}`, ['head']));
    const run = new Hand(
      act('head'),
      ...steps,
      act(
        'last',
        steps.map((s) => s.id),
      ),
    )
      .begin()
      .port('head', 'problem');
    expect(run.status('last')).toBe('skipped');
  });

  it('of skips out of an unknown order of the file is no deeper', () => {
    const steps = [...chain(10_000).toReversed(), act('head')];
    const state = new Hand(...steps).begin().port('head', 'problem').state;
    expect(state.root.status.filter((status) => status === SKIPPED)).toHaveLength(10_000);
  });
});

describe('P3: 100,000 items', () => {
  it('that end at once (all steps disabled) are one loop', () => {
    const run = new Hand(each('e', [act('a', [], { disabled: true }), act('b', ['a'], { disabled: true })])).begin();
    run.opened('e', 100_000);
    expect(run.asks()).toEqual(['close e']);
    expect(run.state.root.blocks.get(0)?.results).toHaveLength(100_000);
  });

  it('that end at once within items of a block that end at once are one loop', () => {
    const inner = each('inner', [act('a', [], { disabled: true })], { disabled: true });
    const run = new Hand(each('e', [inner], { concurrency: 1 })).begin().opened('e', 100_000);
    expect(run.asks()).toEqual(['close e']);
  });

  it('cost ten times what 10,000 cost, not a hundred times; live and read back', () => {
    const shape = shapeOf(flow(each('e', [act('a'), act('b', ['a'])], { concurrency: 10 })));
    const few = journalOf(10_000);
    const many = journalOf(100_000);
    const live = (journal: readonly Event[]): void => {
      const state = newState(shape);
      for (const event of journal) {
        apply(state, event);
        plan(state);
      }
      expect(state.phase).toBe('done');
    };
    const back = (journal: readonly Event[]): void => {
      expect(foldAll(newState(shape), journal).phase).toBe('done');
    };
    for (const way of [live, back]) {
      best(() => way(few));
      expect(best(() => way(many)) / best(() => way(few))).toBeLessThan(40);
    }
  });

  it('read back in the middle keep only what still holds', () => {
    const shape = shapeOf(flow(each('e', [act('a')], { concurrency: 10, onItem: 'collect' })));
    const script = () => ({ ...plain(20_000)(), fails: 1, retries: 0 });
    const { journal } = new Simulator(shape, script).begin().run();
    const state = newState(shape);
    let most = 0;
    for (const event of journal.slice(0, 15_000)) {
      apply(state, event);
      most = Math.max(most, state.commands.length);
    }
    expect(most).toBeLessThan(1_024);
    expect(plan(state).filter((command) => command.do === 'start')).toHaveLength(10);
  });
});

describe('plan', () => {
  it('costs what is new, not what was: asking a run of 10,000 steps costs about what one of 10 costs', () => {
    const ask = (length: number): number => {
      const { state } = new Hand(act('head'), ...chain(length)).begin();
      plan(state);
      return best(() => {
        for (let i = 0; i < 20_000; i += 1) {
          apply(state, { seq: i, at: 1, type: 'run.log', data: { level: 'info', text: 'x' } });
          plan(state);
        }
      });
    };
    ask(10);
    expect(ask(10_000)).toBeLessThan(20 * ask(10) + 20_000);
  });
});
