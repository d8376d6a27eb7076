/**
 * The screens that models and agents have a part in: the author's talk with a draft, an agent's rounds on the page of a run, a
 * knowledge base. As screens.test.ts, apart from it, so that its lists of flows and runs stay as they are.
 */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ModelServer, openModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { openSite, type Site } from './site.ts';
import { expectAsKept, type Screen, SIZE, text } from './screen.ts';

let site: Site;
let models: ModelServer;
let pages: Readonly<Record<'light' | 'dark', Page>>;
let blank: Page;
const ids = { flow: '', run: '' };

const AGENT = {
  headgate: 1,
  name: 'Order desk',
  triggers: [{ id: 'chat', kind: 'chat@1', with: { greeting: 'What can I do for you?' } }],
  steps: [
    {
      id: 'helper',
      kind: 'agent@1',
      with: {
        ...{ model: 'local/small', prompt: '{{ input.message }}', stream: true, outside: 'allow' },
        steps: [
          { id: 'order', kind: 'set@1', with: { value: { number: '{{ item.number }}', state: 'lost', total: 74 } } },
          { id: 'note', kind: 'set@1', with: { value: { noted: '{{ item.text }}' } } },
        ],
      },
    },
    { id: 'reply', kind: 'chat.reply@1', after: ['helper'], with: { text: '{{ steps.helper.text }}' } },
  ],
};

const at = (json: unknown, name: string): string => String(Reflect.get(Object(json), name));

beforeAll(async () => {
  models = await openModelServer();
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: models.host });
  await site.ask('PUT', '/api/v1/model-providers', { name: 'local', kind: 'openai-compatible', baseUrl: models.url });
  ids.flow = await site.flow(AGENT);
  const published = await site.ask('POST', `/api/v1/flows/${ids.flow}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  models.next(
    { says: 'Let me look for it.', calls: [{ name: 'order', input: { number: 'A-1042' } }] },
    { calls: [{ name: 'note', input: { text: 'Lost on the way' } }] },
    { says: 'Your order **A-1042** was lost. I have told the shop.' },
  );
  const message = { message: 'Where is my order A-1042?', session: 'kept', draft: true, wait: 30 };
  const said = await site.ask('POST', `/api/v1/chat/${ids.flow}/messages`, message);
  expect(said.status, said.text).toBe(200);
  ids.run = at(said.json, 'run');
  const base = await site.ask('POST', '/api/v1/knowledge', { name: 'handbook' });
  expect(base.status, base.text).toBe(201);
  const [light, dark] = await Promise.all(
    (['light', 'dark'] as const).map((colorScheme) => site.page({ viewport: SIZE, colorScheme })),
  );
  if (light === undefined || dark === undefined) throw new Error('no page');
  pages = { light, dark };
  blank = await site.browser.newPage();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(async () => {
  await site.close();
  await models.close();
});

/** How long things took is the machine's, and what takes a line more moves all above it: the same for all, and at the end of the talk. */
const SAME_TIMES = `{
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace(/\\b\\d+(\\.\\d+)?m?s\\b/g, '9ms');
  for (const one of document.querySelectorAll('aside *')) one.scrollTop = one.scrollHeight;
}`;

const SCREENS: readonly Screen[] = [
  {
    name: 'playground',
    // Beside the outline, and a talk that is over and was opened again: no camera moves, and nothing comes any more.
    path: () => `/flows/${ids.flow}?view=outline&talk=on`,
    shows: async (page) => {
      await text('What can I do for you?')(page);
      models.next(
        { says: 'Let me look for it.', calls: [{ name: 'order', input: { number: 'A-1042' } }] },
        { says: 'Your order **A-1042** was lost on the way.' },
      );
      const box = page.getByRole('textbox', { name: 'Your message' });
      await box.fill('Where is my order A-1042?');
      await box.press('Enter');
      const over = page.getByRole('button', { name: 'Good answer' });
      await over.waitFor();
      await page.reload();
      await over.waitFor();
    },
    then: async (page) => {
      await page.evaluate(SAME_TIMES);
      await page.getByRole('textbox', { name: 'Your message' }).focus();
    },
  },
  {
    name: 'agent-trace',
    differs: 0.05,
    path: () => `/runs/${ids.run}`,
    shows: (page) => page.getByRole('button', { name: 'Question 3 to the model' }).waitFor(),
  },
  { name: 'knowledge', path: () => '/knowledge', shows: text('handbook') },
];

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each(SCREENS)(
    '$name looks as it did, and axe finds nothing',
    async (screen) => expect(await expectAsKept(pages[theme], blank, site.url(), screen, theme)).toEqual([]),
    90_000,
  );
});
