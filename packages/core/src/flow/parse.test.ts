import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFlow, readFlow } from './parse.ts';

const flow = (steps: unknown, more: object = {}): unknown => ({ headgate: 1, name: 'Trial', steps, ...more });
const problems = (value: unknown): string[] => {
  const made = readFlow(value);
  return made.ok
    ? []
    : made.problems.map(
        (p) =>
          `${p.code} [${p.at?.step ?? ''}|${p.at?.field ?? ''}] ${p.text}${p.fix === undefined ? '' : ` ${p.fix}`}`,
      );
};

test('reads a flow file', () => {
  const text = JSON.stringify(
    flow([{ id: 'greet', kind: 'set@1', with: { value: 'Hello' } }], { layout: { greet: [1, 2] } }),
  );
  const made = parseFlow(text);
  expect(made).toEqual({ ok: true, flow: JSON.parse(text) });
});

test('reports every problem of form at once, each with its place, what was expected, what came', () => {
  expect(
    problems({ headgate: 2, name: '', steps: [{ id: 'A', knd: 'set@1', onProblem: 'stp' }], setings: {} }),
  ).toEqual([
    'field.wrong [|headgate] expected 1, got the number 2',
    'field.wrong [|name] expected at least 1 character, got 0',
    'field.wrong [A|id] expected an id: a lower-case letter, then lower-case letters, digits or _ (63 at most), got the text "A"',
    'field.missing [A|kind] expected a text in `kind`, got nothing Add `kind`.',
    'field.wrong [A|onProblem] expected "stop", "continue" or "port", got the text "stp" Did you mean stop?',
    'field.unknown [A|knd] the field `knd` is not known here Did you mean kind?',
    'field.unknown [|setings] the field `setings` is not known here Did you mean settings?',
  ]);
});

test('looks into blocks, and names the inner step', () => {
  const block = {
    id: 'outer',
    kind: 'each@1',
    with: {
      over: '{{ input }}',
      steps: [
        { id: 'inner', kind: 'set@1', timeout: '3 s' },
        { id: 'deep', kind: 'repeat@1', with: { until: 'x', max: 0, steps: [] } },
      ],
    },
  };
  expect(problems(flow([block]))).toEqual([
    'field.wrong [inner|timeout] expected a duration as <int>(ms|s|m|h|d), e.g. 30s, got the text "3 s"',
    'field.wrong [deep|with.max] expected at least 1, got the number 0',
  ]);
});

test('reports equal keys together with problems of form', () => {
  const made = parseFlow('{"headgate":1,"name":"x","name":"y","steps":[{"id":"a"}]}');
  expect(made.ok ? [] : made.problems.map((p) => p.code)).toEqual(['json.duplicate', 'field.missing']);
});

test('shows no value that could be a secret (EXP-06)', () => {
  const canary = 'sk-9fQ2mXw8vT4bLr7cZk1pYd3h';
  const said = problems(
    flow([{ id: 'a', kind: canary, onProblem: canary, note: 5 }], { [canary]: 1, settings: { password: 'hunter2' } }),
  ).join('\n');
  expect(said).not.toContain(canary);
  expect(said).not.toContain('hunter2');
});

test('refuses null, lists, texts and numbers where an object is expected (API-09)', () => {
  for (const value of [null, [], '', 'x', 0, true]) {
    expect(problems(value)).toHaveLength(1);
    expect(problems(flow(value)).length).toBeGreaterThanOrEqual(Array.isArray(value) ? 0 : 1);
    expect(problems(flow([value])).length).toBeGreaterThanOrEqual(1);
    expect(problems(flow([{ id: value, kind: 'set@1' }])).length).toBeGreaterThanOrEqual(value === 'x' ? 0 : 1);
  }
});

test('never throws, whatever is given to it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      readFlow(value);
      readFlow(flow(value));
      readFlow(flow([{ id: 'a', kind: 'each@1', with: value }]));
      readFlow(flow([{ id: 'a', kind: 'each@1', with: { over: '{{ input }}', steps: value } }]));
    }),
    { numRuns: 300 },
  );
});

test('refuses 100,000 steps at once, flat or hidden in blocks (DOS-07)', () => {
  const many = (n: number): unknown[] => Array.from({ length: n }, (_, i) => ({ id: `s${i}`, kind: 'set@1' }));
  const begun = performance.now();
  expect(problems(flow(many(100_000)))).toEqual([expect.stringContaining('at most 10000 steps')]);
  const blocks = Array.from({ length: 100 }, (_, i) => ({
    id: `b${i}`,
    kind: 'each@1',
    with: { over: [1], steps: many(1000) },
  }));
  expect(problems(flow(blocks))).toEqual([expect.stringContaining('at most 10000 steps')]);
  expect(performance.now() - begun).toBeLessThan(1000);
});

test('refuses blocks nested more than eight deep', () => {
  const nest = (n: number): object =>
    n === 0
      ? { id: 'leaf', kind: 'set@1' }
      : { id: `b${n}`, kind: 'each@1', with: { over: [1], steps: [nest(n - 1)] } };
  expect(problems(flow([nest(8)]))).toEqual([]);
  expect(problems(flow([nest(9)]))).toEqual([expect.stringContaining('block.depth')]);
});

test('stops telling after a thousand problems and says how many there are', () => {
  const made = readFlow(flow(Array.from({ length: 3000 }, () => ({}))));
  expect(made.ok ? 0 : made.problems.length).toBe(1001);
  expect(made.ok ? '' : made.problems.at(-1)?.text).toBe('5000 more problems are not shown');
});
