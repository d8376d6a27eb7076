/** What people reach for in embedded query engines, which this product has none of; and what they write instead. */

import { describe, expect, test } from 'vitest';
import { newBudget } from './budget.ts';
import { compile, evaluate } from './template.ts';

const attempt = (code: string, input: unknown = { list: [1, 2], name: 'Ann' }) => {
  const { compiled, problems } = compile(`{{ ${code} }}`, 'with.value');
  const scope = { get: (root: string) => (root === 'input' ? input : null), step: () => null, problem: () => null };
  return { saved: problems, ran: evaluate(compiled, scope, newBudget()) };
};

describe('EXP-07: no query engine with functions of its own, for files or anything else', () => {
  test.each([
    "readfile('/etc/passwd')",
    "read_csv('/etc/passwd')",
    "load_extension('/tmp/x.so')",
    "sql('ATTACH DATABASE \\'/tmp/x\\' AS x')",
    'alasql(\'SELECT * FROM FILE("/etc/passwd")\')',
    "input.list.sql('select 1')",
    "input.list.query('select readfile(\\'/etc/passwd\\')')",
    'input.name.load()',
    "input.name.open('/etc/passwd')",
  ])('%s is refused when saved, with its place, and when run', (code) => {
    const { saved, ran } = attempt(code);
    expect(saved[0]).toMatchObject({ at: { field: 'with.value' } });
    expect(ran.ok).toBe(false);
  });

  test('its twin: two lists are joined, grouped and summed in the language itself', () => {
    const people = [
      { id: 1, city: 'Oslo' },
      { id: 2, city: 'Rome' },
    ];
    const orders = [
      { of: 2, sum: 5 },
      { of: 2, sum: 7 },
    ];
    const code =
      'input.people.map(p => ({ city: p.city, sum: input.orders.filter(o => o.of == p.id).reduce((a, o) => a + o.sum, 0) }))';
    const { saved, ran } = attempt(code, { people, orders });
    expect(saved).toEqual([]);
    expect(ran).toMatchObject({
      ok: true,
      value: [
        { city: 'Oslo', sum: 0 },
        { city: 'Rome', sum: 12 },
      ],
    });
  });
});
