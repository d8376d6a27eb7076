/** Knowledge bases in a real browser: made, filled from a folder, and tried with a question, by keyboard; what went wrong is told by name. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { html, type LocalSite, openLocalSite } from '../../packages/server/src/engine/testing/site.ts';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const SEEN = { timeout: 30_000 };

let site: Site;
let web: LocalSite;
let page: Page;
beforeAll(async () => {
  web = await openLocalSite();
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: new URL(web.origin).host });
  page = await site.page();
  page.setDefaultTimeout(20_000);
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(async () => {
  await site.close();
  await web.close();
});

/** Writes a file by a flow that was lent to. */
const write = async (path: string, content: string): Promise<void> => {
  const flow = await site.flow({
    headgate: 1,
    name: `Write ${path}`,
    steps: [{ id: 'write', kind: 'file.write@1', with: { path, content } }],
  });
  const published = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  const run = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {}, wait: 20 });
  expect(run.json).toMatchObject({ state: 'done' });
};

const clean = async (): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  }
};

test('a base is made, filled from a folder, and finds what answers a question, with where it stands', async () => {
  await write('handbook/leave.md', '# Leave\n\nEvery employee has thirty days of paid vacation.\n');
  await write('handbook/garden.txt', 'Tomatoes need a lot of sun.');
  await write('handbook/logo.png', 'no picture');
  await page.goto(`${site.url()}/flows`);
  await page.getByRole('navigation').getByRole('link', { name: 'Knowledge' }).click();
  await page.getByRole('heading', { level: 1, name: 'Knowledge' }).waitFor();
  await clean();
  await page.getByRole('button', { name: 'New knowledge base' }).first().focus();
  await page.keyboard.press('Enter');
  const form = page.getByRole('dialog', { name: 'New knowledge base' });
  await form.getByLabel('Name').fill('hand book');
  await form.getByText('A letter, then letters').waitFor();
  await form.getByLabel('Name').fill('handbook');
  await clean();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'handbook' }).waitFor();
  await page.getByLabel('File, or folder with / at its end').fill('../x');
  await page.keyboard.press('Enter');
  await page.getByText('This is no path of files of the project').waitFor();
  await page.getByLabel('File, or folder with / at its end').fill('handbook/');
  await page.keyboard.press('Enter');
  const documents = page.getByRole('table', { name: 'Documents' });
  await documents.getByRole('row', { name: /logo\.png.*could not be read.*not read/ }).waitFor(SEEN);
  await documents.getByRole('row', { name: /leave\.md.*read/ }).waitFor(SEEN);
  await page.getByText('All documents are read · 1 could not be read').waitFor(SEEN);
  await page.getByRole('textbox', { name: 'Question' }).fill('How many days of holiday do I get?');
  await page.keyboard.press('Enter');
  const first = page.getByRole('list', { name: 'Pieces that were found' }).getByRole('listitem').first();
  await first.getByText('thirty days of paid vacation').waitFor(SEEN);
  await first.getByText('leave.md', { exact: true }).waitFor();
  await first.getByText(/handbook\/leave\.md · Leave · characters/).waitFor();
  await first.getByText(/place by meaning 1/).waitFor();
  await clean();
  // The question stands in the address: a reload asks it again.
  await page.reload();
  await first.getByText('thirty days of paid vacation').waitFor(SEEN);
  await page.getByLabel('Show', { exact: true }).selectOption('failed');
  await expect.poll(() => documents.getByRole('row').count(), SEEN).toBe(2);
});

test('an address of the web is added with its limits, and tells what was read, what was passed over and why', async () => {
  web.pages.set('/robots.txt', {
    headers: { 'content-type': 'text/plain' },
    body: 'user-agent: *\ndisallow: /docs/private',
  });
  web.pages.set('/docs/', html('Yard', 'Boats are painted blue in spring.', 'private', 'more', '/elsewhere'));
  web.pages.set('/docs/more', html('More', 'Ropes are dried in the loft.', 'deeper'));
  await page.getByLabel('From').selectOption('url');
  await page.getByLabel('Address where it begins').fill('ftp://example.com/');
  await page.getByRole('button', { name: 'Add source' }).click();
  await page.getByText('This is no address of a page').waitFor();
  await page.getByText('Write it as https://example.com/docs/').waitFor();
  await page.locator('summary', { hasText: 'More' }).click();
  await page.getByLabel('Only below this path').fill('/docs/');
  await page.getByLabel('Links from there at most').fill('1');
  await page.getByLabel('Address where it begins').fill(`${web.origin}/docs/`);
  await clean();
  await page.keyboard.press('Tab');
  await page.getByLabel('Address where it begins').press('Enter');
  const sources = page.getByRole('table', { name: 'Sources' });
  await expect
    .poll(() => sources.innerText(), SEEN)
    .toMatch(/Web address[^]*up to date[^]*2 pages read · 1 passed over/);
  const pages = page.getByRole('table', { name: 'Pages of sites' });
  await pages
    .getByRole('row', { name: /docs\/private.*passed over.*robots\.txt.*Ask who runs the site/ })
    .waitFor(SEEN);
  await page.getByLabel('Show pages').selectOption('read');
  await expect.poll(() => pages.getByRole('row').count(), SEEN).toBe(3);
  await clean();
  await page.getByRole('textbox', { name: 'Question' }).fill('What colour are boats painted?');
  await page.keyboard.press('Enter');
  const first = page.getByRole('list', { name: 'Pieces that were found' }).getByRole('listitem').first();
  await first.getByText('painted blue').waitFor(SEEN);
  await first.getByText(new RegExp(`${web.origin}/docs/`)).waitFor();
});

test('in German all of it is German, and a base is deleted once its name was typed', async () => {
  const german = await site.page();
  german.setDefaultTimeout(20_000);
  await german.goto(`${site.url()}/settings/general`);
  await german.evaluate("localStorage.setItem('headgate.language', 'de')");
  await german.goto(`${site.url()}/knowledge`);
  await german.getByRole('heading', { level: 1, name: 'Wissen' }).waitFor();
  await german.getByText('Alle Dokumente sind gelesen · 1 ließ sich nicht lesen').waitFor(SEEN);
  await german.getByRole('button', { name: 'handbook löschen' }).click();
  const dialog = german.getByRole('dialog');
  await dialog.getByRole('textbox').fill('handbook');
  await dialog.getByRole('button', { name: 'Löschen' }).click();
  await german.getByText('Es gibt noch keine.').waitFor(SEEN);
  expect(await german.getByRole('table').count()).toBe(0);
});
