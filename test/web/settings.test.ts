/** Settings in the browser: what is kept here acts at once and stays; one's own sessions and keys. */

import { expect, afterAll, afterEach, beforeAll, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const MARKUP = '<img src=x onerror=alert(1)>"\'&{{7*7}}';
const FLOW = {
  headgate: 1,
  name: 'Greet',
  steps: [{ id: 'hello', kind: 'set@1', with: { value: 1 } }],
};

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

test('D11.25 settings are reached from the palette, and what is set acts at once and stays', async () => {
  const page = await site.page({ colorScheme: 'light' });
  page.setDefaultTimeout(6000);
  await page.goto(`${site.url()}/flows`);
  await page.getByRole('heading', { level: 1, name: 'Flows' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('textbox').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('textbox').fill('go to settings');
  await expect
    .poll(() => page.getByRole('option').allTextContents())
    .toEqual([expect.stringContaining('Go to settings')]);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'General' }).waitFor();
  const root = page.locator('html');

  // By keyboard alone: a choice is one stop, arrows choose.
  await page.getByRole('radio', { name: 'As the system' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => root.getAttribute('data-mantine-color-scheme')).toBe('dark');
  await page.getByRole('radio', { name: 'Roomy' }).focus();
  const roomy = await page.getByRole('region', { name: 'Look' }).evaluate((node) => getComputedStyle(node).gap);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => root.getAttribute('data-density')).toBe('compact');
  const compact = await page.getByRole('region', { name: 'Look' }).evaluate((node) => getComputedStyle(node).gap);
  expect(Number.parseFloat(compact)).toBeLessThan(Number.parseFloat(roomy));
  await page.getByRole('radio', { name: 'English' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('heading', { level: 1, name: 'Allgemein' }).waitFor();
  expect(await root.getAttribute('lang')).toBe('de');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Allgemein' }).waitFor();
  expect(await root.getAttribute('data-mantine-color-scheme')).toBe('dark');
  expect(await root.getAttribute('data-density')).toBe('compact');
  await page.context().close();
});

test('single letters are keys until they are switched off; keys with Ctrl and named ones stay', async () => {
  const flow = await site.flow(FLOW);
  const page = await site.page();
  page.setDefaultTimeout(6000);
  const disable = async (): Promise<void> => {
    await page.goto(`${site.url()}/flows/${flow}?view=outline`);
    await page.getByRole('treeitem', { name: /hello/ }).click();
    await page.keyboard.press('d');
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Name' }).first().waitFor();
  };
  await page.goto(`${site.url()}/settings/general`);
  await page.getByRole('checkbox', { name: /Single letters are keys/ }).focus();
  await page.keyboard.press('Space');
  await disable();
  const saved = async (): Promise<string> => JSON.stringify((await site.ask('GET', `/api/v1/flows/${flow}`)).json);
  expect(await saved()).not.toContain('"disabled":true');
  await page.goto(`${site.url()}/settings/general`);
  await page.getByRole('checkbox', { name: /Single letters are keys/ }).check();
  await disable();
  await expect.poll(saved, { timeout: 5000 }).toContain('"disabled":true');
  await page.context().close();
});

test('one sees where one is signed in, ends the others, and stays here', async () => {
  const [page, other] = [await site.page(), await site.page()];
  page.setDefaultTimeout(6000);
  await page.goto(`${site.url()}/settings/sessions`);
  const rows = page.getByRole('row').filter({ hasText: 'Chrome · Linux' });
  await expect.poll(() => rows.count()).toBeGreaterThan(1);
  expect(await rows.filter({ hasText: 'this one' }).count()).toBe(1);
  await page.getByRole('button', { name: 'End all others' }).click();
  await expect.poll(() => rows.count()).toBe(1);
  expect(await page.getByRole('button', { name: 'End all others' }).isDisabled()).toBe(true);
  await other.goto(`${site.url()}/flows`);
  await other.waitForURL(/auth\/login/);
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
  for (const one of [page, other]) await one.context().close();
});

test('GUI-01 a key of one’s own is shown once, gets a new secret, and its name stays text', async () => {
  const page = await site.page();
  page.setDefaultTimeout(6000);
  await page.goto(`${site.url()}/settings/keys`);
  await page.getByRole('button', { name: 'New key' }).first().click();
  const made = page.getByRole('dialog', { name: 'New key' });
  await made.getByLabel('Name').fill(MARKUP);
  await made.getByRole('button', { name: 'Create' }).click();
  const once = page.getByRole('status').filter({ hasText: 'only time it is shown' }).locator('code');
  const first = (await once.textContent()) ?? '';
  expect(first).toMatch(/^hg_/);
  await page.getByRole('button', { name: `New secret for ${MARKUP}` }).click();
  await expect.poll(() => once.textContent()).not.toBe(first);
  const second = (await once.textContent()) ?? '';
  for (const key of [first, second])
    expect((await site.server().ask('GET', '/api/v1/runs', { key })).status, 'the old one overlaps').toBe(200);
  expect(await page.locator('img').count()).toBe(0);
  await page.context().close();
});

test.each(['light', 'dark'] as const)(
  'axe finds nothing on any page of settings, wide and narrow, %s',
  async (colorScheme) => {
    const page = await site.page({ colorScheme });
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      for (const one of ['general', 'sessions', 'keys', 'apps']) {
        await page.goto(`${site.url()}/settings/${one}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await expect.poll(() => page.locator('[aria-busy=true]').count(), { timeout: 5000 }).toBe(0);
        expect(await violations(page, 'body'), `${one} ${width}`).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide, `${one} does not scroll sideways`).toBeLessThanOrEqual(width);
      }
    }
    await page.context().close();
  },
  120_000,
);
