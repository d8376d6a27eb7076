/** Publishing in the browser: the difference first, powers lent where they are asked for, versions that come back. */

import { expect, afterAll, afterEach, beforeAll, test } from 'vitest';
import type { Page } from 'playwright-core';
import { openSite, type Site } from './site.ts';

const WEATHER = {
  headgate: 1,
  name: 'Weather',
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
  steps: [
    { id: 'say', kind: 'set@1', name: 'Say it', with: { value: 'sun' } },
    { id: 'bye', kind: 'set@1', after: ['say'], with: { value: '{{ steps.say }}' } },
  ],
  output: '{{ steps.say }}',
};
const ASKING = {
  ...WEATHER,
  steps: [
    { id: 'say', kind: 'set@1', name: 'Say it', with: { value: 'rain' } },
    { id: 'fetch', kind: 'http.request@1', after: ['say'], with: { method: 'GET', url: 'https://api.example.com/x' } },
  ],
};

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const open = async (page: Page, flow: string, name: 'Publish' | 'Versions' | 'Powers') => {
  await page.goto(`${site.url()}/flows/${flow}?view=outline&page=${name.toLowerCase()}`);
  const drawer = page.getByRole('dialog', { name });
  await drawer.waitFor();
  return drawer;
};

const save = async (flow: string, draft: object): Promise<void> => {
  const { json } = await site.ask('GET', `/api/v1/flows/${flow}`);
  const revision: unknown = Reflect.get(Object(json), 'revision');
  // From a file: nothing in it counts as lent by being written.
  const saved = await site.ask('PUT', `/api/v1/flows/${flow}/draft`, { revision, draft, from: 'file' });
  expect(saved.status, saved.text).toBe(200);
};

test('D11.2 publishing shows the difference, powers gained and missing ones to lend, and is off with the reason when there is nothing', async () => {
  const flow = await site.flow(WEATHER);
  const page = await site.page({ permissions: ['clipboard-read', 'clipboard-write'] });
  let drawer = await open(page, flow, 'Publish');
  await drawer.getByText('This is the first version').waitFor();
  await drawer.getByLabel('Note').fill('The first one');
  await drawer.getByRole('button', { name: 'Publish version 1' }).click();
  await drawer.getByText('Version 1 is published').waitFor();
  await drawer.getByRole('button', { name: 'Copy the address' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/\/api\/v1\/webhook\/[A-Za-z0-9_-]{43}$/);
  await drawer.getByText(/^curl -sS '/).waitFor();
  await drawer.getByText('Nothing changed since version 1').waitFor();
  expect(await drawer.getByRole('button', { name: 'Publish version 2' }).isDisabled()).toBe(true);

  await save(flow, ASKING);
  drawer = await open(page, flow, 'Publish');
  await drawer.getByText('What version 2 changes against version 1').waitFor();
  // A field from old to new, a step added, one removed, the power gained, in red.
  await drawer.getByText('− sun').waitFor();
  await drawer.getByText('+ rain').waitFor();
  const added = drawer.getByText(/^\+ Added$/).locator('xpath=ancestor::div[contains(@class,"Paper")]');
  expect(await added.textContent()).toContain('fetch');
  const gained = drawer.getByRole('listitem').filter({ hasText: 'Gained:' });
  expect(await gained.textContent()).toContain('net: GET api.example.com');
  const publish = drawer.getByRole('button', { name: 'Publish version 2' });
  expect(await publish.isDisabled()).toBe(true);
  await drawer.getByText('1 power is not lent').waitFor();
  await drawer.getByRole('checkbox', { name: /api\.example\.com/ }).check();
  await publish.click();
  await drawer.getByText('Version 2 is published').waitFor();
  const powers = await site.ask('GET', `/api/v1/flows/${flow}/powers`);
  expect(powers.text).toContain('"step":"fetch"');
  expect(Reflect.get(Object(powers.json), 'missing')).toEqual([]);
  await page.context().close();
});

test('D11.3 a version comes back as a draft that can be undone, is compared with any other, and is rolled back to in one act', async () => {
  const flow = await site.flow(WEATHER);
  const publish = async (note: string): Promise<void> => {
    const made = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { note, grant: 'needed' });
    expect(made.status, made.text).toBe(201);
  };
  await publish('sunny');
  await save(flow, ASKING);
  await publish('rainy');
  const page = await site.page();
  const drawer = await open(page, flow, 'Versions');
  await drawer.getByRole('cell', { name: 'sunny' }).waitFor();
  await drawer.getByLabel('To', { exact: true }).selectOption('1');
  await drawer.getByText('+ sun').waitFor();
  expect(new URL(page.url()).searchParams.get('compare')).toBe('2..1');

  await drawer.getByRole('button', { name: 'More for version 1' }).click();
  await page.getByRole('menuitem', { name: 'Restore as the draft' }).click();
  const draft = async (): Promise<string> => (await site.ask('GET', `/api/v1/flows/${flow}`)).text;
  await expect.poll(draft, { timeout: 4000 }).toContain('"sun"');
  expect(await draft()).not.toContain('fetch');
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect.poll(draft, { timeout: 4000 }).toContain('"rain"');

  await drawer.getByRole('button', { name: 'More for version 1' }).click();
  await page.getByRole('menuitem', { name: 'Roll back to it' }).click();
  await page.getByRole('button', { name: 'Roll back to version 1' }).click();
  await drawer.getByRole('cell', { name: 'Back to version 1' }).waitFor();
  const now = await site.ask('GET', `/api/v1/flows/${flow}/versions/3`);
  expect(now.text).toContain('"sun"');
  expect(await draft()).toContain('"rain"');
  await page.context().close();
});

test('D11.18 publishing warns of pinned results, which no version has, and clears them', async () => {
  const flow = await site.flow(WEATHER);
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await page.getByRole('button', { name: 'Run the flow' }).click();
  await page.getByRole('treeitem', { name: /Say it.*done/ }).click();
  await page.keyboard.press('p');
  await page.getByRole('button', { name: '1 pin' }).waitFor();
  const drawer = await open(page, flow, 'Publish');
  const warning = drawer.getByRole('status', { name: 'The result of 1 step is pinned' });
  await warning.getByText('they are no part of a version').waitFor();
  await warning.getByText('say', { exact: true }).waitFor();
  await drawer.getByRole('button', { name: 'Publish version 1' }).click();
  await drawer.getByText('Version 1 is published').waitFor();
  const run = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { wait: 20 });
  const journal = await site.ask('GET', `/api/v1/runs/${String(Reflect.get(Object(run.json), 'id'))}/journal`);
  expect(journal.text).toContain('run.done');
  expect(journal.text).not.toContain('"pinned"');
  await warning.getByRole('button', { name: 'Clear all pins' }).click();
  await warning.waitFor({ state: 'detached' });
  await page.context().close();
});
