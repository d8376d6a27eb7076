import { describe, expect, it } from 'vitest';
import { DONE } from './state.ts';
import { act, each, Hand, repeat } from './testing/hand.ts';

const resultsOf = (run: Hand, step: string): unknown => {
  const pos = run.state.shape.steps[run.state.shape.byId.get(step) ?? -1]?.pos ?? -1;
  return run.state.root.blocks.get(pos)?.results;
};

describe('each', () => {
  it('runs its steps once per item, closes after the last, and its value goes on', () => {
    const run = new Hand(each('e', [act('a'), act('b', ['a'])]), act('after', ['e'])).begin();
    expect(run.asks()).toEqual(['start e']);
    expect(run.opened('e', 2).asks()).toEqual(['start a/0', 'start a/1']);
    expect(run.done('a', [1]).asks()).toEqual(['start b/1']);
    expect(run.done('b', [1]).asks()).toEqual([]);
    expect(run.done('a', [0]).asks()).toEqual(['start b/0']);
    expect(run.done('b', [0]).asks()).toEqual(['close e']);
    expect(resultsOf(run, 'e')).toEqual([{ value: 'b/0 value' }, { value: 'b/1 value' }]);
    expect(run.done('e').asks()).toEqual(['start after']);
    expect(run.status('a', [0])).toBe('none');
  });

  it('has no more items under way than its concurrency', () => {
    const run = new Hand(each('e', [act('a')], { concurrency: 2 })).begin();
    run.asks();
    expect(run.opened('e', 5).asks()).toEqual(['start a/0', 'start a/1']);
    expect(run.done('a', [1]).asks()).toEqual(['start a/2']);
    expect(run.done('a', [2]).asks()).toEqual(['start a/3']);
    expect(run.done('a', [0]).asks()).toEqual(['start a/4']);
    expect(run.done('a', [3]).asks()).toEqual([]);
    expect(run.done('a', [4]).asks()).toEqual(['close e']);
  });

  it('has four items under way when nothing else is said', () => {
    expect(new Hand(each('e', [act('a')])).begin().opened('e', 9).asks()).toHaveLength(4);
  });

  it('of an empty list closes at once', () => {
    const run = new Hand(each('e', [act('a')])).begin().opened('e', 0);
    expect(run.asks()).toEqual(['close e']);
    expect(run.put('step.done', { out: { value: [] } }, 'e').asks()).toEqual(['finish']);
  });

  it('asks for the evaluation of a declared result, and takes what it gave', () => {
    const run = new Hand(each('e', [act('a')], { result: '{{ index }}' })).begin().opened('e', 1);
    expect(run.done('a', [0]).asks()).toEqual(['item e/0']);
    run.put('block.item', { out: { value: 0 } }, 'e', [0]);
    expect(run.asks()).toEqual(['close e']);
    expect(resultsOf(run, 'e')).toEqual([{ value: 0 }]);
  });

  it('gives null for an item whose steps are all disabled, and ends it at once', () => {
    const run = new Hand(each('e', [act('a', [], { disabled: true })])).begin().opened('e', 3);
    expect(resultsOf(run, 'e')).toEqual([{ value: null }, { value: null }, { value: null }]);
    expect(run.asks()).toEqual(['close e']);
  });

  it('takes the value of the last step in the order of the file that is done', () => {
    const run = new Hand(each('e', [act('check'), act('yes', ['check.true']), act('no', ['check.false'])]))
      .begin()
      .opened('e', 1);
    run.done('check', [0], { port: 'true' }).done('yes', [0]);
    expect(resultsOf(run, 'e')).toEqual([{ value: 'yes/0 value' }]);
  });

  it('refuses a count no list may have, and stays as it was', () => {
    for (const count of [-1, 0.5, Number.NaN, 250_001, Number.POSITIVE_INFINITY]) {
      const run = new Hand(each('e', [act('a')])).begin().opened('e', count);
      expect(run.status('e')).toBe('ready');
    }
  });
});

describe('an item that fails', () => {
  it('stops the block and the run, and the other items are dropped', () => {
    const run = new Hand(each('e', [act('a')])).begin().opened('e', 3);
    run.started('a', [0]).started('a', [1]);
    expect(run.state.active).toBe(2);
    expect(run.fails('a', [1]).asks()).toEqual(['fail a/1']);
    expect(run.state.active).toBe(0);
    expect(run.status('e')).toBe('failed');
    expect(run.done('a', [0]).asks()).toEqual([]);
  });

  it('becomes the problem of its block, which takes it as `onProblem` says', () => {
    const run = new Hand(
      each('e', [act('a')], { onProblem: 'port' }),
      act('c', ['e.problem']),
      act('d', ['e']),
    ).begin();
    run.opened('e', 3).fails('a', [2]);
    expect(run.asks()).toEqual(['drop', 'start c']);
    expect(run.status('d')).toBe('skipped');
    expect(run.state.root.problems.get(0)).toMatchObject({ at: { step: 'a', item: [2] } });
  });

  it('is collected at its index with `onItem: collect`, and the others go on', () => {
    const run = new Hand(each('e', [act('a')], { onItem: 'collect', concurrency: 2 })).begin().opened('e', 3);
    expect(run.asks()).toEqual(['start a/0', 'start a/1']);
    expect(run.fails('a', [0]).asks()).toEqual(['drop', 'start a/2']);
    run.done('a', [1]).done('a', [2]);
    expect(resultsOf(run, 'e')).toMatchObject([
      { problem: { at: { step: 'a', item: [0] } } },
      { value: 'a/1 value' },
      { value: 'a/2 value' },
    ]);
    expect(run.asks()).toEqual(['close e']);
  });

  it('drops what else was under way in it', () => {
    const run = new Hand(each('e', [act('a'), act('b')], { onItem: 'collect' })).begin().opened('e', 1);
    run.started('a', [0]).started('b', [0]).fails('a', [0]);
    expect([run.state.active, run.status('b', [0])]).toEqual([0, 'none']);
    expect(run.asks()).toEqual(['close e', 'drop']);
  });

  it('may do so in the evaluation of its result', () => {
    const run = new Hand(each('e', [act('a')], { result: '{{ item.x }}' })).begin().opened('e', 1).done('a', [0]);
    run.put('block.item', { problem: { code: 'expr.type', text: 'no', retry: 'no' } }, 'e', [0]);
    expect(run.asks()).toEqual(['fail e/0']);
  });

  it('within an item may go on by `onProblem` of its own step', () => {
    const run = new Hand(each('e', [act('a', [], { onProblem: 'continue' }), act('b', ['a'])])).begin().opened('e', 1);
    run.asks();
    expect(run.fails('a', [0]).asks()).toEqual(['start b/0']);
  });
});

describe('the short form `each`', () => {
  const step = act('a', [], { each: { over: '{{ input }}', concurrency: 2 } });

  it('is a block of the same id, told apart by the item path', () => {
    const run = new Hand(step, act('b', ['a'])).begin();
    expect(run.asks()).toEqual(['start a']);
    expect(run.opened('a', 3).asks()).toEqual(['start a/0', 'start a/1']);
    run.done('a', [0]).done('a', [1]).done('a', [2]);
    expect(run.asks()).toEqual(['close a']);
    expect(resultsOf(run, 'a')).toEqual([{ value: 'a/0 value' }, { value: 'a/1 value' }, { value: 'a/2 value' }]);
    expect(run.done('a').asks()).toEqual(['start b']);
  });

  it('applies `onProblem` to the whole and `onItem` to its items', () => {
    const whole = new Hand({ ...step, onProblem: 'continue' }, act('b', ['a'])).begin().opened('a', 2).fails('a', [0]);
    expect(whole.asks()).toEqual(['drop', 'start b']);
    const item = { ...step, each: { over: '{{ input }}', onItem: 'collect' as const } };
    const collected = new Hand(item, act('b', ['a'])).begin().opened('a', 2).fails('a', [0]).done('a', [1]);
    expect(collected.asks()).toEqual(['close a', 'drop']);
  });

  it('keeps the retries of an item apart', () => {
    const run = new Hand(step).begin().opened('a', 2).started('a', [0]).fails('a', [0], 7000);
    expect(run.asks()).toEqual(['retry a/0 at 7000', 'start a/1']);
  });

  it('disabled settles as one, with null', () => {
    const run = new Hand({ ...step, disabled: true }).begin();
    expect(run.asks()).toEqual(['finish']);
    expect(run.value('a')).toBeNull();
  });

  it('may be around a block', () => {
    const run = new Hand({ ...each('e', [act('a')]), each: { over: '{{ input }}' } }).begin();
    expect(run.asks()).toEqual(['start e']);
    expect(run.opened('e', 1).asks()).toEqual(['start e/0']);
    expect(run.opened('e', 2, [0]).asks()).toEqual(['start a/0.0', 'start a/0.1']);
    run.done('a', [0, 0]).done('a', [0, 1]);
    expect(run.asks()).toEqual(['close e/0']);
    expect(run.put('step.done', { out: { value: [1, 2] } }, 'e', [0]).asks()).toEqual(['close e']);
    expect(run.done('e').asks()).toEqual(['finish']);
  });
});

describe('repeat', () => {
  it('runs turn after turn until it is told to end, and its value is the last', () => {
    const run = new Hand(repeat('r', 5, [act('a')]), act('b', ['r'])).begin();
    expect(run.asks()).toEqual(['start r']);
    expect(run.put('block.opened', { count: 5 }, 'r').asks()).toEqual(['start a/0']);
    expect(run.done('a', [0]).asks()).toEqual(['item r/0']);
    expect(run.put('block.item', { out: { value: 1 }, more: true }, 'r', [0]).asks()).toEqual(['start a/1']);
    run.done('a', [1]).put('block.item', { out: { value: 2 }, more: false }, 'r', [1]);
    expect(resultsOf(run, 'r')).toEqual([{ value: 2 }]);
    expect(run.asks()).toEqual(['close r']);
    expect(run.done('r').asks()).toEqual(['start b']);
  });

  it('ends after its last turn, whatever `until` says', () => {
    const run = new Hand(repeat('r', 2, [act('a')])).begin().put('block.opened', { count: 2 }, 'r');
    run.done('a', [0]).put('block.item', { out: { value: 1 }, more: true }, 'r', [0]);
    run.done('a', [1]).put('block.item', { out: { value: 2 }, more: true }, 'r', [1]);
    expect(run.asks()).toEqual(['close r']);
  });

  it('fails with a turn that fails', () => {
    const run = new Hand(repeat('r', 2, [act('a')], { onProblem: 'continue' }), act('b', ['r'])).begin();
    run.put('block.opened', { count: 2 }, 'r').fails('a', [0]);
    expect(run.asks()).toEqual(['drop', 'start b']);
  });
});

describe('nested blocks', () => {
  const steps = [
    each('outer', [act('a'), each('inner', [act('b')], { after: ['a'], concurrency: 1 })], { concurrency: 2 }),
  ];

  it('keep the path of every item', () => {
    const run = new Hand(...steps).begin().opened('outer', 2);
    expect(run.asks()).toEqual(['start a/0', 'start a/1']);
    expect(run.done('a', [1]).asks()).toEqual(['start inner/1']);
    expect(run.opened('inner', 2, [1]).asks()).toEqual(['start b/1.0']);
    expect(run.done('b', [1, 0]).asks()).toEqual(['start b/1.1']);
    expect(run.done('b', [1, 1]).asks()).toEqual(['close inner/1']);
    run.put('step.done', { out: { value: ['x', 'y'] } }, 'inner', [1]);
    expect(resultsOf(run, 'outer')).toEqual([undefined, { value: ['x', 'y'] }]);
  });

  it('are dropped whole when an outer item fails', () => {
    const run = new Hand(each('outer', [each('inner', [act('b')]), act('c')], { onItem: 'collect' })).begin();
    run.opened('outer', 1).opened('inner', 3, [0]).started('b', [0, 0]).started('b', [0, 2]);
    run.put('step.waiting', { until: 1 }, 'b', [0, 1]);
    expect([run.state.active, run.state.waiting]).toEqual([2, 1]);
    run.fails('c', [0]);
    expect([run.state.active, run.state.waiting, run.status('b', [0, 0])]).toEqual([0, 0, 'none']);
    expect(run.asks()).toEqual(['close outer', 'drop']);
  });

  it('pass a failure outwards until somebody takes it', () => {
    const run = new Hand(each('outer', [each('inner', [act('b')])], { onItem: 'collect' })).begin();
    run.opened('outer', 1).opened('inner', 1, [0]).fails('b', [0, 0]);
    expect(resultsOf(run, 'outer')).toMatchObject([{ problem: { at: { step: 'b', item: [0, 0] } } }]);
    expect(run.asks()).toEqual(['close outer', 'drop']);
  });
});

describe('a block that ended', () => {
  it('ignores events of its items', () => {
    const run = new Hand(each('e', [act('a')], { onProblem: 'continue' })).begin().opened('e', 2).fails('a', [0]);
    run
      .done('a', [1])
      .started('a', [1])
      .put('block.item', { out: { value: 1 } }, 'e', [1]);
    expect(run.state.root.status[0]).toBe(DONE);
    expect(run.state.active).toBe(0);
  });

  it('is not opened again', () => {
    const run = new Hand(each('e', [act('a')])).begin().opened('e', 1).opened('e', 7);
    expect(run.state.root.blocks.get(0)?.count).toBe(1);
    expect(run.done('a', [0]).done('e').opened('e', 7).asks()).toEqual(['finish']);
  });
});
