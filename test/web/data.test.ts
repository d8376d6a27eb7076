/** Values of runs in the panel of a step and in the list of runs (details 11, 12 and 13 of the interface). */

import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Page } from 'playwright-core';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ROWS = 400;

const FLOW = {
  headgate: 1,
  name: 'Rows',
  steps: [
    { id: 'fetch', kind: 'set@1', with: { value: { items: '{{ input.rows }}', text: '{{ input.text }}' } } },
    {
      id: 'kept',
      kind: 'filter@1',
      after: ['fetch'],
      with: { items: '{{ steps.fetch.items }}', where: '{{ item.n % 2 == 1 }}' },
    },
    {
      id: 'all',
      kind: 'each@1',
      after: ['kept'],
      with: {
        over: '{{ steps.kept.slice(0, 3) }}',
        steps: [{ id: 'one', kind: 'set@1', with: { value: { who: '{{ item.name }}' } } }],
      },
    },
    { id: 'end', kind: 'set@1', after: ['all'], with: { value: 'done' } },
  ],
};
const rows = (by: number): unknown =>
  Array.from({ length: ROWS }, (_, n) => ({ n: n * by, name: `Customer ${n}`, nested: { x: [n] } }));

let site: Site;
let flow: string;
const runs: string[] = [];
beforeAll(async () => {
  site = await openSite();
  flow = await site.flow(FLOW);
  for (const by of [1, 3]) {
    const input = { rows: rows(by), text: `${'words '.repeat(20_000)}gannet` };
    const run = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { draft: true, input, wait: 60 });
    expect(run.json, run.text).toMatchObject({ state: 'done' });
    runs.push((run.json as { id: string }).id);
  }
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const open = async (search: string, page?: Page): Promise<Page> => {
  const made = page ?? (await site.page());
  await made.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await made.goto(`${site.url()}/flows/${flow}?view=outline&run=${runs[1] ?? ''}&${search}`);
  await made.getByRole('complementary', { name: /^Step / }).waitFor();
  return made;
};
const copied = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

test('D11.13 a list is a table that is fetched as one scrolls; its cells are walked by key and copied, value and path', async () => {
  const page = await open('step=kept&tab=output');
  const grid = page.getByRole('grid', { name: 'Output' });
  await grid.getByRole('columnheader', { name: 'name' }).waitFor();
  expect(await grid.getAttribute('aria-rowcount')).toBe('201');
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: 'Copy path' }).click();
  expect(await copied(page)).toBe('steps.kept[0].name');
  await page.getByRole('button', { name: 'Copy value' }).click();
  await expect.poll(() => copied(page)).toBe('Customer 1');
  // Only what is on the screen is drawn, and the last row comes when it is scrolled to.
  await expect
    .poll(async () => {
      await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return page.getByRole('gridcell', { name: 'Customer 399' }).count();
    })
    .toBe(1);
  expect(await grid.getByRole('row').count()).toBeLessThan(80);
  await page.context().close();
});

test('D11.13 a value is a tree that opens by key; a long text is read to its end; a search leads to its place; the address keeps it', async () => {
  const page = await open('step=fetch&tab=output');
  const tree = page.getByRole('tree', { name: 'Output' });
  await tree.getByRole('treeitem', { name: /items/ }).waitFor();
  await tree.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await tree.getByRole('treeitem', { name: /^0/ }).first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await tree.getByRole('treeitem', { name: /Customer 0/ }).waitFor();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => tree.getByRole('treeitem', { name: /Customer 0/ }).count()).toBe(0);
  await page.getByRole('searchbox', { name: 'Search here' }).fill('customer 250');
  await page.getByRole('button', { name: '/items/250/name' }).click();
  await tree.getByRole('treeitem', { name: /Customer 250/ }).waitFor();
  expect(new URL(page.url()).searchParams.get('at')).toBe('/items/250');
  await page.reload();
  await tree.getByRole('treeitem', { name: /Customer 250/ }).waitFor();
  await page
    .getByRole('navigation', { name: 'Where in the value' })
    .getByRole('button', { name: 'the whole value' })
    .click();
  await tree.getByRole('treeitem', { name: /text/ }).click();
  const text = page.getByRole('region', { name: 'The text that is chosen' });
  await expect
    .poll(async () => {
      await text.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return (await text.textContent())?.endsWith('gannet');
    })
    .toBe(true);
  await page.context().close();
});

test('D11.13 the shape, the text, and the difference to the run before are tabs, and the tab stands in the address', async () => {
  const page = await open('step=fetch&tab=output&as=shape');
  await page.getByText('400 items').first().waitFor();
  await page.getByText('Raw', { exact: true }).click();
  await page.getByRole('region', { name: 'Output' }).getByText('"name": "Customer 0"').first().waitFor();
  expect(new URL(page.url()).searchParams.get('as')).toBe('raw');
  await page.getByText('Diff', { exact: true }).click();
  await page.getByText('/items/1/n').waitFor();
  await page.getByText(runs[0] ?? '').waitFor();
  await page.context().close();
});

test('the input pane shows what the step was given, marked as computed, and for each item its own', async () => {
  const page = await open('step=kept&tab=input');
  const tree = page.getByRole('tree', { name: 'Input' });
  await tree.getByRole('treeitem', { name: /item\.n % 2/ }).waitFor();
  await page.getByText('computed').waitFor();
  await open('step=one&tab=output&item=1', page);
  await page.getByRole('treeitem', { name: /Customer 3/ }).waitFor();
  await page.getByRole('button', { name: 'Item after' }).click();
  await page.getByRole('treeitem', { name: /Customer 5/ }).waitFor();
  expect(new URL(page.url()).searchParams.get('item')).toBe('2');
  await page.context().close();
});

test('D11.12 a value of an earlier step goes into the field that was chosen, by a button', async () => {
  const page = await site.page();
  await page.evaluate(() => localStorage.setItem('headgate.panel', '1000'));
  await open('step=end&from=fetch', page);
  const tree = page.getByRole('tree', { name: 'Input' });
  await tree.getByRole('treeitem', { name: /items/ }).click();
  const use = page.getByRole('region', { name: 'Input' }).getByRole('button', { name: 'Use in the field' });
  expect(await use.isDisabled()).toBe(true);
  const field = page.getByRole('region', { name: 'Settings' }).getByRole('textbox', { name: /^Value/ });
  await field.fill('');
  await field.focus();
  await use.click();
  const stored = async (): Promise<unknown> => {
    const { json } = await site.ask('GET', `/api/v1/flows/${flow}`);
    return (json as { draft: { steps: { with?: { value?: unknown } }[] } }).draft.steps[3]?.with?.value;
  };
  await expect.poll(stored, { timeout: 20_000 }).toBe('{{ steps.fetch.items }}');
  await page.context().close();
});

test('runs are found by a text in their data, with how many were searched; the place leads to the value', async () => {
  const page = await site.page();
  await page.goto(`${site.url()}/runs`);
  const box = page.getByRole('searchbox', { name: 'In the data' });
  await box.fill('Customer 399');
  await page.keyboard.press('Enter');
  await page.getByText('Searched all 2 runs. It is in 2 runs.').waitFor();
  expect(new URL(page.url()).searchParams.get('text')).toBe('Customer 399');
  expect(await violations(page)).toEqual([]);
  await page
    .getByRole('link', { name: /fetch \/items\/399\/name/ })
    .first()
    .click();
  await page.getByRole('treeitem', { name: /Customer 399/ }).waitFor();
  await page.goto(`${site.url()}/runs?text=nowhere-at-all`);
  await page.getByText('It is in no run that was searched.', { exact: false }).waitFor();
  await page.context().close();
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`the panes of data have no fault that axe finds (${colorScheme})`, async () => {
    const page = await site.page({ colorScheme });
    for (const search of [
      'step=kept&tab=output',
      'step=fetch&tab=output&as=json',
      'step=kept&tab=output&as=shape',
      'step=one&tab=input',
    ]) {
      await open(search, page);
      await page.getByRole('button', { name: 'Copy path' }).or(page.getByText('each item')).first().waitFor();
      expect(await violations(page), search).toEqual([]);
    }
    await page.context().close();
  });
