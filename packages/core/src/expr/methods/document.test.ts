import { expect, test } from 'vitest';
import { EXPR_CODES } from '../codes.ts';
import { expressionsPage } from './document.ts';
import { constants, fields, functions, methods } from './table.ts';

test('docs/expressions.md is what the table says', async () => {
  await expect(expressionsPage()).toMatchFileSnapshot(`${import.meta.dirname}/../../../../../docs/expressions.md`);
});

test('the page has every entry of the table and every code', () => {
  const page = expressionsPage();
  for (const entry of [...methods, ...functions, ...fields, ...constants])
    expect(page).toContain(entry.doc.replaceAll('|', '\\|'));
  for (const code of Object.keys(EXPR_CODES)) expect(page).toContain(`\`${code}\``);
  expect(page.match(/^\| `/gm)?.length).toBeGreaterThanOrEqual(
    methods.length + functions.length + fields.length + constants.length,
  );
});
