/** Tables in a real browser: made and given columns, brought in as CSV and taken out again, picked by a step; and values by key. */

import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';
import { grid, tablesIn } from './table-kit.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const { add, made, open, values } = tablesIn(() => site);

test('a table is made with its columns, renamed, and deleted by its name', async () => {
  const page = await open('/tables');
  await page.getByText('There is none yet').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'New table' }).first().click();
  const form = page.getByRole('dialog', { name: 'New table' });
  await form.getByLabel('Name', { exact: false }).first().fill('1 bad');
  await form.getByText('A letter, then letters').waitFor();
  await form.getByLabel('Name', { exact: false }).first().fill('people');
  await form.getByLabel('Column 1', { exact: true }).fill('email');
  await form.getByRole('group', { name: 'What column 1 asks' }).getByLabel('unique').check();
  await form.getByRole('button', { name: 'Add column' }).click();
  await form.getByLabel('Column 2', { exact: true }).fill('kind');
  await form.getByLabel('Type of column 2').selectOption('choice');
  await form.getByRole('button', { name: 'New table' }).click();
  // A choice says of what: told at the column, and nothing is made.
  await form.getByText('Give it `choices`').waitFor();
  await form.getByLabel('Choices of column 2').fill('a, b');
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await form.getByRole('button', { name: 'New table' }).click();
  await page.getByRole('heading', { level: 1, name: 'people' }).waitFor();
  const { tables } = (await site.ask('GET', '/api/v1/tables')).json as { tables: object[] };
  expect(tables).toMatchObject([
    {
      name: 'people',
      columns: [
        { name: 'email', type: 'text', unique: true },
        { name: 'kind', type: 'choice', choices: ['a', 'b'] },
      ],
    },
  ]);
  await page.getByRole('link', { name: 'Tables' }).click();
  await page.getByRole('button', { name: 'Rename people' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('folk');
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('button', { name: 'Delete folk' }).click();
  const sure = page.getByRole('dialog', { name: 'Delete folk' });
  expect(await sure.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
  await sure.getByLabel('Type folk to confirm').fill('folk');
  await sure.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There is none yet').waitFor();
  expect((await site.ask('GET', '/api/v1/tables')).json).toEqual({ tables: [] });
  await page.context().close();
}, 60_000);

test('a CSV is looked at before anything is sent, its problems are told by row, and it goes out as it came in', async () => {
  const table = await made('csv', [
    { name: 'email', type: 'text', unique: true, required: true },
    { name: 'age', type: 'number' },
  ]);
  await add(table, [{ email: 'p3@x', age: 1 }]);
  const page = await open(`/tables/${table}`);
  await page.getByRole('button', { name: 'Import CSV' }).click();
  const form = page.getByRole('dialog', { name: 'Import a CSV into csv' });
  const lines = Array.from({ length: 2_500 }, (_, n) => `${n};p${n}@x`);
  const buffer = Buffer.from(['Alter;E-Mail', ...lines, 'x;y@x', '1;p7@x', ''].join('\n'));
  await form.locator('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer });
  await form.getByText('people.csv: 2,503 rows').waitFor();
  // Names that the table does not have are matched by hand.
  await form.getByLabel('The first line holds the names').check();
  await form.getByLabel('Where email comes from').selectOption('E-Mail');
  await form.getByLabel('Where age comes from').selectOption('Alter');
  await form.getByText('2500 rows can be imported, 2 cannot.').waitFor();
  const problems = form.getByRole('table', { name: 'What cannot be imported' });
  expect(await problems.getByRole('row').allTextContents()).toEqual([
    'RowColumnWhy',
    expect.stringMatching(/^2502age.*a number/),
    expect.stringMatching(/^2503email.*row 9/),
  ]);
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  const begin = form.getByRole('button', { name: 'Import 2,500 rows' });
  expect(await begin.isDisabled()).toBe(true);
  expect(await values(table)).toHaveLength(1);
  await form.getByLabel('Leave out the 2 rows').check();
  await begin.click();
  // One of the first thousand is there already: all of these were refused together, and that is told.
  await form.getByText('0 rows added, 0 changed, 2,500 not imported.').waitFor();
  await form.getByText('Rows 2 to 1,001 of the file were refused').waitFor();
  await form.getByText('Another row has the same').waitFor();
  expect(await values(table)).toHaveLength(1);
  await form.getByRole('button', { name: 'Close' }).last().click();
  // By the column that is unique they are changed instead.
  await page.getByRole('button', { name: 'Import CSV' }).click();
  await form.locator('input[type=file]').setInputFiles({
    name: 'good.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(['age,email', ...lines.map((line) => line.replace(';', ','))].join('\r\n')),
  });
  await form.getByText('2500 rows can be imported, 0 cannot.').waitFor();
  await form.getByLabel('Rows that the table has already').selectOption('email');
  await begin.click();
  await form.getByText('2,499 rows added, 1 changed, 0 not imported.').waitFor();
  const counted = async () => (await site.ask('GET', `/api/v1/tables/${table}`)).json;
  expect(await counted()).toMatchObject({ rows: 2_500 });
  await form.getByRole('button', { name: 'Close' }).last().click();
  await page.getByText('2,500 rows').waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('csv.csv');
  const written = readFileSync(await file.path(), 'utf8').split('\r\n');
  expect([written.length, written[0], written[1]]).toEqual([2_502, 'email,age', 'p3@x,3']);
  await page.context().close();
}, 90_000);

test('an import that was not meant is taken back, and what was there before stays', async () => {
  const table = await made('back', [{ name: 'n', type: 'number' }]);
  await add(table, [{ n: -1 }]);
  const page = await open(`/tables/${table}`);
  await page.getByRole('button', { name: 'Import CSV' }).click();
  const form = page.getByRole('dialog', { name: 'Import a CSV into back' });
  const buffer = Buffer.from(['n', ...Array.from({ length: 1_200 }, (_, n) => n)].join('\n'));
  await form.locator('input[type=file]').setInputFiles({ name: 'n.csv', mimeType: 'text/csv', buffer });
  await form.getByRole('button', { name: 'Import 1,200 rows' }).click();
  await form.getByText('1,200 rows added').waitFor();
  await form.getByRole('button', { name: 'Take back the 1,200 rows' }).click();
  await form.getByText('0 rows added, 0 changed, 1,200 not imported.').waitFor();
  expect(await values(table)).toEqual([{ n: -1 }]);
  await page.context().close();
}, 60_000);

test('columns come, are renamed and go; a row is added with its problems at the fields', async () => {
  const table = await made('shape', [{ name: 'name', type: 'text', required: true }]);
  const page = await open(`/tables/${table}`);
  await page.getByRole('button', { name: 'Add row' }).click();
  const row = page.getByRole('dialog', { name: 'Add row' });
  await row.getByRole('button', { name: 'Add row' }).click();
  await row.getByText('Needs a value').waitFor();
  await row.getByLabel('name').fill('Ann');
  await row.getByRole('button', { name: 'Add row' }).click();
  await expect.poll(() => values(table)).toEqual([{ name: 'Ann' }]);
  await grid(page).getByText('Ann').waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Columns' }).click();
  const columns = page.getByRole('dialog', { name: 'Columns of shape' });
  await columns.getByLabel('Name of name').fill('who');
  await columns.getByLabel('Name of name').press('Enter');
  await columns.getByLabel('Name of who').waitFor();
  await columns.getByLabel('Column 2', { exact: true }).fill('since');
  await columns.getByLabel('Type of column 2').selectOption('date-time');
  await columns.getByRole('button', { name: 'Add column' }).click();
  await columns.getByLabel('Name of since').waitFor();
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await columns.getByRole('button', { name: 'Delete the column since' }).click();
  const sure = page.getByRole('dialog', { name: 'Delete the column since' });
  await sure.getByLabel('Type since to confirm').fill('since');
  await sure.getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => values(table)).toEqual([{ who: 'Ann' }]);
  await page.context().close();
}, 60_000);

test('a step picks its table by name, says when it is not there, and one that is missing is made in place', async () => {
  const flow = await site.flow({
    headgate: 1,
    name: 'Looks up',
    steps: [{ id: 'look', kind: 'table.find@1', with: { table: 'clients' } }],
    output: '{{ steps.look }}',
  });
  await made('suppliers');
  const page = await open(`/flows/${flow}?view=outline&step=look&tab=settings`);
  const field = page.getByRole('combobox', { name: 'Table' });
  await page.getByText('The project has no table clients').waitFor();
  expect(await field.inputValue()).toBe('clients');
  await page.getByRole('button', { name: 'New table…' }).click();
  const form = page.getByRole('dialog', { name: 'New table' });
  // What the step calls it is filled in already.
  expect(await form.getByLabel('Name', { exact: false }).first().inputValue()).toBe('clients');
  await form.getByLabel('Column 1', { exact: true }).fill('email');
  await form.getByRole('button', { name: 'New table' }).click();
  await form.waitFor({ state: 'detached' });
  await expect.poll(() => page.getByText('The project has no table clients').count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Look at it' }).getAttribute('href')).toMatch(/^\/tables\/tbl_/);
  await field.selectOption('suppliers');
  await expect.poll(async () => (await site.ask('GET', `/api/v1/flows/${flow}`)).text).toContain('"table":"suppliers"');
  expect(await violations(page)).toEqual([]);
  await page.context().close();
}, 60_000);

test('values by key are found by how they begin, looked at, set and deleted', async () => {
  for (const name of ['mark/a', 'mark/b', 'other'])
    expect((await site.ask('PUT', `/api/v1/kv/value?name=${name}`, { value: { at: name } })).status).toBe(200);
  const page = await open('/tables?shown=values');
  await page.getByRole('row').filter({ hasText: 'other' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('Keys that begin with').fill('mark/');
  await page.keyboard.press('Enter');
  await page.waitForURL(/prefix=mark/);
  await expect.poll(() => page.getByRole('row').filter({ hasText: 'other' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Show mark/a' }).click();
  const form = page.getByRole('dialog', { name: 'mark/a' });
  await expect.poll(() => form.getByLabel('Value').inputValue()).toContain('"at": "mark/a"');
  await form.getByLabel('Value').fill('no json');
  await form.getByText('This is no JSON').waitFor();
  await form.getByLabel('Value').fill('[1, 2]');
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'detached' });
  expect((await site.ask('GET', '/api/v1/kv/value?name=mark/a')).json).toMatchObject({ value: [1, 2] });
  await page.getByRole('button', { name: 'Delete mark/b' }).click();
  await page.getByLabel('Type mark/b to confirm').fill('mark/b');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect.poll(async () => (await site.ask('GET', '/api/v1/kv/value?name=mark/b')).status).toBe(404);
  await page.context().close();
}, 60_000);
