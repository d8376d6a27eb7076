/** Running again with another input, and two runs side by side. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const FLOW = {
  headgate: 1,
  name: 'Sums',
  input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'], additionalProperties: false },
  steps: [
    { id: 'same', kind: 'set@1', with: { value: 'always' } },
    { id: 'one', kind: 'set@1', after: ['same'], with: { value: { sum: '{{ input.n + 1 }}' } } },
    { id: 'large', kind: 'if@1', after: ['one'], with: { when: '{{ steps.one.sum > 10 }}' } },
    { id: 'yes', kind: 'set@1', after: ['large.true'], with: { value: 'large' } },
  ],
  output: '{{ steps.one }}',
};

const LONG = {
  type: 'object',
  properties: Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`n${n}`, { type: 'string' }])),
};

let site: Site;
let page: Page;
let flow: string;
beforeAll(async () => {
  site = await openSite();
  flow = await site.flow(FLOW);
  page = await site.page();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const begin = async (n: number): Promise<string> => {
  const body = { draft: true, input: { n }, wait: 5 };
  return String(Reflect.get(Object((await site.ask('POST', `/api/v1/flows/${flow}/runs`, body)).json), 'id'));
};
const read = async (run: string): Promise<unknown> => (await site.ask('GET', `/api/v1/runs/${run}`)).json;

test('D11.19 a run is edited and run again from its page, and from the editor: a new run, linked both ways, the old one as it was', {
  timeout: 60_000,
}, async () => {
  const old = await begin(1);
  const before = (await site.ask('GET', `/api/v1/runs/${old}/journal`)).text;
  await page.goto(`${site.url()}/runs/${old}`);
  await page.getByRole('button', { name: 'Edit and run again' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run again with another input' });
  await expect.poll(() => dialog.getByRole('spinbutton', { name: 'n' }).inputValue()).toBe('1');
  await dialog.getByRole('spinbutton', { name: 'n' }).fill('20');
  await dialog.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('link', { name: `Runs ${old} again` }).waitFor();
  const made = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await expect.poll(() => read(made)).toMatchObject({ rerunOf: old, state: 'done', output: { sum: 21 } });
  await page.getByRole('link', { name: `Runs ${old} again` }).click();
  await page.getByRole('link', { name: made }).waitFor();
  expect((await site.ask('GET', `/api/v1/runs/${old}/journal`)).text).toBe(before);

  await page.goto(`${site.url()}/flows/${flow}?view=outline&run=${old}`);
  await page.getByRole('button', { name: 'Edit and run again' }).click();
  await dialog.getByRole('spinbutton', { name: 'n' }).fill('30');
  await dialog.getByRole('button', { name: 'Run', exact: true }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('run')).not.toBe(old);
  const again = new URL(page.url()).searchParams.get('run') ?? '';
  await expect.poll(() => read(again)).toMatchObject({ rerunOf: old, output: { sum: 31 } });
});

test('an input that does not fit is said in the dialog, and no run begins', { timeout: 60_000 }, async () => {
  const old = await begin(1);
  await page.goto(`${site.url()}/runs/${old}`);
  await page.getByRole('button', { name: 'Edit and run again' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run again with another input' });
  await dialog.getByRole('spinbutton', { name: 'n' }).fill('');
  await dialog.getByRole('button', { name: 'Run', exact: true }).click();
  await dialog.getByRole('alert').getByText('input').first().waitFor();
  expect((await site.ask('GET', `/api/v1/runs?flow=${flow}&rerunOf=${old}`)).text).toContain('"runs":[]');
});

test('D11.21 two runs stand side by side: by choosing two in the list and from a run’s page; the first difference is marked', {
  timeout: 60_000,
}, async () => {
  const [left, right] = [await begin(1), await begin(50)];
  await page.goto(`${site.url()}/runs?flow=${flow}`);
  const boxes = page.getByRole('checkbox');
  await boxes.nth(0).check();
  expect(await page.getByRole('button', { name: 'Compare the two' }).isDisabled()).toBe(true);
  await boxes.nth(1).check();
  await page.getByRole('button', { name: 'Compare the two' }).click();
  await page.getByText('They part at one.').waitFor();
  expect(new URL(page.url()).pathname).toBe(`/runs/${left}`);
  expect(new URL(page.url()).searchParams.get('with')).toBe(right);
  const table = page.getByRole('table', { name: 'Two runs compared' });
  expect(await table.getByRole('row', { name: /^same/ }).textContent()).not.toContain('≠');
  expect(await table.getByRole('row', { name: /^one/ }).textContent()).toContain('another result · here first');
  expect(await table.getByRole('row', { name: /^large/ }).textContent()).toContain('went another way');
  expect(await page.getByRole('region', { name: 'What the runs were given' }).textContent()).toContain('n150');
  expect(await page.getByRole('region', { name: 'Result of one' }).textContent()).toContain('sum251');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violations(page), colorScheme).toEqual([]);
  }
  await table.getByRole('button', { name: 'yes' }).click();
  await page.getByRole('region', { name: 'Result of yes' }).waitFor();
  await page.reload();
  await page.getByRole('region', { name: 'Result of yes' }).waitFor();

  await page.goto(`${site.url()}/runs/${right}`);
  await page.getByRole('button', { name: 'Compare with' }).click();
  await page.getByRole('menuitem').first().click();
  await page.getByText(/They part at|went the same way/).waitFor();
});

test('D11.19 on a narrow screen the dialog is all of it: nothing scrolls sideways, and Run is in sight however long the input is', {
  timeout: 60_000,
}, async () => {
  const long = await site.flow({ headgate: 1, name: 'Long', steps: [], output: '{{ input.n1 }}', input: LONG });
  const input = Object.fromEntries(Object.keys(LONG.properties).map((name) => [name, 'word '.repeat(30)]));
  const body = { draft: true, input, wait: 5 };
  const old = String(Reflect.get(Object((await site.ask('POST', `/api/v1/flows/${long}/runs`, body)).json), 'id'));
  const narrow = await site.tab(page);
  await narrow.setViewportSize({ width: 360, height: 640 });
  await narrow.goto(`${site.url()}/runs/${old}`);
  await narrow.getByRole('button', { name: 'Edit and run again' }).click();
  const dialog = narrow.getByRole('dialog', { name: 'Run again with another input' });
  const field = dialog.getByLabel('n1', { exact: true });
  await field.waitFor();
  const run = dialog.getByRole('button', { name: 'Run', exact: true });
  const box = await run.boundingBox();
  expect((box?.y ?? 1000) + (box?.height ?? 0)).toBeLessThanOrEqual(640);
  expect(await dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  expect((await dialog.boundingBox())?.width).toBe(360);
  for (const colorScheme of ['light', 'dark'] as const) {
    await narrow.emulateMedia({ colorScheme });
    expect(await violations(narrow), colorScheme).toEqual([]);
  }
  await field.fill('short');
  await run.click();
  await narrow.getByRole('link', { name: `Runs ${old} again` }).waitFor();
  const made = new URL(narrow.url()).pathname.split('/').at(-1) ?? '';
  await expect.poll(() => read(made)).toMatchObject({ rerunOf: old, output: 'short' });
  await narrow.close();
});
