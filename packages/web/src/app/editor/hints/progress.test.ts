import { expect, test } from 'vitest';
import { advanced, type Facts, hintOf, type Progress } from './progress.ts';

const BEGUN: Progress = { flow: 'flow_1', done: [], before: null };
const FACTS: Facts = { ended: null, edited: false, published: false, called: false };
const after = (...facts: readonly Partial<Facts>[]): Progress =>
  facts.reduce<Progress>((was, part) => advanced(was, { ...FACTS, ...part }), BEGUN);

test('a hint goes when its act is done, and the next one comes', () => {
  expect(hintOf(BEGUN)).toBe('run');
  expect(hintOf(after({ ended: 'a' }))).toBe('change');
  expect(hintOf(after({ ended: 'a' }, { ended: 'a', edited: true }))).toBe('change');
  expect(hintOf(after({ ended: 'a' }, { ended: 'b', edited: true }))).toBe('publish');
  expect(hintOf(after({ ended: 'a' }, { ended: 'b', edited: true }, { published: true }))).toBe('call');
  expect(hintOf(after({ ended: 'a' }, { ended: 'b', edited: true }, { published: true }, { called: true }))).toBeNull();
});

test('the order is free: what was done before it was asked for is not asked for', () => {
  expect(hintOf(after({ published: true }, { ended: 'a' }))).toBe('change');
  expect(hintOf(after({ edited: true }, { ended: 'a', edited: true }))).toBe('publish');
});

test('what is done stays done, when the run is closed or the edit is undone', () => {
  const done = after({ ended: 'a' }, { ended: 'b', edited: true });
  expect(advanced(done, FACTS)).toBe(done);
});

test('another run of the flow as it came is no run of a change', () => {
  expect(hintOf(after({ ended: 'a' }, { ended: 'b' }, { ended: 'b', edited: true }))).toBe('change');
});
