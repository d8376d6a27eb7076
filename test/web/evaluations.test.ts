/** Evaluations in a real browser: a dataset is written and read from a file, a flow is evaluated over it, and two are compared. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const SEEN = { timeout: 30_000 };

let site: Site;
let page: Page;
let flow = '';
const draftOf = (text: string) => ({
  headgate: 1,
  name: 'Greets',
  steps: [
    { id: 'wait', kind: 'wait@1', with: { for: '{{ input.for ?? "1ms" }}' } },
    { id: 'greet', kind: 'set@1', after: ['wait'], with: { value: text } },
  ],
  output: '{{ steps.greet }}',
});
beforeAll(async () => {
  site = await openSite();
  flow = await site.flow(draftOf('Hi {{ input.name }}'));
  const published = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  page = await site.page();
  page.setDefaultTimeout(20_000);
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const clean = async (shown = page): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await shown.emulateMedia({ colorScheme });
    expect(await violations(shown)).toEqual([]);
  }
};

const datasets = async () =>
  ((await site.ask('GET', '/api/v1/datasets')).json as { datasets: { id: string; name: string; size: number }[] })
    .datasets;

test('a dataset is made, written by keyboard, filled from a file, and saved; what is not saved is kept', async () => {
  await page.goto(`${site.url()}/flows/${flow}`);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Evaluations' }).click();
  await page.getByRole('heading', { level: 1, name: 'Evaluations' }).waitFor();
  await page.getByText('This flow was not evaluated yet').waitFor();
  await clean();
  await page.getByRole('button', { name: 'New dataset' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'New dataset' }).getByLabel('Name').fill('Greetings');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Greetings' }).waitFor();
  const grid = page.getByRole('grid', { name: 'Rows of Greetings' });
  await grid.focus();
  await page.keyboard.type('Ada');
  await page.keyboard.press('Tab');
  await page.keyboard.type('{"name": "Ada"');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Hello Ada');
  await page.keyboard.press('Escape');
  await page.keyboard.type('Hello Ada');
  await page.keyboard.press('Tab');
  await page.getByText('1 cell has to be mended').waitFor();
  expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Go to the first cell' }).click();
  await page.getByRole('alert').getByText('begins as JSON').waitFor();
  await clean();
  await grid.focus();
  await page.keyboard.press('F2');
  await page.keyboard.type('}');
  await page.keyboard.press('Enter');
  await page.getByText('not saved yet').waitFor();
  await page.getByRole('button', { name: 'Rows from a file' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rows from a file' });
  const csv = 'name,expected,who\nEve,Hi Eve,Eve\nZoe,Hello Zoe,Zoe\n';
  const chooser = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Choose a file' }).click();
  await (await chooser).setFiles({ name: 'x.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await dialog.getByText('x.csv: 2 rows').waitFor();
  await dialog.getByRole('cell', { name: '{"who":"Eve"}' }).waitFor();
  await clean();
  await dialog.getByRole('button', { name: 'Take 2 rows' }).click();
  await page.getByText('3 rows · not saved yet').waitFor();
  // Elsewhere and back: what was not saved is still there.
  await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click();
  await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
  await page.goBack();
  await page.getByText('3 rows · not saved yet').waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('3 rows · saved').waitFor();
  const [made] = await datasets();
  const kept = (await site.ask('GET', `/api/v1/datasets/${made?.id}`)).json;
  expect(kept).toMatchObject({
    name: 'Greetings',
    rows: [
      { name: 'Ada', input: { name: 'Ada' }, expected: 'Hello Ada' },
      { name: 'Eve', input: { who: 'Eve' }, expected: 'Hi Eve' },
      { name: 'Zoe', input: { who: 'Zoe' }, expected: 'Hello Zoe' },
    ],
  });
  // Somebody else writes it: nothing of theirs is written over unseen, and nothing of ours is lost.
  const rows = ['Ada', 'Eve', 'Zoe'].map((name) => ({ name, input: { name }, expected: `Hello ${name}` }));
  const theirs = await site.ask('PUT', `/api/v1/datasets/${made?.id}`, { name: 'Greetings', rows });
  expect(theirs.status, theirs.text).toBe(200);
  await page.getByRole('button', { name: 'Add row' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('dataset.stale').waitFor();
  await page.getByRole('button', { name: 'Take what is there now' }).click();
  await page.getByText('3 rows · saved').waitFor();
});

test('a version is evaluated over it and the draft too, and what got better is told row by row', async () => {
  await page.goto(`${site.url()}/evaluations?flow=${flow}`);
  await page.getByRole('button', { name: 'New evaluation' }).click();
  const form = page.getByRole('dialog', { name: 'New evaluation' });
  await form.getByLabel('What runs').waitFor();
  await clean();
  await form.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('heading', { level: 1, name: 'Version 1 on Greetings' }).waitFor();
  const results = page.getByRole('table', { name: 'Results' });
  await page.getByText('3 of 3 rows done · 0 passed, 3 failed').waitFor(SEEN);
  await results.getByRole('row', { name: /Ada.*failed.*expected "Hello Ada", got "Hi Ada"/ }).waitFor();
  await results.getByRole('button', { name: 'Ada' }).click();
  await results.getByText('"name": "Ada"').waitFor();
  await clean();
  await results.getByRole('link', { name: 'Run of Ada' }).click();
  await page.getByRole('heading', { level: 1, name: 'Run of Greets' }).waitFor();
  await page.getByRole('button', { name: 'Add to a dataset' }).click();
  const adding = page.getByRole('dialog', { name: 'Add to a dataset' });
  await adding.getByLabel('Dataset', { exact: true }).selectOption({ label: 'A new dataset' });
  await adding.getByLabel('Name of the new dataset').fill('From runs');
  await adding.getByLabel('What it answered').check();
  await clean();
  await adding.getByRole('button', { name: 'Add', exact: true }).click();
  await page
    .getByText(/is in From runs/)
    .first()
    .waitFor();
  const kept = (await datasets()).find(({ name }) => name === 'From runs');
  expect((await site.ask('GET', `/api/v1/datasets/${kept?.id}`)).json).toMatchObject({
    rows: [{ input: { name: 'Ada' }, expected: 'Hi Ada' }],
  });
  const changed = await site.ask('PUT', `/api/v1/flows/${flow}/draft`, {
    revision: 1,
    draft: draftOf('{{ input.name == "Zoe" ? "Hi" : "Hello" }} {{ input.name }}'),
  });
  expect(changed.status, changed.text).toBe(200);
  await page.goto(`${site.url()}/evaluations?flow=${flow}`);
  await page.getByRole('button', { name: 'New evaluation' }).click();
  // It begins as the one before did, with its dataset.
  await form.getByLabel('What runs').selectOption('draft');
  await form.getByRole('button', { name: 'Begin' }).click();
  await page.getByText('3 of 3 rows done · 2 passed, 1 failed').waitFor(SEEN);
  await page.getByLabel('Show', { exact: true }).selectOption('failed');
  await expect.poll(() => results.getByRole('row').count()).toBe(2);
  await page.reload();
  await results.getByRole('row', { name: /Zoe/ }).waitFor();
  await page.getByRole('button', { name: 'Compare with' }).click();
  await page.getByRole('menuitem', { name: /Version 1 on Greetings/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Two evaluations' }).waitFor();
  await page.getByText('Better: 2. Worse: 0.').waitFor();
  const sums = page.getByRole('table', { name: 'What both came to' });
  await sums.getByRole('row', { name: /Passed.*0 of 3.*2 of 3/ }).waitFor();
  await sums.getByRole('row', { name: /exact.*0.67 \(\+0.67\)/ }).waitFor();
  const compared = page.getByRole('table', { name: 'Row by row' });
  await compared.getByRole('row', { name: /Ada.*better.*failed.*passed/ }).waitFor();
  await clean();
  await page.getByRole('button', { name: 'the same (1)' }).click();
  await expect.poll(() => compared.getByRole('row').count()).toBe(2);
});

test('one is begun though the datasets come later than the press', async () => {
  let go = (): void => undefined;
  const held = new Promise<void>((done) => (go = done));
  await page.route('**/api/v1/datasets?*', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${site.url()}/evaluations?flow=${flow}`);
  await page.getByRole('button', { name: 'New evaluation' }).click();
  const form = page.getByRole('dialog', { name: 'New evaluation' });
  // All else that the form needs has come when the latest evaluation stands in the list behind it.
  await page.getByRole('table', { name: 'Evaluations of a flow', includeHidden: true }).waitFor();
  expect(await form.getByRole('button', { name: 'Begin' }).count()).toBe(0);
  go();
  await form.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('heading', { level: 1, name: /Greetings/ }).waitFor();
  await page.unroute('**/api/v1/datasets?*');
});

test('one that takes long is stopped; on a phone and in German all of it is there', async () => {
  const rows = [{ name: 'Eve', input: { name: 'Eve', for: '1h' }, expected: 'Hi Eve' }];
  const slow = await site.ask('POST', '/api/v1/datasets', { name: 'Slow', rows });
  expect(slow.status, slow.text).toBe(201);
  const phone = await site.page({ viewport: { width: 390, height: 780 } });
  phone.setDefaultTimeout(20_000);
  await phone.goto(`${site.url()}/settings/general`);
  await phone.evaluate("localStorage.setItem('headgate.language', 'de')");
  await phone.goto(`${site.url()}/evaluations?flow=${flow}`);
  await phone.getByRole('heading', { level: 1, name: 'Auswertungen' }).waitFor();
  await phone.getByRole('table', { name: 'Auswertungen eines Flows' }).waitFor();
  await clean(phone);
  await phone.getByRole('button', { name: 'Neue Auswertung' }).click();
  const form = phone.getByRole('dialog', { name: 'Neue Auswertung' });
  await form.getByRole('combobox', { name: 'Datensatz' }).selectOption({ label: 'Slow (1 Zeile)' });
  await form.getByLabel('Maß').selectOption('judge');
  await form.getByRole('button', { name: 'Beginnen' }).click();
  await form.getByText('Den Flow wählen, der urteilt').waitFor();
  await clean(phone);
  await form.getByLabel('Maß').selectOption('exact');
  await form.getByRole('button', { name: 'Beginnen' }).click();
  await phone.getByText('0 von 1 Zeile fertig').waitFor(SEEN);
  await phone.getByRole('button', { name: 'Anhalten' }).click();
  await phone.getByText('angehalten').first().waitFor(SEEN);
  await clean(phone);
  // Nothing of the page is wider than the phone: what is wide scrolls in itself.
  expect(await phone.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
});
