/** Files in a real browser: brought in with progress, gone through, looked at without anything running, moved, found, deleted. */

import { closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

type File = { readonly id: string; readonly path: string; readonly size: number; readonly version: number };

const all = async (): Promise<File[]> => ((await site.ask('GET', '/api/v1/files')).json as { files: File[] }).files;
const pathsOf = async (): Promise<string[]> => (await all()).map(({ path }) => path);

const open = async (path = '/files'): Promise<Page> => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}${path}`);
  return page;
};
const file = (name: string, text: string | Buffer, mimeType = 'text/plain') => ({
  name,
  mimeType,
  buffer: Buffer.from(text),
});
const input = (page: Page) => page.locator('input[type=file]').first();

/** A picture of two points. */
const png = (): Buffer => {
  const crcOf = (bytes: Buffer): number => {
    let crc = ~0;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
  };
  const part = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [size, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(data.length);
    crc.writeUInt32BE(crcOf(body));
    return Buffer.concat([size, body, crc]);
  };
  const head = Buffer.from([0, 0, 0, 2, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  const points = deflateSync(Buffer.from([0, 255, 0, 0, 0, 0, 255]));
  const begin = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([begin, part('IHDR', head), part('IDAT', points), part('IEND', Buffer.alloc(0))]);
};

test('files are brought in by a button into a folder, what is there is not written over unasked, and each says how it went', async () => {
  const page = await open();
  await page.getByText('There is none yet').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'New folder' }).click();
  await page.getByLabel('Name of the folder').fill('in/voices');
  await page.getByText('No / and none of').waitFor();
  await page.getByLabel('Name of the folder').fill('invoices');
  await page.keyboard.press('Enter');
  await page.waitForURL(/folder=invoices/);
  await page.getByText('No file lies in this folder').waitFor();
  await input(page).setInputFiles([file('march.csv', 'a;b\n1;2\n', 'text/csv'), file('april.csv', 'c\n', 'text/csv')]);
  await page.getByText('2 of 2 files are there').waitFor();
  await page.getByRole('button', { name: 'march.csv', exact: true }).waitFor();
  expect(await pathsOf()).toEqual(['invoices/april.csv', 'invoices/march.csv']);
  await input(page).setInputFiles(file('march.csv', 'new', 'text/csv'));
  const uploads = page.getByRole('region', { name: 'Files on their way' });
  await uploads.getByText('A file of this path is there already').waitFor();
  expect((await all()).find(({ path }) => path === 'invoices/march.csv')).toMatchObject({ size: 8, version: 1 });
  expect(await violations(page)).toEqual([]);
  await uploads.getByRole('button', { name: 'Replace invoices/march.csv' }).click();
  await expect.poll(async () => (await all()).find(({ path }) => path === 'invoices/march.csv')?.size).toBe(3);
  // What no file can be called is told at the file.
  await input(page).setInputFiles(file('what?.csv', 'x'));
  await uploads.getByText(/names joined by/).waitFor();
  await uploads.getByRole('button', { name: 'Clear the list' }).click();
  await expect.poll(() => uploads.count()).toBe(0);
  await page.getByRole('link', { name: 'All files' }).click();
  await page.getByRole('link', { name: 'invoices/' }).waitFor();
  await page.context().close();
}, 60_000);

test('a large file is read as it goes, tells how far it is, and is stopped', async () => {
  const page = await open('/files?folder=large');
  const path = site.home.path('large.bin');
  const handle = openSync(path, 'w');
  ftruncateSync(handle, 3 * 1024 ** 3);
  closeSync(handle);
  await input(page).setInputFiles(path);
  const bar = page.getByRole('progressbar', { name: 'Progress of large/large.bin' });
  await expect
    .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 30_000 })
    .toBeGreaterThan(0);
  await page.getByText(/ of 3 GiB/).waitFor();
  await page.getByRole('button', { name: 'Stop large/large.bin' }).click();
  await page.getByText('stopped', { exact: true }).waitFor();
  expect(await pathsOf()).not.toContain('large/large.bin');
  await page.context().close();
}, 90_000);

test('files are dropped on the page', async () => {
  const page = await open('/files?folder=dropped');
  await page.getByText('No file lies in this folder').waitFor();
  const data = await page.evaluateHandle(() => {
    const made = new DataTransfer();
    made.items.add(new File(['dropped here'], 'drop.txt', { type: 'text/plain' }));
    return made;
  });
  const place = page.getByRole('main');
  for (const type of ['dragover', 'drop'])
    await place.locator('> *').first().dispatchEvent(type, { dataTransfer: data });
  await expect.poll(pathsOf).toContain('dropped/drop.txt');
  await page.context().close();
}, 60_000);

test('FS-08 what is looked at is text and pictures, and nothing of a file runs or is fetched on the page', async () => {
  const put = (path: string, body: string | Buffer, type: string) =>
    site.server().ask('PUT', `/api/v1/files?path=${path}`, {
      key: readFileSync(site.home.path('key.txt'), 'utf8').trim(),
      body,
      headers: { 'content-type': type },
    });
  const markup = '<img src=x onerror="document.title=\'ran\'"><script>document.title="ran"</script>';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='ran'"><script>document.title='ran'</script></svg>`;
  expect((await put('look/page.html', markup, 'text/html')).status).toBe(200);
  expect((await put('look/drawing.svg', svg, 'image/svg+xml')).status).toBe(200);
  expect((await put('look/points.png', png(), 'image/png')).status).toBe(200);
  expect((await put('look/long.txt', 'line\n'.repeat(40_000), 'text/plain')).status).toBe(200);
  expect((await put('look/bytes.bin', Buffer.from([0, 1, 2, 255]), 'application/octet-stream')).status).toBe(200);
  const page = await open('/files?folder=look');
  const look = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).click();
    return page.getByRole('dialog', { name });
  };
  const shut = async (): Promise<void> => {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  for (const [name, text] of [
    ['page.html', markup],
    ['drawing.svg', svg],
  ] as const) {
    const shown = await look(name);
    await shown.getByText(text).waitFor();
    expect(await shown.locator('img, svg[onload], script').count()).toBe(0);
    expect(await page.title()).not.toContain('ran');
    await shut();
  }
  const picture = (await look('points.png')).getByRole('img', { name: 'The picture points.png' });
  await picture.waitFor();
  await expect.poll(() => picture.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(2);
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await shut();
  const long = await look('long.txt');
  await long.getByText('The first 64 KiB are shown.').waitFor();
  expect((await long.locator('pre').textContent())?.length).toBe(64 * 1024);
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await shut();
  await (await look('bytes.bin')).getByText('cannot be shown here').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('dialog').getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('bytes.bin');
  expect([...readFileSync(await download.path())]).toEqual([0, 1, 2, 255]);
  await page.context().close();
}, 60_000);

test('a file is found, renamed and moved with others; what cannot be is told by its path; several are deleted', async () => {
  const page = await open('/files?folder=sort');
  await input(page).setInputFiles(['one.txt', 'two.txt', 'three.txt'].map((name) => file(name, name)));
  await page.getByText('3 of 3 files are there').waitFor();
  await page.getByRole('button', { name: 'Rename one.txt' }).click();
  const renaming = page.getByRole('dialog', { name: 'Rename or move one.txt' });
  await renaming.getByLabel('Path').fill('sort/two.txt');
  await renaming.getByRole('button', { name: 'Move' }).click();
  await renaming.getByText('sort/two.txt is there already').waitFor();
  await renaming.getByLabel('Path').fill('sorted/two.txt');
  await renaming.getByRole('button', { name: 'Move' }).click();
  await renaming.waitFor({ state: 'detached' });
  await expect.poll(() => page.getByRole('button', { name: 'one.txt', exact: true }).count()).toBe(0);
  for (const name of ['two.txt', 'three.txt']) await page.getByLabel(`Choose ${name}`).check();
  await page.getByRole('button', { name: 'Move 2 files' }).click();
  const moving = page.getByRole('dialog', { name: 'Move 2 files' });
  await moving.getByLabel('Into the folder').fill('sorted');
  await moving.getByRole('button', { name: 'Move' }).click();
  // One went, one could not: both are told.
  await moving.getByText('sort/two.txt: sorted/two.txt is there already').waitFor();
  expect((await pathsOf()).filter((path) => path.startsWith('sort'))).toEqual([
    'sort/two.txt',
    'sorted/three.txt',
    'sorted/two.txt',
  ]);
  await moving.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: 'All files' }).click();
  await page.getByLabel('Find by name').fill('TWO.');
  await page.keyboard.press('Enter');
  await page.waitForURL(/find=TWO/);
  await page.getByLabel('Choose sort/two.txt').check();
  await page.getByLabel('Choose sorted/two.txt').check();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Delete 2 files' }).click();
  const sure = page.getByRole('dialog', { name: 'Delete 2 files' });
  await sure.getByLabel('Type 2 files to confirm').fill('2 files');
  await sure.getByRole('button', { name: 'Delete' }).click();
  await sure.waitFor({ state: 'detached' });
  expect((await pathsOf()).filter((path) => path.startsWith('sort'))).toEqual(['sorted/three.txt']);
  await page.context().close();
}, 60_000);

test('what is chosen in one project is not chosen in another', async () => {
  expect((await site.ask('POST', '/api/v1/projects', { name: 'Second' })).status).toBe(201);
  const page = await open('/files?folder=chosen');
  await input(page).setInputFiles([file('mine.txt', 'mine')]);
  await page.getByLabel('Choose mine.txt').check();
  const remove = page.getByRole('button', { name: /^Delete .*file/ });
  await expect.poll(() => remove.isEnabled()).toBe(true);
  await page.getByLabel('Project').selectOption({ label: 'Second' });
  await page.waitForURL(/project=/);
  await expect.poll(() => remove.isDisabled()).toBe(true);
  expect(await pathsOf()).toContain('chosen/mine.txt');
  await page.context().close();
}, 60_000);

test('how much is stored is told as a bar and in words, and what no longer fits is told at the file', async () => {
  const { workspaces } = (await site.ask('GET', '/api/v1/instance/usage')).json as {
    workspaces: { id: string; bytes: number }[];
  };
  const [own] = workspaces;
  const quota = (bytes: number) => site.ask('PUT', `/api/v1/workspaces/${own?.id}/quota`, { bytes });
  expect((await quota((own?.bytes ?? 0) + 100_000)).status).toBe(200);
  const page = await open('/files?folder=full');
  await page.getByRole('meter', { name: 'Stored bytes' }).or(page.locator('meter')).first().waitFor();
  await page.getByText(/ are used; .* are left\./).waitFor();
  expect(await violations(page)).toEqual([]);
  // The limit holds within a second.
  await expect
    .poll(async () => {
      await input(page).setInputFiles(file('big.bin', Buffer.alloc(300_000, 7)));
      await page.getByText(/^1 of 1|0 of 1/).waitFor();
      const text = await page.getByRole('region', { name: 'Files on their way' }).textContent();
      return text ?? '';
    })
    .toMatch(/not taken|quota|room/i);
  expect(await pathsOf()).not.toContain('full/big.bin');
  // What the browser writes down of that answer by itself is the only thing it complained of.
  expect(site.faults().filter((fault) => !fault.includes('status of 507'))).toEqual([]);
  await page.context().close();
}, 60_000);
