import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diff } from './diff.ts';
import { diffLines } from './text/diff-lines.ts';
import { hashFlow } from './hash.ts';
import type { Flow } from './model.ts';
import { readFlow } from './parse.ts';
import { printProblem } from './text/print.ts';
import { catalog } from './testing/catalog.ts';

const flow = (parts: object): Flow => {
  const made = readFlow({ headgate: 1, name: 'Trial', steps: [], ...parts });
  if (!made.ok) throw new Error(made.problems.map(printProblem).join('\n'));
  return made.flow;
};
const set = (id: string, value: unknown = 1, more: object = {}): object => ({
  id,
  kind: 'set@1',
  with: { value },
  ...more,
});
const http = (url: string, more: object = {}): object => ({
  id: 'fetch',
  kind: 'http.request@1',
  with: { method: 'GET', url },
  ...more,
});
const each = (steps: readonly object[], more: object = {}): object => ({
  id: 'all',
  kind: 'each@1',
  with: { over: '{{ input }}', steps, ...more },
});
const lines = (a: object, b: object): readonly string[] => diffLines(diff(flow(a), flow(b), catalog));

test('a changed flow is told by steps, fields, wires, triggers, settings and powers', () => {
  const before = {
    triggers: [
      { id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } },
      { id: 'old', kind: 'schedule@1', with: { cron: '0 3 * * *' } },
    ],
    steps: [set('a'), set('gone'), http('https://one.example/x', { after: ['a'] }), each([set('inner')])],
    settings: { timeout: '30s' },
    layout: { a: [0, 0], fetch: [1, 1] },
  };
  const after = {
    name: 'Renamed',
    triggers: [
      { id: 'hook', kind: 'webhook@1', with: { answer: 'async' } },
      { id: 'new', kind: 'schedule@1', with: { cron: '0 4 * * *' } },
    ],
    steps: [
      set('a', { text: 'x' }),
      http('https://two.example/x', { after: ['b.true'], retry: { max: 2 } }),
      { id: 'b', kind: 'if@1', with: { when: true } },
      each([set('inner', 2), set('more')], { concurrency: 8 }),
    ],
    settings: { timeout: '1m', concurrency: 3 },
    output: '{{ steps.a }}',
    layout: { a: [5, 5], fetch: [1, 1] },
  };
  expect(lines(before, after)).toMatchInlineSnapshot(`
    [
      "! gains net: GET two.example:443 in fetch: Read from an address.",
      "! loses net: GET one.example:443 in fetch",
      "~ name: "Trial" → "Renamed"",
      "~ output: + "{{ steps.a }}"",
      "~ settings.timeout: "30s" → "1m"",
      "~ settings.concurrency: + 3",
      "- trigger old (schedule@1)",
      "+ trigger new (schedule@1)",
      "~ trigger hook",
      "    with.answer: "sync" → "async"",
      "- step gone (set@1)",
      "+ step b (if@1)",
      "+ step more (set@1)",
      "~ step a",
      "    with.value: 1 → {"text":"x"}",
      "~ step fetch",
      "    no longer after a",
      "    now after b.true",
      "    with.url: "https://one.example/x" → "https://two.example/x"",
      "    retry: + {"max":2}",
      "~ step all",
      "    with.concurrency: + 8",
      "~ step inner",
      "    with.value: 1 → 2",
      "  layout: 1 moved on the canvas",
    ]
  `);
});

test('a step that moves into a block says so, and is not told as new', () => {
  const made = diff(
    flow({ steps: [set('a'), each([set('b')])] }),
    flow({ steps: [each([set('b'), set('a')])] }),
    catalog,
  );
  expect(made.steps).toEqual({
    added: [],
    removed: [],
    changed: [{ id: 'a', changes: [], wires: { added: [], removed: [] }, moved: { from: null, to: 'all' } }],
  });
});

test('layout alone is no change', () => {
  const made = diff(flow({ layout: { a: [0, 0] } }), flow({ layout: { a: [0, 1], b: [1, 1] } }), catalog);
  expect([made.same, made.layout]).toEqual([true, ['a', 'b']]);
  expect(diffLines(made)).toEqual(['  layout: 2 moved on the canvas']);
});

test('notes and groups alone are no change, and are told apart from steps', () => {
  const note = { text: 'Here', at: [0, 0] as [number, number] };
  const made = diff(flow({ notes: { n: note } }), flow({ groups: { g: { name: 'G', holds: [] } } }), catalog);
  expect([made.same, made.drawn, made.flow]).toEqual([true, ['n', 'g'], []]);
  expect(diffLines(made)).toEqual(['  notes and groups: 2 changed on the canvas']);
});

test('a wider power is told even when the field only became computed', () => {
  const said = lines({ steps: [http('https://one.example/x')] }, { steps: [http('{{ input.url }}')] });
  expect(said.filter((line) => line.startsWith('!'))).toEqual([
    '! gains net: GET *:* in fetch: Read from an address.',
    '! loses net: GET one.example:443 in fetch',
  ]);
});

test('values that could be secrets are not shown', () => {
  const canary = 'sk-9fQ2mXw8vT4bLr7cZk1pYd3h';
  const said = lines(
    { steps: [set('a')] },
    { steps: [set('a', { password: 'hunter2', note: canary, list: [canary] }), set('b', canary)] },
  ).join('\n');
  expect(said).not.toContain(canary);
  expect(said).not.toContain('hunter2');
});

test('DF2 flows of equal hash have no difference, and flows of different hash have one', () => {
  const value = fc.jsonValue({ maxDepth: 2 });
  const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
  const step = (id: string): fc.Arbitrary<object> =>
    fc
      .record({
        after: maybe(fc.constantFrom<string[]>([], ['a'], ['a', 'b'], ['b', 'a'], ['a', 'a'])),
        note: maybe(fc.constantFrom('x', 'y')),
        value,
      })
      .map(({ value: v, ...rest }) => JSON.parse(JSON.stringify(set(id, v, rest))) as object);
  const parts = fc
    .record({
      steps: fc.shuffledSubarray(['a', 'b', 'c']).chain((ids) => fc.tuple(...ids.map(step))),
      inner: maybe(step('d')),
      triggers: maybe(
        fc.constantFrom<object[]>(
          [],
          [{ id: 't', kind: 'webhook@1' }],
          [
            { id: 'u', kind: 'webhook@1' },
            { id: 't', kind: 'webhook@1', with: {} },
          ],
        ),
      ),
      settings: maybe(fc.constantFrom<object>({}, { timeout: '1s' }, { rate: { max: 1, per: '1s' } })),
      output: maybe(value),
    })
    .map(
      ({ inner, steps, ...rest }) =>
        JSON.parse(
          JSON.stringify({ ...rest, steps: inner === undefined ? steps : [...steps, each([inner])] }),
        ) as object,
    );
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const [one, two] = [flow(a), flow(b)];
      expect(diff(one, one, catalog).same).toBe(true);
      expect(diff(one, two, catalog).same).toBe(hashFlow(one) === hashFlow(two));
      expect(diffLines(diff(one, two, catalog)).length > 0).toBe(hashFlow(one) !== hashFlow(two));
    }),
    { numRuns: 500 },
  );
});
