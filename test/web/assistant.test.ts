/** The author has the assistant build in the editor: it proposes, he applies and takes back; what it says runs and loads nothing. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ModelServer, openModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
let models: ModelServer;

const BROKEN = {
  headgate: 1,
  name: 'Greets',
  steps: [{ id: 'say', kind: 'set@1', with: { value: '{{ steps.nobody }}' } }],
};
const edits = (...all: readonly object[]) => ({ calls: [{ name: 'edit_flow', input: { edits: all } }] });
const MEND = { do: 'set', of: { step: 'say' }, path: ['with', 'value'], value: 'hello' };
const GET = {
  do: 'step.put',
  step: { id: 'get', kind: 'http.request@1', after: ['say'], with: { method: 'GET', url: 'https://api.example/x' } },
  at: { block: null, before: null },
};

beforeAll(async () => {
  models = await openModelServer();
  site = await openSite([], { HEADGATE_EGRESS_ALLOW: models.host });
  await site.ask('PUT', '/api/v1/model-providers', {
    name: 'local',
    kind: 'openai-compatible',
    baseUrl: models.url,
    models: [{ id: 'small' }],
  });
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
const panelOf = (page: Page) => page.getByRole('complementary', { name: 'Assistant' });
const say = async (page: Page, text: string): Promise<void> => {
  await page.getByRole('textbox', { name: 'What is to change' }).fill(text);
  await page.getByRole('textbox', { name: 'What is to change' }).press('Enter');
};
type Row = { readonly revision: number; readonly draft: { readonly steps: readonly { readonly id: string }[] } };
const rowOf = async (flow: string): Promise<Row> => (await site.ask('GET', `/api/v1/flows/${flow}`)).json as Row;
const grantsOf = async (flow: string): Promise<readonly unknown[]> =>
  ((await site.ask('GET', `/api/v1/flows/${flow}/powers`)).json as { granted: readonly unknown[] }).granted;
const idsOf = async (flow: string): Promise<readonly string[]> => (await rowOf(flow)).draft.steps.map(({ id }) => id);

test('the author asks by keys, sees the proposal, applies it as one, takes it back and does it again; nothing is lent by it', async () => {
  const flow = await site.flow(BROKEN);
  const page = await opened(flow);
  // The palette leads there, as the button does.
  await page.getByRole('button', { name: 'Assistant', exact: true }).waitFor();
  await page.keyboard.press('Control+K');
  await page.getByRole('textbox', { name: 'Search for anything' }).fill('ask the assistant');
  await page.getByRole('option', { name: 'Ask the assistant' }).waitFor();
  await page.keyboard.press('Enter');
  const panel = panelOf(page);
  await panel.getByText('Say what the flow is to do').waitFor();
  await say(page, 'Mend it and ask https://api.example/x');
  await panel.getByText('Choose a model first.').waitFor();
  await panel.getByLabel('Model').fill('local/small');
  await panel.getByLabel('Model').press('Escape');
  expect(await violations(page)).toEqual([]);
  models.next({ says: 'I **mend** it.', ...edits(MEND) }, edits(GET), { says: 'Now it says hello, and asks.' });
  await say(page, 'Mend it and ask https://api.example/x');
  await panel.locator('strong', { hasText: 'mend' }).waitFor();
  const proposal = panel.getByRole('region', { name: 'Proposal' });
  await proposal.getByText('net: GET api.example:443').waitFor();
  await proposal.getByText('Nothing is lent by applying it').waitFor();
  expect(await violations(page)).toEqual([]);
  // It is there to be looked at, and nothing was done.
  expect(await rowOf(flow)).toMatchObject({ revision: 1, draft: BROKEN });
  await page.reload();
  await proposal.getByRole('button', { name: 'Apply' }).press('Enter');
  await proposal.getByText('Applied. Undo takes it back in one step.').waitFor();
  await expect.poll(() => idsOf(flow)).toEqual(['say', 'get']);
  expect(await violations(page)).toEqual([]);
  const undo = page.getByRole('button', { name: 'Undo', exact: true });
  await undo.click();
  await expect.poll(async () => (await rowOf(flow)).draft).toEqual(BROKEN);
  await page.getByRole('button', { name: 'Redo', exact: true }).click();
  await expect.poll(() => idsOf(flow)).toEqual(['say', 'get']);
  expect(await grantsOf(flow)).toEqual([]);
  await page.context().close();
}, 90_000);

test('what is dropped is not applied; the next question says what became of it, and the conversation is the tab’s alone', async () => {
  const flow = await site.flow(BROKEN);
  const page = await opened(flow, '?view=outline&talk=build');
  const panel = panelOf(page);
  await panel.getByLabel('Model').fill('local/small');
  models.next(edits(MEND), { says: 'Like so.' });
  await say(page, 'Mend it');
  await panel.getByRole('button', { name: 'Drop' }).click();
  await panel.getByText('Dropped.').waitFor();
  models.next({ says: 'What then?' });
  await say(page, 'Not so');
  await panel.getByText('What then?').waitFor();
  expect(models.asked.at(-1)?.text).toContain('The person dropped it.');
  expect(await rowOf(flow)).toMatchObject({ revision: 1, draft: BROKEN });
  await panel.getByRole('button', { name: 'New conversation' }).click();
  await panel.getByText('Say what the flow is to do').waitFor();
  // Stopping breaks the question off at the provider.
  models.next({ pieces: ['Once upon a time'], then: 'stall' });
  await say(page, 'Tell me a story');
  await panel.getByRole('button', { name: 'Stop' }).click();
  await panel.getByText('You stopped it.').waitFor();
  await expect.poll(() => models.stalled()).toBe(0);
  await page.context().close();
}, 90_000);

const HOSTILE = [
  '<img src="WHERE/html.png" onerror="window.hit=1"><script>window.hit=1</script>',
  '![a picture](WHERE/picture.png) [click me](javascript:window.hit=1)',
  '[a link](WHERE/link)',
].join('\n\n');

test('LLM-05 what the assistant says is text: it runs nothing and loads nothing, in German, too; twin: a link is there to be clicked', async () => {
  const page = await opened(await site.flow(BROKEN), '?view=outline&talk=build');
  await page.evaluate("localStorage.setItem('headgate.language', 'de')");
  await page.reload();
  const panel = page.getByRole('complementary', { name: 'Assistent' });
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(models.origin)) asked.push(request.url());
  });
  await panel.getByLabel('Modell').fill('local/small');
  models.next({ says: HOSTILE.replaceAll('WHERE', models.origin), ...edits(MEND) }, { says: 'Fertig.' });
  await page.getByRole('textbox', { name: 'Was sich ändern soll' }).fill('Sei böse');
  await panel.getByRole('button', { name: 'Fragen' }).press('Enter');
  await panel.getByRole('button', { name: 'Anwenden' }).waitFor();
  const link = panel.getByRole('link', { name: `a link (${models.host})` }).first();
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
  expect(await panel.locator('img, script, iframe, [onerror], [onload]').count()).toBe(0);
  expect(await page.evaluate('window.hit')).toBeUndefined();
  expect(asked).toEqual([]);
  expect(await violations(page)).toEqual([]);
  await page.context().close();
}, 60_000);

test('what an agent remembers is read and deleted by who it is of, and deleted unread by who manages the flow', async () => {
  const agent = { model: 'local/small', prompt: 'Hello', steps: [], memory: 'window', session: 'about <b>me</b>' };
  const draft = {
    ...{ headgate: 1, name: 'Remembers', output: '{{ steps.agent }}' },
    steps: [{ id: 'agent', kind: 'agent@1', with: agent }],
  };
  const flow = await site.flow(draft);
  await site.ask('POST', `/api/v1/flows/${flow}/grants`, { grants: [{ step: 'agent', power: 'model: local/small' }] });
  models.next({ says: 'A word to the key alone.' });
  const ran = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { draft: true, wait: 20 });
  expect(ran.json, ran.text).toMatchObject({ state: 'done' });
  const page = await opened(flow);
  models.next({ says: '<img src=x onerror="window.hit=1"> for you' });
  await page.getByRole('button', { name: /^Run/ }).first().click();
  const listed = async () =>
    ((await site.ask('GET', `/api/v1/flows/${flow}/memories`)).json as { memories: unknown[] }).memories.length;
  await expect.poll(listed, { timeout: 20_000 }).toBe(2);
  await page.goto(`${site.url()}/flows/${flow}?view=outline&page=memory`);
  const drawer = page.getByRole('dialog', { name: 'Memory' });
  await drawer.getByRole('cell', { name: 'You', exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await drawer.getByRole('button', { name: 'Show about <b>me</b>' }).press('Enter');
  const shown = drawer.getByRole('region', { name: 'Show about <b>me</b>' });
  await shown.getByText('<img src=x onerror="window.hit=1"> for you').waitFor();
  expect(await page.evaluate('window.hit')).toBeUndefined();
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await shown.getByRole('button', { name: 'Close' }).press('Enter');
  // Escape closes the dialog alone: the drawer beneath stays, and the keys are where they were.
  const mine = drawer.getByRole('button', { name: 'Delete about <b>me</b>' });
  await mine.press('Enter');
  await page.getByRole('dialog', { name: 'Delete about <b>me</b>' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Delete about <b>me</b>' }).waitFor({ state: 'detached' });
  expect(await drawer.isVisible()).toBe(true);
  await expect.poll(() => mine.evaluate((button) => button === document.activeElement)).toBe(true);
  expect(await listed()).toBe(2);
  await mine.press('Enter');
  await page.getByRole('textbox').last().fill('about <b>me</b>');
  await page.keyboard.press('Enter');
  await expect.poll(listed).toBe(1);
  // The other is there, and what it says is not told.
  const theirs = drawer.getByRole('button', { name: /^Show chat_/ });
  await theirs.waitFor();
  expect(await theirs.isDisabled()).toBe(true);
  const away = drawer.getByRole('button', { name: /^Delete chat_/ });
  await away.press('Enter');
  // Its name is not told: the agent's is what is typed.
  await page.getByRole('textbox', { name: 'Type agent to confirm' }).fill('agent');
  await page.keyboard.press('Enter');
  await drawer.getByText('No agent of this flow remembers anything.').waitFor();
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-graph'))).toBe('outline');
  expect(await page.content()).not.toContain('A word to the key alone.');
  await page.context().close();
}, 90_000);
