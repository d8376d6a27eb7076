/** Runs as their readers have them: the list with its filters, a run in time, and what is done to it. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const FLOW = {
  headgate: 1,
  name: 'Orders',
  steps: [
    { id: 'first', kind: 'set@1', with: { value: { n: 1 } } },
    { id: 'nap', kind: 'wait@1', after: ['first'], with: { for: '300ms' } },
    { id: 'judge', kind: 'if@1', after: ['nap'], with: { when: '{{ input.good == true }}' } },
    { id: 'bad', kind: 'stop@1', after: ['judge.false'], with: { problem: 'order.bad', text: 'The order is bad' } },
  ],
};
const SLOW = { headgate: 1, name: 'Slow', steps: [{ id: 'long', kind: 'wait@1', with: { for: '10m' } }] };

let site: Site;
let flow: string;
let page: Page;
beforeAll(async () => {
  site = await openSite();
  flow = await site.flow(FLOW);
  for (const good of [true, false, false]) await start(flow, { good }, 5);
  page = await site.page();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const start = async (id: string, input: unknown, wait = 0): Promise<string> => {
  const answer = await site.ask('POST', `/api/v1/flows/${id}/runs`, { draft: true, input, wait });
  expect([200, 202], answer.text).toContain(answer.status);
  return String(Reflect.get(Object(answer.json), 'id'));
};

const inBothThemes = async (): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe(colorScheme);
    expect(await violations(page), colorScheme).toEqual([]);
  }
};

describe('the list of runs', () => {
  test('D11.22 shows state, flow, trigger and first problem, and its filters stand in the address', async () => {
    await page.goto(`${site.url()}/runs`);
    const rows = page.getByRole('row').filter({ hasText: 'Orders' });
    await expect.poll(() => rows.count()).toBe(3);
    await page.getByLabel('State', { exact: true }).selectOption('failed');
    await expect.poll(() => rows.count()).toBe(2);
    expect(new URL(page.url()).searchParams.get('state')).toBe('failed');
    expect(await rows.first().textContent()).toContain('bad: order.bad');
    await page.reload();
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByLabel('Trigger').fill('webhook@1');
    await page.keyboard.press('Enter');
    await page.getByText('No run fits these filters.').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await expect.poll(() => rows.count()).toBe(3);
    await inBothThemes();
  });

  test('D11.22 errors are grouped by step and code, with how many and since when', async () => {
    await page.goto(`${site.url()}/runs?flow=${flow}`);
    await page.getByText('Problems', { exact: true }).click();
    const group = page.getByRole('row').filter({ hasText: 'order.bad' });
    await group.waitFor();
    expect(await group.textContent()).toMatch(/^Ordersbadorder\.bad2/);
    expect(new URL(page.url()).searchParams.get('shown')).toBe('problems');
    await inBothThemes();
  });

  test('several runs are cancelled at once, and the list says so', async () => {
    const slow = await site.flow(SLOW);
    await start(slow, {});
    await start(slow, {});
    await page.goto(`${site.url()}/runs?flow=${slow}`);
    const rows = page.getByRole('row').filter({ hasText: 'waiting' });
    await expect.poll(() => rows.count()).toBe(2);
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => page.getByRole('row').filter({ hasText: 'cancelled' }).count()).toBe(2);
  });
});

describe('a run', () => {
  test('D11.23 is a waterfall that the keyboard walks; Enter opens a step, o opens it in the editor', async () => {
    const run = await start(flow, { good: false }, 5);
    await page.goto(`${site.url()}/runs/${run}`);
    const lanes = page.getByRole('listbox', { name: 'Steps in time' });
    await lanes.getByRole('option', { name: /nap/ }).waitFor();
    expect(await lanes.getByRole('option', { name: /nap/ }).textContent()).toMatch(/\d+ms waiting/);
    await lanes.getByRole('option').first().click();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Step bad' }).waitFor();
    expect(new URL(page.url()).searchParams.get('step')).toBe('bad');
    await inBothThemes();
    await lanes.getByRole('option', { selected: true }).focus();
    await page.keyboard.press('o');
    await page.waitForURL(new RegExp(`/flows/${flow}\\?`));
    const search = new URL(page.url()).searchParams;
    expect([search.get('step'), search.get('run')]).toEqual(['bad', run]);
  });

  test('D11.13 ten megabytes that came out are not loaded with its page: they are read by pages, of the run and of a step, and the address keeps the place', async () => {
    const MEGABYTES = 10 * 1024 * 1024;
    const rows = Array.from({ length: 1_000 }, (_, n) => ({ n, text: 'x'.repeat(800) }));
    const big = await site.flow({
      headgate: 1,
      name: 'Big',
      steps: [
        { id: 'many', kind: 'set@1', with: { value: { rows: Array(13).fill('{{ input.rows }}'), last: 'gannet' } } },
        { id: 'pass', kind: 'set@1', after: ['many'], with: { value: '{{ steps.many }}' } },
      ],
      output: '{{ steps.pass }}',
    });
    const run = await start(big, { rows, last: 'tern' }, 60);
    const whole = await site.ask('GET', `/api/v1/runs/${run}`);
    expect(whole.text.length, whole.text.slice(0, 800)).toBeGreaterThan(MEGABYTES);
    const tab = await site.tab(page);
    let sent = 0;
    tab.on('response', (answer) => {
      if (answer.url().includes('/api/'))
        void answer.body().then(
          (body) => void (sent += body.length),
          () => undefined,
        );
    });
    await tab.goto(`${site.url()}/runs/${run}`);
    const tree = tab.getByRole('tree', { name: 'Came out' });
    await tree.getByRole('treeitem', { name: /last.*gannet/ }).waitFor();
    await tab.getByRole('option', { name: /pass/ }).click();
    await tab.getByRole('heading', { name: 'Step pass' }).waitFor();
    await tree.getByRole('treeitem', { name: /rows/ }).waitFor();
    await tab.getByRole('radiogroup', { name: 'What is shown of it' }).getByText('Given').click();
    await tab.getByRole('tree', { name: 'Given' }).getByRole('treeitem', { name: /value/ }).waitFor();
    await tab.getByRole('searchbox', { name: 'Search here' }).fill('GANNET');
    await tab.getByRole('button', { name: '/value/last' }).click();
    const search = new URL(tab.url()).searchParams;
    expect([search.get('step'), search.get('side'), search.get('at')]).toEqual(['pass', 'in', '/value']);
    await tab.reload();
    await tab
      .getByRole('tree', { name: 'Given' })
      .getByRole('treeitem', { name: /gannet/ })
      .waitFor();
    expect(await violations(tab)).toEqual([]);
    await tab.getByRole('button', { name: 'The run as a whole' }).click();
    await tab.getByRole('tree', { name: 'Given' }).getByRole('treeitem', { name: /rows/ }).waitFor();
    expect(new URL(tab.url()).searchParams.has('step')).toBe(false);
    expect(sent).toBeGreaterThan(1_000);
    expect(sent).toBeLessThan(2 * 1024 * 1024);
    await tab.close();
  }, 60_000);

  test('D11.19 is run again as a new run, linked both ways; the old one stays as it was', async () => {
    const run = await start(flow, { good: false }, 5);
    const before = (await site.ask('GET', `/api/v1/runs/${run}/journal`)).text;
    await page.goto(`${site.url()}/runs/${run}`);
    await page.getByRole('button', { name: 'Run again what failed' }).click();
    await page.getByRole('link', { name: `Runs ${run} again` }).waitFor();
    const again = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(again).not.toBe(run);
    await page.getByRole('link', { name: `Runs ${run} again` }).click();
    await page.getByRole('link', { name: again, exact: true }).waitFor();
    expect((await site.ask('GET', `/api/v1/runs/${run}/journal`)).text).toBe(before);
  });

  test('D11.17 D11.24 is cancelled within a second, as the engine says, and the tab tells its state', async () => {
    const slow = await site.flow(SLOW);
    await page.goto(`${site.url()}/flows/${slow}?view=outline`);
    await page.getByRole('button', { name: 'Run the flow' }).click();
    await page.getByRole('treeitem', { name: /long.*waiting/ }).waitFor();
    await expect.poll(() => page.title()).toMatch(/^[◐◔] Slow/);
    expect(await page.locator('link[rel=icon]').getAttribute('href')).toContain('svg');
    const run = new URL(page.url()).searchParams.get('run') ?? '';
    await page.getByRole('treeitem', { name: /long/ }).click();
    const asked = Date.now();
    await page.keyboard.press('.');
    await page.getByText('The engine has cancelled the run.').first().waitFor();
    expect(Date.now() - asked).toBeLessThan(1_000);
    expect(JSON.stringify((await site.ask('GET', `/api/v1/runs/${run}`)).json)).toContain('"state":"cancelled"');
    await expect.poll(() => page.title()).toMatch(/^– Slow/);
  });
});
