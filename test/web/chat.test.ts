/**
 * Public chats in a real browser: on the page of the chat, and embedded on a website of another origin. What the model says is
 * hostile; nothing of it runs or loads.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ModelServer, openModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
let models: ModelServer;
let shop: Server;
let flow: string;
const loaded: string[] = [];

/** A website that embeds the chat; whatever else it is asked for is on record. */
const openShop = async (): Promise<void> => {
  shop = createServer((request, response) => {
    if (request.url !== '/') loaded.push(request.url ?? '');
    const chat = `<headgate-chat flow="${flow}"></headgate-chat><script src="${site.url()}/chat/widget.js"></script>`;
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1>${chat}</main></html>`);
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
};
const origin = (): string => `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;

beforeAll(async () => {
  models = await openModelServer();
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: models.host });
  await openShop();
  await site.ask('PUT', '/api/v1/model-providers', { name: 'local', kind: 'openai-compatible', baseUrl: models.url });
  const talk = { who: 'public', origins: [origin()], greeting: 'What can I do?', suggestions: ['Where is my order?'] };
  flow = await site.flow({
    headgate: 1,
    name: 'Help desk',
    triggers: [{ id: 'chat', kind: 'chat@1', with: talk }],
    steps: [
      {
        id: 'answer',
        kind: 'model.generate@1',
        with: {
          model: 'local/small',
          messages: "{{ input.history.concat([{ role: 'user', content: input.message }]) }}",
          stream: true,
        },
      },
      { id: 'reply', kind: 'chat.reply@1', after: ['answer'], with: { text: '{{ steps.answer.text }}' } },
    ],
  });
  const published = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  expect((await site.ask('PATCH', `/api/v1/flows/${flow}`, { visibility: 'public' })).status).toBe(200);
});
afterAll(async () => {
  await site.close();
  await models.close();
  await new Promise((resolve) => shop.close(resolve));
});

/** A page of somebody who never signed in here. */
const stranger = async (): Promise<Page> => {
  const page = await (await site.browser.newContext()).newPage();
  page.setDefaultTimeout(15_000);
  return page;
};

test('a visitor talks by keys alone, reads along, votes, and finds it again when the page is loaded anew', async () => {
  const page = await stranger();
  await page.goto(`${site.url()}/chat/${flow}`);
  await page.getByText('What can I do?').waitFor();
  expect(await violations(page)).toEqual([]);
  models.next({ says: 'It comes **tomorrow**.' });
  await page.getByRole('button', { name: 'Where is my order?' }).press('Enter');
  await page.getByRole('log').locator('strong', { hasText: 'tomorrow' }).waitFor();
  await page.getByRole('button', { name: 'Good answer' }).click();
  await page.getByRole('button', { name: 'Good answer', pressed: true }).waitFor();
  models.next({ says: 'You asked for your order.' });
  await page.getByLabel('Your message').fill('What did I ask?');
  await page.getByLabel('Your message').press('Enter');
  await page.getByText('You asked for your order.').waitFor();
  expect(models.asked.at(-1)?.text).toContain('Where is my order?');
  expect(await violations(page)).toEqual([]);
  await page.reload();
  await page.getByText('You asked for your order.').waitFor();
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByText('You asked for your order.').waitFor({ state: 'detached' });
});

/** What a model says that was talked into it; `WHERE`: a place that must not be asked for anything. */
const HOSTILE = [
  '<img src="WHERE/html.png" onerror="window.hit=1"><script>window.hit=1</script><svg onload="window.hit=1">',
  '![a picture](WHERE/picture.png)',
  '[click me](javascript:window.hit=1) [data](data:text/html,<script>window.hit=1</script>)',
  '[a link](WHERE/link) https://user@WHERE-HOST/userinfo',
  '<iframe src="WHERE/frame"></iframe><link rel="stylesheet" href="WHERE/style.css">',
].join('\n\n');

test('LLM-05 what a model says is text: it runs nothing and loads nothing; twin: a link is there to be clicked', async () => {
  loaded.length = 0;
  const page = await stranger();
  for (const at of [`${site.url()}/chat/${flow}`, origin()]) {
    await page.goto(at);
    if (at === origin()) await page.getByRole('button', { name: 'Open the chat' }).click();
    await page.getByText('What can I do?').waitFor();
    models.next({ says: HOSTILE.replaceAll('WHERE-HOST', new URL(origin()).host).replaceAll('WHERE', origin()) });
    await page.getByLabel('Your message').fill('Be evil');
    await page.getByLabel('Your message').press('Enter');
    await page.getByRole('button', { name: 'Good answer' }).waitFor();
    const host = new URL(origin()).host;
    const link = page.getByRole('link', { name: `a link (${host})` });
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    expect(await link.getAttribute('href')).toBe(`${origin()}/link`);
    const made = page.locator('headgate-chat').locator('.one.assistant').last();
    expect(await made.locator('img, script, svg, iframe, link, [onerror], [onload]').count()).toBe(0);
    const addresses = await made.locator('a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    expect(addresses.every((one) => one?.startsWith(origin()))).toBe(true);
    expect(await page.evaluate('window.hit')).toBeUndefined();
  }
  expect(loaded.filter((one) => one !== '/favicon.ico')).toEqual([]);
});

test('a website that the trigger names shows the chat; one that it does not name says that it is not there', async () => {
  const page = await stranger();
  await page.goto(origin());
  const open = page.getByRole('button', { name: 'Open the chat' });
  await open.press('Enter');
  await page.getByText('What can I do?').waitFor();
  expect(await violations(page)).toEqual([]);
  models.next({ says: 'Well embedded.' });
  await page.getByLabel('Your message').fill('Hello');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('Well embedded.').waitFor();
  await page.getByLabel('Your message').press('Escape');
  await open.waitFor();
  const foreign = origin().replace('127.0.0.1', 'localhost');
  await page.goto(foreign);
  await page.getByRole('button', { name: 'Open the chat' }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: /cannot be reached|not available/ })
    .waitFor();
  expect(await page.getByText('What can I do?').count()).toBe(0);
});

test('a member talks on the page of a chat that is not public, finds it again among earlier ones, and deletes it', async () => {
  const inner = await site.flow({
    headgate: 1,
    name: 'Inner',
    triggers: [{ id: 'chat', kind: 'chat@1', with: { title: 'For us', greeting: 'Hello, colleague.' } }],
    steps: [{ id: 'reply', kind: 'chat.reply@1', with: { text: 'You said: {{ input.message }}' } }],
  });
  const published = await site.ask('POST', `/api/v1/flows/${inner}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  const outside = await stranger();
  await outside.goto(`${site.url()}/chat/${inner}`);
  await outside.getByRole('link', { name: 'Sign in to write here' }).waitFor();
  expect(await outside.getByText('Hello, colleague.').count()).toBe(0);
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  for (const query of ['', '?draft=true']) {
    await page.goto(`${site.url()}/chat/${inner}${query}`);
    await page.getByText('Hello, colleague.').waitFor();
    await page.getByLabel('Your message').fill(`A question${query}`);
    await page.getByLabel('Your message').press('Enter');
    await page.getByText(`You said: A question${query}`).waitFor();
    const past = page.getByRole('combobox', { name: 'Earlier conversations' });
    await past.locator('option', { hasText: 'A question' }).waitFor({ state: 'attached' });
    expect(await past.locator('option').count()).toBe(2);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByText(`You said: A question${query}`).waitFor({ state: 'detached' });
    await past.selectOption({ index: 1 });
    await page.getByText(`You said: A question${query}`).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await past.waitFor({ state: 'hidden' });
  }
  expect(site.faults()).toEqual([]);
});

test('who goes to another conversation while one is still being opened sees the other one, once', async () => {
  const inner = await site.flow({
    headgate: 1,
    name: 'Quick',
    triggers: [{ id: 'chat', kind: 'chat@1', with: { greeting: 'Hello.' } }],
    steps: [{ id: 'reply', kind: 'chat.reply@1', with: { text: 'You said: {{ input.message }}' } }],
  });
  expect((await site.ask('POST', `/api/v1/flows/${inner}/publish`, { grant: 'needed' })).status).toBe(201);
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/chat/${inner}`);
  await page.getByText('Hello.').waitFor();
  await page.getByLabel('Your message').fill('One');
  await page.getByLabel('Your message').press('Enter');
  await page.getByText('You said: One').waitFor();
  const past = page.getByRole('combobox', { name: 'Earlier conversations' });
  await past.locator('option', { hasText: 'One' }).waitFor({ state: 'attached' });
  // The list that an empty conversation asks for comes when the earlier one was chosen already.
  const held: (() => Promise<void>)[] = [];
  await page.route('**/sessions', (route) => {
    held.push(() => route.continue());
  });
  await page.getByRole('button', { name: 'New conversation' }).click();
  await past.selectOption({ index: 1 });
  await expect.poll(() => held.length).toBe(2);
  for (const go of held) await go();
  await page.unroute('**/sessions');
  await page.getByText('You said: One').first().waitFor();
  // By then every answer that was on its way has come.
  await page.waitForLoadState('networkidle');
  expect(await page.getByText('You said: One').count()).toBe(1);
  expect(site.faults()).toEqual([]);
});
