/** Breakpoints in the editor: set, held, looked at, changed, stepped, gone on; by mouse and by keyboard. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const FLOW = {
  headgate: 1,
  name: 'Sums',
  steps: [
    { id: 'one', kind: 'set@1', with: { value: 1 } },
    { id: 'two', kind: 'set@1', after: ['one'], with: { value: '{{ steps.one + 1 }}' } },
    { id: 'three', kind: 'set@1', after: ['two'], with: { value: '{{ steps.two * 10 }}' } },
  ],
  output: '{{ steps.three }}',
};

let site: Site;
let page: Page;
beforeAll(async () => {
  site = await openSite();
  page = await site.page();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const row = (name: string) => page.getByRole('treeitem', { name: new RegExp(name) });
const runOf = (): string => new URL(page.url()).searchParams.get('run') ?? '';
const read = async (path: string): Promise<string> => (await site.ask('GET', `/api/v1/runs/${runOf()}${path}`)).text;
const strip = () => page.getByRole('group', { name: 'The run is held' });
const panel = () => page.getByRole('region', { name: 'The run is held' });
const given = () => panel().getByRole('textbox', { name: 'What the step is about to get' });
const heard = () => page.locator('[aria-live=polite].hg-hidden');

test('by mouse: a breakpoint from the menu of a step on the canvas, the input changed, one step, and on', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow(FLOW);
  await page.goto(`${site.url()}/flows/${flow}`);
  await page.locator('[data-graph=canvas]').waitFor();
  const box = page.locator('#box-two');
  await box.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Set or clear a breakpoint' }).click();
  await box.locator('[data-break]').waitFor();
  expect(await box.getAttribute('aria-label')).toContain('breakpoint');
  await page.getByRole('button', { name: '1 breakpoint' }).waitFor();
  await page.getByRole('button', { name: 'Run the flow' }).click();
  await strip().getByRole('button', { name: 'two', exact: true }).waitFor();
  expect(await box.getAttribute('data-state')).toBe('held');
  expect(await box.getAttribute('aria-label')).toContain('held');
  await expect.poll(() => given().inputValue()).toBe('{\n  "value": 2\n}');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violations(page), colorScheme).toEqual([]);
  }
  await given().fill('{"value": ');
  await panel().getByText('This is not JSON yet').waitFor();
  expect(await panel().getByRole('button', { name: 'Continue with the change' }).isDisabled()).toBe(true);
  await given().fill('{"value": 7}');
  await panel().getByRole('button', { name: 'Run this step alone' }).click();
  await strip().getByRole('button', { name: 'three', exact: true }).waitFor();
  expect(await read('/journal')).toContain('"mode":"step"');
  await strip().getByRole('button', { name: 'Continue' }).click();
  await expect.poll(() => read('')).toContain('"output":70');
  await expect.poll(() => strip().count()).toBe(0);
  expect(await read('/journal')).toContain('"input":{"value":7}');
});

test('by keyboard alone: B sets it, Ctrl+Shift+Enter runs, it is said what is held, F10 steps, F8 goes on, period cancels', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow(FLOW);
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await row('one').waitFor();
  await page.locator('[role=treeitem][tabindex="0"]').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('b');
  await row('one.*breakpoint').waitFor();
  await expect.poll(() => heard().textContent()).toContain('Breakpoint before one');
  await page.keyboard.press('Control+Shift+Enter');
  await row('one.*held').waitFor();
  await expect.poll(() => heard().textContent()).toContain('The run is held before one');
  await page.keyboard.press('F10');
  await row('two.*held').waitFor();
  expect(await row('one.*done').count()).toBe(1);
  await page.keyboard.press('F8');
  await row('three.*done').waitFor();
  await expect.poll(() => read('')).toContain('"output":20');
  const before = runOf();
  await page.keyboard.press('Control+Shift+Enter');
  await expect.poll(runOf).not.toBe(before);
  await row('one.*held').waitFor();
  await page.locator('[role=treeitem][tabindex="0"]').focus();
  await page.keyboard.press('.');
  await expect.poll(() => read('')).toContain('"state":"cancelled"');
  await expect.poll(() => strip().count()).toBe(0);
  await page.keyboard.press('b');
  await expect.poll(() => row('one.*breakpoint').count()).toBe(0);
});

test('it is kept when the page is loaded again, with the run that is held, and cleared with all others', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow(FLOW);
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await row('two').click();
  await page.keyboard.press('b');
  await page.getByRole('button', { name: 'Run the flow' }).click();
  await row('two.*held.*breakpoint').waitFor();
  await page.reload();
  await row('two.*held.*breakpoint').waitFor();
  await strip().getByRole('button', { name: 'Cancel the run' }).click();
  await expect.poll(() => read('')).toContain('"state":"cancelled"');
  await page.getByRole('button', { name: '1 breakpoint' }).click();
  await page.getByRole('button', { name: 'Clear all breakpoints' }).click();
  await expect.poll(() => row('breakpoint').count()).toBe(0);
});
