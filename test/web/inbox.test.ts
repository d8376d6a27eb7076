/** The inbox in a real browser: questions come by themselves, are walked by keys, answered, handed on, and read afterwards. */

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

/** A run that asks; its flow is there when it comes back. */
const asks = async (name: string, settings: object): Promise<string> => {
  const flow = await site.flow({
    headgate: 1,
    name,
    steps: [{ id: 'ask', kind: 'ask@1', with: { who: { members: [EMAIL] }, ...settings } }],
    output: '{{ steps.ask }}',
  });
  const published = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  const run = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {} });
  return String(Reflect.get(Object(run.json), 'id'));
};

type Run = { readonly state: string; readonly output: unknown };
const runOf = async (run: string): Promise<Run> => (await site.ask('GET', `/api/v1/runs/${run}`)).json as Run;

const clean = async (on: Page): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await on.emulateMedia({ colorScheme });
    expect(await violations(on)).toEqual([]);
  }
};

test('what a flow asks is counted beside the inbox, found by keys, and answered with a remark', async () => {
  const boat = await asks('Boat', {
    title: 'Pay 40 EUR for the boat?',
    text: 'The yard wrote on Monday.',
    deadline: '3d',
  });
  const train = await asks('Train', { title: 'Book the train?' });
  await expect.poll(async () => (await runOf(train)).state, SEEN).toBe('waiting');
  await page.goto(`${site.url()}/flows`);
  await page.getByRole('link', { name: /Inbox.*2 questions wait for you/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
  const list = page.getByRole('list', { name: 'Open' });
  await list.getByRole('link', { name: /Book the train/ }).focus();
  await page.keyboard.press('j');
  await expect.poll(() => page.evaluate('document.activeElement.textContent'), SEEN).toContain('Pay 40 EUR');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: 'Pay 40 EUR for the boat?' }).waitFor();
  await page.getByText('The yard wrote on Monday.').waitFor();
  await page.getByText(/^in 3 days/).waitFor();
  expect(await page.getByRole('link', { name: 'step ask' }).getAttribute('href')).toBe(`/runs/${boat}?step=ask`);
  await clean(page);
  await page.getByRole('textbox', { name: 'Comment' }).fill('From the boat account');
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect
    .poll(() => runOf(boat), SEEN)
    .toMatchObject({ state: 'done', output: { approved: true, comment: 'From the boat account' } });
  // The next one stands open, and the number is one less.
  await page.getByRole('heading', { level: 2, name: 'Book the train?' }).waitFor();
  await page.getByRole('link', { name: /Inbox.*1 question waits for you/ }).waitFor();
  await page.getByRole('button', { name: 'Refuse' }).click();
  await expect.poll(() => runOf(train), SEEN).toMatchObject({ state: 'done', output: { approved: false } });
  await page.getByText('Nothing waits for an answer.').waitFor();
});

test('an answered question says who answered what, and its address leads to it', async () => {
  await page.getByText('Answered', { exact: true }).click();
  await page.getByRole('link', { name: /Pay 40 EUR for the boat/ }).click();
  await page.getByText('From the boat account').waitFor();
  await page.getByRole('heading', { name: '1 answer' }).waitFor();
  await page.getByText('Approved', { exact: true }).waitFor();
  expect(new URL(page.url()).search).toMatch(/state=answered/);
  const tab = await site.tab(page);
  await tab.goto(page.url());
  await tab.getByText('From the boat account').waitFor(SEEN);
  await clean(tab);
  await tab.close();
});

test('a question comes while the inbox is open, and what is wrong in its form stands at the field', async () => {
  await page.goto(`${site.url()}/inbox`);
  await page.getByText('Nothing waits for an answer.').waitFor();
  const run = await asks('Trip', {
    title: 'Where do you go?',
    wanted: 'form',
    fields: [
      { name: 'place', label: 'Place', type: 'text', required: true },
      { name: 'nights', label: 'Nights', type: 'number', max: 9 },
      { name: 'meals', label: 'Meals', type: 'choices', choices: ['Breakfast', 'Dinner'] },
      { name: 'day', label: 'Day', type: 'date' },
    ],
  });
  // Nobody reloads: the engine tells.
  await page.getByRole('link', { name: /Where do you go/ }).click();
  await page.getByRole('spinbutton', { name: 'Nights' }).fill('12');
  await page.getByRole('button', { name: 'Send the answer' }).click();
  await page.getByText('2 fields are not right yet.').waitFor();
  expect(await page.getByRole('textbox', { name: 'Place' }).getAttribute('aria-invalid')).toBe('true');
  await page.getByText('The most here is 9.').waitFor();
  await clean(page);
  await page.getByRole('textbox', { name: 'Place' }).fill('Delft');
  await page.getByRole('spinbutton', { name: 'Nights' }).fill('2');
  await page.getByRole('checkbox', { name: 'Dinner' }).check();
  await page.getByLabel('Day').fill('2027-01-09');
  await page.getByRole('button', { name: 'Send the answer' }).click();
  await expect
    .poll(() => runOf(run), SEEN)
    .toMatchObject({
      state: 'done',
      output: { answer: { place: 'Delft', nights: 2, meals: ['Dinner'], day: '2027-01-09' } },
    });
});

test('on a phone a question fills the screen, and a choice is sent with a thumb', async () => {
  const run = await asks('Colour', { title: 'Which colour?', wanted: 'choose', choices: ['Blue', 'Red'] });
  await expect.poll(async () => (await runOf(run)).state, SEEN).toBe('waiting');
  const phone = await site.page({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  phone.setDefaultTimeout(20_000);
  await phone.goto(`${site.url()}/inbox`);
  await phone.getByRole('link', { name: /Which colour/ }).tap();
  await phone.getByRole('heading', { level: 2, name: 'Which colour?' }).waitFor();
  await expect.poll(() => phone.getByRole('list', { name: 'Open' }).isVisible(), SEEN).toBe(false);
  const wide = await phone.evaluate('document.documentElement.scrollWidth');
  expect(wide).toBeLessThanOrEqual(390);
  await clean(phone);
  await phone.getByRole('link', { name: 'Back to the list' }).tap();
  await phone.getByRole('link', { name: /Which colour/ }).tap();
  await phone.getByRole('radio', { name: 'Red' }).tap();
  await phone.getByRole('button', { name: 'Send the answer' }).tap();
  await expect.poll(() => runOf(run), SEEN).toMatchObject({ state: 'done', output: { answer: 'Red' } });
  await phone.context().close();
});

test('a question is handed on to a member, and is his then', async () => {
  const file = site.home.write('ben.txt', 'quiet canal 12 apples');
  const made = await site.home.run(
    [
      'superuser',
      '--email',
      'ben@example.com',
      '--password-file',
      file,
      '--api-key-file',
      site.home.path('ben-key.txt'),
    ],
    { env: { HEADGATE_ENABLE_SUPERUSER_CLI: 'true' } },
  );
  expect(made.code, made.err).toBe(0);
  const run = await asks('Hand', { title: 'Is the lock closed?' });
  await expect.poll(async () => (await runOf(run)).state, SEEN).toBe('waiting');
  await page.goto(`${site.url()}/inbox`);
  await page.getByRole('link', { name: /Is the lock closed/ }).click();
  await page.getByRole('button', { name: 'Hand it on' }).click();
  const { json } = await site.ask('GET', '/api/v1/members');
  const members = (json as { members: { user: string; email: string | null }[] }).members;
  const ben = members.find(({ email }) => email === 'ben@example.com')?.user ?? '';
  await page.getByRole('combobox', { name: 'Who answers it' }).selectOption(ben);
  await clean(page);
  await page.getByRole('button', { name: 'Hand on', exact: true }).click();
  await page.getByText('Nothing waits for an answer.').waitFor();
  // Who may read runs sees among all questions that it waits.
  await page.getByText('All that I may see').click();
  await page.getByRole('link', { name: /Is the lock closed/ }).click();
  await page.getByRole('heading', { level: 2, name: 'Is the lock closed?' }).waitFor();
  await page.getByRole('heading', { name: '0 answers' }).waitFor();
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  expect((await runOf(run)).state).toBe('waiting');
});
