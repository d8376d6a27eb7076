/** Models in a real browser: a provider is set up by clicking, tried, and chosen in the panel of a step; the flow then asks it. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ModelServer, openModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const KEY = 'sk-typed-into-a-form-0123456789';

let site: Site;
let models: ModelServer;

beforeAll(async () => {
  models = await openModelServer();
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: models.host });
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(async () => {
  await site.close();
  await models.close();
});

test('a provider is set up and tried by clicking, its model chosen in a step, and what the model says is seen', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/trust/models`);
  await page.getByRole('button', { name: 'New provider' }).first().click();
  const form = page.getByRole('dialog', { name: 'New provider' });
  await form.getByLabel('Provider').selectOption('openai-compatible');
  await form.getByLabel('Name').fill('local');
  await form.getByLabel('Address').fill(models.url);
  await form.getByRole('textbox', { name: 'Key' }).fill(KEY);
  await form.getByRole('combobox', { name: 'Models' }).fill('small');
  await form.getByRole('combobox', { name: 'Models' }).press('Enter');
  expect(await violations(page)).toEqual([]);
  await form.getByRole('button', { name: 'Save and test' }).click();
  await page.getByText('local answers, with 2 models.').waitFor();
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
  await field.fill('loc');
  await page.getByRole('option', { name: 'local/small' }).click();
  await expect
    .poll(async () => JSON.stringify((await site.ask('GET', `/api/v1/flows/${flow}`)).json))
    .toContain('"model":"local/small"');
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
