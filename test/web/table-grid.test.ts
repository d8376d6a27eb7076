/** The grid of a table in a real browser: worked by keyboard alone, looked through, and changed by two at once. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';
import { grid, meant, tablesIn } from './table-kit.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const { add, made, open, rowsOf, values } = tablesIn(() => site);

test('D11.09 the grid is worked by keyboard alone: one tab stop, arrows, edits, their problems, choosing, undo', async () => {
  const table = await made('keys');
  await add(table, [{ name: 'Ann', age: 30, kind: 'new', pin: '1234' }, { name: 'Bob', age: 41 }, { name: 'Cy' }]);
  const page = await open(`/tables/${table}`);
  await grid(page).getByText('Ann').waitFor();
  expect(await violations(page)).toEqual([]);
  // One stop of the tab key, whatever it holds.
  await page.getByRole('button', { name: 'Load again' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await grid(page).evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  expect(await meant(page)).toBe('Ann');
  await page.keyboard.press('F2');
  await page.keyboard.type('a Lee');
  await page.keyboard.press('Escape');
  expect(await meant(page)).toBe('Ann');
  await page.keyboard.press('F2');
  await page.keyboard.type('a');
  await page.keyboard.press('Tab');
  await expect.poll(() => values(table)).toMatchObject([{ name: 'Anna' }, { name: 'Bob' }, { name: 'Cy' }]);
  // Tab wrote it, and went on to the next cell.
  expect(await meant(page)).toBe('30');
  await page.keyboard.type('thirty');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await page.getByRole('alert').getByText('takes a number').waitFor();
  expect(await meant(page)).toBe('thirty');
  const wrong = page.locator('[role=gridcell][aria-invalid=true]');
  expect(await wrong.count()).toBe(1);
  expect(await violations(page)).toEqual([]);
  // What was typed is still there to be mended.
  await page.keyboard.press('Enter');
  expect(await page.getByLabel('Edit age').inputValue()).toBe('thirty');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('31');
  await page.keyboard.press('Enter');
  await expect.poll(() => values(table)).toMatchObject([{ age: 31 }, { age: 41 }, { age: null }]);
  await expect.poll(() => wrong.count()).toBe(0);
  // A choice is chosen; a required cell is not emptied.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.getByLabel('Edit kind').selectOption('old');
  await page.keyboard.press('Enter');
  await expect.poll(() => values(table)).toMatchObject([{}, { kind: 'old' }, {}]);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Delete');
  await page.getByRole('alert').getByText('may not be empty').waitFor();
  await page.getByRole('button', { name: 'Leave it as it was' }).click();
  await grid(page).focus();
  // The sealed column says that it is, until it is to be shown.
  expect(await grid(page).textContent()).not.toContain('1234');
  await page.getByLabel('Show what is sealed').check();
  await grid(page).getByText('1234').waitFor();
  // Two rows are chosen and deleted, and come back.
  await grid(page).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Delete 2 rows' }).click();
  await page.getByText('2 rows are deleted').first().waitFor();
  expect(await values(table)).toMatchObject([{ name: 'Anna' }]);
  await grid(page).focus();
  await page.keyboard.press('Control+Z');
  await expect.poll(async () => (await values(table)).length).toBe(3);
  expect(await values(table)).toMatchObject([{ name: 'Anna', pin: '1234' }, { name: 'Cy' }, { name: 'Bob' }]);
  await page.keyboard.press('Control+Z');
  await expect.poll(() => rowsOf(table, { where: [{ column: 'kind', is: 'eq', value: 'old' }] })).toEqual([]);
  // The heads belong to the grid: up there, Enter sorts.
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.waitForURL(/sort=age/);
  await expect
    .poll(() => grid(page).getByRole('columnheader', { name: /^age/ }).getAttribute('aria-sort'))
    .toBe('ascending');
  await page.keyboard.press('Enter');
  await page.waitForURL(/sort=age&order=desc/);
  await expect.poll(() => grid(page).getByRole('gridcell').first().textContent()).toBe('Bob');
  await page.context().close();
}, 90_000);

test('a row that somebody changed meanwhile is not written over unseen: both values are told, and one is chosen', async () => {
  const table = await made('both');
  await add(table, [{ name: 'Ann', age: 1 }]);
  const page = await open(`/tables/${table}`);
  await grid(page).getByText('Ann').waitFor();
  const [row] = await rowsOf(table);
  const change = (name: string) =>
    site.ask('PATCH', `/api/v1/tables/${table}/rows`, { changes: [{ id: row?.id, values: { name } }] });
  await change('Anne');
  await grid(page).focus();
  await page.keyboard.type('Anna');
  await page.keyboard.press('Enter');
  const told = page.getByRole('alert');
  await told.getByText('name is Anne now; you typed Anna').waitFor();
  expect(await values(table)).toMatchObject([{ name: 'Anne' }]);
  expect(await violations(page)).toEqual([]);
  await told.getByRole('button', { name: 'Write mine' }).click();
  await expect.poll(() => values(table)).toMatchObject([{ name: 'Anna' }]);
  await change('Annika');
  await grid(page).focus();
  await page.keyboard.type('X');
  await page.keyboard.press('Enter');
  await told.getByRole('button', { name: 'Keep theirs' }).click();
  await grid(page).getByText('Annika').waitFor();
  expect(await values(table)).toMatchObject([{ name: 'Annika' }]);
  await page.context().close();
}, 60_000);

test('conditions stand in the address, and what a column does not take is told at the condition', async () => {
  const table = await made('found');
  await add(
    table,
    Array.from({ length: 450 }, (_, n) => ({ name: `person ${n}`, age: n % 90, kind: n % 2 === 0 ? 'new' : 'old' })),
  );
  const page = await open(`/tables/${table}`);
  await grid(page).getByText('person 0', { exact: true }).waitFor();
  // Pages come as they are scrolled to.
  await grid(page).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Control+End');
  await expect
    .poll(async () => {
      await page.keyboard.press('Control+End');
      return grid(page).getByText('person 449').count();
    })
    .toBe(1);
  await page.getByRole('button', { name: 'Add condition' }).click();
  await page.getByLabel('Column of condition 1').selectOption('age');
  await page.getByLabel('How condition 1 compares').selectOption('gte');
  await page.getByLabel('Value of condition 1').fill('old');
  await page.keyboard.press('Enter');
  await page.getByText('takes a number').waitFor();
  await page.getByLabel('Value of condition 1').fill('89');
  await page.keyboard.press('Enter');
  await page.waitForURL(/where=/);
  await expect.poll(() => grid(page).getAttribute('aria-rowcount')).toBe('6');
  expect(await violations(page)).toEqual([]);
  // The address is enough to see the same.
  const tab = await site.tab(page);
  await tab.goto(page.url());
  await grid(tab).getByText('person 449').waitFor();
  expect(await tab.getByLabel('Value of condition 1').inputValue()).toBe('89');
  await tab.getByRole('button', { name: 'Show all rows' }).click();
  await expect.poll(() => grid(tab).getAttribute('aria-rowcount')).toBe('451');
  await page.context().close();
}, 60_000);
