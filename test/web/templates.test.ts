/** Beginning: the flow that a new instance has, starters, files. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { openSite, type Site } from './site.ts';

let site: Site;
let page: Page;
beforeAll(async () => {
  site = await openSite();
  page = await site.page();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

test('every starter tells what it shows and asks for, and becomes a flow that runs', async () => {
  await page.goto(`${site.url()}/flows`);
  await page.getByRole('link', { name: 'New flow' }).click();
  await page.getByRole('heading', { level: 1, name: 'New flow' }).waitFor();
  await expect.poll(() => page.getByRole('button', { name: /^Use this: / }).count()).toBeGreaterThanOrEqual(8);
  await page.getByLabel('Find a starter').fill('at the same time');
  await page.getByRole('button', { name: 'Use this: Fan out and join' }).click();
  await page.waitForURL(/\/flows\/flow_/);
  await page.getByRole('heading', { level: 1, name: 'Fan out and join' }).waitFor({ state: 'attached' });
});

test('a starter that names another flow brings it along; nothing is lent by what is written in either', async () => {
  await page.goto(`${site.url()}/flows/new`);
  await page.getByRole('button', { name: 'Use this: Price an order' }).click();
  await page.waitForURL(/\/flows\/flow_/);
  const listed = JSON.stringify((await site.ask('GET', '/api/v1/flows')).json);
  expect(listed).toContain('"Price a line"');
  const id = new URL(page.url()).pathname.split('/').at(-1);
  const powers = await site.ask('GET', `/api/v1/flows/${id}/powers`);
  expect(powers.json).toMatchObject({ granted: [] });
});

test('a starter brings the tables and knowledge bases that it names; one that is there stays as it is', async () => {
  const names = async (path: 'tables' | 'knowledge', list: string): Promise<readonly string[]> =>
    ((await site.ask('GET', `/api/v1/${path}`)).json as Record<string, { name: string }[]>)[list]?.map(
      ({ name }) => name,
    ) ?? [];
  for (const title of ['Invoice to table', 'Ask your documents', 'Invoice to table']) {
    await page.goto(`${site.url()}/flows/new`);
    await page.getByText('Brings along: the table invoices').waitFor();
    await page.getByRole('button', { name: `Use this: ${title}` }).click();
    await page.waitForURL(/\/flows\/flow_/);
  }
  expect(await names('tables', 'tables')).toEqual(['invoices']);
  expect(await names('knowledge', 'bases')).toEqual(['handbook']);
});

test('a flow comes from a file; a file that is none is told so, one that is wrong with its places', async () => {
  const choose = async (text: string): Promise<void> => {
    await page.goto(`${site.url()}/flows/new`);
    const input = page.locator('input[type=file]');
    await input.setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  };
  await choose('no json');
  await page.getByText('which is one JSON document').waitFor();
  await choose('{"headgate": 1, "name": "X", "steps": [{"id": "Bad", "kind": "set@1"}]}');
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').innerText()).toContain('an id: a lower-case letter');
  await choose('{"headgate": 1, "name": "From a file", "steps": []}');
  await page.waitForURL(/\/flows\/flow_/);
  await page.getByRole('heading', { level: 1, name: 'From a file' }).waitFor({ state: 'attached' });
  expect(await page.title()).toContain('From a file');
});
