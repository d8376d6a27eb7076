import type { Flow } from '@headgate/core';
import { expect, test } from 'vitest';
import { folded, NOTHING_YET, type RunEvent } from './fold.ts';
import { type Known, told } from './part.ts';

const flow: Flow = {
  headgate: 1,
  name: 'F',
  steps: [
    { id: 'a', kind: 'set@1', with: { value: 1 } },
    { id: 'b', kind: 'set@1', after: ['a'], with: { value: 2 } },
    { id: 'c', kind: 'set@1', after: ['b'], with: { value: 3 } },
  ],
};
const at = new Date(0).toISOString();
const events: readonly RunEvent[] = [
  { seq: 1, at, type: 'run.created', data: {} },
  { seq: 2, at, type: 'step.done', step: 'a', data: { value: 1 } },
  { seq: 3, at, type: 'step.done', step: 'b', data: { value: 2 } },
  { seq: 4, at, type: 'step.done', step: 'c', data: { value: 3 } },
  { seq: 5, at, type: 'run.done', data: {} },
];
const known: Known = { run: 'r1', flow, input: {}, fold: events.reduce(folded, NOTHING_YET) };

test('D11.16 a step runs alone when what it needs is known, and with all that it needs when it is not', () => {
  expect(told(flow, { to: 'c' }, known, {}, {})).toEqual({ runs: 1, reused: 2 });
  expect(told(flow, { to: 'c' }, null, {}, {})).toEqual({ runs: 3, reused: 0 });
  expect(told(flow, { from: 'b' }, known, {}, {})).toEqual({ runs: 2, reused: 1 });
});

test('D11.16 what was changed since, another input and a pin are not taken for what they were', () => {
  const [a, b, c] = flow.steps;
  const changed = { ...flow, steps: [a, { ...b, with: { value: 9 } }, c] } as Flow;
  expect(told(changed, { to: 'c' }, known, {}, {})).toEqual({ runs: 2, reused: 1 });
  expect(told(flow, { to: 'c' }, known, { other: true }, {})).toEqual({ runs: 3, reused: 0 });
  expect(told(flow, { to: 'c' }, known, {}, { b: 7 })).toEqual({ runs: 1, reused: 1 });
  expect(told(flow, { to: 'nowhere' }, known, {}, {})).toBeNull();
});
