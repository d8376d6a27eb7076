/**
 * The first sixty seconds, by a newcomer who reads what the page says and nothing else: from the link that the first start prints,
 * through building, running, mending and publishing, to an answer in a terminal. No account elsewhere, no tour, no reload.
 */

import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Home, newHome, type Served } from '../stories/command.ts';

const WRONG = 'export default (input: { name: string }) => {\n  return { text: input.nmae.toUpperCase() };\n};\n';
const RIGHT = 'export default (input: { name: string }) => {\n  return { text: `Good morning ${input.name}` };\n};\n';

let home: Home;
let server: Served;
let browser: Browser;
beforeAll(async () => {
  home = newHome();
  server = await home.serve();
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  await home?.leave();
});

const hint = (page: Page, name: string): Promise<void> => page.locator(`[data-hint=${name}]`).waitFor();

/** What a person pastes into the terminal: the curl of the page, taken apart and sent as it says. */
const pasted = async (curl: string): Promise<string> => {
  const [, url, body] = /^curl -sS '([^']+)' [\s\S]*-d '([^']*)'$/.exec(curl) ?? [];
  expect(url, curl).toBeDefined();
  const answer = await fetch(String(url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: String(body),
  });
  expect(answer.status).toBe(200);
  return answer.text();
};

test('a newcomer builds, runs, mends, publishes and calls a flow in under sixty seconds of clicks', async () => {
  const faults: string[] = [];
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  const link = /http:\/\/\S+\/auth\/setup\/[A-Za-z0-9_-]{43}/.exec(server.err())?.[0] ?? '';
  const began = Date.now();
  const marks: string[] = [];
  const mark = (what: string): void => void marks.push(`${((Date.now() - began) / 1000).toFixed(1)} s ${what}`);

  await page.goto(link);
  await page.fill('input[name=email]', 'grace@example.com');
  await page.fill('input[name=name]', 'Grace');
  await page.fill('input[name=password]', 'granite otter lamp 71');
  await page.locator('button[type=submit]').click();
  await page.getByRole('heading', { level: 1, name: 'My first flow' }).waitFor({ state: 'attached' });
  await hint(page, 'run');
  mark('the first flow is there, and says what to press');

  await page.getByRole('button', { name: 'Run it now' }).click();
  await page.locator('[data-wire="greet>answer"] [data-went="taken"]').first().waitFor({ state: 'attached' });
  await hint(page, 'change');
  mark('it ran, and the wires show what went over them');

  await page.getByRole('button', { name: 'Go to the line' }).click();
  const code = page.locator('aside [data-field="with.source"]');
  await expect
    .poll(() => code.evaluate((field) => field === document.activeElement || field.contains(document.activeElement)))
    .toBe(true);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(WRONG);
  await page.keyboard.press('ControlOrMeta+Enter');
  const alert = page.locator('aside').getByRole('alert');
  await alert.waitFor();
  expect(await alert.textContent()).toMatch(/greet.*2:\d+/);
  await hint(page, 'change');
  mark('a line was changed, and its mistake is told');

  await code.getByRole('textbox').first().click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(RIGHT);
  await page.keyboard.press('ControlOrMeta+Enter');
  await hint(page, 'publish');
  await page.getByRole('tab', { name: 'Output' }).click();
  await page.getByText('Good morning Ada').first().waitFor();
  mark('it is mended');

  await page.keyboard.press('Escape');
  await page.locator('[data-graph=canvas]').focus();
  await page.keyboard.press('/');
  await page.getByPlaceholder('Search for a step').fill('log');
  await page.keyboard.press('Enter');
  await page.locator('#box-log').waitFor();
  await page.keyboard.press('Enter');
  await page
    .locator('aside [data-field="with.text"] :is(textarea, input[type=text], [contenteditable=true])')
    .first()
    .click();
  await page.keyboard.insertText('It was called');
  mark('a step was added');

  await page.getByRole('button', { name: 'See what would be published' }).click();
  await page.getByRole('button', { name: 'Publish version 1' }).click();
  await hint(page, 'call');
  await page.keyboard.press('Escape');
  mark('it is published');

  const curl = (await page.locator('[data-hint=call] code').textContent()) ?? '';
  expect(JSON.parse(await pasted(curl))).toEqual({ text: 'Good morning Ada' });
  await hint(page, 'done');
  mark('it answered in a terminal, and the page saw the run');

  const took = Date.now() - began;
  console.log(`the first minute:\n  ${marks.join('\n  ')}`);
  expect(took).toBeLessThan(60_000);
  expect(faults).toEqual([]);
  await page.getByRole('region', { name: 'First steps' }).getByRole('button', { name: 'Close' }).click();
  await page.reload();
  await page.locator('#box-greet').waitFor();
  expect(await page.locator('[data-hint]').count()).toBe(0);
}, 120_000);
