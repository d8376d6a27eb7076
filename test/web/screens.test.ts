/**
 * The main screens, in both themes: axe finds nothing on them, and they look as in docs/screens. Where a screen was changed on purpose,
 * `npm run screens` takes the pictures again.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLES } from '../stories/command.ts';
import { violations } from './axe.ts';
import { expectAsKept, type Screen, SIZE, text } from './screen.ts';
import { openSite, type Site } from './site.ts';

const example = (name: string): object => JSON.parse(readFileSync(join(EXAMPLES, name, 'flow.json'), 'utf8')) as object;
const REMINDER = {
  headgate: 1,
  name: 'Remind once',
  steps: [
    { id: 'order', kind: 'set@1', with: { value: { id: 'A-1042', paid: false } } },
    { id: 'grace', kind: 'wait@1', after: ['order'], with: { for: '2s' } },
    { id: 'judge', kind: 'if@1', after: ['grace'], with: { when: '{{ steps.order.paid }}' } },
    { id: 'remind', kind: 'log@1', after: ['judge.false'], with: { text: 'Order {{ steps.order.id }} is not paid' } },
  ],
};
const ORDER = { id: 'A-1042', total: 740, country: 'FR', customer: { email: 'ada@example.com', orders: 31 } };

let site: Site;
let pages: Readonly<Record<'light' | 'dark', Page>>;
let blank: Page;
const ids = { triage: '', run: '', waited: '', code: '' };

const idOf = (json: unknown): string => String(Reflect.get(Object(json), 'id'));
/** Of what is published. */
const start = async (flow: string, input: unknown): Promise<string> => {
  const answer = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input, wait: 10 });
  expect(answer.status, answer.text).toBe(200);
  return idOf(answer.json);
};
const publish = async (flow: string, note: string): Promise<void> => {
  const answer = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed', note });
  expect(answer.status, answer.text).toBe(201);
};

beforeAll(async () => {
  site = await openSite();
  for (const name of ['morning-report', 'signed-webhook', 'fan-out']) await site.flow(example(name));
  ids.code = await site.flow(example('first-flow'));
  ids.triage = await site.flow(example('order-triage'));
  await publish(ids.triage, 'First version');
  for (const total of [120, 5400, 80]) await start(ids.triage, { ...ORDER, total });
  ids.run = await start(ids.triage, ORDER);
  // Its two seconds of waiting are what its picture shows; how fast the machine was is no more than a spot of it.
  const reminder = await site.flow(REMINDER);
  await publish(reminder, 'First version');
  ids.waited = await start(reminder, {});
  const stop = { id: 'refuse', kind: 'stop@1', with: { problem: 'order.unpaid', text: 'The order is not paid' } };
  const unpaid = await site.flow({ headgate: 1, name: 'Unpaid orders', steps: [stop] });
  await publish(unpaid, 'Holds what is not paid');
  await start(unpaid, {});
  const secret = {
    name: 'SHOP_API',
    value: 'sk-live-2b7e151628aed2a6abf7',

    origins: ['https://api.example.com'],
  };
  const kept = await site.ask('PUT', '/api/v1/secrets', secret);
  expect([200, 201, 204], kept.text).toContain(kept.status);
  const [light, dark] = await Promise.all(
    (['light', 'dark'] as const).map((colorScheme) => site.page({ viewport: SIZE, colorScheme })),
  );
  if (light === undefined || dark === undefined) throw new Error('no page');
  pages = { light, dark };
  blank = await site.browser.newPage();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

/** The camera fits what there was when the flow was first drawn: which of its parts had come by then is the machine's. */
const fit = (page: Page): Promise<void> => page.keyboard.press('1');

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });

const SCREENS: readonly Screen[] = [
  { name: 'flows', path: () => '/flows', shows: text('Order triage') },
  { name: 'starters', path: () => '/flows/new', shows: text('Fan out and join') },
  {
    name: 'canvas',
    path: () => `/flows/${ids.triage}?view=canvas&run=${ids.run}`,
    shows: (page) => page.locator('#box-decision[data-state=done]').waitFor(),
    then: fit,
  },
  {
    name: 'outline',
    path: () => `/flows/${ids.triage}?view=outline&run=${ids.run}&step=decision&tab=output`,
    shows: (page) => page.getByRole('treeitem', { name: /queue/ }).waitFor(),
  },
  {
    name: 'code',
    path: () => `/flows/${ids.code}?view=canvas&step=greet`,
    shows: async (page) => {
      await text('Source')(page);
      await page.getByText('Types are being checked.').waitFor({ state: 'hidden' });
    },
  },
  { name: 'publish', path: () => `/flows/${ids.code}?view=outline&page=publish`, shows: text('Publish version 1') },
  { name: 'powers', path: () => `/flows/${ids.triage}?view=outline&page=powers`, shows: text('Powers') },
  { name: 'runs', path: () => '/runs', shows: text('order.unpaid') },
  {
    name: 'run',
    path: () => `/runs/${ids.waited}`,
    shows: (page) => page.getByRole('option', { name: /remind/ }).waitFor(),
  },
  { name: 'dashboard', differs: 0.05, path: () => '/dashboard', shows: text('Order triage') },
  { name: 'form', path: () => `/forms/${ids.triage}`, shows: text('Order triage') },
  { name: 'secrets', path: () => '/trust/secrets', shows: text('SHOP_API') },
  { name: 'power-map', path: () => '/trust/powers', shows: heading },
  { name: 'limits', path: () => '/trust/limits', shows: heading },
  { name: 'settings', path: () => '/settings', shows: heading },
  { name: 'audit', path: () => '/trust/audit', shows: (page) => page.getByRole('row').nth(3).waitFor() },
];

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each(SCREENS)(
    '$name looks as it did, and axe finds nothing',
    async (screen) => expect(await expectAsKept(pages[theme], blank, site.url(), screen, theme)).toEqual([]),
    90_000,
  );
});

/** Some of each kind of page: a list, a flow with a step open, a run, a form, settings. The rest has the same parts. */
const GERMAN: readonly { readonly path: () => string; readonly shows: string }[] = [
  { path: () => '/flows', shows: 'Neuer Flow' },
  {
    path: () => `/flows/${ids.triage}?view=outline&run=${ids.run}&step=decision&tab=output`,
    shows: 'Ergebnis',
  },
  { path: () => `/runs/${ids.waited}`, shows: 'Der Lauf als Ganzes' },
  { path: () => '/trust/roles', shows: 'Rollen' },
  { path: () => '/settings', shows: 'Sprache' },
];

test('in German axe finds nothing either, the page says which language it is in, and no longer word makes it scroll sideways', async () => {
  const page = await site.tab(pages.light);
  page.setDefaultTimeout(8_000);
  await page.setViewportSize({ width: 1024, height: 750 });
  await page.goto(site.url());
  await page.evaluate(() => localStorage.setItem('headgate.language', 'de'));
  for (const { path, shows } of GERMAN) {
    await page.goto(site.url() + path());
    await page.getByText(shows).first().waitFor();
    await heading(page);
    await expect.poll(() => page.locator('.mantine-Skeleton-root').count()).toBe(0);
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await violations(page), path()).toEqual([]);
    const aside = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(aside, path()).toBeLessThanOrEqual(0);
  }
  await page.evaluate(() => localStorage.removeItem('headgate.language'));
  await page.close();
});
