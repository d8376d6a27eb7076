/** What a step needs, in its panel: allowed, narrowed and denied there (detail 15). */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const FLOW = {
  headgate: 1,
  name: 'Call',
  input: { type: 'object', properties: { host: { type: 'string' } } },
  steps: [{ id: 'call', kind: 'http.request@1', with: { method: 'GET', url: 'https://{{ input.host }}/a' } }],
};

const SEEN = { timeout: 20_000 };

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const lent = async (flow: string): Promise<readonly string[]> => {
  const { json } = await site.ask('GET', `/api/v1/flows/${flow}/powers`);
  return (json as { granted: { power: string }[] }).granted.map(({ power }) => power);
};

test('D11.15 what a step needs is a sentence that is allowed, narrowed with what stops working said before, and denied', async () => {
  const flow = await site.flow(FLOW);
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=call`);
  const needs = page.getByRole('region', { name: 'What this step needs' });
  await needs.getByText('Not lent: refused when it runs').waitFor(SEEN);
  expect(await needs.getByRole('button', { name: /^Deny/ }).isDisabled()).toBe(true);
  await needs.getByRole('button', { name: /^Allow/ }).click();
  await needs.getByText(/^✓ Lent/).waitFor(SEEN);
  await expect.poll(async () => (await lent(flow)).length, SEEN).toBe(1);
  await needs.getByRole('button', { name: /^Narrow/ }).focus();
  await page.keyboard.press('Enter');
  const only = needs.getByRole('textbox', { name: 'Lend only' });
  await only.fill('net: nonsense to nobody');
  expect(await needs.getByRole('button', { name: 'Lend this' }).isDisabled()).toBe(true);
  await only.fill('net: GET api.example.com:443');
  await needs.getByText(/Refused when it runs: what goes beyond this/).waitFor(SEEN);
  expect(await violations(page, 'aside')).toEqual([]);
  await page.keyboard.press('Enter');
  await expect.poll(() => lent(flow), SEEN).toEqual(['net: GET api.example.com:443']);
  await needs.getByText('Lent in part').waitFor(SEEN);
  await needs.getByRole('button', { name: /^Deny/ }).click();
  await expect.poll(() => lent(flow), SEEN).toEqual([]);
  await page.context().close();
}, 90_000);
