/**
 * Files and voice in chats, in a real browser whose microphone is a machine's: on the page of a chat, on a website of another
 * origin, and in the editor. Nothing of an answer's files loads by itself, and none of them is ever a page.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ModelServer, openModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
let models: ModelServer;
let shop: Server;
/** What is said to it, it writes down, and says again. */
let spoken: string;
/** Its answers carry a picture and a page. */
let carries: string;
/** Members send it files, visitors none. */
let members: string;

const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PAGE = '<!doctype html><script>parent.hit = 1; top.hit = 1</script>';
const SPEAKS = { model: 'local/small' };

const origin = (): string => `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;

const publish = async (draft: object, visibility = 'public'): Promise<string> => {
  const flow = await site.flow(draft);
  const published = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  expect(published.status, published.text).toBe(201);
  expect((await site.ask('PATCH', `/api/v1/flows/${flow}`, { visibility })).status).toBe(200);
  return flow;
};

const chat = (files: object) => ({
  id: 'chat',
  kind: 'chat@1',
  with: { who: 'public', origins: [origin()], greeting: 'Speak to me.', files },
});

beforeAll(async () => {
  models = await openModelServer();
  const flags = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: models.host }, flags);
  shop = createServer((request, response) => {
    const flow = new URL(request.url ?? '/', origin()).searchParams.get('flow') ?? '';
    const element = `<headgate-chat flow="${flow}"></headgate-chat><script src="${site.url()}/chat/widget.js"></script>`;
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1>${element}</main></html>`);
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  await site.ask('PUT', '/api/v1/model-providers', { name: 'local', kind: 'openai-compatible', baseUrl: models.url });
  spoken = await publish({
    headgate: 1,
    name: 'Voice',
    triggers: [chat({ kinds: ['audio/*'], size: 2, visitors: true })],
    steps: [
      { id: 'sound', kind: 'file.read@1', with: { path: '{{ input.files[0].path }}', as: 'reference' } },
      { id: 'heard', kind: 'speech.transcribe@1', after: ['sound'], with: { ...SPEAKS, file: '{{ steps.sound }}' } },
      {
        id: 'say',
        kind: 'speech.say@1',
        after: ['heard'],
        with: { ...SPEAKS, text: '{{ steps.heard.text }}', path: 'speech/{{ input.session }}.mp3' },
      },
      {
        id: 'reply',
        kind: 'chat.reply@1',
        after: ['say'],
        with: { text: '{{ steps.heard.text }}', files: '{{ [steps.say.file] }}' },
      },
    ],
  });
  carries = await publish({
    headgate: 1,
    name: 'Carries',
    triggers: [chat({ kinds: ['image/png', 'text/plain'], size: 1, visitors: true })],
    steps: [
      {
        id: 'picture',
        kind: 'file.write@1',
        with: { path: 'out/dot.png', content: PICTURE, base64: true, type: 'image/png' },
      },
      { id: 'page', kind: 'file.write@1', with: { path: 'out/page.html', content: PAGE, type: 'text/html' } },
      {
        id: 'reply',
        kind: 'chat.reply@1',
        after: ['picture', 'page'],
        with: {
          text: 'I have {{ input.files.length }} of yours',
          files: '{{ [steps.picture, steps.page] }}',
        },
      },
    ],
  });
  members = await publish({
    headgate: 1,
    name: 'Members',
    triggers: [chat({ kinds: ['audio/*'] })],
    steps: [{ id: 'reply', kind: 'chat.reply@1', with: { text: 'Yes' } }],
  });
}, 120_000);
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(async () => {
  await site.close();
  await models.close();
  await new Promise((resolve) => shop.close(resolve));
});

/** A page of somebody who never signed in here; the files that it asked for or sent; what the browser said of its policies. */
const stranger = async (): Promise<{ page: Page; files: string[]; complaints: string[] }> => {
  const page = await (await site.browser.newContext({ reducedMotion: 'reduce' })).newPage();
  page.setDefaultTimeout(15_000);
  const [files, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => {
    if (/\/files(\/|\?)/.test(request.url())) files.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  page.on('console', (line) => {
    if (/Content Security Policy|Permissions policy/i.test(line.text())) complaints.push(line.text());
  });
  return { page, files, complaints };
};

const said = (page: Page): Locator => page.getByRole('status').filter({ hasText: /./ });

/** Records for a second, and sends it. */
const speak = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Record a message' }).press('Enter');
  await page.getByText('0:01 /').waitFor();
  await page.getByRole('button', { name: 'Stop and send' }).press('Enter');
};

test('a visitor speaks by keys alone, is heard, and hears the answer after a press', async () => {
  const { page, files, complaints } = await stranger();
  await page.goto(`${site.url()}/chat/${spoken}`);
  await page.getByText('Speak to me.').waitFor();
  await page.getByText('This chat takes audio/*. A file may have 2 MB.').waitFor();
  await page.getByRole('button', { name: 'Record a message' }).press('Enter');
  await said(page).getByText('Recording. Escape drops it.').waitFor();
  await page.getByText('0:01 /').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Stop and send' }).press('Enter');
  await page.getByRole('log').getByText('Hello from the recording.').waitFor();
  await page.getByRole('log').getByText('Voice message.webm').first().waitFor();
  const form = models.asked.find(({ path }) => path === '/v1/audio/transcriptions');
  for (const mark of ['Voice_message.webm"', 'OpusHead'])
    expect([mark, form?.text.includes(mark)]).toEqual([mark, true]);
  expect(files).toHaveLength(1);
  expect(await page.locator('headgate-chat audio').count()).toBe(0);
  const play = page.getByRole('button', { name: /^Play .*\.mp3$/ });
  expect(await violations(page)).toEqual([]);
  await play.press('Enter');
  const audio = page.locator('headgate-chat audio');
  await audio.waitFor();
  expect(await audio.getAttribute('src')).toMatch(/^blob:/);
  expect(files.at(-1)).toMatch(/^GET .*\/messages\/msg_[^/]+\/files\/0$/);
  expect(await violations(page)).toEqual([]);
  // It is there when the page is loaded anew.
  await page.reload();
  await page.getByRole('button', { name: /^Play .*\.mp3$/ }).waitFor();
  expect(complaints).toEqual([]);
}, 90_000);

test('Escape drops a recording and nothing else; a second one begins anew', async () => {
  const { page, files } = await stranger();
  await page.goto(`${origin()}/?flow=${spoken}`);
  await page.getByRole('button', { name: 'Open the chat' }).click();
  await page.getByRole('button', { name: 'Record a message' }).press('Enter');
  await page.getByText('0:01 /').waitFor();
  await page.keyboard.press('Escape');
  await said(page).getByText('The recording was dropped.').waitFor();
  await page.getByText('Speak to me.').waitFor();
  expect(files).toEqual([]);
  await page.getByRole('button', { name: 'Record a message' }).press('Enter');
  await page.getByRole('button', { name: 'Drop the recording' }).click();
  expect(files).toEqual([]);
  // Closing the chat ends it, too.
  await page.getByRole('button', { name: 'Record a message' }).press('Enter');
  await page.getByText('0:01 /').waitFor();
  await page.getByRole('button', { name: 'Close the chat' }).click();
  await page.getByRole('button', { name: 'Open the chat' }).click();
  await page.getByRole('button', { name: 'Record a message' }).waitFor();
  expect(files).toEqual([]);
}, 60_000);

test('on a website of another origin files come and go with the ticket of its visitor', async () => {
  const { page, files } = await stranger();
  await page.goto(`${origin()}/?flow=${spoken}`);
  await page.getByRole('button', { name: 'Open the chat' }).click();
  await page.getByText('Speak to me.').waitFor();
  await speak(page);
  await page.getByRole('button', { name: /^Play .*\.mp3$/ }).click();
  await page.locator('headgate-chat audio').waitFor();
  expect(files.map((one) => one.split(' ')[0])).toEqual(['POST', 'GET']);
  expect(await violations(page)).toEqual([]);
}, 60_000);

test('files are attached by button, paste and drop, told of before they are sent, and taken away again', async () => {
  const { page, files } = await stranger();
  await page.goto(`${site.url()}/chat/${carries}`);
  await page.getByText('Speak to me.').waitFor();
  // It takes no sound.
  expect(await page.getByRole('button', { name: 'Record a message' }).count()).toBe(0);
  const chosen = page.locator('headgate-chat input[type=file]');
  const text = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(name) });
  await chosen.setInputFiles([{ name: 'a.html', mimeType: 'text/html', buffer: Buffer.from(PAGE) }]);
  await page.getByRole('alert').getByText('a.html: This chat takes image/png, text/plain.').waitFor();
  await chosen.setInputFiles([{ ...text('large.txt'), buffer: Buffer.alloc(1024 * 1024 + 1, 97) }]);
  await page.getByRole('alert').getByText('large.txt: A file may have 1 MB.').waitFor();
  expect(files).toEqual([]);
  await chosen.setInputFiles([text('one.txt'), text('two.txt')]);
  const list = page.getByRole('list', { name: 'Attached files' });
  await said(page)
    .getByText(/is attached/)
    .waitFor();
  expect(await list.getByRole('listitem').count()).toBe(2);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Remove one.txt' }).press('Enter');
  expect(await list.getByRole('listitem').count()).toBe(1);
  for (const [type, name] of [
    ['paste', 'pasted.txt'],
    ['drop', 'dropped.txt'],
  ] as const) {
    await page.getByLabel('Your message').evaluate(
      (input, { kind, called }) => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], called, { type: 'text/plain' }));
        const how = { bubbles: true, composed: true, cancelable: true };
        input.dispatchEvent(
          kind === 'paste'
            ? new ClipboardEvent('paste', { ...how, clipboardData: data })
            : new DragEvent('drop', { ...how, dataTransfer: data }),
        );
      },
      { kind: type, called: name },
    );
    await said(page).getByText(`${name} is attached`).waitFor();
  }
  await page.getByLabel('Your message').fill('Three files');
  await page.getByLabel('Your message').press('Enter');
  await page.getByText('I have 3 of yours').waitFor();
  await page.getByRole('log').getByText('two.txt, pasted.txt, dropped.txt').waitFor();
  expect(await list.count()).toBe(0);
}, 60_000);

test('FS-08 LLM-05 a file of an answer loads after a press alone, and a page among them is never one; twin: a picture is shown', async () => {
  const { page, files, complaints } = await stranger();
  await page.goto(`${site.url()}/chat/${carries}`);
  await page.getByText('Speak to me.').waitFor();
  await page.getByLabel('Your message').fill('What have you?');
  await page.getByLabel('Your message').press('Enter');
  await page.getByText('I have 0 of yours').waitFor();
  const shown = page.locator('headgate-chat');
  await page.getByRole('button', { name: 'Show dot.png' }).waitFor();
  expect(files).toEqual([]);
  expect(await shown.locator('img, audio, iframe, object, embed').count()).toBe(0);
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download page.html' }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe('page.html');
  expect(await readFile(await download.path(), 'utf8')).toBe(PAGE);
  expect(await shown.locator('iframe, object, embed').count()).toBe(0);
  expect(await page.evaluate('window.hit')).toBeUndefined();
  expect(page.url()).toBe(`${site.url()}/chat/${carries}`);
  await page.getByRole('button', { name: 'Show dot.png' }).press('Enter');
  const picture = page.getByRole('img', { name: 'dot.png' });
  await picture.waitFor();
  expect(await picture.getAttribute('src')).toMatch(/^blob:/);
  await expect.poll(() => picture.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(1);
  expect(await violations(page)).toEqual([]);
  expect(complaints).toEqual([]);
}, 60_000);

test('a visitor is shown no way to send files where he may not; twin: to a member it is', async () => {
  const { page } = await stranger();
  await page.goto(`${site.url()}/chat/${members}`);
  await page.getByText('Speak to me.').waitFor();
  for (const name of ['Attach a file', 'Record a message'])
    expect(await page.getByRole('button', { name }).count()).toBe(0);
  const inner = await publish(
    {
      headgate: 1,
      name: 'Inner',
      triggers: [{ id: 'chat', kind: 'chat@1', with: { greeting: 'Hello.', files: { kinds: ['audio/*'] } } }],
      steps: [{ id: 'reply', kind: 'chat.reply@1', with: { text: 'I have {{ input.files.length }}' } }],
    },
    'workspace',
  );
  const own = await site.page();
  own.setDefaultTimeout(15_000);
  await own.goto(`${site.url()}/chat/${inner}`);
  await own.getByText('Hello.').waitFor();
  await speak(own);
  await own.getByText('I have 1').waitFor();
  await own.context().close();
}, 60_000);

test('the author speaks to the draft and hears its answer; Escape drops a recording and leaves the panel open', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/flows/${spoken}?view=outline&talk=on`);
  const panel = page.getByRole('complementary', { name: 'Try the chat' });
  await panel.getByRole('button', { name: 'Record a message' }).press('Enter');
  await panel.getByText('0:01 /').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await panel.getByRole('button', { name: 'Record a message' }).waitFor();
  await panel.getByText('Speak to me.').waitFor();
  await panel.getByRole('button', { name: 'Record a message' }).press('Enter');
  await panel.getByText('0:01 /').waitFor();
  await panel.getByRole('button', { name: 'Stop and send' }).press('Enter');
  await panel.getByText('Hello from the recording.').first().waitFor();
  await panel.getByRole('button', { name: /^Play .*\.mp3$/ }).press('Enter');
  await panel.locator('audio').waitFor();
  expect(await panel.locator('audio').getAttribute('src')).toMatch(/^blob:/);
  expect(await violations(page)).toEqual([]);
  await page.context().close();
}, 90_000);
