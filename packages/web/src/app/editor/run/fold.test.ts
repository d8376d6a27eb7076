import { describe, expect, test } from 'vitest';
import { folded, heldIn, isWaiting, NOTHING_YET, type RunEvent, type RunFold } from './fold.ts';

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
    expect([state.principal, heldIn(state), isWaiting(state)]).toEqual(['u1', ['a'], true]);
    const after = fold(...begun, held('a'), on('a'));
    expect(after.steps.get('a')).toMatchObject({ state: 'queued', held: [] });
    expect([heldIn(after), isWaiting(after)]).toEqual([[], false]);
  });

  test('in a block is held as long as one of its items is, whatever becomes of the others', () => {
    const opened: Made = { type: 'block.opened', step: 'e', data: { count: 2 } };
    const done: Made = { type: 'step.done', step: 'x', item: [0], data: { value: 1 } };
    const state = fold(...begun, opened, held('x', [0]), held('x', [1]), on('x', [0]), done);
    expect(state.steps.get('x')).toMatchObject({ state: 'held', held: [{ item: [1] }], items: { done: 1 } });
    expect(isWaiting(state)).toBe(true);
    expect(fold(...begun, opened, held('x', [0]), on('x', [0])).steps.get('x')?.state).toBe('running');
  });

  test('is not held any more when its run is over, and the run is at work while another step is', () => {
    const over = fold(...begun, held('a'), { type: 'run.cancelled', data: { by: 'u1' } });
    expect([over.steps.get('a')?.state, heldIn(over)]).toEqual(['skipped', []]);
    const busy = fold(...begun, held('a'), { type: 'step.started', step: 'b', data: { attempt: 1 } });
    expect([heldIn(busy), isWaiting(busy)]).toEqual([['a'], false]);
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

  test('an agent whose move waits for people waits, and its run with it, until the move goes on', () => {
    const agent: Made = { type: 'block.opened', step: 'agent', data: { next: {} } };
    const at = (type: string, step: string, n: number, data: object = {}): Made => ({ type, step, item: [n], data });
    const thought = [at('step.started', 'agent', 0), at('step.done', 'agent', 0, { value: 1 })];
    const asks = [
      at('step.started', 'agent', 1),
      at('step.waiting', 'agent', 1, { note: 'approve' }),
      at('step.asked', 'agent', 1),
    ];
    const waits = fold(...begun, agent, ...thought, ...asks);
    expect([waits.steps.get('agent')?.state, isWaiting(waits)]).toEqual(['waiting', true]);
    const answered = fold(...begun, agent, ...thought, ...asks, at('step.done', 'agent', 1, { value: true }));
    expect([answered.steps.get('agent')?.state, isWaiting(answered)]).toEqual(['running', false]);
    const calls = fold(...begun, agent, ...thought, at('step.started', 'tool', 1));
    expect([calls.steps.get('agent')?.state, isWaiting(calls)]).toEqual(['running', false]);
  });

  test('one that waits does not make its run wait while another of its items is at work', () => {
    const at = (type: string, n: number): Made => ({ type, step: 'x', item: [n], data: {} });
    const one = [at('step.started', 0), at('step.started', 1), at('step.waiting', 0)];
    expect([fold(...begun, opened, ...one).steps.get('x')?.state, isWaiting(fold(...begun, opened, ...one))]).toEqual([
      'running',
      false,
    ]);
    const both = fold(...begun, opened, ...one, at('step.waiting', 1));
    expect([both.steps.get('x')?.state, isWaiting(both)]).toEqual(['waiting', true]);
    expect(fold(...begun, opened, ...one, at('step.waiting', 1), over).steps.get('x')?.state).toBe('done');
  });
});
