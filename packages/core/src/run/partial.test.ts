import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow, Step } from '../flow/model.ts';
import type { Problem } from '../problem.ts';
import { finished, type OldRun } from './finished.ts';
import { eventsBefore, partial, type PartialPlan, type PartialRequest } from './partial.ts';
import { type Shape, shapeOf } from './shape.ts';
import { runState } from './state.ts';
import { flowOf, scriptOf } from './testing/flows.ts';
import { act, each, flow, Hand } from './testing/hand.ts';
import { outcomeOf, type Script, Simulator } from './testing/simulator.ts';

const planOf = (request: PartialRequest): PartialPlan => {
  const made = partial(request);
  if (!made.ok) throw new Error(made.problem.text);
  return made.value;
};

const problemOf = (request: PartialRequest): Problem | null => {
  const made = partial(request);
  return made.ok ? null : made.problem;
};

/** In words: `a`, `a.true` (port), `a!` (a problem), `e:3` (a list of three), `e/1` (an item). */
const words = (plan: PartialPlan): { only: readonly string[] | null; reuse: string[] } => ({
  only: plan.only ?? null,
  reuse: plan.reuse.map((one) => {
    if ('problem' in one) return `${one.step}!`;
    if ('opened' in one) return `${one.step}:${one.opened.count}`;
    if ('item' in one) return `${one.step}/${one.item.join('.')}`;
    return one.port === undefined ? one.step : `${one.step}.${one.port}`;
  }),
});

const ask = (now: Flow, mode: PartialRequest['mode'], old: OldRun | null, more: Partial<PartialRequest> = {}) =>
  words(planOf({ flow: now, mode, old, ...more }));

const read = (run: Hand, ...steps: Step[]): OldRun => finished(run.state, flow(...steps));

const CHAIN = [act('a'), act('b', ['a']), act('c', ['b']), act('side'), act('d', ['c', 'side'])];

const doneChain = (): OldRun => {
  const run = new Hand(...CHAIN).begin();
  for (const id of ['a', 'b', 'c', 'side', 'd']) run.done(id);
  return read(run, ...CHAIN);
};

describe('`all`', () => {
  it('reuses nothing and runs everything', () => {
    expect(ask(flow(...CHAIN), { all: true }, doneChain())).toEqual({ only: null, reuse: [] });
  });
});

describe('`from`', () => {
  it('runs the step and all downstream of it, and reuses the rest', () => {
    expect(ask(flow(...CHAIN), { from: 'b' }, doneChain())).toEqual({ only: ['b', 'c', 'd'], reuse: ['a', 'side'] });
  });

  it('runs what is needed downstream and never ran, and no other branch', () => {
    const steps = [...CHAIN, act('other'), act('never', ['other'])];
    const run = new Hand(...steps).begin().done('a').done('b').done('other');
    const asked = ask(flow(...steps), { from: 'b' }, read(run, ...steps));
    expect(asked).toEqual({ only: ['b', 'c', 'side', 'd'], reuse: ['a', 'other'] });
  });

  it('keeps the port by which a reused step ended, and the problem that was taken', () => {
    const steps = [
      act('check'),
      act('yes', ['check.true']),
      act('bad', [], { onProblem: 'continue' }),
      act('x', ['yes', 'bad']),
    ];
    const run = new Hand(...steps).begin().port('check', 'true').done('yes').fails('bad').done('x');
    const old = read(run, ...steps);
    expect(ask(flow(...steps), { from: 'x' }, old).reuse).toEqual(['check.true', 'yes', 'bad!']);
    const plan = planOf({ flow: flow(...steps), mode: { from: 'x' }, old });
    const again = new Hand(...steps).begin({ only: plan.only ?? [] }, ...eventsBefore(plan.reuse, 'r1'));
    expect(again.asks()).toEqual(['start x']);
    expect(again.state.root.problems.get(2)).toMatchObject({ code: 'test.failed' });
  });

  it('without an old run runs what it needs too', () => {
    expect(ask(flow(...CHAIN), { from: 'c' }, null)).toEqual({ only: ['a', 'b', 'c', 'side', 'd'], reuse: [] });
  });

  it('with another input of the run still reuses what is upstream', () => {
    expect(ask(flow(...CHAIN), { from: 'd' }, doneChain(), { edited: { input: true } }).only).toEqual(['d']);
  });
});

describe('`to`', () => {
  it('runs the step alone when all upstream can be reused', () => {
    expect(ask(flow(...CHAIN), { to: 'c' }, doneChain())).toEqual({ only: ['c'], reuse: ['a', 'b'] });
  });

  it('runs what is upstream and has no result', () => {
    const run = new Hand(...CHAIN).begin().done('a').done('side');
    expect(ask(flow(...CHAIN), { to: 'd' }, read(run, ...CHAIN))).toEqual({
      only: ['b', 'c', 'd'],
      reuse: ['a', 'side'],
    });
  });

  it('does not reuse what was edited, nor what is downstream of it', () => {
    const edited = { steps: ['b'] };
    expect(ask(flow(...CHAIN), { to: 'd' }, doneChain(), { edited })).toEqual({
      only: ['b', 'c', 'd'],
      reuse: ['a', 'side'],
    });
  });

  it('with another input of the run reuses nothing', () => {
    const asked = ask(flow(...CHAIN), { to: 'c' }, doneChain(), { edited: { input: true } });
    expect(asked).toEqual({ only: ['a', 'b', 'c'], reuse: [] });
  });

  it('after another `to` reuses its results, and does not take for a skip what was only left out', () => {
    const run = new Hand(...CHAIN)
      .begin({ only: ['a', 'b'] })
      .done('a')
      .done('b');
    const old = read(run, ...CHAIN);
    expect(ask(flow(...CHAIN), { to: 'd' }, old)).toEqual({ only: ['c', 'side', 'd'], reuse: ['a', 'b'] });
  });

  it('runs what an old limit left out, and what was skipped for that', () => {
    const run = new Hand(...CHAIN).begin({ only: ['b', 'c'] });
    expect([run.status('b'), run.status('c')]).toEqual(['skipped', 'skipped']);
    expect(ask(flow(...CHAIN), { to: 'c' }, read(run, ...CHAIN))).toEqual({ only: ['a', 'b', 'c'], reuse: [] });
  });
});

describe('`failed`', () => {
  it('reuses all that is done', () => {
    const run = new Hand(...CHAIN).begin().done('a').done('side').fails('b');
    expect(ask(flow(...CHAIN), { failed: true }, read(run, ...CHAIN))).toEqual({ only: null, reuse: ['a', 'side'] });
  });

  it('tries again what had a problem that was taken, with what is downstream of it', () => {
    const steps = [act('a', [], { onProblem: 'port' }), act('b', ['a.problem']), act('c')];
    const run = new Hand(...steps).begin().fails('a').done('b').done('c');
    expect(ask(flow(...steps), { failed: true }, read(run, ...steps)).reuse).toEqual(['c']);
  });

  it('keeps what a step after `first` gave, though another way to it failed', () => {
    const steps = [act('a'), act('b'), act('c', ['a', 'b'], { join: 'first' })];
    const run = new Hand(...steps).begin().done('a').done('c').fails('b');
    expect(ask(flow(...steps), { failed: true }, read(run, ...steps)).reuse).toEqual(['a', 'c']);
  });

  it('of a limited run stays limited', () => {
    const run = new Hand(...CHAIN)
      .begin({ only: ['a', 'b'] })
      .done('a')
      .fails('b');
    expect(ask(flow(...CHAIN), { failed: true }, read(run, ...CHAIN))).toEqual({ only: ['a', 'b'], reuse: ['a'] });
  });

  it('of a run in doubt runs the doubted step again', () => {
    const run = new Hand(...CHAIN).begin().done('a').started('b');
    run.put('run.doubted', { problem: { code: 'x', text: 'x', retry: 'no' } }, 'b');
    expect(runState(run.state)).toBe('in_doubt');
    expect(ask(flow(...CHAIN), { failed: true }, read(run, ...CHAIN)).reuse).toEqual(['a']);
  });
});

describe('the items of an `each`', () => {
  const stop = [act('a'), each('e', [act('b')], { after: ['a'] }), act('c', ['e'])];
  const collect = [act('a'), each('e', [act('b')], { after: ['a'], onItem: 'collect' }), act('c', ['e'])];

  it('that were done when another failed are reused', () => {
    const run = new Hand(...stop).begin().done('a').opened('e', 4).done('b', [2]).done('b', [0]).fails('b', [1]);
    const old = read(run, ...stop);
    expect(ask(flow(...stop), { failed: true }, old).reuse).toEqual(['a', 'e:4', 'e/0', 'e/2']);
    const plan = planOf({ flow: flow(...stop), mode: { failed: true }, old });
    const again = new Hand(...stop).begin({}, ...eventsBefore(plan.reuse, 'r1'));
    expect(again.asks()).toEqual(['start b/1', 'start b/3']);
    again.done('b', [1]).done('b', [3]);
    const results = ['b/0 value', 'b/1 value', 'b/2 value', 'b/3 value'].map((value) => ({ value }));
    expect(again.state.root.blocks.get(1)?.results).toEqual(results);
  });

  it('that were done in a block which collected problems are reused, the failed ones run, and what follows runs', () => {
    const run = new Hand(...collect).begin().done('a').opened('e', 3);
    run.done('b', [0]).fails('b', [1]).done('b', [2]).done('e').done('c');
    expect(ask(flow(...collect), { failed: true }, read(run, ...collect)).reuse).toEqual(['a', 'e:3', 'e/0', 'e/2']);
  });

  it('that were done when the run was cancelled are reused', () => {
    const run = new Hand(...stop).begin().done('a').opened('e', 4).done('b', [1]);
    run.put('run.cancel', { by: 'u1' }).put('run.cancelled', { by: 'u1' });
    expect(ask(flow(...stop), { failed: true }, read(run, ...stop)).reuse).toEqual(['a', 'e:4', 'e/1']);
  });

  it('are not reused when the block runs again from its beginning', () => {
    const run = new Hand(...stop).begin().done('a').opened('e', 4).done('b', [1]).fails('b', [0]);
    const old = read(run, ...stop);
    expect(ask(flow(...stop), { from: 'e' }, old).reuse).toEqual(['a']);
    expect(ask(flow(...stop), { to: 'e' }, old).reuse).toEqual(['a']);
    expect(ask(flow(...stop), { failed: true }, old, { edited: { steps: ['a'] } }).reuse).toEqual([]);
  });

  it('are reused upstream of the step a run goes to, where a whole result would be too', () => {
    const failed = new Hand(...stop).begin().done('a').opened('e', 2).done('b', [1]).fails('b', [0]);
    expect(ask(flow(...stop), { to: 'c' }, read(failed, ...stop))).toEqual({
      only: ['e', 'c'],
      reuse: ['a', 'e:2', 'e/1'],
    });
    const run = new Hand(...collect).begin().done('a').opened('e', 2).done('b', [1]).fails('b', [0]).done('e');
    expect(ask(flow(...collect), { to: 'c' }, read(run, ...collect)).reuse).toEqual(['a', 'e']);
  });

  it('of a block that ended well are its result', () => {
    const run = new Hand(...stop).begin().done('a').opened('e', 1).done('b', [0]).done('e').fails('c');
    expect(ask(flow(...stop), { failed: true }, read(run, ...stop)).reuse).toEqual(['a', 'e']);
  });

  it('do not open a block that is not to run', () => {
    const steps = [...stop, act('x')];
    const run = new Hand(...steps).begin().done('a').done('x').opened('e', 2).done('b', [1]).fails('b', [0]);
    expect(ask(flow(...steps), { from: 'x' }, read(run, ...steps))).toEqual({ only: ['x'], reuse: ['a'] });
  });

  it('of a short form are reused like those of a block', () => {
    const steps = [act('a', [], { each: { over: '{{ input }}' } })];
    const run = new Hand(...steps).begin().opened('a', 2).done('a', [0]).fails('a', [1]);
    expect(ask(flow(...steps), { failed: true }, read(run, ...steps)).reuse).toEqual(['a:2', 'a/0']);
  });
});

describe('another version of the flow', () => {
  const old = doneChain();
  const changed = (id: string, more: Partial<Step>): Flow =>
    flow(...CHAIN.map((step) => (step.id === id ? { ...step, ...more } : step)));

  it('reuses nothing of a step that changed, nor what is downstream of it', () => {
    expect(ask(changed('b', { with: { value: 2 } }), { failed: true }, old).reuse).toEqual(['a', 'side']);
  });

  it('reuses a step whose name or note alone changed', () => {
    const asked = ask(changed('b', { name: 'New', note: 'Why' }), { failed: true }, old);
    expect(asked.reuse).toEqual(['a', 'b', 'c', 'side', 'd']);
  });

  it('runs steps that are new, and what comes after them', () => {
    const steps = [...CHAIN.slice(0, 4), act('d', ['c', 'side', 'fresh']), act('fresh')];
    expect(ask(flow(...steps), { failed: true }, old).reuse).toEqual(['a', 'b', 'c', 'side']);
  });

  it('does not reuse what came after a step that is gone', () => {
    const asked = ask(flow(...CHAIN.filter((step) => step.id !== 'b')), { failed: true }, old);
    expect(asked.reuse).toEqual(['a', 'side']);
  });

  it('takes two texts of the same definition for the same', () => {
    const first = [act('a', [], { with: { x: 1, y: { b: 1, a: 2 } } })];
    const second = [act('a', [], { with: { y: { a: 2, b: 1 }, x: 1 } })];
    const run = new Hand(...first).begin().done('a');
    expect(ask(flow(...second), { failed: true }, read(run, ...first)).reuse).toEqual(['a']);
  });
});

describe('a pin', () => {
  it('wins over reuse, and what is downstream of another value runs again', () => {
    const asked = ask(flow(...CHAIN), { to: 'd' }, doneChain(), { pins: { b: 'mine' } });
    expect(asked).toEqual({ only: ['c', 'd'], reuse: ['a', 'side'] });
  });

  it('of the value the old run had leaves what is downstream reusable', () => {
    const asked = ask(flow(...CHAIN), { to: 'd' }, doneChain(), { pins: { b: 'b/ value' } });
    expect(asked).toEqual({ only: ['d'], reuse: ['a', 'c', 'side'] });
  });

  it('does not hide what changed before it from what comes after it', () => {
    const more = { pins: { b: 'b/ value' }, edited: { steps: ['a'] } };
    expect(ask(flow(...CHAIN), { failed: true }, doneChain(), more).reuse).toEqual(['side']);
  });

  it('stands in for a step that has no result, so that nothing upstream of it runs', () => {
    expect(ask(flow(...CHAIN), { to: 'c' }, null, { pins: { b: 1 } })).toEqual({ only: ['c'], reuse: [] });
  });
});

describe('a step that cannot be asked for', () => {
  it('is a Problem that says what to do', () => {
    const nested = flow(each('e', [each('f', [act('x')])]));
    expect(problemOf({ flow: nested, mode: { from: 'ghost' }, old: null })).toMatchObject({ code: 'rerun.step' });
    expect(problemOf({ flow: nested, mode: { to: 'x' }, old: null })).toMatchObject({
      code: 'rerun.step',
      at: { step: 'x' },
      fix: 'Name the block around it: e.',
    });
  });
});

describe('a flow with a cycle', () => {
  it('gets an answer', () => {
    const steps = [act('a', ['b']), act('b', ['a']), act('c', ['b'])];
    const old = read(new Hand(...steps).begin(), ...steps);
    expect(ask(flow(...steps), { from: 'c' }, old)).toEqual({ only: ['a', 'b', 'c'], reuse: [] });
    expect(ask(flow(...steps), { failed: true }, old).reuse).toEqual([]);
  });
});

describe('any flow', () => {
  const numbers = fc.array(fc.nat(99), { minLength: 30, maxLength: 200, size: 'max' });
  const order = fc.array(fc.nat(1000), { maxLength: 100, size: 'max' });
  const seed = fc.nat(100_000);

  /** The same, with everything mended that a partial run can see: not what was taken or collected inside an item. */
  const mended = (shape: Shape, script: Script, seedOf: number): Script => {
    const calm = scriptOf(seedOf, 0);
    const isInside = (id: string, item: readonly number[]): boolean => {
      const named = shape.steps[shape.byId.get(id) ?? -1];
      const child = named?.block?.short === true && item.length > named.depth;
      let step = child ? shape.steps[named.block?.children[0] ?? -1] : named;
      if (step !== undefined && step.depth > 0 && step.block?.onItem === 'collect') return true;
      while (step !== undefined && step.depth > 0) {
        if (step.onProblem !== 'stop') return true;
        step = shape.steps[step.parent];
        if (step !== undefined && step.depth > 0 && step.block?.onItem === 'collect') return true;
      }
      return false;
    };
    return (id, item) => (isInside(id, item) ? script(id, item) : calm(id, item));
  };

  const again = (shape: Shape, script: Script, plan: PartialPlan, choices: readonly number[]): Simulator => {
    const only = plan.only === undefined ? {} : { only: plan.only };
    return new Simulator(shape, script).begin(only, eventsBefore(plan.reuse, 'r1')).run(choices);
  };

  it('with everything reusable runs nothing and ends with the same output', () => {
    fc.assert(
      fc.property(numbers, seed, order, (n, s, o) => {
        const made = flowOf(n);
        const shape = shapeOf(made);
        const script = scriptOf(s, 0);
        const first = new Simulator(shape, script).begin().run(o);
        const plan = planOf({ flow: made, mode: { failed: true }, old: finished(first.state, made) });
        const second = again(shape, script, plan, o);
        expect(second.starts).toEqual([]);
        expect(outcomeOf(second.state)).toEqual(outcomeOf(first.state));
      }),
      { numRuns: 150 },
    );
  });

  it('mended and run again with `failed` ends as a whole run would, and what is reused does not run', () => {
    fc.assert(
      fc.property(numbers, seed, order, order, fc.nat(1000), (n, s, one, two, stop) => {
        const made = flowOf(n);
        const shape = shapeOf(made);
        const script = scriptOf(s, 3);
        const first = new Simulator(shape, script).begin();
        for (let i = 0; i < (stop < 300 ? stop % 40 : 1e6) && first.turn(one[i] ?? 0); i += 1);
        const healthy = mended(shape, script, s);
        const plan = planOf({ flow: made, mode: { failed: true }, old: finished(first.state, made) });
        const second = again(shape, healthy, plan, two);
        const whole = new Simulator(shape, healthy).begin().run(two);
        expect(outcomeOf(second.state)).toEqual(outcomeOf(whole.state));
        const items = plan.reuse.flatMap((r) => ('item' in r ? [`${r.step}/${r.item.join('.')}`] : []));
        for (const item of items) {
          const [id, index] = item.split('/');
          const inner = shape.steps[shape.byId.get(id ?? '') ?? -1]?.block?.children.map((c) => shape.steps[c]?.id);
          const ran = second.starts.filter((start) => inner?.some((child) => start.startsWith(`${child}/${index}#`)));
          expect(ran).toEqual([]);
        }
      }),
      { numRuns: 250 },
    );
  });

  it('run again from or to any step gives every step that runs the value it had', () => {
    fc.assert(
      fc.property(numbers, seed, order, fc.nat(), fc.boolean(), (n, s, o, pick, from) => {
        const made = flowOf(n);
        const shape = shapeOf(made);
        const id = made.steps[pick % Math.max(1, made.steps.length)]?.id;
        if (id === undefined) return;
        const script = scriptOf(s, 0);
        const first = new Simulator(shape, script).begin().run(o);
        const mode = from ? { from: id } : { to: id };
        const plan = planOf({ flow: made, mode, old: finished(first.state, made) });
        const second = again(shape, script, plan, o);
        const pos = shape.steps[shape.byId.get(id) ?? -1]?.pos ?? -1;
        expect(second.state.root.status[pos]).toBe(first.state.root.status[pos]);
        expect(second.state.root.values[pos]).toEqual(first.state.root.values[pos]);
        const roots = new Set(
          second.starts.filter((start) => start.includes('/#')).map((start) => start.split('/')[0]),
        );
        for (const root of roots) expect(plan.only).toContain(root);
        if (from) expect(outcomeOf(second.state)).toEqual(outcomeOf(first.state));
        else expect(plan.only).toEqual([id]);
      }),
      { numRuns: 200 },
    );
  });
});
