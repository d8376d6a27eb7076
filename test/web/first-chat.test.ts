/** Somebody new makes a chat from nothing, by keys: what he types is found, what is missing is said, and where it can be talked to. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ModelServer, openModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
let models: ModelServer;

const MESSAGES = "input.history.concat([{ role: 'user', content: input.message }])";

beforeAll(async () => {
  models = await openModelServer();
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: models.host });
  const given = { name: 'local', kind: 'openai-compatible', baseUrl: models.url, models: [{ id: 'small' }] };
  await site.ask('PUT', '/api/v1/model-providers', given);
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(async () => {
  await site.close();
  await models.close();
});

const opened = async (flow: string, search = ''): Promise<Page> => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/flows/${flow}${search}`);
  return page;
};
const graphHasKeys = async (page: Page): Promise<void> => {
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-graph') ?? null))
    .toBe('canvas');
};

test('steps are added by keys from the first to the last, and closing a panel leaves the keys on the canvas', async () => {
  const flow = await site.flow({ headgate: 1, name: 'From nothing', steps: [] });
  const page = await opened(flow);
  const dialog = page.getByRole('dialog', { name: 'Add a step' });
  await page.getByRole('button', { name: 'Add a step' }).press('Enter');
  const search = dialog.getByRole('textbox', { name: 'Search for a step' });
  await search.fill('chat');
  await page.getByRole('option', { name: /^Chat/ }).waitFor();
  await page.keyboard.press('Enter');
  await graphHasKeys(page);
  // The button stays where the flow is empty no more, and Escape puts its dialog away.
  await page.getByRole('button', { name: 'Add a step' }).press('Enter');
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.locator('[data-graph]').focus();
  await page.keyboard.press('/');
  await search.fill('ask model');
  await page.getByRole('option', { name: /^Ask a model/ }).waitFor();
  await page.keyboard.press('Enter');
  await graphHasKeys(page);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Close the step' }).press('Enter');
  await graphHasKeys(page);
  expect(await violations(page)).toEqual([]);
  await page.context().close();
}, 60_000);

test('an expression without its braces is told what it lacks, and is still there when the panel is opened again', async () => {
  const flow = await site.flow({
    ...{ headgate: 1, name: 'Braces', triggers: [{ id: 'chat', kind: 'chat@1' }] },
    steps: [{ id: 'answer', kind: 'model.generate@1', with: { model: 'local/small' } }],
  });
  const page = await opened(flow, '?view=outline&step=answer');
  await page.getByRole('radiogroup', { name: 'How Messages is given' }).getByText('Expression').click();
  const field = page.getByRole('textbox', { name: 'Messages' });
  await field.fill(MESSAGES);
  const lacks = page.getByText('Expected an expression between {{ and }}');
  await lacks.waitFor();
  const saved = async () => JSON.stringify((await site.ask('GET', `/api/v1/flows/${flow}`)).json);
  await expect.poll(saved).toContain('input.history');
  await page.reload();
  await field.filter({ hasText: 'input.history' }).waitFor();
  await lacks.waitFor();
  await field.fill(`{{ ${MESSAGES} }}`);
  await lacks.waitFor({ state: 'detached' });
  await page.context().close();
}, 60_000);

test('whoever published a chat is led to its page, and finds what a website and a client need', async () => {
  const flow = await site.flow({
    ...{ headgate: 1, name: 'Talks', triggers: [{ id: 'chat', kind: 'chat@1', with: { model: 'talks' } }] },
    ...{ steps: [{ id: 'answer', kind: 'set@1', with: { value: 'Hello' } }], output: '{{ steps.answer }}' },
  });
  const page = await opened(flow, '?view=outline&page=publish');
  const drawer = page.getByRole('dialog', { name: 'Publish' });
  await drawer.getByRole('button', { name: 'Publish version 1' }).press('Enter');
  const link = drawer.getByRole('link', { name: 'Open the chat' });
  expect(await link.getAttribute('href')).toBe(`${site.url()}/chat/${flow}`);
  expect(await drawer.getByText('It has no webhook').count()).toBe(0);
  await drawer.getByRole('button', { name: 'Use it' }).press('Enter');
  const use = page.getByRole('dialog', { name: 'Use it' });
  await use.getByText(`<headgate-chat flow="${flow}">`).waitFor();
  await use.getByText(`Clients of OpenAI call it talks, at ${site.url()}/v1`).waitFor();
  await use.getByText('For visitors without an account').waitFor();
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await page.context().close();
}, 60_000);
