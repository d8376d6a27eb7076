import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, type CheckContext } from './check.ts';
import { graphOf } from './graph.ts';
import type { Flow } from './model.ts';
import { parseFlow, readFlow } from './parse.ts';
import { printProblem } from './text/print.ts';
import { broken } from './testing/broken.ts';
import { catalog } from './testing/catalog.ts';

const flow = (steps: readonly object[], more: object = {}): Flow => {
  const made = readFlow({ headgate: 1, name: 'Trial', steps, ...more });
  if (!made.ok) throw new Error(made.problems.map(printProblem).join('\n'));
  return made.flow;
};
const lines = (of: Flow, context?: CheckContext): string[] => {
  const { problems, warnings } = check(of, catalog, context);
  return [...problems.map((p) => `problem ${printProblem(p)}`), ...warnings.map((p) => `warning ${printProblem(p)}`)];
};
const codes = (steps: readonly object[], more: object = {}): string[] =>
  lines(flow(steps, more)).map((line) => line.slice(line.lastIndexOf('[') + 1, -1));

test('what broken flows are told is kept word by word', async () => {
  const context: CheckContext = {
    flows: new Set(['Greet', 'Report']),
    secrets: new Set(['github']),
    vars: new Set(['base_url']),
  };
  const said = Object.entries(broken).map(([title, text]) => {
    const parsed = parseFlow(typeof text === 'string' ? text : JSON.stringify({ headgate: 1, name: 'Trial', ...text }));
    const told = parsed.ok ? lines(parsed.flow, context) : parsed.problems.map((p) => `problem ${printProblem(p)}`);
    return `# ${title}\n${told.length === 0 ? 'nothing' : told.join('\n')}\n`;
  });
  expect(said.length).toBeGreaterThanOrEqual(40);
  expect(said.filter((one) => one.includes('\nnothing\n'))).toEqual([]);
  await expect(said.join('\n')).toMatchFileSnapshot('testing/broken.golden.txt');
});

describe('sound flows are told nothing', () => {
  test('the flow of the documentation', () => {
    const steps = [
      { id: 'check', kind: 'if@1', with: { when: '{{ input.name.length > 0 }}' } },
      { id: 'greet', kind: 'set@1', after: ['check.true'], with: { value: { text: 'Hello {{ input.name }}' } } },
      {
        id: 'refuse',
        kind: 'stop@1',
        after: ['check.false'],
        with: { problem: 'name.empty', text: 'A name is needed' },
      },
    ];
    const input = {
      type: 'object',
      properties: { name: { type: 'string' } },
      required: ['name'],
      additionalProperties: false,
    };
    const triggers = [{ id: 'nightly', kind: 'schedule@1', with: { cron: '0 3 * * *', input: { name: 'night' } } }];
    expect(codes(steps, { input, triggers, output: '{{ steps.greet.text }}' })).toEqual([]);
  });

  test('inner steps see outer ones, item and index; results and until see inner ones', () => {
    const inner = {
      id: 'card',
      kind: 'set@1',
      with: { value: '{{ item.name }} {{ index }} {{ steps.list.length }} {{ input.x }}' },
    };
    const steps = [
      { id: 'list', kind: 'set@1', with: { value: '{{ [1, 2] }}' } },
      {
        id: 'all',
        kind: 'each@1',
        after: ['list'],
        with: {
          over: '{{ steps.list }}',
          steps: [inner, { id: 'second', kind: 'set@1', after: ['card'], with: { value: '{{ steps.card }}' } }],
          result: '{{ steps.second }} {{ item }}',
        },
      },
      {
        id: 'poll',
        kind: 'repeat@1',
        after: ['all'],
        with: {
          until: '{{ steps.once.body.ready }}',
          max: 5,
          steps: [
            {
              id: 'once',
              kind: 'http.request@1',
              with: { method: 'GET', url: 'https://a.example/{{ steps.all.length }}' },
            },
          ],
        },
      },
      {
        id: 'kept',
        kind: 'filter@1',
        after: ['poll'],
        with: { items: '{{ steps.all }}', where: '{{ item.price > 10 && index < 3 }}' },
      },
      {
        id: 'short',
        kind: 'set@1',
        after: ['kept'],
        each: { over: '{{ steps.kept }}' },
        with: { value: '{{ item }} {{ index }}' },
      },
    ];
    expect(codes(steps, { output: '{{ steps.short }}' })).toEqual([]);
  });

  test('exclusive branches that meet with join any, and bare wires', () => {
    const steps = [
      { id: 'check', kind: 'if@1', with: { when: true } },
      { id: 'yes', kind: 'set@1', after: ['check.true'], with: { value: 1 } },
      { id: 'no', kind: 'set@1', after: ['check.false'], with: { value: 2 } },
      {
        id: 'meet',
        kind: 'merge@1',
        after: ['yes', 'no'],
        join: 'any',
        with: { value: '{{ steps.yes ?? steps.no }}' },
      },
      { id: 'both', kind: 'merge@1', after: ['check', 'yes'], with: { value: 1 } },
      { id: 'last', kind: 'merge@1', after: ['meet', 'both'], with: { value: 1 } },
    ];
    expect(codes(steps)).toEqual([]);
  });

  test('expressions are wild cards for the schema of a step', () => {
    const http = {
      method: '{{ input.m }}',
      url: '{{ input.u }}',
      headers: { a: '{{ input.h }}', b: 'x' },
      tries: '{{ input.t }}',
      timeout: { connect: '{{ input.c }}', total: 5 },
    };
    expect(
      codes([
        { id: 'a', kind: 'http.request@1', with: http },
        { id: 'b', kind: 'wait@1', with: { for: '{{ input.f }}' } },
      ]),
    ).toEqual([]);
    expect(
      codes([
        {
          id: 'a',
          kind: 'http.request@1',
          with: { ...http, hedaers: 1, timeout: { connect: '{{ input.c }}', total: 'x', x: 1 } },
        },
      ]),
    ).toEqual(['field.wrong', 'field.unknown', 'field.unknown']);
  });

  test('a step behind a disabled one is left alone', () => {
    expect(
      codes([
        { id: 'a', kind: 'if@1', disabled: true, with: { when: true } },
        { id: 'b', kind: 'set@1', after: ['a.true', 'a.false'], with: { value: 1 } },
      ]),
    ).toEqual([]);
  });
});

test('a plain reference of a type that cannot fit is told; one that may fit is not', () => {
  const input = {
    type: 'object',
    properties: { url: { type: 'string' }, n: { type: 'number' }, any: {} },
    additionalProperties: false,
  };
  const http = (url: string): string[] =>
    codes([{ id: 'a', kind: 'http.request@1', with: { method: 'GET', url } }], { input });
  expect(http('{{ input.url }}')).toEqual([]);
  expect(http('{{ input.any }}')).toEqual([]);
  expect(http('{{ input.n }}')).toEqual(['ref.type']);
  expect(http('https://x/{{ input.n }}')).toEqual([]);
  expect(http('{{ input.nn }}')).toEqual(['ref.field']);
});

test('no text shows what could be a secret (EXP-06)', () => {
  const canary = 'sk-9fQ2mXw8vT4bLr7cZk1pYd3h';
  const steps = [
    {
      id: 'a',
      kind: 'http.request@1',
      with: {
        method: canary,
        url: 5,
        [canary]: 1,
        headers: { authorization: 7, x: canary },
        secret: 'hunter2-hunter2-9X',
      },
    },
  ];
  const said = lines(flow(steps), { secrets: new Set() }).join('\n');
  expect(said).not.toContain(canary);
});

test('check is total: any flow of right form ends in an answer, and its graph orders what has no cycle', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'constructor');
  const after = fc.array(
    fc.oneof(
      id,
      fc.tuple(id, fc.constantFrom('true', 'false', 'problem', 'x')).map((t) => t.join('.')),
    ),
    { maxLength: 3 },
  );
  const value = fc.oneof(
    fc.constantFrom('{{ steps.a }}', '{{ item }}', '{{ input.x.y }}', '{{', '{{ problems.b }}', 'x'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const step = (depth: number): fc.Arbitrary<object> =>
    fc.record(
      {
        id,
        kind: fc.constantFrom(
          'set@1',
          'if@1',
          'filter@1',
          'stop@1',
          'switch@1',
          'nope@1',
          ...(depth > 0 ? ['each@1'] : []),
        ),
        after,
        join: fc.constantFrom('all', 'any'),
        with:
          depth > 0
            ? fc.record({ over: fc.constant([1]), steps: fc.array(step(depth - 1), { minLength: 1, maxLength: 3 }) })
            : fc.dictionary(fc.constantFrom('value', 'when', 'items', 'where', 'cases'), value),
        onProblem: fc.constantFrom('port', 'stop'),
        disabled: fc.boolean(),
      },
      { requiredKeys: ['id', 'kind', 'with'] },
    );
  fc.assert(
    fc.property(fc.array(step(1), { maxLength: 6 }), (steps) => {
      const made = readFlow({ headgate: 1, name: 'x', steps });
      const of: Flow = made.ok ? made.flow : { headgate: 1, name: 'x', steps: [] };
      check(of, catalog);
      for (const level of graphOf(of).levels) {
        const place = new Map(level.order.map((node, i) => [node, i]));
        const ordered = level.order.every((node) =>
          node.entries.every((entry) => (place.get(entry.from) ?? Number.POSITIVE_INFINITY) < (place.get(node) ?? -1)),
        );
        expect(ordered).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});

describe('size (DOS-07)', () => {
  const timed = (steps: readonly object[]): number => {
    const of = flow(steps);
    const begun = performance.now();
    check(of, catalog);
    return performance.now() - begun;
  };
  const chain = (n: number): object[] =>
    Array.from({ length: n }, (_, i) => ({
      id: `s${i}`,
      kind: 'set@1',
      ...(i === 0 ? {} : { after: [`s${i - 1}`] }),
      with: { value: i === 0 ? 1 : `{{ steps.s${Math.floor(i / 2)} }}` },
    }));

  test('ten thousand steps in a chain are checked in time about linear', () => {
    timed(chain(1000));
    expect(timed(chain(10_000))).toBeLessThan(10_000);
  });

  test('ten thousand mistakes are told quickly', () => {
    const wrong = Array.from({ length: 10_000 }, (_, i) => ({
      id: `s${i}`,
      kind: 'sett@1',
      after: [`t${i}`],
      with: { value: `{{ steps.x${i} }}` },
    }));
    expect(timed(wrong)).toBeLessThan(10_000);
  });

  test('a cycle of ten thousand steps, a fan of ifs and dense wires are checked quickly', () => {
    expect(
      timed(
        Array.from({ length: 10_000 }, (_, i) => ({
          id: `s${i}`,
          kind: 'set@1',
          after: [`s${(i + 1) % 10_000}`],
          with: { value: 1 },
        })),
      ),
    ).toBeLessThan(10_000);
    expect(
      timed(
        Array.from({ length: 2_000 }, (_, i) => ({
          id: `s${i}`,
          kind: 'if@1',
          ...(i === 0 ? {} : { after: [`s${i - 1}.true`] }),
          with: { when: true },
        })),
      ),
    ).toBeLessThan(10_000);
    const dense = Array.from({ length: 800 }, (_, i) => ({
      id: `s${i}`,
      kind: 'set@1',
      after: Array.from({ length: Math.min(i, 400) }, (_v, j) => `s${i - 1 - j}`),
      with: { value: i < 700 ? 1 : `{{ steps.s${i - 1} }}` },
    }));
    expect(timed(dense)).toBeLessThan(10_000);
  });
});

test('a block without steps may be saved, and is a problem of the check', () => {
  const empty = (kind: string, settings: object) => [{ id: 'loop', kind, with: { ...settings, steps: [] } }];
  for (const steps of [empty('each@1', { over: [] }), empty('repeat@1', { until: '{{ true }}', max: 1 })]) {
    expect(readFlow({ headgate: 1, name: 'Trial', steps }).ok).toBe(true);
    expect(codes(steps)).toContain('block.empty');
  }
});
