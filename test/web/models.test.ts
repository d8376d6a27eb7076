/** Models in a real browser: a provider is set up by clicking, tried, and chosen in the panel of a step; the flow then asks it. */

import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ModelServer, openModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { tinyModel } from '../../packages/server/src/sandbox/testing/gguf.ts';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const KEY = 'sk-typed-into-a-form-0123456789';

let site: Site;
let models: ModelServer;
let files: Server;
let address: string;
const TINY = tinyModel();
const SHA256 = createHash('sha256').update(TINY).digest('hex');

beforeAll(async () => {
  models = await openModelServer();
  files = createServer((_, response) => response.end(TINY));
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(files.address() as AddressInfo).port}`;
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: `${models.host},${address}` });
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(async () => {
  await site.close();
  await models.close();
  await new Promise((resolve) => files.close(resolve));
});

test('a provider is set up and tried by clicking, its model chosen in a step, and what the model says is seen', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/trust/models`);
  await page.getByRole('button', { name: 'New provider' }).first().click();
  const form = page.getByRole('dialog', { name: 'New provider' });
  await form.getByLabel('Provider').selectOption('openai-compatible');
  await form.getByLabel('Name').fill('lab');
  await form.getByLabel('Address').fill(models.url);
  await form.getByRole('textbox', { name: 'Key' }).fill(KEY);
  await form.getByRole('combobox', { name: 'Models' }).fill('small');
  await form.getByRole('combobox', { name: 'Models' }).press('Enter');
  expect(await violations(page)).toEqual([]);
  await form.getByRole('button', { name: 'Save and test' }).click();
  await page.getByText('lab answers, with 2 models.').waitFor();
  expect(models.asked.at(-1)?.headers['authorization']).toBe(`Bearer ${KEY}`);
  expect(await page.content()).not.toContain(KEY);
  expect(await violations(page)).toEqual([]);

  const flow = await site.flow({
    headgate: 1,
    name: 'Asks',
    steps: [{ id: 'ask', kind: 'model.generate@1', with: { model: 'x/y', prompt: 'How are you?' } }],
    output: '{{ steps.ask.text }}',
  });
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=ask&tab=settings`);
  const field = page
    .getByRole('combobox', { name: 'model' })
    .or(page.getByRole('textbox', { name: 'model', exact: true }))
    .first();
  await field.fill('lab');
  await page.getByRole('option', { name: 'lab/small' }).click();
  await expect
    .poll(async () => JSON.stringify((await site.ask('GET', `/api/v1/flows/${flow}`)).json))
    .toContain('"model":"lab/small"');
  expect((await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' })).status).toBe(201);
  models.next({ says: 'Fine.' });
  const run = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {}, wait: 30 });
  expect(run.json).toMatchObject({ state: 'done', output: 'Fine.' });
  await page.context().close();
}, 90_000);

test('a provider that does not answer says why and what to do, and one is removed by its name', async () => {
  await site.ask('PUT', '/api/v1/model-providers', {
    name: 'gone',
    kind: 'openai-compatible',
    baseUrl: 'http://127.0.0.1:9/v1',
  });
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/trust/models`);
  await page.getByRole('button', { name: 'Test gone' }).click();
  await page.getByRole('status').getByText('HEADGATE_EGRESS_ALLOW').waitFor();
  await page.getByRole('button', { name: 'Delete gone' }).click();
  const asking = page.getByRole('dialog', { name: 'Delete gone' });
  await asking.getByRole('textbox').fill('gone');
  await asking.getByRole('button', { name: 'Delete' }).click();
  await asking.waitFor({ state: 'detached' });
  expect(JSON.stringify((await site.ask('GET', '/api/v1/model-providers')).json)).not.toContain('"gone"');
  await page.context().close();
}, 60_000);

test('models of the server are added from an address and from a file, a wrong checksum is told, and one is removed', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/trust/models`);
  const here = page.getByRole('region', { name: 'On this server' });
  const form = page.getByRole('dialog', { name: 'Add a model' });
  const add = async (sum: string): Promise<void> => {
    await here.getByRole('button', { name: 'Add a model' }).click();
    await form.getByLabel('Address of the file').fill(`http://${address}/Tiny-1B.gguf`);
    expect(await form.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('tiny-1b');
    await form.getByLabel('Checksum').fill(sum);
    expect(await violations(page)).toEqual([]);
    await form.getByRole('button', { name: 'Add a model' }).click();
    await form.waitFor({ state: 'detached' });
  };
  await add('0'.repeat(64));
  await here.getByRole('alert').getByText(SHA256).waitFor();
  expect(await violations(page)).toEqual([]);
  await here.getByRole('button', { name: 'Forget tiny-1b' }).click();
  await here.getByText('There is none yet').waitFor();
  await add(SHA256);
  await here.getByRole('cell', { name: 'local/tiny-1b' }).waitFor();

  await here.getByRole('button', { name: 'Add a model' }).click();
  await form.getByRole('radio', { name: 'A file on this computer' }).check();
  const choosing = page.waitForEvent('filechooser');
  await form.getByRole('button', { name: 'Choose a file' }).click();
  await (await choosing).setFiles({ name: 'other.gguf', mimeType: 'application/octet-stream', buffer: TINY });
  await form.getByRole('button', { name: 'Add a model' }).click();
  await here.getByRole('cell', { name: 'local/other' }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(JSON.stringify((await site.ask('GET', '/api/v1/models')).json)).toContain('local/other');

  await here.getByRole('button', { name: 'Remove other' }).click();
  const asking = page.getByRole('dialog', { name: 'Remove other' });
  await asking.getByRole('textbox').fill('other');
  await asking.getByRole('button', { name: 'Remove' }).click();
  await here.getByRole('cell', { name: 'local/other' }).waitFor({ state: 'detached' });
  expect(JSON.stringify((await site.ask('GET', '/api/v1/models')).json)).not.toContain('local/other');

  // In German, by keys alone: the form is opened, filled and left, and who reads the screen hears what each part is.
  await page.evaluate("localStorage.setItem('headgate.language', 'de')");
  await page.reload();
  const hier = page.getByRole('region', { name: 'Auf diesem Server' });
  await hier.getByRole('button', { name: 'Modell hinzufügen' }).focus();
  await page.keyboard.press('Enter');
  const formular = page.getByRole('dialog', { name: 'Modell hinzufügen' });
  await formular.getByRole('radio', { name: 'Eine Adresse' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.type(`http://${address}/dritt.gguf`);
  await page.keyboard.press('Tab');
  expect(await formular.getByRole('textbox', { name: 'Name' }).evaluate((one) => one.matches(':focus'))).toBe(true);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await hier.getByRole('cell', { name: 'local/dritt' }).waitFor();
  await hier.getByRole('button', { name: 'dritt entfernen' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'dritt entfernen' }).getByRole('textbox').waitFor();
  await page.keyboard.press('Escape');
  await hier.getByRole('cell', { name: 'local/dritt' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.context().close();
}, 90_000);
