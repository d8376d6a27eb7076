import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../editor/run/fold.ts';
import { lanesOf, sourcesOf, spent } from './lanes.ts';

const at = (ms: number): string => new Date(ms).toISOString();
const event = (ms: number, type: string, step?: string, data: unknown = {}, item?: readonly number[]): RunEvent => ({
  seq: ms + 1,
  at: at(ms),
  type,
  ...(step === undefined ? {} : { step }),
  ...(item === undefined ? {} : { item }),
  data,
});

describe('lanes', () => {
  test('a step that stood in line, worked, waited for its next try and worked again shows each apart', () => {
    const [, lane] = lanesOf(
      [
        event(0, 'run.created'),
        event(1, 'step.done', 'first'),
        event(10, 'step.started', 'call'),
        event(30, 'step.problem', 'call', { retryAt: 50, attempt: 1 }),
        event(50, 'step.started', 'call'),
        event(90, 'step.done', 'call'),
      ],
      new Map([['call', ['first']]]),
    );
    expect(lane?.spans.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['line', 1, 10],
      ['work', 10, 30],
      ['wait', 30, 50],
      ['work', 50, 90],
    ]);
    expect(lane === undefined ? [] : (['line', 'work', 'wait'] as const).map((kind) => spent(lane, kind, 99))).toEqual([
      9, 60, 20,
    ]);
  });

  test('what goes on has no end, and counts up to now', () => {
    const [lane] = lanesOf([event(5, 'step.started', 'call')]);
    expect(lane?.spans).toEqual([{ kind: 'work', from: 5, to: null }]);
    expect(lane === undefined ? 0 : spent(lane, 'work', 25)).toBe(20);
  });

  test('the items of a block are one lane, joined where they overlap', () => {
    const events = Array.from({ length: 1000 }, (_, i) => [
      event(i, 'step.started', 'one', {}, [i]),
      event(i + 4, 'step.done', 'one', {}, [i]),
    ])
      .flat()
      .toSorted((a, b) => a.seq - b.seq);
    expect(lanesOf(events)[0]?.spans).toEqual([{ kind: 'work', from: 0, to: 1003 }]);
  });

  test('a pure step, whose end alone is recorded, is a point', () => {
    expect(lanesOf([event(7, 'step.done', 'set')])[0]?.spans).toEqual([{ kind: 'work', from: 7, to: 7 }]);
  });

  test('who comes after nothing stands in line from when the run was there, and steps in blocks are left out', () => {
    const doc = {
      steps: [
        { id: 'first', kind: 'set@1' },
        { id: 'loop', kind: 'each@1', after: ['judge.true', 'first'], steps: [{ id: 'inner', kind: 'set@1' }] },
      ],
    };
    const sources = sourcesOf(doc);
    expect([...sources]).toEqual([
      ['first', []],
      ['loop', ['judge', 'first']],
    ]);
    expect([...sourcesOf(undefined)]).toEqual([]);
    const lanes = lanesOf(
      [event(0, 'run.created'), event(40, 'step.started', 'first'), event(50, 'step.started', 'inner')],
      sources,
      0,
    );
    expect(lanes.map(({ spans }) => spans.map(({ kind, from }) => [kind, from]))).toEqual([
      [
        ['line', 0],
        ['work', 40],
      ],
      [['work', 50]],
    ]);
  });
});
