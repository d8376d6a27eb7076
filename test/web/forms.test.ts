/** A flow as a form, for members and for anybody; the overview; the queue. */

import { expect, afterAll, afterEach, beforeAll, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const MARKUP = '<img src=x onerror=alert(1)>"\'&{{7*7}}';

let site: Site;
let form: string;
let queued: string;
beforeAll(async () => {
  site = await openSite();
  form = await site.flow({
    headgate: 1,
    name: MARKUP,
    description: MARKUP,
    input: {
      type: 'object',
      properties: {
        city: { type: 'string', title: MARKUP, description: MARKUP },
        days: { type: 'integer', minimum: 1 },
        kind: { enum: ['short', 'long'] },
        address: { type: 'object', properties: { street: { type: 'string' } }, additionalProperties: false },
      },
      required: ['city'],
      additionalProperties: false,
    },
    steps: [
      { id: 'nap', kind: 'wait@1', with: { for: '100ms' } },
      { id: 'say', kind: 'set@1', after: ['nap'], with: { value: '{{ "For " + input.city }}' } },
    ],
    output: '{{ steps.say }}',
  });
  await publish(form);
  queued = await site.flow({
    headgate: 1,
    name: 'One by one',
    settings: { concurrency: { limit: 1 } },
    steps: [{ id: 'w', kind: 'wait.event@1', with: {} }],
  });
  await publish(queued);
  const bad = await site.flow({
    headgate: 1,
    name: 'Import orders',
    steps: [{ id: 'b', kind: 'stop@1', with: { problem: 'order.bad', text: 'It is bad' } }],
  });
  await publish(bad);
  for (const id of [queued, queued, queued]) await start(id, 0);
  await start(bad, 10);
}, 180_000);
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const publish = async (id: string): Promise<void> => {
  const made = await site.ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' });
  expect(made.status, made.text).toBe(201);
};
const start = async (id: string, wait: number): Promise<void> => {
  const answer = await site.ask('POST', `/api/v1/flows/${id}/runs`, { wait });
  expect([200, 202], answer.text).toContain(answer.status);
};

test('GUI-01 a member runs a flow by its form: problems stand at their fields, the answer below, markup stays text', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/forms/${form}`);
  await page.getByRole('heading', { level: 1, name: MARKUP }).waitFor();
  // By keyboard alone.
  await page.getByRole('button', { name: 'Run' }).focus();
  await page.keyboard.press('Enter');
  const city = page.getByRole('textbox', { name: MARKUP });
  await expect.poll(() => city.getAttribute('aria-invalid')).toBe('true');
  await page.getByText('One field is not right yet.').waitFor();
  expect(await violations(page, 'body')).toEqual([]);
  await city.fill('<b>Bern</b>');
  await page.getByLabel('Days').fill('3');
  await page.getByLabel('Kind').selectOption('long');
  await page.getByLabel('Street').fill('Marktgasse');
  await city.press('Enter');
  await page.getByRole('region', { name: 'Done' }).getByText('For <b>Bern</b>').waitFor();
  expect(await page.locator('img').count()).toBe(0);
  await page.getByRole('link', { name: 'Look at the run' }).click();
  await page.waitForURL(/\/runs\//);
  const run = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const journal = (await site.ask('GET', `/api/v1/runs/${run}/journal`)).text;
  expect(journal).toContain('"days":3');
  expect(journal).toContain('"street":"Marktgasse"');
  await page.context().close();
}, 60_000);

test('anybody runs a public flow by its form without a session; what is not public is not there for him', async () => {
  const context = await site.browser.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/forms/${form}`);
  await page.getByRole('heading', { level: 1, name: 'There is nothing here for you' }).waitFor();
  expect(page.url()).toContain(`/forms/${form}`);
  expect(await page.content()).not.toContain('onerror');
  const shared = await site.ask('PATCH', `/api/v1/flows/${form}`, { visibility: 'public' });
  expect(shared.status, shared.text).toBe(200);
  await page.reload();
  await page.getByRole('textbox', { name: MARKUP }).fill('Basel');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByRole('region', { name: 'Done' }).getByText('For Basel').waitFor();
  expect(await page.getByRole('link', { name: 'Look at the run' }).count()).toBe(0);
  expect(await context.cookies()).toEqual([]);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await violations(page, 'body'), colorScheme).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  }
  await context.close();
}, 60_000);

test('the overview counts runs, says what needs somebody, and each figure leads to what it counts', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/flows`);
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('link', { name: '1 run waits for somebody to answer' }).waitFor();
  await page.getByRole('link', { name: /Import orders failed once: b: order.bad/ }).waitFor();
  const row = page.getByRole('row').filter({ hasText: 'One by one' });
  expect(await row.textContent()).toMatch(/^One by one30/);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe(colorScheme);
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await violations(page, 'body'), `${colorScheme} ${width}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByText('Last 7 days').click();
  await expect.poll(() => new URL(page.url()).searchParams.get('hours')).toBe('168');
  await page.getByRole('link', { name: '1 failed run of Import orders' }).click();
  await page.waitForURL(/\/runs\?.*state=failed/);
  await page.getByRole('row').filter({ hasText: 'order.bad' }).waitFor();
  await page.context().close();
}, 90_000);

test('the queue says what waits for a place, what holds it, and how long runs are kept', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/runs`);
  await page.getByText('Queue', { exact: true }).click();
  const row = page.getByRole('row').filter({ hasText: 'One by one' });
  await row.waitFor();
  expect(await row.textContent()).toContain('at most 1 run at the same time');
  await page.getByText('A finished run is kept for 30 days').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page, 'body'), colorScheme).toEqual([]);
  }
  await row.getByRole('link', { name: '2 runs of One by one wait' }).click();
  await page.waitForURL(/state=queued/);
  await page.context().close();
}, 60_000);
