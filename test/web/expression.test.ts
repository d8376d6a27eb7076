/** Expressions in fields: completion from the last data, the value below, and what is said where it has none (detail 12). */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const FLOW = {
  headgate: 1,
  name: 'Prices',
  steps: [
    {
      id: 'start',
      kind: 'set@1',
      with: {
        value: {
          rows: [
            { name: 'Pen', price: 3 },
            { name: 'Cup', price: 9 },
          ],
        },
      },
    },
    { id: 'pick', kind: 'set@1', after: ['start'], with: { value: '{{ steps.start.rows }}' } },
    { id: 'say', kind: 'set@1', after: ['pick'], with: { value: 'Hello' } },
  ],
};

/** For a story: a machine that does much else at once takes longer over all of it. */
const STORY = 90_000;
const SEEN = { timeout: 20_000 };

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const valueOf = async (flow: string, id: string): Promise<unknown> => {
  const { json } = await site.ask('GET', `/api/v1/flows/${flow}`);
  const { steps } = (json as { draft: { steps: { id: string; with?: { value?: unknown } }[] } }).draft;
  return steps.find((step) => step.id === id)?.with?.value;
};

const open = async (step: string, options?: Parameters<Site['page']>[0]): Promise<{ flow: string; page: Page }> => {
  const flow = await site.flow(FLOW);
  const page = await site.page(options);
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=${step}`);
  await page.getByRole('textbox', { name: /^Value/ }).waitFor();
  return { flow, page };
};

const field = (page: Page) => page.getByRole('textbox', { name: /^Value/ });

test(
  'D11.12 two braces begin an expression where one types, what fits is offered from the last run, and the value stands below',
  async () => {
    const { flow, page } = await open('say');
    await field(page).focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Dear {{');
    await expect.poll(() => field(page).evaluate((one) => one.classList.contains('cm-content'))).toBe(true);
    await expect.poll(() => field(page).evaluate((one) => one.contains(document.activeElement))).toBe(true);
    await page.keyboard.type(' steps.start.rows.map(r => r.price).join("+") ');
    await page.getByText('No data of start yet').waitFor(SEEN);
    await page.getByRole('button', { name: 'Run the flow' }).click();
    await page.getByText('Dear 3+9', { exact: true }).waitFor(SEEN);
    await field(page).focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('{{ steps.');
    await page.getByRole('option', { name: /^start/ }).waitFor(SEEN);
    await page.getByRole('option', { name: /^pick/ }).waitFor();
    await page.keyboard.type('pick.filter(r => r.pr');
    await page.getByRole('option', { name: /^price/ }).waitFor(SEEN);
    await page.keyboard.press('Enter');
    await page.keyboard.type(' > 4');
    await page.keyboard.press('End');
    await page.getByText('List of 1 item').waitFor(SEEN);
    await page.getByText(/"Cup"/).first().waitFor();
    await expect.poll(() => valueOf(flow, 'say'), SEEN).toBe('{{ steps.pick.filter(r => r.price > 4)}}');
    await page.context().close();
  },
  STORY,
);

test(
  'D11.12 what cannot be evaluated says why and where below the field, and by the toggle a plain value comes back',
  async () => {
    const { flow, page } = await open('pick');
    await page.getByRole('button', { name: 'Run the flow' }).click();
    await page.getByText('List of 2 items').waitFor(SEEN);
    await field(page).focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{{ steps.start.none.name }}');
    await page
      .getByText(/none.*\(line 1, column \d+\)/)
      .first()
      .waitFor(SEEN);
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{{ 5 }}');
    await page.getByText('Number', { exact: false }).first().waitFor(SEEN);
    await page.getByRole('radiogroup', { name: 'How Value is given' }).getByText('Value').click();
    await expect.poll(() => valueOf(flow, 'pick'), SEEN).toBe(5);
    await page.context().close();
  },
  STORY,
);

test.each(['light', 'dark'] as const)(
  'an expression with its offers and its value has nothing for axe to find: %s',
  async (colorScheme) => {
    const { page } = await open('pick', { colorScheme });
    await page.getByRole('button', { name: 'Run the flow' }).click();
    await page.getByText('List of 2 items').waitFor(SEEN);
    expect(await violations(page, 'aside')).toEqual([]);
    await field(page).focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('{{ steps.start.rows.');
    await page.getByRole('option', { name: /^map/ }).waitFor(SEEN);
    // The list itself is walked by the arrows from the editor, which keeps the focus.
    expect(await violations(page, '.cm-tooltip li')).toEqual([]);
    await page.context().close();
  },
  STORY,
);
