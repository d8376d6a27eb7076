import { expect, test } from 'vitest';
import { step } from './step.ts';

test('it asks to read the one file that stands plainly there, or what lies in its folder', () => {
  const asked = (path: string) =>
    (step.needs?.({ path, sql: 'select 1' }) ?? []).map(({ power, scope }) => `${power}: ${scope}`);
  expect(asked('disk/shop/orders.db')).toEqual(['file: read disk/shop/orders.db']);
  expect(asked('disk/shop/{{ input.name }}.db')).toEqual(['file: read disk/shop/']);
});

test('an expression in the SQL text is refused', () => {
  const fits = (sql: string) => step.input.safeParse({ path: 'a.db', sql }).success;
  expect([fits('select * from t where id = ?'), fits("select * from t where id = '{{ input.id }}'")]).toEqual([
    true,
    false,
  ]);
});
