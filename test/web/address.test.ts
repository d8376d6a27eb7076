/** The address of a webhook in the browser: another one in its place, and what becomes of the one before. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const FLOW = {
  headgate: 1,
  name: 'Addressed',
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
  steps: [{ id: 'say', kind: 'set@1', with: { value: 'heard' } }],
  output: '{{ steps.say }}',
};

let site: Site;
let page: Page;
beforeAll(async () => {
  site = await openSite();
  page = await site.page();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const ADDRESS = /https?:\S+\/api\/v1\/webhook\/[A-Za-z0-9_-]{43}/;
const status = async (url: string): Promise<number> =>
  (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).status;
const published = async (): Promise<{ flow: string; url: string }> => {
  const flow = await site.flow(FLOW);
  const made = await site.ask('POST', `/api/v1/flows/${flow}/publish`, {});
  expect(made.status, made.text).toBe(201);
  return { flow, url: ADDRESS.exec(made.text)?.[0] ?? '' };
};

test('D11.26 D11.28 where a flow is used, its webhook gets a new address by keyboard; the old one starts it besides until its time', {
  timeout: 60_000,
}, async () => {
  const { flow, url } = await published();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&page=api`);
  const drawer = page.getByRole('dialog', { name: 'Use it' });
  await drawer.getByText(url).waitFor();
  const button = drawer.getByRole('button', { name: 'New address for hook' });
  await button.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'New address for hook' });
  const choice = dialog.getByRole('combobox', { name: 'The present address' });
  await choice.waitFor();
  await expect.poll(() => choice.evaluate((one) => one === document.activeElement)).toBe(true);
  expect(await choice.inputValue()).toBe('day');
  await dialog.getByText('Until then both start the flow').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violations(page, '.mantine-Modal-root'), colorScheme).toEqual([]);
  }
  await dialog.getByRole('button', { name: 'New address', exact: true }).press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await drawer.getByText('What was its address before is good besides').waitFor();
  await expect.poll(() => drawer.getByText(url).count()).toBe(0);
  await expect.poll(() => page.getByRole('status').allTextContents()).toContain('hook has a new address');
  await expect.poll(() => button.evaluate((one) => one === document.activeElement)).toBe(true);
  const fresh = ADDRESS.exec((await drawer.textContent()) ?? '')?.[0] ?? '';
  expect(fresh).not.toBe(url);
  expect([await status(url), await status(fresh)]).toEqual([200, 200]);

  // It is told to who comes later, too.
  await page.reload();
  await drawer.getByText('What was its address before is good besides').waitFor();
});

test('D11.20 in the panel of the webhook stands the published address, and one that got about ends at once', {
  timeout: 60_000,
}, async () => {
  const { flow, url } = await published();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=hook`);
  const pane = page.getByRole('region', { name: 'Try the webhook' });
  const address = pane.getByLabel('Address of what is published');
  await address.waitFor();
  expect(await address.textContent()).toBe(url);
  await pane.getByRole('button', { name: 'New address for hook' }).click();
  const dialog = page.getByRole('dialog', { name: 'New address for hook' });
  await dialog.getByLabel('The present address').selectOption({ label: 'ends at once' });
  await dialog.getByText('answered 404').waitFor();
  await dialog.getByRole('button', { name: 'New address', exact: true }).click();
  await expect.poll(() => address.textContent()).not.toBe(url);
  expect([await status(url), await status((await address.textContent()) ?? '')]).toEqual([404, 200]);
  expect(await pane.getByText('good besides').count()).toBe(0);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violations(page, 'aside'), colorScheme).toEqual([]);
  }
});

test('D11.32 a webhook that is not published says how it gets an address; one of another environment has its own', {
  timeout: 60_000,
}, async () => {
  const draft = await site.flow(FLOW);
  await page.goto(`${site.url()}/flows/${draft}?view=outline&step=hook`);
  await page.getByText('It gets an address that stays when the flow is published.').waitFor();

  const { flow, url } = await published();
  await site.ask('POST', '/api/v1/projects/default/environments', { name: 'prod' });
  const promoted = await site.ask('POST', `/api/v1/flows/${flow}/promotions`, {
    from: 'default',
    to: 'prod',
    version: 1,
  });
  expect(promoted.status, promoted.text).toBe(201);
  await page.goto(`${site.url()}/flows/${flow}?view=outline&page=api`);
  const there = page.getByRole('region', { name: 'In prod' });
  await there.getByText(ADDRESS).waitFor();
  const old = ADDRESS.exec((await there.textContent()) ?? '')?.[0] ?? '';
  await there.getByRole('button', { name: 'New address for hook' }).click();
  const dialog = page.getByRole('dialog', { name: 'New address for hook' });
  await dialog.getByLabel('The present address').selectOption('now');
  await dialog.getByRole('button', { name: 'New address', exact: true }).click();
  await expect.poll(() => there.getByText(old).count()).toBe(0);
  expect([await status(old), await status(url)]).toEqual([404, 200]);
});

test('D11.26 who may not publish sees the address, and why it cannot be replaced', { timeout: 60_000 }, async () => {
  const { flow, url } = await published();
  const context = await site.browser.newContext({ reducedMotion: 'reduce' });
  const olga = await context.newPage();
  const invited = await site.ask('POST', '/api/v1/invitations', { email: 'olga@example.com', role: 'operator' });
  const token = String(Reflect.get(Object(invited.json), 'token'));
  await olga.goto(`${site.url()}/api/v1/auth/invitations/${token}`);
  await olga.fill('input[name=name]', 'Olga');
  await olga.fill('input[name=password]', 'granite otter lamp 72');
  await olga.click('button[type=submit]');
  await olga.waitForURL((to) => !to.pathname.includes('invitations'));
  await olga.goto(`${site.url()}/flows/${flow}?view=outline&page=api`);
  const drawer = olga.getByRole('dialog', { name: 'Use it' });
  await drawer.getByText(url).waitFor();
  const button = drawer.getByRole('button', { name: 'New address for hook' });
  await expect.poll(() => button.isDisabled()).toBe(true);
  expect(await button.getAttribute('title')).toContain('flow.publish');
  await context.close();
});
