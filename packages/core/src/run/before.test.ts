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
