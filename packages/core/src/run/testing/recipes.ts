/**
 * How the golden journals were made. A recipe is used once, when its file is not there yet; after that the file stands
 * for what a release wrote, and the recipe may change or go.
 */

import type { Flow, Step } from '../../flow/model.ts';
import { problem } from '../../problem.ts';
import type { Event } from '../journal.ts';
import { shapeOf } from '../shape.ts';
import { scriptOf } from './flows.ts';
import { act, each, flow, Hand, repeat } from './hand.ts';
import { Simulator } from './simulator.ts';

export type Recipe = () => { readonly flow: Flow; readonly events: readonly Event[] };

const doubt = { problem: problem('run.in_doubt', 'Nobody knows whether it happened') };

const byHand = (steps: Step[], drive: (run: Hand) => Hand): Recipe => {
  return () => ({ flow: flow(...steps), events: drive(new Hand(...steps)).journal });
};

const branches = [
  act('check'),
  act('yes', ['check.true']),
  act('no', ['check.false']),
  act('off', ['yes'], { disabled: true }),
  act('any', ['no', 'off'], { join: 'any' }),
  act('all', ['no', 'yes']),
  act('race', ['check', 'slow'], { join: 'first' }),
  act('slow'),
];

const lists = [
  act('fetch'),
  each('outer', [act('a'), each('inner', [act('b')], { after: ['a'], onItem: 'collect', concurrency: 1 })], {
    after: ['fetch'],
    result: '{{ steps.inner }}',
    concurrency: 2,
  }),
  repeat('poll', 3, [act('look')], { after: ['outer'] }),
  act('mark', ['poll'], { each: { over: '{{ steps.poll }}', onItem: 'collect' } }),
];

const troubles = [
  act('flaky', [], { retry: { max: 2 } }),
  act('soft', ['flaky'], { onProblem: 'continue' }),
  act('hard', ['soft'], { onProblem: 'port' }),
  act('rescue', ['hard.problem']),
  act('calm', ['hard']),
  act('answer', ['rescue', 'calm'], { join: 'any' }),
];

const failing = [act('a'), each('e', [act('b')], { after: ['a'] }), act('c', ['e'])];

const waiting = [act('pause'), act('ask'), act('child'), act('retry'), act('last', ['pause', 'ask', 'child', 'retry'])];

const halfway = [act('a'), each('e', [act('b'), act('c', ['b'])], { after: ['a'], concurrency: 2, onItem: 'collect' })];

const chain = [act('a'), act('b', ['a']), act('c', ['b']), act('pinned'), act('d', ['c', 'pinned'])];

/** By the name of the file: the release that wrote it, and what it is about. */
export const recipes: ReadonlyMap<string, Recipe> = new Map<string, Recipe>([
  [
    '1-branches-done',
    byHand(branches, (run) => {
      run.begin().started('slow').port('check', 'true').done('yes').done('race').done('any');
      return run.done('slow').put('run.done', { output: { value: 'race/ value' } });
    }),
  ],
  [
    '1-lists-done',
    () => {
      const made = flow(...lists);
      const calm = scriptOf(7, 0);
      const script = (id: string, item: readonly number[]) => ({
        ...calm(id, item),
        count: id === 'outer' ? 3 : 2,
        turns: 2,
        fails: id === 'b' && item[0] === 1 ? 3 : 0,
        retries: 1,
      });
      return { flow: made, events: new Simulator(shapeOf(made), script).begin().run([3, 1, 4, 1, 5, 9, 2, 6]).journal };
    },
  ],
  [
    '1-troubles-done',
    byHand(troubles, (run) => {
      run.begin().started('flaky').fails('flaky', undefined, 5000).started('flaky', undefined, 2).done('flaky');
      run.put('run.log', { level: 'warn', text: 'soft will fail' }, 'soft').fails('soft').started('hard').fails('hard');
      run.put('step.done', { out: { blob: 'b0123', size: 70_000 } }, 'rescue');
      run.put('run.responded', { status: 201, headers: { 'x-a': '1' }, body: { value: { ok: true } } }, 'answer');
      return run
        .done('answer', undefined, { value: { ok: true } })
        .put('run.done', { output: { value: { ok: true } } });
    }),
  ],
  [
    '1-each-failed',
    byHand(failing, (run) => {
      run.begin().done('a').opened('e', 5).started('b', [0]).started('b', [1]).started('b', [2]).done('b', [1]);
      run.fails('b', [2]);
      const why = problem('test.failed', 'it failed', { at: { flow: 'f1', step: 'b', item: [2] } });
      return run.put('run.failed', { problem: why });
    }),
  ],
  [
    '1-waiting',
    byHand(waiting, (run) => {
      run.begin().put('step.waiting', { until: 90_000 }, 'pause');
      run.started('ask').put('step.waiting', { token: 'hash', until: 95_000, note: 'Yes or no?' }, 'ask');
      run.started('child').put('step.waiting', { child: 'r2' }, 'child');
      return run.started('retry').fails('retry', undefined, 60_000);
    }),
  ],
  [
    '1-each-halfway',
    byHand(halfway, (run) => {
      run.begin().done('a').opened('e', 6).done('b', [0]).fails('c', [0]).started('b', [1]).done('b', [1]);
      return run.done('b', [2]).done('c', [2]).started('c', [1]).fails('b', [3], 7000);
    }),
  ],
  [
    '1-in-doubt',
    byHand(halfway, (run) => {
      run.begin().done('a').opened('e', 3).started('b', [0]).started('b', [1]).put('run.doubted', doubt, 'b', [1]);
      return run.done('b', [0]);
    }),
  ],
  [
    '1-doubt-resolved',
    byHand(halfway, (run) => {
      run.begin().started('a').put('run.doubted', doubt, 'a').put('run.resolved', { choice: 'skip', by: 'u1' });
      run.opened('e', 2).started('b', [1]).put('run.doubted', doubt, 'b', [1]);
      return run.put('run.resolved', { choice: 'repeat', by: 'u1' });
    }),
  ],
  [
    '1-cancelled',
    byHand(waiting, (run) => {
      run.begin().started('ask').put('step.waiting', { token: 'hash' }, 'ask').done('pause');
      return run.put('run.cancel', { by: 'u1', reason: 'no need' }).put('run.cancelled', { by: 'u1' });
    }),
  ],
  [
    '1-held',
    byHand(halfway, (run) => {
      run.begin({ breakpoints: ['a', 'b'] }).put('step.held', { input: { value: 1 } }, 'a');
      run.put('step.continued', { mode: 'step', by: 'u1', input: { value: 2 } }, 'a').done('a');
      run.put('step.held', { problem: problem('expr.type', 'no list') }, 'e');
      run.put('step.continued', { mode: 'continue', by: 'u1' }, 'e').opened('e', 3);
      return run
        .put('step.held', { input: { value: 1 } }, 'b', [0])
        .put('step.held', { input: { value: 1 } }, 'b', [1]);
    }),
  ],
  [
    '1-held-too-long',
    byHand(chain, (run) => {
      run.begin({ breakpoints: ['a'] }).put('step.held', { input: { value: 1 } }, 'a');
      return run.put('run.cancelled', { by: 'breakpoint', problem: problem('run.held_too_long', 'Nobody came') });
    }),
  ],
  [
    '1-partial-done',
    byHand(chain, (run) => {
      run.begin(
        { only: ['c', 'd'], rerunOf: 'r1' },
        { type: 'step.done', step: 'pinned', data: { out: { value: 5 }, pinned: true } },
        { type: 'step.done', step: 'a', data: { out: { value: 1 }, reused: 'r1' } },
        { type: 'step.done', step: 'b', data: { out: { value: 2 }, reused: 'r1', port: 'true' } },
      );
      return run
        .done('c')
        .done('d')
        .put('run.done', { output: { value: 'd/ value' } });
    }),
  ],
  [
    '1-partial-items',
    byHand(halfway, (run) =>
      run
        .begin(
          { rerunOf: 'r1' },
          { type: 'step.done', step: 'a', data: { out: { value: 1 }, reused: 'r1' } },
          { type: 'block.opened', step: 'e', data: { count: 5, over: { value: [1, 2, 3, 4, 5] } } },
          { type: 'block.item', step: 'e', item: [1], data: { out: { value: 'old' }, reused: 'r1' } },
          { type: 'block.item', step: 'e', item: [4], data: { out: { value: 'old' }, reused: 'r1' } },
        )
        .done('b', [2])
        .done('c', [2]),
    ),
  ],
]);
