/** People on a phone: a question answered after a restart of the server, and a form with a file. No page here has a script. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './site.ts';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, javaScriptEnabled: false };

let site: Site;
let chat: Server;
const said: string[] = [];

beforeAll(async () => {
  // Where the flow sends its link: a chat that somebody reads on his phone.
  chat = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      said.push(text);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => chat.listen(0, '127.0.0.1', resolve));
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: `127.0.0.1:${port()}` });
});
afterAll(async () => {
  await site.close();
  await new Promise((resolve) => chat.close(resolve));
});

const port = (): number => (chat.address() as AddressInfo).port;

const published = async (draft: object): Promise<{ flow: string; address: string }> => {
  const flow = await site.flow(draft);
  const answer = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  expect(answer.status, answer.text).toBe(201);
  const { webhooks } = answer.json as { webhooks: { url: string }[] };
  return { flow, address: webhooks[0] === undefined ? '' : new URL(webhooks[0].url).pathname };
};

const runOf = async (flow: string): Promise<{ state: string; output: unknown }> => {
  const { json } = await site.ask('GET', `/api/v1/runs?flow=${flow}`);
  const [run] = (json as { runs: { id: string }[] }).runs;
  if (run === undefined) return { state: 'none', output: null };
  return (await site.ask('GET', `/api/v1/runs/${run.id}`)).json as { state: string; output: unknown };
};

/** A page of somebody who never signed in here. */
const phone = async (): Promise<Page> => (await site.browser.newContext(PHONE)).newPage();

/** Nothing of the page lies beside the screen. */
const fits = async (page: Page): Promise<void> => {
  const wide = await page.locator('body').evaluate((body) => body.ownerDocument.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(PHONE.viewport.width);
};

test('a question is answered on a phone, after the server was killed and started again, once', async () => {
  const { flow } = await published({
    headgate: 1,
    name: 'Pay',
    steps: [
      {
        id: 'tell',
        kind: 'http.request@1',
        with: { method: 'POST', url: `http://127.0.0.1:${port()}/say`, body: { text: '{{ run.resume.ok }}' } },
      },
      {
        id: 'ok',
        kind: 'ask@1',
        after: ['tell'],
        with: { title: 'Pay 40 EUR to the boat yard?', who: { link: true }, deadline: '30d' },
      },
    ],
    output: '{{ steps.ok }}',
  });
  await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {} });
  await expect.poll(async () => (await runOf(flow)).state).toBe('waiting');
  const link = new URL((JSON.parse(said.at(-1) ?? '{}') as { text: string }).text).pathname;
  await site.kill();
  await site.restart();
  const page = await phone();
  const asked = page.getByRole('heading', { name: 'Pay 40 EUR to the boat yard?' });
  // A server that began a moment ago may have other things to do first.
  await expect
    .poll(() => page.goto(site.url() + link).then(() => asked.count()), { timeout: 20_000, interval: 500 })
    .toBe(1);
  await fits(page);
  // To look at it is no answer.
  expect((await runOf(flow)).state).toBe('waiting');
  await page.getByRole('button', { name: /approve/i }).click();
  await expect.poll(() => runOf(flow)).toMatchObject({ state: 'done', output: { answer: 'approved', approved: true } });
  await page.goto(site.url() + link);
  expect(await page.getByRole('button', { name: /approve/i }).count()).toBe(0);
  await page.context().close();
});

test('a form with a file is filled in on a phone, and its flow reads the file', async () => {
  const { flow, address } = await published({
    headgate: 1,
    name: 'Apply',
    triggers: [
      {
        id: 'apply',
        kind: 'form@1',
        with: {
          title: 'Apply',
          fields: [
            { name: 'name', label: 'Your name', type: 'text', required: true },
            { name: 'cv', label: 'CV', type: 'file', required: true, page: 2 },
          ],
          folder: 'applications/',
          after: { text: 'We will write.' },
        },
      },
    ],
    steps: [
      { id: 'read', kind: 'file.read@1', with: { path: 'applications/{{ input.cv.path.slice(13) }}' } },
      {
        id: 'all',
        kind: 'set@1',
        after: ['read'],
        with: { value: { name: '{{ input.name }}', cv: '{{ steps.read }}' } },
      },
    ],
    output: '{{ steps.all }}',
  });
  const page = await phone();
  await page.goto(site.url() + address);
  await fits(page);
  await page.getByRole('button', { name: 'Next' }).click();
  // What is wrong stands beside its field, and nothing was sent.
  expect(await page.getByLabel('Your name').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('Your name').fill('Ann');
  await page.getByRole('button', { name: 'Next' }).click();
  const file = { name: 'cv.txt', mimeType: 'text/plain', buffer: Buffer.from('Sailed for ten years') };
  await page.getByLabel('CV').setInputFiles(file);
  await page.getByRole('button', { name: 'Send' }).click();
  await expect.poll(() => page.getByText('We will write.').count()).toBe(1);
  await expect.poll(() => runOf(flow)).toMatchObject({ state: 'done', output: { name: 'Ann' } });
  expect(JSON.stringify((await runOf(flow)).output)).toContain('Sailed for ten years');
  await page.context().close();
});
