/** Services of a workspace in a real browser: described by an OpenAPI document, looked at, used by a flow, and deleted once none uses them. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

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

const clean = async (within = 'html'): Promise<void> => {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page, within)).toEqual([]);
  }
};

const PETS = `openapi: 3.0.3
info: { title: Pet Store, version: "1", description: Sells pets. }
servers: [{ url: https://pets.example/v2 }]
paths:
  /pets:
    get:
      operationId: listPets
      summary: List all pets
      parameters: [{ name: status, in: query, schema: { type: string } }]
      responses: { "200": { description: all } }
    put:
      operationId: replacePets
      requestBody: { content: { text/csv: { schema: { type: string } } } }
      responses: { "200": { description: all } }
`;

test('a service is described by a document in YAML that is pasted, seen before it is stored, and its operations are listed', async () => {
  await page.goto(`${site.url()}/trust/services`);
  await page.getByRole('heading', { level: 1, name: 'Services' }).waitFor();
  const shipped = page.getByRole('table', { name: 'With the server' });
  await shipped.getByText('Google Sheets', { exact: true }).waitFor();
  await clean();
  await page.getByRole('button', { name: 'Describe a service' }).first().click();
  const form = page.getByRole('dialog', { name: 'Describe a service' });
  const text = form.getByRole('textbox', { name: 'The document' });
  // What is wrong has its place, and nothing is stored.
  await text.fill('openapi: 3.0.3\npaths: { "/a": [');
  await form.getByRole('button', { name: 'Read it' }).click();
  await form
    .getByRole('alert')
    .getByText(/^2:|^3:/)
    .first()
    .waitFor();
  await text.fill(PETS.replace(/^servers.*\n/m, ''));
  await form.getByRole('button', { name: 'Read it' }).click();
  await form.getByRole('alert').getByText('/servers', { exact: false }).first().waitFor();
  await clean('[role=dialog]');
  await text.fill(PETS);
  await form.getByRole('button', { name: 'Read it' }).click();
  await form.getByText('1 operation can be called.').waitFor();
  // What is left out is told with its place, too.
  await form.getByText('/paths/~1pets/put').waitFor();
  await clean('[role=dialog]');
  await form.getByRole('button', { name: 'Store it' }).click();
  const own = page.getByRole('table', { name: 'Of this workspace' });
  await own.getByText('pet-store', { exact: true }).waitFor();
  await own.getByRole('button', { name: 'Operations of Pet Store' }).click();
  const operations = page.getByRole('dialog', { name: 'Operations of Pet Store' });
  await operations.getByText('list all pets', { exact: true }).waitFor();
  expect(await operations.getByText('GET /pets').count()).toBe(1);
  await clean('[role=dialog]');
  await operations.getByRole('button', { name: 'Close' }).click();
}, 90_000);

test('a document comes from a file, under a name that is wished for', async () => {
  await page.getByRole('button', { name: 'Describe a service' }).first().click();
  const form = page.getByRole('dialog', { name: 'Describe a service' });
  await form.getByRole('textbox', { name: 'Its name in flows' }).fill('kennel');
  const document = { openapi: '3.1.0', info: { title: 'Kennel' }, servers: [{ url: 'https://kennel.example' }] };
  const buffer = Buffer.from(JSON.stringify({ ...document, paths: { '/dogs': { get: { operationId: 'dogs' } } } }));
  const input = page.locator('input[type=file]');
  await input.setInputFiles({ name: 'kennel.json', mimeType: 'application/json', buffer });
  await form.getByText('Kennel (kennel)').waitFor();
  await form.getByRole('button', { name: 'Store it' }).click();
  const own = page.getByRole('table', { name: 'Of this workspace' });
  await own.getByText('kennel', { exact: true }).waitFor();
  const { json } = await site.ask('GET', '/api/v1/services/kennel');
  expect(json).toMatchObject({ own: true, operations: [{ id: 'dogs', path: '/dogs' }] });
}, 60_000);

test('a service that a flow uses is not deleted, and the flow is named and led to; one that none uses is', async () => {
  const flow = await site.flow({
    headgate: 1,
    name: 'Feed them',
    steps: [{ id: 'list', kind: 'service.call@1', with: { service: 'pet-store', operation: 'list_pets' } }],
  });
  const own = page.getByRole('table', { name: 'Of this workspace' });
  await own.getByRole('button', { name: 'Delete Pet Store' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete Pet Store' });
  await dialog.getByRole('textbox', { name: 'Type pet-store to confirm' }).fill('pet-store');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  const link = dialog.getByRole('link', { name: 'The flow Feed them uses it' });
  expect(await link.getAttribute('href')).toBe(`/flows/${flow}`);
  await clean('[role=dialog]');
  expect((await site.ask('DELETE', `/api/v1/flows/${flow}`)).status).toBe(204);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => own.getByText('pet-store', { exact: true }).count(), SEEN).toBe(0);
  expect((await site.ask('GET', '/api/v1/services/pet-store')).status).toBe(404);
}, 60_000);

test('the tile of a service has the same colour wherever it is shown', async () => {
  const shipped = page.locator('[data-tile=slack]').first();
  const color = await shipped.evaluate('getComputedStyle(document.querySelector("[data-tile=slack]")).backgroundColor');
  const flow = await site.flow({
    headgate: 1,
    name: 'Tell',
    steps: [{ id: 'first', kind: 'set@1', with: { value: 1 } }],
  });
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await page.getByRole('treeitem', { name: /first/ }).first().focus();
  await page.keyboard.press('/');
  await page.getByRole('textbox', { name: 'Search for a step' }).fill('slack send');
  await page.getByRole('option', { name: 'Slack: send a message' }).waitFor();
  const offered = await page.evaluate('getComputedStyle(document.querySelector("[data-tile=slack]")).backgroundColor');
  expect(offered).toBe(color);
  expect(color).not.toBe('rgba(0, 0, 0, 0)');
}, 60_000);
