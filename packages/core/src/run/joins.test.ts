import { describe, expect, it } from 'vitest';
import { act, Hand } from './testing/hand.ts';

describe('a step without `after`', () => {
  it('starts at once, beside the others', () => {
    expect(new Hand(act('a'), act('b')).begin().asks()).toEqual(['start a', 'start b']);
  });

  it('is asked for once, however often plan is asked', () => {
    const run = new Hand(act('a')).begin();
    expect(run.asks()).toEqual(['start a']);
    expect(run.asks()).toEqual([]);
  });

  it('does not start before the run has left the queue', () => {
    const run = new Hand(act('a'));
    expect(run.asks()).toEqual([]);
    run.put('run.created', {
      flow: 'f1',
      version: 1,
      hash: 'h',
      plan: 1,
      trigger: { kind: 'api@1' },
      input: { value: 1 },
      environment: 'dev',
      principal: 'u1',
      depth: 0,
    });
    expect(run.asks()).toEqual([]);
    expect(run.put('run.started', {}).asks()).toEqual(['start a']);
    expect(run.state.now).toBe(run.journal[1]?.at);
  });
});

describe('a flow', () => {
  it('without steps finishes at once', () => {
    expect(new Hand().begin().asks()).toEqual(['finish']);
  });

  it('finishes once, after its last step', () => {
    const run = new Hand(act('a'), act('b', ['a'])).begin();
    expect(run.done('a').asks()).toEqual(['start b']);
    expect(run.done('b').asks()).toEqual(['finish']);
    expect(run.asks()).toEqual([]);
  });

  it('is over after run.done, and nothing changes it any more', () => {
    const run = new Hand(act('a'))
      .begin()
      .done('a')
      .put('run.done', { output: { value: 7 } });
    run.put('run.failed', { problem: { code: 'late', text: 'late', retry: 'no' } }).put('run.cancel', { by: 'u1' });
    expect(run.state.phase).toBe('done');
    expect(run.state.output).toEqual({ value: 7 });
    expect(run.asks()).toEqual([]);
  });
});

describe('join all', () => {
  it('waits until every entry is done', () => {
    const run = new Hand(act('a'), act('b'), act('c', ['a', 'b'])).begin();
    expect(run.done('b').asks()).toEqual(['start a']);
    expect(run.done('a').asks()).toEqual(['start c']);
  });

  it('is skipped when one entry was skipped, and not before the others are settled', () => {
    const run = new Hand(act('check'), act('a', ['check.true']), act('b'), act('c', ['a', 'b'])).begin();
    run.port('check', 'false');
    expect(run.status('a')).toBe('skipped');
    expect(run.status('c')).toBe('pending');
    expect(run.done('b').status('c')).toBe('skipped');
    expect(run.asks()).toEqual(['finish']);
  });

  it('is skipped when it asks for two exclusive ports of one step', () => {
    const run = new Hand(act('check'), act('c', ['check.true', 'check.false'])).begin().port('check', 'true');
    expect(run.status('c')).toBe('skipped');
  });
});

describe('join any', () => {
  it('waits until all are settled and runs when at least one was done', () => {
    const run = new Hand(
      act('check'),
      act('a', ['check.true']),
      act('b'),
      act('c', ['a', 'b'], { join: 'any' }),
    ).begin();
    run.port('check', 'false');
    expect(run.status('c')).toBe('pending');
    expect(run.done('b').asks()).toEqual(['start c']);
  });

  it('is skipped when none was done', () => {
    const run = new Hand(
      act('x'),
      act('a', ['x.one']),
      act('b', ['x.two']),
      act('c', ['a', 'b'], { join: 'any' }),
    ).begin();
    run.port('x', 'three');
    expect(['a', 'b', 'c'].map((id) => run.status(id))).toEqual(['skipped', 'skipped', 'skipped']);
    expect(run.asks()).toEqual(['finish']);
  });

  it('runs once after either of two ports of one step', () => {
    for (const port of ['true', 'false']) {
      const run = new Hand(act('check'), act('c', ['check.true', 'check.false'], { join: 'any' })).begin();
      expect(run.port('check', port).asks()).toEqual(['start c']);
      expect(run.done('c').asks()).toEqual(['finish']);
    }
  });
});

describe('join first', () => {
  const steps = [act('a'), act('b'), act('c', ['a', 'b'], { join: 'first' })];

  it('runs as soon as one entry is done, and not again at the next', () => {
    const run = new Hand(...steps).begin();
    expect(run.asks()).toEqual(['start a', 'start b']);
    expect(run.done('b').asks()).toEqual(['start c']);
    expect(run.done('c').asks()).toEqual([]);
    expect(run.done('a').asks()).toEqual(['finish']);
  });

  it('is skipped when all entries were', () => {
    const run = new Hand(act('x'), act('a', ['x.one']), act('c', ['a'], { join: 'first' })).begin().port('x', 'two');
    expect(run.status('c')).toBe('skipped');
  });
});

describe('an entry of `after`', () => {
  it('with a port carries only by that port, a bare one by any port but `problem`', () => {
    const steps = [act('check'), act('yes', ['check.true']), act('no', ['check.false']), act('both', ['check'])];
    const run = new Hand(...steps).begin().port('check', 'true');
    expect(run.asks()).toEqual(['start both', 'start yes']);
    expect(run.status('no')).toBe('skipped');
  });

  it('that stands there twice counts once', () => {
    const run = new Hand(act('a'), act('b', ['a', 'a'])).begin();
    expect(run.done('a').asks()).toEqual(['start b']);
  });

  it('that names a step twice, bare and by port, wants both', () => {
    const steps = [act('a'), act('b', ['a', 'a.true'])];
    expect(new Hand(...steps).begin().port('a', 'true').asks()).toEqual(['start b']);
    expect(new Hand(...steps).begin().port('a', 'false').status('b')).toBe('skipped');
  });

  it('that names no step is left out', () => {
    const run = new Hand(act('a'), act('b', ['ghost', 'a']), act('c', ['ghost'])).begin();
    expect(run.asks()).toEqual(['start a', 'start c']);
    expect(run.done('a').asks()).toEqual(['start b']);
  });
});

describe('a skip', () => {
  it('goes on down, and a step after it with another way in still runs', () => {
    const run = new Hand(
      act('check'),
      act('a', ['check.true']),
      act('b', ['a']),
      act('c', ['b']),
      act('d', ['c', 'check.false'], { join: 'any' }),
    ).begin();
    run.port('check', 'false');
    expect(['a', 'b', 'c'].map((id) => run.status(id))).toEqual(['skipped', 'skipped', 'skipped']);
    expect(run.value('c')).toBeNull();
    expect(run.asks()).toEqual(['start d']);
  });
});

describe('a disabled step', () => {
  it('settles as done with null without starting, and its plain way out carries', () => {
    const run = new Hand(act('a'), act('b', ['a'], { disabled: true }), act('c', ['b']), act('d', ['b.true'])).begin();
    expect(run.done('a').asks()).toEqual(['start c']);
    expect(run.status('b')).toBe('done');
    expect(run.value('b')).toBeNull();
    expect(run.status('d')).toBe('skipped');
  });

  it('is skipped like any other when its way in is', () => {
    const run = new Hand(act('check'), act('b', ['check.true'], { disabled: true }), act('c', ['b'])).begin();
    expect(run.port('check', 'false').status('b')).toBe('skipped');
    expect(run.status('c')).toBe('skipped');
  });

  it('alone in a flow lets it finish', () => {
    expect(new Hand(act('a', [], { disabled: true })).begin().asks()).toEqual(['finish']);
  });
});
