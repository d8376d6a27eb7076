import { describe, expect, test } from 'vitest';
import { newBudget } from './budget.ts';
import type { Root } from './scope.ts';
import { compile, evaluate } from './template.ts';

const steps: Record<string, unknown> = {
  fetch: {
    status: 200,
    body: {
      name: 'Ann',
      items: [
        { name: 'a', price: 5 },
        { name: 'b', price: 50 },
      ],
      nothing: null,
    },
  },
  skipped: null,
};
const input = { name: 'Bob', n: 3, list: [1, 2, 3], when: '2026-03-05T10:20:30Z', empty: '', object: { a: 1 } };
const asked: string[] = [];
const scope = {
  get: (root: Exclude<Root, 'steps' | 'problems'>): unknown => {
    asked.push(root);
    return root === 'now'
      ? 1_772_706_030_000
      : root === 'input'
        ? input
        : root === 'index'
          ? 4
          : root === 'vars'
            ? { city: 'Lyon' }
            : null;
  },
  step: (id: string): unknown => (Object.hasOwn(steps, id) ? steps[id] : undefined),
  problem: (id: string): unknown => (id === 'fetch' ? { code: 'http.status', text: 'No' } : null),
};

const run = (value: unknown, field = 'with'): unknown => {
  const { compiled, problems } = compile(value, field);
  expect(problems).toEqual([]);
  const result = evaluate(compiled, scope);
  expect(result).toMatchObject({ ok: true });
  return result.ok ? result.value : undefined;
};

const problemOf = (value: unknown, field = 'with') => {
  const { compiled, problems } = compile(value, field);
  const result = evaluate(compiled, scope);
  const found = problems[0] ?? (result.ok ? undefined : result.problem);
  expect(found, JSON.stringify(result)).toBeDefined();
  return found;
};

describe('a value', () => {
  test.each([null, true, 1.5, 'text', '', [], {}, [1, { a: ['b'] }], '{ not a template }', '}} {', '\\'])(
    'without expressions stands for itself: %j',
    (value) => {
      const { compiled, problems } = compile(value, 'with');
      expect(problems).toEqual([]);
      expect(compiled.constant).toBe(true);
      expect(compiled.references).toEqual([]);
      expect(evaluate(compiled, scope)).toEqual({ ok: true, value });
    },
  );

  test('that is nothing but one expression keeps the type of its value', () => {
    expect(run('{{ input.n }}')).toBe(3);
    expect(run('{{input.list}}')).toBe(input.list);
    expect(run('{{ input.n > 2 }}')).toBe(true);
    expect(run('{{ null }}')).toBe(null);
    expect(run('{{ input.missing }}')).toBe(null);
  });

  test('with anything around an expression is a text', () => {
    expect(run('{{ input.n }} ')).toBe('3 ');
    expect(run('Dear {{ steps.fetch.body.name }}, you are no. {{ input.n + 1 }}!')).toBe('Dear Ann, you are no. 4!');
    expect(run('{{ input.n }}{{ input.n }}')).toBe('33');
  });

  test('inside a text is empty when missing, JSON when it is a list or object, ISO 8601 when it is a date', () => {
    expect(run('[{{ input.missing }}{{ steps.skipped }}]')).toBe('[]');
    expect(run('<{{ input.list }} {{ input.object }} {{ true }}>')).toBe('<[1,2,3] {"a":1} true>');
    expect(run('at {{ now }}')).toBe('at 2026-03-05T10:20:30.000Z');
    expect(run('{{ [now, undefined, 0 / 0] }}!')).toBe('["2026-03-05T10:20:30.000Z",null,null]!');
  });

  test('of lists and objects is compiled throughout, and what is constant is kept as it is', () => {
    const fixed = { deep: ['x'] };
    const made = run({ a: '{{ input.n }}', b: ['{{ input.name }}', 2], fixed });
    expect(made).toEqual({ a: 3, b: ['Bob', 2], fixed });
    expect((made as { fixed: unknown }).fixed).toBe(fixed);
  });

  test('leaves JSON: dates are texts, what is missing is null, there is no NaN and no negative zero', () => {
    expect(run('{{ now }}')).toBe('2026-03-05T10:20:30.000Z');
    expect(run('{{ { at: now, none: input.missing, list: [undefined, 0 / 0, 1 / 0, -0] } }}')).toEqual({
      at: '2026-03-05T10:20:30.000Z',
      none: null,
      list: [null, null, null, 0],
    });
    expect(run("{{ now.diff(now.minus({ hours: 3 }), 'hours') }}")).toBe('PT3H');
    expect(run("{{ DateTime.fromISO('2026-02-31') }}")).toBe(null);
    expect(problemOf('{{ /a/ }}')?.code).toBe('expr.type');
  });

  test('shares with the data what it takes from it, and never changes it', () => {
    const before = JSON.stringify([steps, input]);
    expect(run('{{ steps.fetch.body }}')).toBe((steps.fetch as { body: unknown }).body);
    run('{{ input.list.sort((a, b) => b - a).reverse().toSpliced(0, 1).concat(input.list) }}');
    expect(JSON.stringify([steps, input])).toBe(before);
  });

  test('asks the scope only for what it reads', () => {
    asked.length = 0;
    run('{{ input.n > 2 ? input.name : vars.city }}');
    expect(asked).toEqual(['input', 'input']);
  });
});

describe('braces', () => {
  test.each([
    ['\\{{ name }}', '{{ name }}'],
    ['a \\{{ b {{ input.n }}', 'a {{ b 3'],
    ['\\\\{{ input.n }}', '\\3'],
    ["{{ '}}' }}", '}}'],
    ["{{ `a}}${'b}}'}` }}", 'a}}b}}'],
    ['{{ {a: {b: 1}}.a.b }}', 1],
    ['{{{a: 1}}}', { a: 1 }],
    ["{{ '{{' }}", '{{'],
    ["{{ /}}/.test('}}') }}", true],
    ['{{ input.n /* }} */ }}', 3],
    ['a }} b', 'a }} b'],
    ['{{\n  input\n    .name\n}}', 'Bob'],
  ])('%j gives %j', (text, value) => expect(run(text)).toEqual(value));
});

describe('references', () => {
  const of = (value: unknown, field?: string) => compile(value, field).compiled.references;

  test('name the root, the step, the literal keys behind it and the field', () => {
    expect(of({ text: 'Dear {{ steps.fetch.body.items[0]["name"].length }}' }, 'with')).toEqual([
      { root: 'steps', id: 'fetch', path: ['body', 'items', '0', 'name', 'length'], field: 'with.text' },
    ]);
  });

  test('end where a key is computed or a method is called', () => {
    expect(of('{{ steps.fetch.body.items.filter(i => i.price > vars.least)[index].name }}')).toEqual([
      { root: 'steps', id: 'fetch', path: ['body', 'items'], field: '' },
      { root: 'vars', path: ['least'], field: '' },
      { root: 'index', path: [], field: '' },
    ]);
  });

  test('are found everywhere: templates, default values, conditions, optional chains', () => {
    const found = of(
      [
        '{{ problems.fetch?.code }} {{ steps["other"]?.a }}',
        { k: '{{ input.list.map(({ a = trigger.body }) => `${a}${item.b}`) }}' },
      ],
      'with',
    );
    expect(found.map(({ root, id, path, field }) => [root, id, path.join('.'), field])).toEqual([
      ['problems', 'fetch', 'code', 'with.0'],
      ['steps', 'other', 'a', 'with.0'],
      ['input', undefined, 'list', 'with.1.k'],
      ['trigger', undefined, 'body', 'with.1.k'],
      ['item', undefined, 'b', 'with.1.k'],
    ]);
  });

  test('do not name a parameter that hides a root', () => {
    expect(of('{{ input.list.map(item => item.name) }}')).toEqual([{ root: 'input', path: ['list'], field: '' }]);
  });
});

describe('reading', () => {
  test.each([
    ['{{ steps.fetch.body.items.map(i => i.name) }}', ['a', 'b']],
    ['{{ steps.skipped?.body.deep.deeper }}', null],
    ['{{ steps.never?.body ?? "none" }}', 'none'],
    ['{{ steps.fetch.body.nothing?.[0].x }}', null],
    ['{{ steps.fetch.body.missing?.map(x => x.y) }}', null],
    ['{{ (steps.skipped?.body)?.name }}', null],
    ['{{ problems.fetch.code }}', 'http.status'],
    ['{{ problems.other }}', null],
    ['{{ input.list[1] + input["list"].at(-1) }}', 5],
    ['{{ input.list[9] }}', null],
    ['{{ input.list["1"] }}', 2],
    ['{{ input.name[0] }}', 'B'],
    ['{{ input.name.length }}', 3],
    ['{{ now.year + now.month }}', 2029],
    ['{{ Math.PI > 3 }}', true],
    ['{{ index + 1 }}', 5],
    ['{{ input.list.map((x, i, all) => all.length - i) }}', [3, 2, 1]],
    ['{{ [[1, 2], [3, 4]].map(([a, b = 0, ...more]) => a + b + more.length) }}', [3, 7]],
    ['{{ [{ a: { b: 1 }, c: 2 }].map(({ a: { b }, ...rest }) => [b, rest]) }}', [[1, { c: 2 }]]],
    ['{{ [1, 2].map(x => [3].map(y => [x, y])) }}', [[[1, 3]], [[2, 3]]]],
    ['{{ input.list.some(x => input.list.every(y => y <= x)) }}', true],
    ['{{ now > DateTime.fromISO("2026-01-01") }}', true],
    ["{{ 'due ' + now.plus({ days: 1 }).toISODate() }}", 'due 2026-03-06'],
    ["{{ ['b', 'a'].toString() + [1, 2].includes(2) }}", 'b,atrue'],
  ])('%s', (text, value) => expect(run(text)).toEqual(value));

  test.each([
    [
      '{{ steps.never.body }}',
      'expr.missing',
      '`steps.never` is missing, so `body` cannot be read from it (line 1, column 16)',
      'If it may be absent, write steps.never?.body.',
    ],
    [
      '{{ steps.skipped.body }}',
      'expr.missing',
      '`steps.skipped` is null, so `body` cannot be read from it (line 1, column 18)',
      'If it may be absent, write steps.skipped?.body.',
    ],
    [
      '{{ input.missing.list.map(x => x) }}',
      'expr.missing',
      '`input.missing` is missing, so `list` cannot be read from it (line 1, column 18)',
      'If it may be absent, write input.missing?.list.',
    ],
    [
      "a\n{{ input['x y']['z z'] }}",
      'expr.missing',
      "`input['x y']` is missing, so `z z` cannot be read from it (line 2, column 17)",
      'If it may be absent, write input[\'x y\']?.["z z"].',
    ],
    [
      '{{ input.missing[input.name] }}',
      'expr.missing',
      '`input.missing` is missing, so nothing can be read from it (line 1, column 18)',
      'If it may be absent, write input.missing?.[…].',
    ],
    [
      '{{ input.missing.map(x => x) }}',
      'expr.missing',
      '`map` is called on nothing (null or missing) (line 1, column 18)',
      'If it may be absent, write ?.map(…).',
    ],
    [
      '{{ input.object.map(x => x) }}',
      'expr.type',
      '`map` is called on an object; it works on a list (line 1, column 17)',
      'Write Object.values(…).map(…) or Object.entries(…).map(…), or name the field that holds the list.',
    ],
    [
      '{{ input.name.trim }}',
      'expr.method',
      '`trim` is a method, and it is not called (line 1, column 15)',
      'Write trim(…).',
    ],
    [
      '{{ input.name.includes(input.missing) }}',
      'expr.type',
      '`includes` expects a text as `search`, and got nothing (null or missing) (line 1, column 15)',
      'Give a value for the case that it is absent, such as `?? ""`.',
    ],
    ['{{ [1].map(({ a }) => a.b) }}', 'expr.missing', undefined, undefined],
    ['{{ [null].map(({ a }) => a) }}', 'expr.missing', undefined, undefined],
    ['{{ [1].map(([a]) => a) }}', 'expr.type', undefined, undefined],
    ['{{ [...input.n] }}', 'expr.type', undefined, undefined],
    ['{{ [].reduce((a, b) => a) }}', 'expr.value', undefined, undefined],
    ["{{ JSON.parse('{') }}", 'expr.value', undefined, undefined],
  ])('%s is a Problem', (text, code, words, fix) => {
    const found = problemOf(text);
    expect(found).toMatchObject({ code, at: { field: 'with' }, retry: 'no' });
    if (words !== undefined) expect(found?.text).toBe(words);
    if (fix !== undefined) expect(found?.fix).toBe(fix);
  });
});

describe('problems', () => {
  test('are all told at once, each with its field and its position', () => {
    const { problems } = compile(
      {
        a: '{{ $json.x + $now }}',
        b: ['fine', 'x {{ foo }}\n {{ input.name }} {{ a b }} {{ bar.baz }}'],
        c: '{{ input.n }}',
      },
      'with',
    );
    expect(problems.map(({ at, code, text }) => [at?.field, code, text.slice(text.lastIndexOf('('))])).toEqual([
      ['with.a', 'expr.name', '(line 1, column 4)'],
      ['with.a', 'expr.name', '(line 1, column 14)'],
      ['with.b.1', 'expr.name', '(line 1, column 6)'],
      ['with.b.1', 'expr.syntax', '(line 2, column 24)'],
      ['with.b.1', 'expr.name', '(line 2, column 32)'],
    ]);
  });

  test('have no place when none was given', () => {
    expect(compile('{{ foo }}').problems[0]).not.toHaveProperty('at');
  });

  test('of a value that was not accepted come again when it is run all the same', () => {
    const { compiled, problems } = compile({ good: '{{ input.n }}', wrong: '{{ foo }}' }, 'with');
    expect(evaluate(compiled, scope)).toEqual({ ok: false, problem: problems[0] });
  });

  test('are at most about a hundred', () => {
    expect(compile(Array.from({ length: 1000 }, () => '{{ foo }}')).problems.length).toBeLessThan(110);
    expect(compile('{{ foo }}'.repeat(5000)).problems.length).toBeLessThan(110);
  });
});

describe('size', () => {
  const nested = (open: string, close: string, times: number): string =>
    `{{ ${open.repeat(times)}1${close.repeat(times)} }}`;

  test.each([
    ['parentheses', nested('(', ')', 5000)],
    ['lists', nested('[', ']', 5000)],
    ['objects', nested('{a:', '}', 2500)],
    ['negations', nested('!', '', 9000)],
    ['minuses', nested('- ', '', 4000)],
    ['conditions', nested('1?', ':1', 2500)],
    ['powers', nested('1**', '', 2500)],
    ['arrows', `{{ input.list.map(${'x=>'.repeat(2000)}1) }}`],
    ['templates', nested('`${', '}`', 2000)],
    ['members', `{{ input${'.a'.repeat(4000)} }}`],
    ['calls', `{{ input.name${'.trim()'.repeat(1200)} }}`],
    ['sums', `{{ ${'1+'.repeat(4000)}1 }}`],
    ['spreads', nested('[...', ']', 2000)],
    ['awaits', nested('await ', '', 1500)],
    ['typeofs', nested('typeof ', '', 1300)],
    ['news', nested('new ', '', 2400)],
    ['assignments', nested('a=', '', 4000)],
  ])('%s nested thousands deep are a Problem', (_name, text) => {
    expect(problemOf(text)?.code).toMatch(/^expr\.(too_deep|too_long|unsupported|missing|syntax|name)$/);
  });

  test('a little nesting is none', () => {
    expect(run(nested('(', ')', 50))).toBe(1);
    expect(run(`{{ ${'1 + '.repeat(100)}1 }}`)).toBe(101);
    expect(run(`{{ input.name${'.trim()'.repeat(100)} }}`)).toBe('Bob');
  });

  test('an expression of 10,000 characters works, a longer one is a Problem', () => {
    expect(run(`{{ '${'x'.repeat(9000)}'.length }}`)).toBe(9000);
    expect(problemOf(`{{ '${'x'.repeat(10_001)}' }}`)?.code).toBe('expr.too_long');
    expect(problemOf(`{{ ${' '.repeat(20_000)} input.n }}`)?.code).toBe('expr.too_long');
  });

  test('a text with many expressions is compiled in time that grows with it', () => {
    expect(run('{{ input.n }} '.repeat(1000))).toBe('3 '.repeat(1000));
    expect(problemOf('{{ input.n }} '.repeat(1001))?.code).toBe('expr.too_long');
    const start = performance.now();
    compile(`${'x'.repeat(1_000_000)}{{ foo }}${"{{ ' }} ".repeat(900)}`);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('a value nested a thousand deep is a Problem', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(1000)}"{{ 1 }}"${']'.repeat(1000)}`);
    expect(compile(deep, 'with').problems[0]?.code).toBe('expr.too_deep');
  });

  test('a value made deep by an expression is a Problem, whoever reads it', () => {
    for (const code of ['', '.flat(1e9)', '.toString()', '.join()', " + ''"]) {
      expect(problemOf(`{{ Array.from({ length: 400 }).reduce(all => [all], 1)${code} }}`)?.code).toBe('expr.too_deep');
    }
    expect(problemOf('{{ JSON.stringify(Array.from({ length: 400 }).reduce(all => ({ all }), 1)) }}')?.code).toBe(
      'expr.too_deep',
    );
  });
});

test('the same expression on the same data uses the same operations', () => {
  const { compiled } = compile(
    '{{ steps.fetch.body.items.filter(i => i.price > 10).map(i => now.setZone("Europe/Paris").toISO() + i.name) }}',
  );
  const used = [1, 2, 3].map(() => {
    const budget = newBudget();
    evaluate(compiled, scope, budget);
    return budget.used;
  });
  expect(new Set(used).size).toBe(1);
});
