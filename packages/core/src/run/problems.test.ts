import { describe, expect, it } from 'vitest';
import { runState } from './state.ts';
import { act, each, Hand } from './testing/hand.ts';

describe('onProblem stop', () => {
  it('lets the run fail with the step named, and starts nothing more', () => {
    const run = new Hand(act('a'), act('b'), act('c', ['b'])).begin();
    expect(run.asks()).toEqual(['start a', 'start b']);
    expect(run.fails('a').asks()).toEqual(['fail a']);
    expect(run.done('b').asks()).toEqual([]);
    run.put('run.failed', { problem: { code: 'test.failed', text: 'it failed', retry: 'no', at: { step: 'a' } } });
    expect(run.state.phase).toBe('failed');
    expect(run.state.problem?.at).toEqual({ step: 'a' });
  });

  it('is asked for again after a crash before the run was recorded as failed', () => {
    const run = new Hand(act('a'), act('b')).begin();
    run.fails('a').done('b');
    expect(run.asks()).toEqual(['fail a']);
  });
});

describe('onProblem continue', () => {
  it('goes on with null, and keeps the problem', () => {
    const run = new Hand(act('a', [], { onProblem: 'continue' }), act('b', ['a']), act('c', ['a.problem'])).begin();
    expect(run.fails('a').asks()).toEqual(['start b']);
    expect(run.status('a')).toBe('done');
    expect(run.value('a')).toBeNull();
    expect(run.status('c')).toBe('skipped');
    expect(run.state.root.problems.get(0)).toMatchObject({ code: 'test.failed', at: { step: 'a' } });
  });
});

describe('onProblem port', () => {
  const steps = [act('a', [], { onProblem: 'port' }), act('b', ['a']), act('c', ['a.problem']), act('d', ['a.true'])];

  it('fires only the port `problem`', () => {
    const run = new Hand(...steps).begin();
    expect(run.fails('a').asks()).toEqual(['start c']);
    expect([run.status('b'), run.status('d')]).toEqual(['skipped', 'skipped']);
    expect(run.state.root.problems.get(0)).toMatchObject({ code: 'test.failed' });
  });

  it('skips the error branch when all goes well', () => {
    const run = new Hand(...steps).begin();
    expect(run.port('a', 'true').asks()).toEqual(['start b', 'start d']);
    expect(run.status('c')).toBe('skipped');
  });
});

describe('a retry', () => {
  it('is waited for, started again by the engine, and its result counts', () => {
    const run = new Hand(act('a'), act('b', ['a'])).begin();
    expect(run.asks()).toEqual(['start a']);
    run.started('a').fails('a', undefined, 9000);
    expect(run.status('a')).toBe('retrying');
    expect(run.asks()).toEqual(['retry a at 9000']);
    expect(runState(run.state)).toBe('waiting');
    expect(run.started('a', undefined, 2).state.active).toBe(1);
    expect(run.state.waiting).toBe(0);
    expect(run.done('a').asks()).toEqual(['start b']);
  });

  it('is waited for again after a crash, the older waits not', () => {
    const run = new Hand(act('a')).begin();
    run.started('a').fails('a', undefined, 9000).started('a', undefined, 2);
    run.put('step.problem', { problem: { code: 'x', text: 'x', retry: 'yes' }, attempt: 2, retryAt: 9500 }, 'a');
    expect(run.asks()).toEqual(['retry a at 9500']);
  });

  it('that is over lets the run fail', () => {
    const run = new Hand(act('a')).begin();
    run.fails('a', undefined, 9000);
    expect(run.fails('a').asks()).toEqual(['fail a']);
  });
});

describe('a wait', () => {
  it('is asked for with its time, token and child, and ends with the step', () => {
    const run = new Hand(act('a'), act('b', ['a'])).begin();
    run.started('a').put('step.waiting', { until: 5000, token: 't', child: 'r2' }, 'a');
    expect(run.asks()).toEqual(['wait a at 5000']);
    expect(runState(run.state)).toBe('waiting');
    expect(run.done('a').asks()).toEqual(['start b']);
    expect([run.state.active, run.state.waiting]).toEqual([0, 0]);
  });

  it('renewed takes the place of the older one', () => {
    const run = new Hand(act('a')).begin();
    run.put('step.waiting', { until: 5000 }, 'a').put('step.waiting', { until: 6000 }, 'a');
    expect(run.asks()).toEqual(['wait a at 6000']);
  });
});

describe('a doubt', () => {
  const doubted = (): Hand => {
    const run = new Hand(act('a'), act('b', ['a']), act('other'), act('after', ['other'])).begin();
    run.asks();
    run.started('a').started('other');
    return run.put('run.doubted', { problem: { code: 'run.in_doubt', text: 'who knows', retry: 'no' } }, 'a');
  };

  it('stops the run: nothing starts while it stands, results still count', () => {
    const run = doubted();
    expect(runState(run.state)).toBe('in_doubt');
    expect(run.done('other').asks()).toEqual([]);
    expect(run.status('after')).toBe('ready');
  });

  it('resolved by `repeat` starts the step once more, with the next attempt', () => {
    const run = doubted().done('other').put('run.resolved', { choice: 'repeat', by: 'u1' });
    expect(run.asks()).toEqual(['start a attempt 2', 'start after']);
  });

  it('resolved by `repeat` asks for one start only when the journal is read back', () => {
    const run = new Hand(act('a')).begin().started('a');
    run.put('run.doubted', { problem: { code: 'run.in_doubt', text: 'who knows', retry: 'no' } }, 'a');
    expect(run.put('run.resolved', { choice: 'repeat', by: 'u1' }).asks()).toEqual(['start a attempt 2']);
  });

  it('resolved by `skip` takes null as the result', () => {
    const run = doubted().put('run.resolved', { choice: 'skip', by: 'u1' });
    expect(run.asks()).toEqual(['start b']);
    expect(run.value('a')).toBeNull();
  });

  it('resolved by `fail` lets the run fail with the doubt', () => {
    const run = doubted().put('run.resolved', { choice: 'fail', by: 'u1' });
    expect(run.asks()).toEqual(['fail a']);
  });

  it('resolved by `fail` takes the error branch where there is one', () => {
    const run = new Hand(act('a', [], { onProblem: 'port' }), act('c', ['a.problem'])).begin().started('a');
    run.put('run.doubted', { problem: { code: 'run.in_doubt', text: 'who knows', retry: 'no' } }, 'a');
    expect(run.put('run.resolved', { choice: 'fail', by: 'u1' }).asks()).toEqual(['start c']);
  });

  it('about several steps is resolved for all at once', () => {
    const run = new Hand(act('a'), act('b')).begin().started('a').started('b');
    const why = { problem: { code: 'run.in_doubt', text: 'who knows', retry: 'no' as const } };
    run.put('run.doubted', why, 'a').put('run.doubted', why, 'b').put('run.resolved', { choice: 'repeat', by: 'u1' });
    expect(run.asks()).toEqual(['start a attempt 2', 'start b attempt 2']);
  });

  it('in an item whose block was dropped meanwhile is forgotten', () => {
    const run = new Hand(each('e', [act('a')], { onProblem: 'continue' })).begin().opened('e', 2);
    const why = { problem: { code: 'run.in_doubt', text: 'who knows', retry: 'no' as const } };
    run.started('a', [0]).started('a', [1]).put('run.doubted', why, 'a', [0]).fails('a', [1]);
    run.put('run.resolved', { choice: 'fail', by: 'u1' });
    expect(run.asks()).toEqual(['drop', 'finish']);
    expect(run.state.root.problems.get(0)).toMatchObject({ code: 'test.failed' });
  });

  it('settled by a late result lets the run finish after the choice', () => {
    const run = new Hand(act('a')).begin().started('a');
    run.put('run.doubted', { problem: { code: 'run.in_doubt', text: 'who knows', retry: 'no' } }, 'a').done('a');
    expect(run.put('run.resolved', { choice: 'repeat', by: 'u1' }).asks()).toEqual(['finish']);
  });
});

describe('a cancel', () => {
  it('passes while the run is queued, running, waiting or in doubt, and nothing starts beside it', () => {
    const queued = new Hand(act('a'));
    expect(queued.put('run.cancel', { by: 'u1' }).asks()).toEqual(['cancel']);
    const running = new Hand(act('a')).begin();
    expect(running.put('run.cancel', { by: 'u1' }).asks()).toEqual(['cancel']);
    const waiting = new Hand(act('a')).begin().put('step.waiting', { until: 1 }, 'a');
    waiting.asks();
    expect(waiting.put('run.cancel', { by: 'u1' }).asks()).toEqual(['cancel']);
    const doubted = new Hand(act('a')).begin().started('a');
    doubted.put('run.doubted', { problem: { code: 'x', text: 'x', retry: 'no' } }, 'a');
    expect(doubted.put('run.cancel', { by: 'u1' }).asks()).toEqual(['cancel']);
  });

  it('starts nothing between the cancel and its record', () => {
    const run = new Hand(act('a'), act('b', ['a'])).begin().put('run.cancel', { by: 'u1' });
    expect(run.asks()).toEqual(['cancel']);
    expect(run.done('a').asks()).toEqual([]);
    run.put('run.cancelled', { by: 'u1' });
    expect([run.state.phase, run.state.active, run.state.waiting]).toEqual(['cancelled', 0, 0]);
  });
});
