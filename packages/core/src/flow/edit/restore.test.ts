/** A draft becomes what a version was, by one edit that can be undone. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../canonical.ts';
import type { Flow, Step } from '../model.ts';
import { doEdit } from './apply.ts';
import { restoreFlow } from './restore.ts';

const step = (id: string): fc.Arbitrary<Step> =>
  fc.record({
    id: fc.constant(id),
    kind: fc.constantFrom('set@1', 'log@1'),
    with: fc.record({ value: fc.integer({ max: 2, min: 0 }) }),
  });

const steps = (ids: readonly string[]): fc.Arbitrary<Step[]> =>
  fc.shuffledSubarray([...ids]).chain((some) => fc.tuple(...some.map(step)));

/** `b` and `c` stand in a block or beside it, so that ids change levels between two flows. */
const flow: fc.Arbitrary<Flow> = fc
  .tuple(
    fc.boolean(),
    steps(['a', 'b', 'c', 'd']),
    fc.option(fc.shuffledSubarray(['t', 'u', 'v']), { nil: undefined }),
    fc.constantFrom('One', 'Two'),
    fc.option(fc.constant('{{ 1 }}'), { nil: undefined }),
    fc.dictionary(fc.constantFrom('a', 'b', 't'), fc.constant<[number, number]>([1, 2]), { maxKeys: 2 }),
  )
  .map(([inside, all, triggers, name, output, layout]) => {
    const inner = inside ? all.filter(({ id }) => id === 'b' || id === 'c') : [];
    const outer = all.filter((one) => !inner.includes(one));
    const block: Step = { id: 'each', kind: 'each@1', with: { over: '{{ [] }}', steps: inner as never } };
    const there = [...outer, block].map(({ id }) => id);
    const places = Object.fromEntries(Object.entries(layout).filter(([id]) => there.includes(id)));
    return {
      headgate: 1,
      name,
      steps: [...outer, block],
      ...(triggers === undefined ? {} : { triggers: triggers.map((id) => ({ id, kind: 'manual@1' })) }),
      ...(output === undefined ? {} : { output }),
      ...(Object.keys(places).length === 0 ? {} : { layout: places }),
    } satisfies Flow;
  });

test('whatever the two flows are, the edit makes the one the other, and its inverse brings the first back (RS1)', () => {
  fc.assert(
    fc.property(flow, flow, (from, to) => {
      const done = doEdit(from, restoreFlow(from, to, 'Restore version 1'));
      if (!done.ok) throw new Error(done.problem.text);
      expect(canonicalJson(done.value.flow)).toBe(canonicalJson(to));
      const back = doEdit(done.value.flow, done.value.inverse);
      if (!back.ok) throw new Error(back.problem.text);
      expect(canonicalJson(back.value.flow)).toBe(canonicalJson(from));
    }),
    { numRuns: 1000 },
  );
});

test('of a flow that is the same already nothing is done, and steps that are the same stay untouched', () => {
  const base: Flow = {
    headgate: 1,
    name: 'One',
    steps: [
      { id: 'a', kind: 'set@1' },
      { id: 'b', kind: 'set@1' },
    ],
  };
  expect(restoreFlow(base, base, 'x')).toEqual({ do: 'all', what: 'x', edits: [] });
  const edited = { ...base, steps: [base.steps[0] ?? { id: 'a', kind: 'set@1' }, { id: 'b', kind: 'log@1' }] };
  const { edits } = restoreFlow(edited, base, 'x') as { edits: readonly object[] };
  expect(edits).toEqual([
    { do: 'step.take', id: 'b' },
    { do: 'step.put', step: { id: 'b', kind: 'set@1' }, at: { block: null, before: null } },
  ]);
});
