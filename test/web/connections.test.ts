/** Connections in a real browser: a service is connected by clicking where a step picks a secret, against a real server of OAuth. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startOauthService, type OauthService } from '../fixtures/oauth-service.ts';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
let service: OauthService;
let flow: string;

beforeAll(async () => {
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: '127.0.0.1' });
  service = await startOauthService(`${site.url()}/api/v1/connect/callback`);
  flow = await site.flow({
    headgate: 1,
    name: 'Orders',
    steps: [{ id: 'call', kind: 'http.request@1', with: { method: 'GET', url: `${service.api}/orders` } }],
    output: '{{ steps.call.body }}',
  });
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(async () => {
  await site.close();
  await service.close();
});

type Tab = Awaited<ReturnType<Site['page']>>;

/** Signs in at the service and agrees, in the window that the link opened. */
const agree = async (page: Tab, open: () => Promise<void>): Promise<void> => {
  const [window] = await Promise.all([page.context().waitForEvent('page'), open()]);
  window.setDefaultTimeout(15_000);
  await window.locator('input[name=login]').fill('ada');
  await window.locator('input[name=password]').fill('any');
  await window.locator('button[type=submit]').click();
  await window.getByRole('button', { name: 'Continue' }).click();
  await window.getByRole('heading', { name: 'Connected' }).waitFor();
  await window.close();
};

test('D11.14 a service is connected by clicking where a step picks a secret, is chosen there, and the flow runs with it', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=call&tab=settings`);
  await page.getByRole('button', { name: 'Connect…' }).click();
  const form = page.getByRole('dialog', { name: 'New connection' });
  await form.getByLabel('Name').fill('shop');
  await form.getByText(`${site.url()}/api/v1/connect/callback`).waitFor();
  await form.getByLabel('Address of consent').fill(service.client.authorizeUrl);
  await form.getByLabel('Address of tokens').fill(service.client.tokenUrl);
  await form.getByLabel('Address to give tokens back').fill(service.client.revokeUrl);
  await form.getByLabel('Client id').fill(service.clientId);
  await form.getByLabel('Client secret').fill(service.clientSecret);
  await form.getByLabel('Scopes').fill(service.client.scope);
  // Where the step calls is where the token goes: filled in already.
  expect(await form.getByLabel('Where its token may be sent').inputValue()).toBe(service.api);
  await form.getByRole('button', { name: 'Save and connect' }).click();
  const asking = page.getByRole('dialog', { name: 'Connect shop' });
  const host = new URL(service.issuer).host;
  await agree(page, () => asking.getByRole('link', { name: `Open ${host}` }).click());
  await asking.waitFor({ state: 'detached' });
  await expect.poll(() => page.getByRole('combobox', { name: 'Secret' }).inputValue()).toBe('shop');
  expect(await page.content()).not.toContain(service.clientSecret);
  await expect
    .poll(async () => JSON.stringify((await site.ask('GET', `/api/v1/flows/${flow}`)).json))
    .toContain('"secret":"shop"');
  expect((await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' })).status).toBe(201);
  const run = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {}, wait: 30 });
  expect(run.json).toMatchObject({ state: 'done', output: { orders: 3 } });
  await page.context().close();
}, 60_000);

test('D11.14 a service that is known fills in what is known of it, and its name', async () => {
  const mail = await site.flow({
    headgate: 1,
    name: 'Mail',
    steps: [{ id: 'send', kind: 'service.call@1', with: { service: 'gmail', operation: 'send_message', input: {} } }],
  });
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/flows/${mail}?view=outline&step=send&tab=settings`);
  await page.getByRole('button', { name: 'Connect…' }).click();
  const form = page.getByRole('dialog', { name: 'New connection' });
  const service = form.getByRole('combobox', { name: 'Service' });
  await expect.poll(() => service.inputValue()).toBe('gmail');
  await expect
    .poll(() => form.getByLabel('Address of consent').inputValue())
    .toBe('https://accounts.google.com/o/oauth2/v2/auth');
  expect(await form.getByLabel('Address of tokens').inputValue()).toBe('https://oauth2.googleapis.com/token');
  expect(await form.getByLabel('Where its token may be sent').inputValue()).toBe('https://gmail.googleapis.com');
  await form.getByLabel('Name').fill('mail');
  await form.getByLabel('Client id').fill('us');
  // What it may do there is chosen, and nothing is before.
  expect(await form.getByRole('button', { name: 'Save and connect' }).isDisabled()).toBe(true);
  await form.getByLabel('Send mail for the account, and nothing else.').check();
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await form.getByRole('button', { name: 'Save and connect' }).click();
  const link = page
    .getByRole('dialog', { name: 'Connect mail' })
    .getByRole('link', { name: 'Open accounts.google.com' });
  const to = new URL((await link.getAttribute('href')) ?? '');
  // What the service wants besides is in the address.
  expect([to.searchParams.get('access_type'), to.searchParams.get('client_id')]).toEqual(['offline', 'us']);
  expect(to.searchParams.get('scope')).toBe('https://www.googleapis.com/auth/gmail.send');
  const made = await site.ask('GET', '/api/v1/connections/mail');
  expect(made.json).toMatchObject({ state: 'new', service: 'gmail', origins: ['https://gmail.googleapis.com'] });
  expect((await site.ask('DELETE', '/api/v1/connections/mail')).status).toBe(204);
  await page.context().close();
}, 60_000);

test('D11.32 the page of connections says how each stands and why, and what the service took back is connected anew', async () => {
  await service.takeBack();
  const failed = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {}, wait: 30 });
  expect(failed.json).toMatchObject({ state: 'failed', problem: { code: 'connection.reconnect' } });
  for (const colorScheme of ['dark', 'light'] as const) {
    const page = await site.page({ colorScheme });
    page.setDefaultTimeout(15_000);
    await page.goto(`${site.url()}/trust/connections`);
    const row = page.getByRole('row').filter({ hasText: 'shop' });
    await row.getByText('Reconnect needed').waitFor();
    await row.getByText('the service took it back').waitFor();
    expect(await violations(page)).toEqual([]);
    if (colorScheme === 'dark') {
      await page.context().close();
      continue;
    }
    await row.getByRole('button', { name: 'Reconnect shop' }).click();
    const asking = page.getByRole('dialog', { name: 'Connect shop' });
    const link = asking.getByRole('link', { name: /^Open / });
    await link.waitFor();
    expect(await violations(page, '[role=dialog]')).toEqual([]);
    await agree(page, () => link.click());
    await row.getByText(/✓\s*Connected/).waitFor();
    const again = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {}, wait: 30 });
    expect(again.json).toMatchObject({ state: 'done' });
    await row.getByRole('button', { name: 'Disconnect shop' }).click();
    await row.getByText(/○\s*Not connected/).waitFor();
    expect(await row.getByRole('button', { name: 'Disconnect shop' }).isDisabled()).toBe(true);
    await row.getByRole('button', { name: 'Delete shop' }).click();
    const sure = page.getByRole('dialog', { name: 'Delete shop' });
    await sure.getByLabel('Type shop to confirm').fill('shop');
    await sure.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('A connection lets steps act at a service').waitFor();
    await page.context().close();
  }
}, 60_000);
