/** The author of a chat talks to its draft in the editor: what models and agents do is seen as it happens, and approved there. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ModelServer, openModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { violations } from './axe.ts';
import { EMAIL, openSite, type Site } from './site.ts';

let site: Site;
let models: ModelServer;

const MESSAGES = "{{ input.history.concat([{ role: 'user', content: input.message }]) }}";
const chat = { id: 'chat', kind: 'chat@1', with: { greeting: 'What can I do?', suggestions: ['Where is my order?'] } };
const reply = (step: string) => ({
  ...{ id: 'reply', kind: 'chat.reply@1', after: [step] },
  with: { text: `{{ steps.${step}.text }}` },
});
const ANSWERS = {
  headgate: 1,
  name: 'Help desk',
  triggers: [chat],
  steps: [
    { id: 'answer', kind: 'model.generate@1', with: { model: 'local/small', messages: MESSAGES, stream: true } },
    reply('answer'),
  ],
};
const AGENT = {
  headgate: 1,
  name: 'Refunds',
  triggers: [chat],
  steps: [
    {
      id: 'helper',
      kind: 'agent@1',
      with: {
        ...{ model: 'local/small', prompt: '{{ input.message }}', stream: true, outside: 'allow' },
        approvers: { members: [EMAIL] },
        tools: { refund: { does: 'Pays an order back.', approve: true } },
        steps: [
          { id: 'order', kind: 'set@1', with: { value: { number: '{{ item.number }}', state: 'lost' } } },
          { id: 'refund', kind: 'set@1', with: { value: { paid: '{{ item.number }}' } } },
        ],
      },
    },
    reply('helper'),
  ],
};

/** Published once, so that its powers are lent; what is talked to is the draft. */
const flowOf = async (draft: object): Promise<string> => {
  const flow = await site.flow(draft);
  const published = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  return flow;
};

beforeAll(async () => {
  models = await openModelServer();
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: models.host });
  await site.ask('PUT', '/api/v1/model-providers', { name: 'local', kind: 'openai-compatible', baseUrl: models.url });
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(async () => {
  await site.close();
  await models.close();
});

const opened = async (flow: string, search = '?view=outline'): Promise<Page> => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/flows/${flow}${search}`);
  return page;
};
const panelOf = (page: Page) => page.getByRole('complementary', { name: 'Try the chat' });
const say = async (page: Page, text: string): Promise<void> => {
  await page.getByRole('textbox', { name: 'Your message' }).fill(text);
  await page.getByRole('textbox', { name: 'Your message' }).press('Enter');
};

test('the author opens the chat by keys, reads along, sees the steps, judges, names the conversation and finds it again', async () => {
  const flow = await flowOf(ANSWERS);
  const page = await opened(flow);
  await page.getByRole('button', { name: 'Try the chat' }).press('Enter');
  const panel = panelOf(page);
  await panel.getByText('What can I do?').waitFor();
  expect(await violations(page)).toEqual([]);
  models.next({ says: 'It comes **tomorrow**.' });
  await panel.getByRole('button', { name: 'Where is my order?' }).press('Enter');
  await panel.locator('strong', { hasText: 'tomorrow' }).waitFor();
  const steps = panel.getByRole('list', { name: 'Steps of the run' });
  await steps.getByRole('button', { name: 'answer' }).waitFor();
  await panel
    .getByText(/\d+ tokens/)
    .first()
    .waitFor();
  await panel.getByRole('button', { name: 'Good answer' }).click();
  await panel.getByRole('button', { name: 'Good answer', pressed: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await panel.getByRole('button', { name: 'Rename' }).click();
  await panel.getByLabel('Title of the conversation').fill('Orders');
  await panel.getByLabel('Title of the conversation').press('Enter');
  await panel.locator('option', { hasText: 'Orders' }).waitFor({ state: 'attached' });
  await page.reload();
  await panel.getByText('Where is my order?').waitFor();
  await panel.getByRole('link', { name: 'Chat page' }).waitFor();
  expect(await panel.getByRole('link', { name: 'Chat page' }).getAttribute('href')).toMatch(`/chat/${flow}`);
  await panel.getByRole('button', { name: 'New conversation' }).click();
  await panel.getByText('Where is my order?').locator('visible=true').first().waitFor();
  expect(await panel.locator('strong', { hasText: 'tomorrow' }).count()).toBe(0);
  await page.context().close();
}, 90_000);

test('what is said while it is said is shown, and stopping ends it; the same is asked again by a press', async () => {
  const page = await opened(await flowOf(ANSWERS), '?view=outline&talk=on');
  const panel = panelOf(page);
  // What may yet become a secret is held back: much is said, so that some of it is told.
  models.next({ pieces: ['Once upon a time. ', ...Array.from({ length: 400 }, () => 'And then? ')], then: 'stall' });
  await say(page, 'Tell me a story');
  await panel
    .getByText(/Once upon/)
    .first()
    .waitFor();
  expect(await violations(page)).toEqual([]);
  await panel.getByRole('button', { name: 'Stop' }).click();
  await panel.getByRole('button', { name: 'Ask again' }).waitFor();
  await panel.getByRole('button', { name: 'Send' }).waitFor();
  models.next({ says: 'A short one.' });
  await panel.getByRole('button', { name: 'Ask again' }).click();
  await panel.getByText('A short one.').first().waitFor();
  await page.context().close();
}, 90_000);

const HOSTILE = [
  '<img src="WHERE/html.png" onerror="window.hit=1"><script>window.hit=1</script><svg onload="window.hit=1">',
  '![a picture](WHERE/picture.png) [click me](javascript:window.hit=1) [data](data:text/html,<script>window.hit=1</script>)',
  '[a link](WHERE/link)',
].join('\n\n');

test('LLM-05 what a model says in the editor is text: it runs nothing and loads nothing; twin: a link is there to be clicked', async () => {
  const page = await opened(await flowOf(ANSWERS), '?view=outline&talk=on');
  const panel = panelOf(page);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(models.origin)) asked.push(request.url());
  });
  models.next({ says: HOSTILE.replaceAll('WHERE', models.origin) });
  await say(page, 'Be evil');
  await panel.getByRole('button', { name: 'Good answer' }).waitFor();
  const link = panel.getByRole('link', { name: `a link (${models.host})` }).first();
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
  expect(await panel.locator('img, script, iframe, [onerror], [onload]').count()).toBe(0);
  expect(await page.evaluate('window.hit')).toBeUndefined();
  expect(asked).toEqual([]);
  await page.context().close();
}, 60_000);

test('what a step lacks is allowed where it failed, and the same is asked again', async () => {
  const page = await opened(await site.flow(ANSWERS), '?view=outline&talk=on');
  const panel = panelOf(page);
  await say(page, 'Hello');
  const needs = panel.getByRole('region', { name: 'What this step needs' });
  await needs.waitFor();
  expect(await violations(page)).toEqual([]);
  await needs.getByRole('button', { name: /^Allow / }).press('Enter');
  await needs.getByText(/✓ Lent/).waitFor();
  models.next({ says: 'Here I am.' });
  await panel.getByRole('button', { name: 'Ask again' }).click();
  await panel.getByText('Here I am.').waitFor();
  await page.context().close();
}, 60_000);

test('what fails names its step and leads to it', async () => {
  const page = await opened(await flowOf(ANSWERS), '?view=outline&talk=on');
  const panel = panelOf(page);
  models.otherwise({ status: 400, message: 'It has no such model.' });
  await say(page, 'Hello');
  await panel.getByRole('button', { name: 'Open answer' }).click();
  await page
    .getByRole('complementary', { name: /answer/ })
    .getByRole('tab', { name: 'Settings', selected: true })
    .waitFor();
  expect(await violations(page)).toEqual([]);
  models.otherwise({ says: 'Well.' });
  await page.context().close();
}, 90_000);

test('an agent’s rounds are told as they happen, a call is approved there, and the run page tells them too, in both languages', async () => {
  const page = await opened(await flowOf(AGENT), '?view=outline&talk=on');
  const panel = panelOf(page);
  models.next(
    {
      says: 'Let me look.',
      calls: [
        { name: 'order', input: { number: 'A-1042' } },
        { name: 'delete_all', input: {} },
      ],
    },
    { calls: [{ name: 'refund', input: { number: 'A-1042' } }] },
    { says: 'It is **paid back**.' },
  );
  await say(page, 'My order A-1042 is lost');
  const order = panel.getByRole('region', { name: 'Tool order' });
  await order.getByText('lost').waitFor();
  await panel.getByRole('region', { name: 'Tool delete_all' }).getByText('not made').waitFor();
  const refund = panel.getByRole('region', { name: 'Tool refund' });
  await refund.getByText('waits for approval', { exact: true }).waitFor();
  await refund.getByRole('button', { name: 'Approve' }).waitFor();
  await page.getByRole('region', { name: 'The run' }).getByText('waiting').waitFor();
  expect(await violations(page)).toEqual([]);
  await refund.getByLabel('Comment').fill('He is right');
  await refund.getByRole('button', { name: 'Approve' }).click();
  await panel.locator('strong', { hasText: 'paid back' }).first().waitFor();
  await refund.getByText('It was approved: He is right').waitFor();
  await panel.getByText('there is no such tool').waitFor();
  expect(await violations(page)).toEqual([]);
  await panel.getByRole('link', { name: 'Open the run' }).click();
  await page.getByRole('heading', { level: 1, name: 'Run of Refunds' }).waitFor();
  const rounds = page.getByRole('list', { name: 'Rounds of helper' });
  await rounds.getByRole('button', { name: 'Question 3 to the model' }).waitFor();
  await rounds.getByRole('region', { name: 'Tool refund' }).getByText('It was approved').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.evaluate(() => localStorage.setItem('headgate.language', 'de'));
  await page.reload();
  await page.getByRole('button', { name: 'Frage 3 an das Modell' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.goBack();
  await page.reload();
  await page.getByRole('complementary', { name: 'Chat ausprobieren' }).getByText('wurde freigegeben').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.context().close();
}, 120_000);

const TAKES = {
  headgate: 1,
  name: 'Takes pictures',
  triggers: [{ id: 'chat', kind: 'chat@1', with: { files: { kinds: ['image/*'], size: 1 } } }],
  steps: [
    {
      id: 'reply',
      kind: 'chat.reply@1',
      with: { text: 'Got {{ input.files.map(f => f.name + " of " + f.size).join(", ") }}' },
    },
  ],
};

test('a picture goes with a message; one that the chat does not take says why, and is taken away', async () => {
  const page = await opened(await flowOf(TAKES), '?view=outline&talk=on');
  const panel = panelOf(page);
  const choose = async (name: string, mimeType: string): Promise<void> => {
    const choosing = page.waitForEvent('filechooser');
    await panel.getByRole('button', { name: 'Attach files' }).press('Enter');
    await (await choosing).setFiles({ name, mimeType, buffer: Buffer.from('no real picture') });
  };
  await choose('plan.txt', 'text/plain');
  await panel.getByText('plan.txt is not sent: this chat takes image/*, 1 MB at most').waitFor();
  expect(await violations(page)).toEqual([]);
  await panel.getByRole('button', { name: 'Take plan.txt away' }).press('Enter');
  await choose('cat.png', 'image/png');
  await page.getByRole('status').getByText('cat.png is attached').waitFor({ state: 'attached' });
  await say(page, 'Look at this');
  await panel.getByText(/Got \S*cat\.png of 15/).waitFor();
  expect(await panel.getByRole('list', { name: 'Files of the message' }).count()).toBe(0);
  await page.context().close();
}, 60_000);

test('on a phone the chat takes the place of the flow, nothing scrolls sideways, and it stays at its end while it grows', async () => {
  const flow = await flowOf(ANSWERS);
  const page = await site.page({ viewport: { width: 390, height: 844 } });
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/flows/${flow}?talk=on&view=outline`);
  const panel = panelOf(page);
  models.next({ says: Array.from({ length: 40 }, (_, i) => `${i + 1}. Line ${i + 1}`).join('\n') });
  await say(page, 'Tell me much');
  await panel.getByRole('button', { name: 'Good answer' }).waitFor();
  await expect.poll(() => panel.getByText('Line 40').last().isVisible()).toBe(true);
  const rest = (): Promise<number> =>
    panel.getByRole('log').evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight);
  await expect.poll(rest).toBeLessThan(2);
  // It grows before the browser tells of the scrolling that came with the growth before.
  await panel.getByRole('log').evaluate(async (log) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    log.scrollTop -= 10;
    await frame();
    await frame();
    log.scrollTop = log.scrollHeight;
    const more = document.createElement('div');
    more.style.height = '400px';
    log.firstElementChild?.append(more);
  });
  await expect.poll(rest).toBeLessThan(2);
  const aside = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(aside).toBeLessThanOrEqual(0);
  expect(await violations(page)).toEqual([]);
  await page.context().close();
}, 60_000);

test('the list of flows leads to the page of a chat that is published, and says of one that is not why it has none', async () => {
  const flow = await flowOf({ ...ANSWERS, name: 'Shown to all' });
  await site.flow({ ...ANSWERS, name: 'Not yet shown' });
  const page = await opened('', '');
  await page.getByRole('button', { name: /Not yet shown/ }).click();
  const off = page.getByRole('menuitem', { name: 'Open the chat page' });
  await off.waitFor();
  expect(await off.getAttribute('title')).toContain('once the flow is published');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Shown to all/ }).click();
  const opening = page.context().waitForEvent('page');
  await page.getByRole('menuitem', { name: 'Open the chat page' }).click();
  const chatPage = await opening;
  await chatPage.getByText('What can I do?').waitFor();
  expect(new URL(chatPage.url()).pathname).toBe(`/chat/${flow}`);
  await page.context().close();
}, 60_000);
