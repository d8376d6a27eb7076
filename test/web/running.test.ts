/** Running a draft in the editor: a part of it, with pins, and looking back in time. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './site.ts';

const FLOW = {
  headgate: 1,
  name: 'Sums',
  input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'], additionalProperties: false },
  steps: [
    { id: 'one', kind: 'set@1', with: { value: '{{ input.n }}' } },
    { id: 'two', kind: 'set@1', after: ['one'], with: { value: '{{ steps.one + 1 }}' } },
    { id: 'three', kind: 'set@1', after: ['two'], with: { value: '{{ steps.two + 1 }}' } },
  ],
  output: '{{ steps.three }}',
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

const row = (name: string) => page.getByRole('treeitem', { name: new RegExp(name) });
const runOf = (): string => new URL(page.url()).searchParams.get('run') ?? '';
const ended = async (before: string): Promise<string> => {
  await expect.poll(runOf).not.toBe(before);
  const run = runOf();
  await expect
    .poll(async () => (await site.ask('GET', `/api/v1/runs/${run}`)).text, { timeout: 5_000 })
    .toContain('"state":"done"');
  return run;
};
const journal = async (run: string): Promise<string> => (await site.ask('GET', `/api/v1/runs/${run}/journal`)).text;

test('D11.16 the input is remembered, a step runs by key, and the button says what runs and what is reused', async () => {
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await page.getByRole('button', { name: 'Input' }).click();
  await page.getByRole('spinbutton', { name: 'n' }).fill('5');
  await page.keyboard.press('Escape');
  await row('two').click();
  await page.getByRole('button', { name: 'Run step Runs 2 steps' }).waitFor();
  await page.keyboard.press('Control+Shift+Enter');
  const first = await ended('');
  await row('two.*done').click();
  await page.getByRole('button', { name: /Run step Runs 1 step, reuses 1 result \(.+\)/ }).waitFor();
  await page.keyboard.press('Control+Enter');
  const second = await ended(first);
  const told = await journal(second);
  expect(told).toContain(`"only":["two"]`);
  expect(told).toContain(`"reused":"${first}"`);
  await page.reload();
  await page.getByRole('button', { name: 'Input' }).click();
  await expect.poll(() => page.getByRole('spinbutton', { name: 'n' }).inputValue()).toBe('5');
  await page.keyboard.press('Escape');
});

test('D11.18 a result is pinned, edited, used in draft runs with its source shown, and cleared', async () => {
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await row('two').click();
  await page.keyboard.press('Control+Shift+Enter');
  const first = await ended('');
  await row('two.*done').click();
  await page.keyboard.press('p');
  await page.getByRole('button', { name: '1 pin' }).click();
  await page.getByText(`from run ${first}`).waitFor();
  await page.getByLabel('Pinned result of two').fill('40');
  await page.getByText('changed by hand').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Run the flow' }).click();
  const second = await ended(first);
  expect(await journal(second)).toContain('"pinned":true');
  expect((await site.ask('GET', `/api/v1/runs/${second}`)).text).toContain('"output":41');
  await page.getByRole('button', { name: '1 pin' }).click();
  await page.getByRole('button', { name: 'Clear all pins' }).click();
  await expect.poll(() => page.getByRole('button', { name: '1 pin' }).count()).toBe(0);
});

test('a run is looked back at: the flow shows what it was after each event, by keys', async () => {
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await page.getByRole('button', { name: 'Run the flow' }).click();
  await ended('');
  await row('three.*done').waitFor();
  const slider = page.getByRole('slider', { name: 'Look back in the run' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect.poll(() => row('done').count()).toBe(0);
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowRight');
  await expect.poll(() => row('done').count()).toBe(2);
  expect(await row('three').getAttribute('aria-label')).not.toContain('done');
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect.poll(() => row('done').count()).toBe(3);
});
