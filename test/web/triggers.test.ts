/** How triggers fare, where one looks for it: in the panel of the trigger, and in the list of flows. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const SEEN = { timeout: 20_000 };

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

test('a trigger that fails says since when, why and what to do; one of the clock when it comes next', async () => {
  const channel = { service: 'slack', trigger: 'new_message', secret: 'gone', input: { channel: 'C1' } };
  const flow = await site.flow({
    headgate: 1,
    name: 'Wakes',
    triggers: [
      { id: 'nightly', kind: 'schedule@1', with: { cron: '0 3 * * *' } },
      { id: 'news', kind: 'service.trigger@1', with: channel },
    ],
    steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }],
  });
  const page = await site.page();
  page.setDefaultTimeout(SEEN.timeout);
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=nightly`);
  const health = page.getByRole('region', { name: 'How this trigger fares' });
  await health.getByText('It begins when the flow is published with it.').waitFor();
  const published = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  await page.reload();
  await health.getByText(/^Comes next in/).waitFor();
  const failing = async (): Promise<unknown> => {
    const { json } = await site.ask('GET', `/api/v1/flows/${flow}/triggers`);
    return (json as { triggers: { failing: object | null }[] }).triggers[1]?.failing ?? null;
  };
  await expect.poll(failing, SEEN).not.toBeNull();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=news`);
  await health.getByText(/^It fails since/).waitFor();
  await health.getByText(/gone/).first().waitFor();
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page, 'aside')).toEqual([]);
  }
  await page.goto(`${site.url()}/flows`);
  const row = page.getByRole('row', { name: /Wakes/ });
  await row.getByText('A trigger fails').waitFor();
  await row.getByText('schedule, service.trigger').waitFor();
  expect(await violations(page)).toEqual([]);
  // What it started stands there, and leads to it.
  const run = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {}, wait: 20 });
  const { id } = run.json as { id: string };
  await page.reload();
  await expect.poll(() => row.locator(`a[href="/runs/${id}"]`).count(), SEEN).toBe(1);
  await page.context().close();
}, 90_000);
