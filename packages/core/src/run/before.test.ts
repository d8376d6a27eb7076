import { describe, expect, it } from 'vitest';
import { act, each, Hand } from './testing/hand.ts';
import type { Put } from './testing/simulator.ts';

const pin = (step: string, port?: string): Put => ({
  type: 'step.done',
  step,
  data: { out: { value: `${step} pinned` }, pinned: true, ...(port === undefined ? {} : { port }) },
});

describe('a pin before the start', () => {
  it('stands in for the result, and the step does not run', () => {
    const run = new Hand(act('a'), act('b', ['a'])).begin({}, pin('a'));
    expect(run.asks()).toEqual(['start b']);
    expect(run.value('a')).toBe('a pinned');
  });

  it('chooses the port', () => {
    const run = new Hand(act('check'), act('yes', ['check.true']), act('no', ['check.false'])).begin(
      {},
      pin('check', 'false'),
    );
    expect(run.asks()).toEqual(['start no']);
  });

  it('on a step in the middle leaves the steps before it as they are', () => {
    const run = new Hand(act('a'), act('b', ['a']), act('c', ['b'])).begin({}, pin('b'));
    expect(run.asks()).toEqual(['start a', 'start c']);
    expect(run.done('a').done('c').asks()).toEqual(['finish']);
  });

  it('wins over a skip', () => {
    const run = new Hand(act('check'), act('b', ['check.true']), act('c', ['b'])).begin({}, pin('b'));
    expect(run.asks()).toEqual(['start c', 'start check']);
    run.port('check', 'false');
    expect(run.status('b')).toBe('done');
  });

  it('on a block stands for the whole of it', () => {
    const run = new Hand(each('e', [act('a')]), act('b', ['e']), act('s', [], { each: { over: '{{ 1 }}' } })).begin(
      {},
      pin('e'),
      pin('s'),
    );
    expect(run.asks()).toEqual(['start b']);
  });

  it('on every step lets the flow finish at once', () => {
    expect(new Hand(act('a'), act('b', ['a'])).begin({}, pin('b'), pin('a')).asks()).toEqual(['finish']);
  });

  it('on a step that is not there changes nothing', () => {
    expect(new Hand(act('a')).begin({}, pin('ghost')).asks()).toEqual(['start a']);
  });
});

describe('results put before the start', () => {
  it('stand in any order, though the steps between them are not to run', () => {
    const steps = [act('a'), act('b', ['a']), act('c', ['b'])];
    for (const before of [
      [pin('a'), pin('b')],
      [pin('b'), pin('a')],
    ]) {
      const run = new Hand(...steps).begin({ only: ['c'] }, ...before);
      expect([run.status('a'), run.status('b')]).toEqual(['done', 'done']);
      expect(run.asks()).toEqual(['start c']);
    }
  });

  it('win over a skip that another of them brings', () => {
    const steps = [act('check'), act('b', ['check.true']), act('c', ['b'])];
    for (const before of [
      [pin('check', 'false'), pin('b')],
      [pin('b'), pin('check', 'false')],
    ]) {
      expect(new Hand(...steps).begin({}, ...before).asks()).toEqual(['start c']);
    }
  });

  it('may be a problem, which goes on as `onProblem` says', () => {
    const steps = [act('a', [], { onProblem: 'port' }), act('b', ['a']), act('c', ['a.problem'])];
    const taken: Put = {
      type: 'step.problem',
      step: 'a',
      data: { problem: { code: 'x', text: 'x', retry: 'no' }, attempt: 1, reused: 'r1' },
    };
    const run = new Hand(...steps).begin({}, taken);
    expect(run.asks()).toEqual(['start c']);
    expect(run.status('b')).toBe('skipped');
  });
});

describe('items put before the start', () => {
  const opened = (count: number): Put => ({ type: 'block.opened', step: 'e', data: { count, over: { value: [] } } });
  const item = (index: number): Put => ({
    type: 'block.item',
    step: 'e',
    item: [index],
    data: { out: { value: `old ${index}` }, reused: 'r1' },
  });
  const steps = [act('a'), each('e', [act('b')], { after: ['a'], concurrency: 2 }), act('c', ['e'])];

  it('are not run again, wherever they stand in the list', () => {
    const run = new Hand(...steps).begin({}, pin('a'), opened(6), item(0), item(3), item(5), item(5));
    expect(run.asks()).toEqual(['start b/1', 'start b/2']);
    expect(run.done('b', [2]).asks()).toEqual(['start b/4']);
    expect(run.done('b', [1]).asks()).toEqual([]);
    run.done('b', [4]);
    const values = ['old 0', 'b/1 value', 'b/2 value', 'old 3', 'b/4 value', 'old 5'];
    expect(run.state.root.blocks.get(1)?.results).toEqual(values.map((value) => ({ value })));
    expect(run.asks()).toEqual(['close e']);
  });

  it('that are all of the list close the block', () => {
    const run = new Hand(...steps).begin({}, item(0), opened(2), item(1), item(0), item(0), pin('a'));
    expect(run.asks()).toEqual(['close e']);
  });

  it('beyond the list, or of no whole number, are ignored', () => {
    const run = new Hand(...steps).begin({}, opened(3), item(3), item(-1), item(2.5), pin('a'));
    expect(run.state.root.blocks.get(1)?.ended).toBe(0);
    expect(run.asks()).toEqual(['start b/0', 'start b/1']);
  });

  it('do not make a block start that waits for nothing else: it is open already', () => {
    const run = new Hand(...steps).begin({}, opened(2), item(0));
    expect(run.asks()).toEqual(['start a', 'start b/1']);
    expect(run.done('a').asks()).toEqual([]);
  });
});

describe('`only`', () => {
  it('lets only the named steps run; the rest reads as skipped', () => {
    const run = new Hand(act('a'), act('b', ['a']), act('c', ['b']), act('other')).begin({ only: ['a', 'b'] });
    expect(run.asks()).toEqual(['start a']);
    expect(run.done('a').asks()).toEqual(['start b']);
    expect(run.done('b').asks()).toEqual(['finish']);
    expect([run.status('c'), run.status('other')]).toEqual(['skipped', 'skipped']);
  });

  it('takes with a block all that is in it', () => {
    const run = new Hand(each('e', [act('a'), act('b', ['a'])]), act('c', ['e'])).begin({ only: ['e'] });
    expect(run.opened('e', 1).asks()).toEqual(['start a/0']);
    expect(run.done('a', [0]).asks()).toEqual(['start b/0']);
    expect(run.done('b', [0]).asks()).toEqual(['close e']);
  });

  it('lets results put before stand, though their steps are not named', () => {
    const run = new Hand(act('a'), act('b', ['a'])).begin({ only: ['b'] }, pin('a'));
    expect(run.asks()).toEqual(['start b']);
  });

  it('of nothing finishes at once', () => {
    expect(new Hand(act('a'), act('b', ['a'])).begin({ only: [] }).asks()).toEqual(['finish']);
  });

  it('does not wake a disabled step', () => {
    const run = new Hand(act('a', [], { disabled: true }), act('b', ['a'])).begin({ only: ['b'] });
    expect(run.asks()).toEqual(['finish']);
    expect(run.status('b')).toBe('skipped');
  });
});
