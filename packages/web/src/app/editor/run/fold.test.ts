import { describe, expect, test } from 'vitest';
import { folded, heldIn, isHeld, NOTHING_YET, type RunEvent, type RunFold } from './fold.ts';

type Made = Omit<RunEvent, 'seq' | 'at'>;
const fold = (...events: Made[]): RunFold =>
  events.reduce<RunFold>(
    (state, event, i) => folded(state, { seq: i + 1, at: new Date(i).toISOString(), ...event }),
    NOTHING_YET,
  );
const begun: Made[] = [
  { type: 'run.created', data: { principal: 'u1', input: null } },
  { type: 'run.started', data: {} },
];
const held = (step: string, item?: number[]): Made => ({
  type: 'step.held',
  step,
  item,
  data: { input: { value: 1 } },
});
const on = (step: string, item?: number[]): Made => ({ type: 'step.continued', step, item, data: { mode: 'step' } });

describe('a held step', () => {
  test('is held with what it is about to be given, until it goes on', () => {
    const state = fold(...begun, held('a'));
    expect(state.steps.get('a')).toMatchObject({ state: 'held', held: [{ item: [], input: { value: { value: 1 } } }] });
    expect([state.principal, heldIn(state), isHeld(state)]).toEqual(['u1', ['a'], true]);
    const after = fold(...begun, held('a'), on('a'));
    expect(after.steps.get('a')).toMatchObject({ state: 'queued', held: [] });
    expect([heldIn(after), isHeld(after)]).toEqual([[], false]);
  });

  test('in a block is held as long as one of its items is, whatever becomes of the others', () => {
    const opened: Made = { type: 'block.opened', step: 'e', data: { count: 2 } };
    const done: Made = { type: 'step.done', step: 'x', item: [0], data: { value: 1 } };
    const state = fold(...begun, opened, held('x', [0]), held('x', [1]), on('x', [0]), done);
    expect(state.steps.get('x')).toMatchObject({ state: 'held', held: [{ item: [1] }], items: { done: 1 } });
    expect(isHeld(state)).toBe(true);
    expect(fold(...begun, opened, held('x', [0]), on('x', [0])).steps.get('x')?.state).toBe('running');
  });

  test('is not held any more when its run is over, and the run is at work while another step is', () => {
    const over = fold(...begun, held('a'), { type: 'run.cancelled', data: { by: 'u1' } });
    expect([over.steps.get('a')?.state, heldIn(over)]).toEqual(['skipped', []]);
    const busy = fold(...begun, held('a'), { type: 'step.started', step: 'b', data: { attempt: 1 } });
    expect([heldIn(busy), isHeld(busy)]).toEqual([['a'], false]);
  });
});

describe('a step within a block', () => {
  const opened: Made = { type: 'block.opened', step: 'e', data: { count: 2 } };
  const item = (n: number, data: object): Made => ({ type: 'step.done', step: 'x', item: [n], data });
  const over: Made = { type: 'run.done', data: { output: null } };

  test('is at work until the run is done, and done with it; one whose every item failed has failed', () => {
    const state = [...begun, opened, item(0, { value: 1 }), item(1, { value: 2 })];
    expect(fold(...state).steps.get('x')?.state).toBe('running');
    expect(fold(...state, over).steps.get('x')).toMatchObject({ state: 'done', items: { done: 2 } });
    const failed: Made = { type: 'step.problem', step: 'x', item: [0], data: { problem: { code: 'a.b', text: 'c' } } };
    expect(fold(...begun, opened, failed, over).steps.get('x')?.state).toBe('failed');
  });
});
