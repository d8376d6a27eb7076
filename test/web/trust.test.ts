/** Trust in the browser: members, secrets, keys and the audit trail; what one may not is off and says why; nothing is markup. */

import { execFileSync } from 'node:child_process';
import { expect, afterAll, afterEach, beforeAll, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const MARKUP = '<img src=x onerror=alert(1)>"\'&{{7*7}}';

let site: Site;
let flow: string;
beforeAll(async () => {
  site = await openSite();
  flow = await site.flow({
    headgate: 1,
    name: MARKUP,
    description: MARKUP,
    input: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
    steps: [
      { id: 'say', kind: 'set@1', name: MARKUP, with: { value: '{{ input.city }}' } },
      { id: 'ask', kind: 'http.request@1', with: { method: 'GET', url: 'https://api.example.com/' } },
    ],
    output: '{{ steps.say }}',
  });
  const made = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  expect(made.status, made.text).toBe(201);
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

test.each(['light', 'dark'] as const)(
  'axe finds nothing on any page of trust and of publishing, %s',
  async (colorScheme) => {
    const page = await site.page({ colorScheme });
    const pages = [
      ...['members', 'secrets', 'keys', 'audit'].map((one) => `/trust/${one}`),
      ...['publish', 'versions', 'powers', 'api'].map((one) => `/flows/${flow}?view=outline&page=${one}`),
    ];
    for (const path of pages) {
      await page.goto(site.url() + path);
      await page
        .getByRole(path.startsWith('/trust') ? 'heading' : 'dialog')
        .first()
        .waitFor();
      await expect.poll(() => page.locator('[aria-busy=true]').count(), { timeout: 5000 }).toBe(0);
      // The drawer has come in by then.
      await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))));
      expect(await violations(page, path.startsWith('/trust') ? 'body' : '[role=dialog]'), path).toEqual([]);
    }
    await page.context().close();
  },
  90_000,
);

test('D11.28 GUI-01 a secret is written and never shown, a key is shown once, and names of markup stay texts', async () => {
  const page = await site.page();
  page.setDefaultTimeout(6000);
  await page.goto(`${site.url()}/trust/secrets`);
  await page.getByRole('button', { name: 'New secret' }).first().click();
  const form = page.getByRole('dialog', { name: 'New secret' });
  await form.getByLabel('Name').fill('github');
  await form.getByLabel('Value').fill('s3cret-otter-lamp-71');
  await form.getByLabel('Origins it may go to').fill('https://api.github.com');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'github', exact: true }).waitFor();
  await page.getByText('https://api.github.com').waitFor();
  expect(await page.content()).not.toContain('s3cret-otter-lamp-71');
  await page.getByRole('button', { name: 'Delete github' }).click();
  const sure = page.getByRole('dialog', { name: 'Delete github' });
  expect(await sure.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
  await sure.getByLabel('Type github to confirm').fill('github');
  await sure.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('A secret is a key, a password').waitFor();

  await page.goto(`${site.url()}/trust/keys`);
  await page.getByRole('button', { name: 'New key' }).click();
  const made = page.getByRole('dialog', { name: 'New key' });
  await made.getByLabel('Name').fill(MARKUP);
  await made.getByRole('button', { name: 'Create' }).click();
  const once = page.getByRole('status').filter({ hasText: 'only time it is shown' });
  const key = (await once.locator('code').textContent()) ?? '';
  expect(key).toMatch(/^hg_/);
  await page.getByRole('cell', { name: MARKUP, exact: true }).waitFor();
  expect(await page.locator('img').count()).toBe(0);
  await page.reload();
  await page.getByRole('cell', { name: MARKUP, exact: true }).waitFor();
  expect(await page.content()).not.toContain(key);

  // What the page gives to copy works as it stands, with the key it was made for.
  await page.goto(`${site.url()}/flows/${flow}?view=outline&page=api`);
  const curl = (await page.getByRole('dialog').locator('pre', { hasText: 'curl -sS' }).first().textContent()) ?? '';
  expect(curl).not.toContain(key);
  const said = execFileSync('sh', ['-c', curl], {
    env: { PATH: process.env.PATH, HEADGATE_API_KEY: key },
    timeout: 40_000,
  });
  expect(JSON.parse(said.toString())).toMatchObject({ id: expect.any(String) });
  expect(await page.locator('img').count()).toBe(0);
  await page.context().close();
});

test('D11.29 the search of the audit trail stands in the address, and goes with it', async () => {
  const page = await site.page();
  page.setDefaultTimeout(6000);
  await page.goto(`${site.url()}/trust/audit`);
  await page.getByLabel('What', { exact: true }).selectOption('grant.');
  await page.getByLabel('About').fill('EXAMPLE.com');
  await page.getByRole('cell', { name: 'grant.typed' }).first().waitFor();
  await expect.poll(() => page.url()).toContain('about=EXAMPLE.com');
  expect(await page.getByRole('cell', { name: /^key\./ }).count()).toBe(0);
  const other = await site.tab(page);
  await other.goto(page.url());
  await other.getByRole('cell', { name: 'grant.typed' }).first().waitFor();
  expect(await other.getByLabel('About').inputValue()).toBe('EXAMPLE.com');
  await page.context().close();
});
