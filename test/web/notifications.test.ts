/** Notifications in a real browser: the bell tells by itself, the list is walked by keys, read, and chosen how; on a phone, too. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { EMAIL, openSite, type Site } from './site.ts';

const SEEN = { timeout: 20_000 };

let site: Site;
let page: Page;
beforeAll(async () => {
  site = await openSite();
  page = await site.page();
  page.setDefaultTimeout(20_000);
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

/** A run of a flow that asks whoever is signed in. */
const asks = async (name: string): Promise<void> => {
  const flow = await site.flow({
    headgate: 1,
    name,
    steps: [{ id: 'ask', kind: 'ask@1', with: { title: 'Well?', who: { members: [EMAIL] } } }],
  });
  const published = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  expect((await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {} })).status).toBeLessThan(300);
};

const clean = async (on: Page): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await on.emulateMedia({ colorScheme });
    expect(await violations(on)).toEqual([]);
  }
};

test('the bell tells of what comes while the page is open, and the list is walked by keys and read', async () => {
  await page.goto(`${site.url()}/flows`);
  await page.getByRole('link', { name: 'Notifications', exact: true }).waitFor();
  await asks('Boat');
  await page.getByRole('link', { name: '1 new notification' }).waitFor();
  // Said to who hears the page, and to nobody twice.
  await asks('Train');
  await page.getByRole('link', { name: '2 new notifications' }).waitFor();
  await expect.poll(() => page.getByRole('status').allTextContents(), SEEN).toContain('2 new notifications');
  await page.getByRole('link', { name: '2 new notifications' }).click();
  await page.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor();
  const list = page.getByRole('list', { name: 'Notifications' });
  await list.getByRole('link', { name: /Train asks you something/ }).focus();
  await clean(page);
  await page.keyboard.press('j');
  await expect
    .poll(() => page.evaluate('document.activeElement.textContent'), SEEN)
    .toContain('Boat asks you something');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
  await page.getByRole('link', { name: '1 new notification' }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Mark all as read' }).click();
  await page.getByRole('link', { name: 'Notifications', exact: true }).waitFor();
  await expect.poll(() => list.getByRole('button').count(), SEEN).toBe(0);
  expect(await list.getByRole('link').count()).toBe(2);
});

test('how one is told is chosen in the settings, and kept', async () => {
  await page.goto(`${site.url()}/notifications`);
  await page.getByRole('link', { name: 'How I am told' }).click();
  await page.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor();
  const box = page.getByRole('checkbox', { name: 'In the app: A run of mine failed' });
  await box.waitFor();
  await page.getByText('This server sends no mail.').waitFor();
  expect(await page.getByRole('combobox', { name: 'By mail: A flow asks me something' }).isDisabled()).toBe(true);
  await clean(page);
  await box.uncheck();
  await expect.poll(() => page.getByRole('status').allTextContents(), SEEN).toContain('Saved');
  await page.reload();
  await box.waitFor();
  expect(await box.isChecked()).toBe(false);
});

test('on a phone nothing lies beside the screen', async () => {
  const phone = await site.page({ viewport: { width: 390, height: 844 } });
  await phone.goto(`${site.url()}/notifications`);
  await phone.getByRole('list', { name: 'Notifications' }).waitFor();
  await phone.getByRole('link', { name: 'Notifications', exact: true }).waitFor();
  for (const path of ['/notifications', '/settings/notifications']) {
    await phone.goto(site.url() + path);
    await phone.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor();
    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  }
  await phone.close();
});
