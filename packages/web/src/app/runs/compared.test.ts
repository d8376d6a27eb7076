import { describe, expect, test } from 'vitest';
import { folded, NOTHING_YET, type RunEvent, type RunFold } from '../editor/run/fold.ts';
import { compared, tookOf } from './compared.ts';
import { differences, MOST_DIFFERENCES } from './differences.ts';

describe('differences of two values', () => {
  test('are told by path: what is another value, and what only one of them has', () => {
    const left = { a: 1, list: [1, { b: 'x' }], gone: true, 'a b': 1 };
    const right = { a: 1, list: [1, { b: 'y' }, 3], new: null, 'a b': 2 };
    expect(differences(left, right)).toEqual([
      { path: 'list[1].b', left: 'x', right: 'y' },
      { path: 'list[2]', right: 3 },
      { path: 'gone', left: true },
      { path: '["a b"]', left: 1, right: 2 },
      { path: 'new', right: null },
    ]);
  });

  test('of a list and an object, of nothing and something, are the whole; of equals there are none', () => {
    expect(differences([], {})).toEqual([{ path: '', left: [], right: {} }]);
    expect(differences(undefined, 0)).toEqual([{ path: '', right: 0 }]);
    expect(differences({ a: [1, { b: Number.NaN }] }, { a: [1, { b: Number.NaN }] })).toEqual([]);
  });

  test('are bounded', () => {
    const of = (n: number) => Array.from({ length: 100_000 }, () => n);
    expect(differences(of(1), of(2))).toHaveLength(MOST_DIFFERENCES);
  });
});

const run = (...steps: [step: string, data: Record<string, unknown>, type?: string][]): RunFold =>
  [
    { type: 'run.created', data: {} },
    { type: 'run.started', data: {} },
    ...steps.map(([step, data, type = 'step.done']) => ({ type, step, data })),
  ].reduce<RunFold>(
    (fold, event, i) => folded(fold, { seq: i + 1, at: new Date(i * 10).toISOString(), ...event } satisfies RunEvent),
    NOTHING_YET,
  );

describe('two runs', () => {
  test('part where a step went another way or gave something else; what came up in one alone is told, too', () => {
    const left = run(
      ['a', { value: 1 }],
      ['b', { value: { n: 1 } }],
      ['c', { value: 1, port: 'true' }],
      ['d', { value: 1 }],
    );
    const right = run(
      ['a', { value: 1 }],
      ['b', { value: { n: 2 } }],
      ['c', { value: 1, port: 'false' }],
      ['e', { problem: { code: 'x' }, attempt: 1 }, 'step.problem'],
    );
    expect(compared(left, right).map(({ step, differs }) => [step, differs])).toEqual([
      ['a', null],
      ['b', 'output'],
      ['c', 'state'],
      ['d', 'state'],
      ['e', 'state'],
    ]);
  });

  test('of large values, which are not at hand, differ where their sizes do', () => {
    const of = (blob: string, size: number) => run(['a', { value: { $blob: blob, size } }]);
    expect(compared(of('b1', 9), of('b2', 9))[0]?.differs).toBeNull();
    expect(compared(of('b1', 9), of('b2', 8))[0]?.differs).toBe('output');
  });

  test('know how long each step took', () => {
    const fold = run(['a', { attempt: 1 }, 'step.started'], ['a', { value: 1 }]);
    expect([tookOf(fold.steps.get('a') ?? null), tookOf(null)]).toEqual([10, null]);
  });
});
