/**
 * How the cost of a check grows with a flow made to be dear: counted where the work is counted, and elsewhere measured
 * against a plain flow of the same size in the same run.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check } from './check.ts';
import { checkExclusive } from './checks/wires.ts';
import { Findings } from './checks/findings.ts';
import { diff } from './diff.ts';
import { graphOf } from './graph.ts';
import type { Flow, Step } from './model.ts';
import { readFlow } from './parse.ts';
import { catalog } from './testing/catalog.ts';

type Wires = (i: number) => Partial<Step>;

const flow = (steps: readonly object[], more: object = {}): Flow => {
  const made = readFlow({ headgate: 1, name: 'Trial', steps, ...more });
  if (!made.ok) throw new Error(JSON.stringify(made.problems.slice(0, 3)));
  return made.flow;
};
const ifs = (n: number, wires: Wires): Flow =>
  flow(Array.from({ length: n }, (_, i) => ({ id: `s${i}`, kind: 'if@1', with: { when: true }, ...wires(i) })));

const back = (i: number, by: number, port: string): string[] => (i >= by ? [`s${i - by}.${port}`] : []);
const shapes: Readonly<Record<string, Wires>> = {
  'a ladder whose rungs meet again': (i) => ({ join: 'any', after: [...back(i, 1, 'true'), ...back(i, 1, 'false')] }),
  'a chain by one port': (i) => ({ after: back(i, 1, 'true') }),
  'a chain by one port that takes any': (i) => ({ join: 'any', after: back(i, 1, 'true') }),
  'rungs that skip one': (i) => ({ join: 'any', after: [...back(i, 1, 'true'), ...back(i, 2, 'true')] }),
  'rungs that skip one, all awaited': (i) => ({ after: [...back(i, 1, 'true'), ...back(i, 2, 'true')] }),
  'a first of many': (i) => ({ join: 'first', after: [1, 2, 3, 5, 8, 13].flatMap((by) => back(i, by, 'false')) }),
};

/** How many ports are compared. */
const compared = (of: Flow): number => {
  const ports = new Set(['true', 'false']);
  return checkExclusive(graphOf(of).root, () => ports, new Findings());
};

describe('DOS-07 what wires exclude', () => {
  test.each(Object.entries(shapes))('costs twice as much for twice as many steps: %s', (_name, wires) => {
    const [small, large] = [compared(ifs(1_500, wires)), compared(ifs(3_000, wires))];
    expect(large).toBeLessThanOrEqual(2.5 * small + 1_000);
    expect(large).toBeLessThan(3_000 * 400);
  });

  test('has an end for a large flow of any wires', () => {
    const any: Wires = (i) => ({
      join: i % 2 === 0 ? 'any' : 'all',
      after: Array.from({ length: Math.min(i, 64) }, (_, by) => `s${i - 1 - by}.${by % 2 === 0 ? 'true' : 'false'}`),
    });
    expect(compared(ifs(6_000, any))).toBeLessThan(2_100_000);
  });

  test('is still told after a long ladder, and not of what a join made whole', () => {
    const rungs = Array.from({ length: 400 }, (_, i) => ({
      id: `s${i}`,
      kind: 'if@1',
      with: { when: true },
      ...(i === 0 ? {} : { join: 'any', after: [`s${i - 1}.true`, `s${i - 1}.false`] }),
    }));
    const ends = [
      { id: 'never', kind: 'set@1', with: { value: 1 }, after: ['s399.true', 's399.false'] },
      { id: 'may', kind: 'set@1', with: { value: 1 }, after: ['s399.true', 's398.false'] },
    ];
    const told = check(flow([...rungs, ...ends]), catalog).problems.map((p) => `${p.at?.step}: ${p.code}`);
    expect(told).toEqual(['never: wire.exclusive']);
  });

  test('is told exactly when no choice of ports lets a step run, in small flows', () => {
    const wire = fc.record({ by: fc.integer({ min: 1, max: 4 }), port: fc.constantFrom('.true', '.false', '') });
    const step = fc.record({ join: fc.constantFrom('all', 'any'), after: fc.array(wire, { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), (steps) => {
        const wires: Wires = (i) => ({
          join: steps[i]?.join === 'any' ? 'any' : 'all',
          after: (steps[i]?.after ?? []).flatMap(({ by, port }) => (i >= by ? [`s${i - by}${port}`] : [])),
        });
        const of = ifs(steps.length, wires);
        const never = new Set(
          check(of, catalog).problems.flatMap((p) => (p.at?.step === undefined ? [] : [p.at.step])),
        );
        for (const id of never) expect(everRuns(of.steps, id)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

/** Does some choice of a port for every step let this one run? */
const everRuns = (steps: readonly Step[], id: string): boolean => {
  for (let choice = 0; choice < 2 ** steps.length; choice += 1) {
    const done = new Set<string>();
    for (const [i, step] of steps.entries()) {
      const after = step.after ?? [];
      const holds = (entry: string): boolean => done.has(entry);
      if (after.length > 0 && !(step.join === 'any' ? after.some(holds) : after.every(holds))) continue;
      done.add(step.id).add(`${step.id}.${((choice >> i) & 1) === 1 ? 'true' : 'false'}`);
    }
    if (done.has(id)) return true;
  }
  return false;
};

/** The middle of three, so that a pause of the machine does not count. */
const median = (work: () => unknown): number => {
  const times = [0, 1, 2].map(() => {
    const begun = performance.now();
    work();
    return performance.now() - begun;
  });
  return times.toSorted((a, b) => a - b)[1] ?? 0;
};

describe('DOS-07 the whole of a check and a comparison', () => {
  const set = (id: string, value: unknown, more: object = {}): object => ({
    id,
    kind: 'set@1',
    with: { value },
    ...more,
  });
  const list = <T>(n: number, of: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => of(i));
  const long = (letter: string, i: number): string => `${letter}${'a'.repeat(50)}${String(i).padStart(8, '0')}`;
  /** One step after another, each reading the one before: what an honest flow of n steps costs. */
  const plain = (n: number): Flow =>
    flow(list(n, (i) => set(`s${i}`, i === 0 ? 1 : `{{ steps.s${i - 1} }}`, i === 0 ? {} : { after: [`s${i - 1}`] })));
  const dear: Readonly<Record<string, (n: number) => Flow>> = {
    'a ladder of ifs': (n) => ifs(n, shapes['a ladder whose rungs meet again'] ?? (() => ({}))),
    'every port of a wide switch awaited': (n) =>
      flow([
        {
          id: 'w',
          kind: 'switch@1',
          onProblem: 'port',
          with: { cases: list(n, (i) => ({ port: `p${i}`, when: true })) },
        },
        ...list(n, (i) => set(`s${i}`, 1, { join: 'any', after: ['w', `w.p${i}`, ...(i === 0 ? [] : [`s${i - 1}`])] })),
      ]),
    'ports that a wide switch does not have': (n) =>
      flow([
        { id: 'w', kind: 'switch@1', with: { cases: list(n, (i) => ({ port: `p${i}`, when: true })) } },
        ...list(n, (i) => set(`s${i}`, 1, { after: [`w.q${i}`] })),
      ]),
    'long names that are nearly those of others': (n) =>
      flow(list(n, (i) => set(long('s', i), `{{ steps.${long('z', i)} }}`, { after: [long('q', i)] }))),
    'fields that a wide input does not have': (n) =>
      flow(
        list(n, (i) => set(`s${i}`, `{{ input.q${i} }}`)),
        {
          input: {
            type: 'object',
            additionalProperties: false,
            properties: Object.fromEntries(list(n, (i) => [`p${i}`, {}])),
          },
        },
      ),
    'schedules that miss all of a wide input': (n) =>
      flow([set('a', 1)], {
        input: { type: 'object', required: list(n, (i) => `p${i}`), properties: { p0: { type: 'string' } } },
        triggers: list(Math.min(1_000, n), (i) => ({
          id: `t${i}`,
          kind: 'schedule@1',
          with: { cron: '0 3 * * *', input: {} },
        })),
      }),
    'problem ports awaited by everybody': (n) =>
      flow([
        ...list(n >> 4, (i) => set(`a${i}`, 1, { onProblem: 'port' })),
        ...list(n >> 4, (i) => set(`b${i}`, 1, { after: list(n >> 4, (j) => `a${j}`) })),
      ]),
    'blocks, each with what it gives': (n) =>
      flow(
        list(n >> 1, (i) => ({
          id: `b${i}`,
          kind: 'each@1',
          with: { over: '{{ input }}', steps: [set(`i${i}`, 1)], result: `{{ steps.i${i} }}` },
          ...(i === 0 ? {} : { after: [`b${i - 1}`] }),
        })),
      ),
  };

  test.each(Object.entries(dear))('costs no more than a few plain flows of its size: %s', (_name, make) => {
    const [of, honest] = [make(2_000), plain(2_000)];
    check(honest, catalog);
    const control = median(() => check(honest, catalog));
    expect(median(() => check(of, catalog))).toBeLessThan(12 * control + 50);
  });

  test('all wires of two flows that differ are compared by sets', () => {
    const wires = (letter: string): Flow =>
      flow(
        list(600, (i) => ({
          id: `s${i}`,
          kind: 'set@1',
          after: list(600, (j) => `${letter}${j}`),
        })),
      );
    const [a, b, honest] = [wires('a'), wires('b'), plain(2_000)];
    const control = median(() => check(honest, catalog));
    expect(median(() => diff(a, b, catalog))).toBeLessThan(12 * control + 50);
  });

  test('a flow of nothing but expressions is refused by their number, and the most allowed is checked', () => {
    const holding = (n: number): Flow =>
      flow([
        set(
          'a',
          list(n / 100, () => '{{ 1 }}'.repeat(100)),
        ),
      ]);
    expect(check(holding(50_000), catalog).problems).toEqual([]);
    expect(check(holding(50_100), catalog).problems.map((p) => p.code)).toEqual(['flow.expressions']);
  });
});
