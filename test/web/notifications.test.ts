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

test('a choice shows at once, and no answer of before it undoes it (QU2)', async () => {
  await page.goto(`${site.url()}/settings/notifications`);
  const box = (of: string) => page.getByRole('checkbox', { name: `In the app: ${of}` });
  await box('A run of mine failed').waitFor();
  const path = '**/api/v1/notifications/settings*';
  let read = (): void => undefined;
  let go = (): void => undefined;
  const held = { read: new Promise<void>((done) => (read = done)), go: new Promise<void>((done) => (go = done)) };
  const given = new Promise<void>((done) => {
    let refused = false;
    void page.route(path, async (route) => {
      if (route.request().method() === 'GET') {
        const response = await route.fetch();
        read();
        await held.go;
        await route.fulfill({ response }).catch(() => undefined);
        done();
      } else if (!refused) {
        refused = true;
        await route.fulfill({ status: 500, contentType: 'application/json', body: '{}' });
      } else await route.continue();
    });
  });
  // Refused, so that what the engine has is asked for again; its answer is held back until another choice was made.
  await box('A flow asks me something').click();
  await held.read;
  const shown = await box('A run of mine failed').evaluate(async (element) => {
    const input = element as unknown as { click(): void; readonly checked: boolean };
    const before = input.checked;
    input.click();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    return { before, after: input.checked };
  });
  expect(shown.after).toBe(!shown.before);
  go();
  await given;
  await expect.poll(() => page.getByRole('status').allTextContents(), SEEN).toContain('Saved');
  expect(await box('A run of mine failed').isChecked()).toBe(shown.after);
  expect(site.faults()).toEqual([expect.stringContaining('status of 500')]);
  await page.unroute(path);
  await page.reload();
  await box('A run of mine failed').waitFor();
  expect(await box('A run of mine failed').isChecked()).toBe(shown.after);
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
