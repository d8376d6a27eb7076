/** What a flow is given and what it answers, declared in the browser. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
}, 120_000);
afterAll(() => site.close());
afterEach(() => expect(site.faults()).toEqual([]));

const bare = {
  headgate: 1,
  name: 'Price',
  steps: [{ id: 'sum', kind: 'set@1', with: { value: '{{ input.amount * 2 }}' } }],
};

const draftOf = async (flow: string): Promise<Readonly<Record<string, unknown>>> =>
  ((await site.ask('GET', `/api/v1/flows/${flow}`)).json as { draft: Readonly<Record<string, unknown>> }).draft;

test('fields of the input and the output are declared by keyboard; runs are checked by them, and forms made of them', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow(bare);
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await page.getByRole('button', { name: 'More', exact: true }).press('Enter');
  await page.getByRole('menuitem', { name: 'Input and output' }).press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The flow takes any JSON').waitFor();
  await dialog.getByRole('button', { name: 'Add a field' }).press('Enter');
  // The name is selected, so that typing replaces it.
  await expect.poll(() => page.evaluate(() => getSelection()?.toString())).toBe('field');
  await page.keyboard.type('amount');
  await page.keyboard.press('Enter');
  const amount = dialog.getByRole('group', { name: 'amount' });
  await amount.getByLabel('Type').selectOption('Whole number');
  await amount.getByLabel('What it is').fill('In cents');
  await dialog.getByRole('button', { name: 'Add a field' }).click();
  await page.keyboard.type('note');
  await page.keyboard.press('Enter');
  const note = dialog.getByRole('group', { name: 'note' });
  await note.getByLabel('Needed').uncheck();
  // A name that is taken is told at its field, and changes nothing.
  await note.getByLabel('Name').fill('amount');
  await page.keyboard.press('Enter');
  await note.getByText('There is a field of this name').waitFor();
  await note.getByLabel('Name').fill('note');
  await page.keyboard.press('Enter');
  await expect
    .poll(async () => (await draftOf(flow)).input)
    .toEqual({
      type: 'object',
      properties: { amount: { type: 'integer', description: 'In cents' }, note: { type: 'string' } },
      additionalProperties: false,
      required: ['amount'],
    });
  // The output, as an expression that sees the steps.
  const output = dialog.locator('[data-field="output"]').getByRole('textbox');
  await output.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('{{ steps.sum }}');
  await expect.poll(async () => (await draftOf(flow)).output, { timeout: 5_000 }).toBe('{{ steps.sum }}');
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    expect(await violations(page)).toEqual([]);
  }
  const run = async (input: object) => {
    const path = `/api/v1/flows/${flow}/runs`;
    return (await site.ask('POST', path, { draft: true, input, wait: 20 })).json as { output?: unknown; code?: string };
  };
  expect((await run({ amount: 'three' })).code).toBe('input.invalid');
  expect((await run({ amount: 21 })).output).toBe(42);

  // One undo takes back one change: the output first.
  await page.keyboard.press('Escape');
  await page.getByRole('treeitem', { name: /sum/ }).click();
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await draftOf(flow)).output ?? null, { timeout: 5_000 }).not.toBe('{{ steps.sum }}');
  await page.context().close();
});

test('a schema that is no list of fields is written as JSON; what it lacks is told at its place', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow({ ...bare, input: { type: 'array', items: { type: 'integer' } } });
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&page=declared`);
  const dialog = page.getByRole('dialog');
  const schema = dialog.getByLabel('Schema of the input');
  await expect.poll(() => schema.inputValue()).toContain('"array"');
  await schema.fill('{"type": "object", "properties": {"a": {"type": "strin"}}}');
  await page.keyboard.press('Tab');
  await dialog.getByText('input.properties.a.type').waitFor();
  await dialog.getByRole('button', { name: 'Take any JSON' }).click();
  await dialog.getByText('The flow takes any JSON').waitFor();
  await expect.poll(async () => (await draftOf(flow)).input ?? null).toBeNull();
  await page.context().close();
});
