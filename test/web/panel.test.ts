/** The panel of a step: its form, its data, and what is typed into it (details 11 to 15 of the interface). */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const CALL = {
  headgate: 1,
  name: 'Call',
  steps: [
    { id: 'start', kind: 'set@1', with: { value: { name: 'Ada', items: [{ n: 1 }, { n: 2 }] } } },
    { id: 'call', kind: 'http.request@1', after: ['start'], with: { method: 'GET', url: 'https://a.example/' } },
    { id: 'end', kind: 'set@1', after: ['start'], with: { value: '{{ steps.start.name }}' } },
  ],
  output: '{{ steps.end }}',
};

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

type Step = {
  readonly id: string;
  readonly name?: string;
  readonly with?: Record<string, unknown>;
  readonly retry?: unknown;
};

const stepOf = async (flow: string, id: string): Promise<Step | undefined> => {
  const { json } = await site.ask('GET', `/api/v1/flows/${flow}`);
  return (json as { draft: { steps: Step[] } }).draft.steps.find((step) => step.id === id);
};

const open = async (flow: string, search: string): Promise<Page> => {
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&${search}`);
  await page.getByRole('complementary', { name: /^Step / }).waitFor();
  return page;
};

test('D11.11 the panel stands beside the flow, is resized by key, remembers it, and shows three panes when there is room', async () => {
  const flow = await site.flow(CALL);
  const page = await open(flow, 'step=call');
  const panel = page.getByRole('complementary', { name: 'Step call' });
  expect(await page.getByRole('treeitem').count()).toBe(3);
  await panel.getByRole('tab', { name: 'Settings' }).waitFor();
  const edge = panel.getByRole('separator', { name: 'Width of the panel' });
  const before = Number(await edge.getAttribute('aria-valuenow'));
  await edge.focus();
  for (let i = 0; i < 17; i += 1) await page.keyboard.press('ArrowLeft');
  expect(Number(await edge.getAttribute('aria-valuenow'))).toBe(before + 17 * 24);
  await panel.getByRole('region', { name: 'Input' }).waitFor();
  await panel.getByRole('region', { name: 'Output' }).waitFor();
  await page.reload();
  await panel.getByRole('region', { name: 'Output' }).waitFor();
  expect(Number(await edge.getAttribute('aria-valuenow'))).toBe(before + 17 * 24);
  await page.getByRole('treeitem', { name: /start/ }).click();
  await page.keyboard.press('Enter');
  await page.getByRole('complementary', { name: 'Step start' }).waitFor();
  await page.getByRole('treeitem', { name: /start/ }).focus();
  await page.keyboard.press(']');
  await panel.waitFor();
  await page.context().close();
});

test('the form is of the schema: what is set is one edit, a map takes names, an object is added, and the name is changed in place', async () => {
  const flow = await site.flow(CALL);
  const page = await open(flow, 'step=call');
  await page.getByRole('combobox', { name: 'Method' }).selectOption('POST');
  await page.getByRole('textbox', { name: 'New name in Headers' }).fill('accept');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'accept' }).fill('text/plain');
  await page.getByText('How the step runs').click();
  await page.getByRole('button', { name: 'Add Try again' }).click();
  await page.getByRole('textbox', { name: 'Max' }).fill('x');
  await page.getByText('Expected a number').waitFor();
  await page.getByRole('textbox', { name: 'Max' }).fill('5');
  await page.getByRole('textbox', { name: 'Name of the step' }).fill('Fetch it');
  await page.keyboard.press('Enter');
  await expect
    .poll(() => stepOf(flow, 'call'), { timeout: 5000 })
    .toMatchObject({
      name: 'Fetch it',
      retry: { max: 5 },
      with: { method: 'POST', url: 'https://a.example/', headers: { accept: 'text/plain' } },
    });
  await page.context().close();
});

test('what is typed is one undo a word, and is not lost when the panel closes at once', async () => {
  const flow = await site.flow(CALL);
  const page = await open(flow, 'step=call');
  const url = page.getByRole('textbox', { name: 'URL' });
  await url.fill('https://b.example/');
  await page.getByRole('button', { name: 'Close the step' }).click();
  await expect
    .poll(async () => (await stepOf(flow, 'call'))?.with, { timeout: 5000 })
    .toMatchObject({ url: 'https://b.example/' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect
    .poll(async () => (await stepOf(flow, 'call'))?.with, { timeout: 5000 })
    .toMatchObject({ url: 'https://a.example/' });
  await page.context().close();
});

test('D11.12 a problem at a field says what to do next, and leads to the documentation of the problem and of the setting', async () => {
  const flow = await site.flow({
    headgate: 1,
    name: 'Wrong',
    steps: [{ id: 'call', kind: 'http.request@1', with: { method: 'GET', url: '{{ steps.cal.url }}' } }],
  });
  const draft: unknown = Reflect.get(Object((await site.ask('GET', `/api/v1/flows/${flow}`)).json), 'draft');
  const { json } = await site.ask('POST', '/api/v1/flows/check', { draft });
  const [problem] = (json as { problems: { code: string; text: string; fix?: string }[] }).problems;
  const fix = problem?.fix ?? '';
  expect(fix.length).toBeGreaterThan(5);
  const page = await open(flow, 'step=call');
  const field = page.locator('[data-field="with.url"]');
  await field.getByText(problem?.text ?? '').waitFor();
  await field.getByText(fix, { exact: true }).waitFor();
  const code = field.getByRole('link', { name: `What the problem ${problem?.code} is about` });
  expect(await code.getAttribute('href')).toBe(`/docs/problems#${problem?.code}`);
  const setting = field.getByRole('link', { name: 'About this setting' });
  const [opened] = await Promise.all([page.context().waitForEvent('page'), setting.click()]);
  await opened.locator('[id="http.request@1.url"]').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.context().close();
});
