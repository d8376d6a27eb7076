import { expect, test } from 'vitest';
import type { RunEvent } from '../../editor/run/fold.ts';
import { keyOf, roundsOf, traceOf } from './trace.ts';

type Told = readonly [type: string, step: string, item: readonly number[], data?: unknown];

const events = (...all: readonly Told[]): readonly RunEvent[] =>
  all.map(([type, step, item, data = {}], i) => ({
    ...{ seq: i + 1, at: new Date(i * 1_000).toISOString(), type, step, data },
    ...(item.length === 0 ? {} : { item }),
  }));
const think = { at: 'helper', given: { value: { do: 'think' } } };
const call = (tool: string, args: unknown) => ({ at: tool, given: { value: { do: 'call', call: { tool, args } } } });
const approve = (tool: string, args: unknown) => ({
  at: 'helper',
  given: { value: { do: 'approve', why: 'chosen', call: { tool, args } } },
});
const thought = (text: string, ...calls: readonly [name: string, input: unknown][]) => ({
  value: { text, model: 'local/small', calls: calls.map(([name, input]) => ({ name, input })) },
  usage: { tokens: 10, money: 3 },
});

const BEGUN: readonly Told[] = [
  ['block.opened', 'helper', [], { next: think }],
  ['step.started', 'helper', [0]],
  ['step.said', 'helper', [0], { text: 'Let me lok', at: 0 }],
  ['step.said', 'helper', [0], { text: 'ook', at: 8 }],
];

test('what a model says is there while it says it', () => {
  const trace = traceOf(events(...BEGUN));
  const agent = trace.agents.get('helper');
  expect(agent?.moves).toHaveLength(1);
  expect(roundsOf(agent as never, false)).toMatchObject([
    { text: 'Let me look', wishes: [], think: { state: 'running' } },
  ]);
  expect([...trace.top]).toEqual(['helper']);
});

const CALLED: readonly Told[] = [
  ...BEGUN,
  [
    'step.done',
    'helper',
    [0],
    thought('Look', ['nothing', {}], ['order', { n: 1 }], ['refund', { n: 1 }], ['order', { n: 2 }]),
  ],
  ['block.item', 'helper', [0], { more: true, next: call('order', { n: 1 }) }],
  ['step.done', 'order', [1], { value: { state: 'lost' } }],
  ['block.item', 'order', [1]],
  ['block.item', 'helper', [1], { more: true, next: approve('refund', { n: 1 }) }],
  ['step.waiting', 'helper', [2], { ask: {} }],
];

test('wishes are paired with the moves that fulfil them; what none follows was passed over, what may follow comes next', () => {
  const trace = traceOf(events(...CALLED));
  const [round] = roundsOf(trace.agents.get('helper') as never, false);
  expect(round?.wishes.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'nothing unmade',
    'order done',
    'refund waiting',
    'order next',
  ]);
  expect(round?.wishes[1]?.call).toMatchObject({ out: { value: { state: 'lost' } }, args: { n: 1 } });
  expect(trace.asks.has(keyOf('helper', [2]))).toBe(true);
  expect(trace.total).toEqual({ tokens: 10, money: 3 });
});

test('what was refused says so, a failed tool has its problem, and the result says why a wish was not fulfilled', () => {
  const problem = { code: 'net.refused', text: 'It is away' };
  const trace = traceOf(
    events(
      ...CALLED,
      ['step.answered', 'helper', [2]],
      ['step.done', 'helper', [2], { value: { approved: false, comment: 'No' } }],
      ['block.item', 'helper', [2], { more: true, next: call('order', { n: 2 }) }],
      ['step.problem', 'order', [3], { problem, attempt: 1 }],
      ['block.item', 'helper', [3], { more: true, next: think }],
      ['step.done', 'helper', [4], thought('Done')],
      ['block.item', 'helper', [4], { more: false }],
      [
        ...['step.done', 'helper', []],
        { value: { calls: ['mistaken', 'done', 'refused', 'failed'].map((state) => ({ state })) } },
      ] as never,
    ),
  );
  const agent = trace.agents.get('helper');
  const [first, second] = roundsOf(agent as never, true);
  expect(first?.wishes.map(({ state }) => state)).toEqual(['mistaken', 'done', 'refused', 'failed']);
  expect(first?.wishes[3]?.call?.problem).toEqual(problem);
  expect(second).toMatchObject({ text: 'Done', model: 'local/small', think: { used: { tokens: 10 } } });
  expect(agent?.state).toBe('done');
  expect(trace.asks.size).toBe(0);
});

test('an agent that is a tool of another is found by the place of its call', () => {
  const trace = traceOf(
    events(
      ['block.opened', 'helper', [], { next: think }],
      ['step.done', 'helper', [0], thought('', ['inner', {}])],
      ['block.item', 'helper', [0], { more: true, next: call('inner', {}) }],
      ['block.opened', 'inner', [1], { next: { at: 'inner', given: { value: { do: 'think' } } } }],
      ['step.done', 'inner', [1, 0], thought('Within')],
      ['block.item', 'inner', [1, 0], { more: false }],
      ['step.done', 'inner', [1], { value: { text: 'Within' } }],
    ),
  );
  expect(roundsOf(trace.agents.get('inner 1') as never, false)).toMatchObject([{ text: 'Within' }]);
  expect(trace.agents.get('helper')?.moves[1]).toMatchObject({ tool: 'inner', state: 'done' });
});

test('what an agent recalls, sums up and keeps is no round, and what it took counts', () => {
  const move = (doing: string) => ({ at: 'helper', given: { value: { do: doing } } });
  const trace = traceOf(
    events(
      ['block.opened', 'helper', [], { next: move('recall') }],
      ['step.done', 'helper', [0], { value: { session: 's' } }],
      ['block.item', 'helper', [0], { more: true, next: move('sum') }],
      ['step.done', 'helper', [1], { value: { text: 'Notes.' }, usage: { tokens: 7, money: 1 } }],
      ['block.item', 'helper', [1], { more: true, next: think }],
      ['step.done', 'helper', [2], thought('Well.')],
      ['block.item', 'helper', [2], { more: true, next: move('keep') }],
      ['step.done', 'helper', [3], { value: { kept: true } }],
    ),
  );
  const agent = trace.agents.get('helper');
  expect(agent?.moves.map((one) => one.do)).toEqual(['remember', 'remember', 'think', 'remember']);
  expect(roundsOf(agent as never, false)).toMatchObject([{ text: 'Well.', wishes: [] }]);
  expect(trace.total.tokens).toBe(17);
});
