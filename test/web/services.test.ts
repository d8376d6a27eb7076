/** A service in a flow, chosen by its sentence, with the fields that its operation takes (details 5, 12, 14). */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const SEEN = { timeout: 20_000 };
const FLOW = { headgate: 1, name: 'Tell', steps: [{ id: 'first', kind: 'set@1', with: { value: 1 } }] };

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

type Step = { readonly name?: string; readonly retry?: unknown; readonly with: Record<string, unknown> };

const stepOf = async (flow: string): Promise<Step | undefined> => {
  const { json } = await site.ask('GET', `/api/v1/flows/${flow}`);
  return (json as { draft: { steps: (Step & { kind: string })[] } }).draft.steps.find(
    (one) => one.kind === 'service.call@1',
  );
};

test('D11.5 an operation is found by what it does, added as a step of that name, and its form has the fields it takes', async () => {
  const flow = await site.flow(FLOW);
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await page.getByRole('treeitem', { name: /first/ }).first().focus();
  await page.keyboard.press('/');
  await page.getByRole('textbox', { name: 'Search for a step' }).fill('slack send');
  await page.getByRole('option', { name: 'Slack: send a message' }).waitFor(SEEN);
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await page.keyboard.press('Enter');
  await expect
    .poll(() => stepOf(flow), SEEN)
    .toMatchObject({
      name: 'Slack: send a message',
      retry: { max: 3 },
      with: { service: 'slack', operation: 'send_message' },
    });
  await page.keyboard.press('Enter');
  const channel = page.getByRole('textbox', { name: /^Channel/ });
  await channel.waitFor(SEEN);
  // What is needed and missing says so at its field, in the words of the service.
  await page.getByText('Slack needs `channel` to send a message').waitFor(SEEN);
  await channel.fill('#orders');
  await page.getByRole('textbox', { name: /^Text/ }).fill('Paid');
  await expect
    .poll(async () => (await stepOf(flow))?.with['input'], SEEN)
    .toEqual({ channel: '#orders', text: 'Paid' });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page, 'aside')).toEqual([]);
  }
  await page.context().close();
}, 90_000);

test('D11.5 what a service waits for is found by its words, and added as the trigger that waits for it', async () => {
  const flow = await site.flow(FLOW);
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await page.getByRole('treeitem', { name: /first/ }).first().focus();
  await page.keyboard.press('/');
  const search = page.getByRole('textbox', { name: 'Search for a step' });
  await search.fill('sheets append');
  await page.getByRole('option', { name: /^Google Sheets: append/ }).waitFor(SEEN);
  await search.fill('new github issue');
  await page.getByRole('option', { name: 'GitHub: when an issue is opened' }).waitFor(SEEN);
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await page.getByRole('option', { name: 'GitHub: when an issue is opened' }).click();
  await expect
    .poll(
      async () =>
        ((await site.ask('GET', `/api/v1/flows/${flow}`)).json as { draft: { triggers?: object[] } }).draft
          .triggers?.[0],
      SEEN,
    )
    .toMatchObject({ kind: 'service.trigger@1', with: { service: 'github', trigger: 'new_issue' } });
  await page.context().close();
}, 60_000);

test('D11.12 another operation has other fields; what it does not take is shown until it is emptied, and undo brings all back', async () => {
  const flow = await site.flow({
    ...FLOW,
    steps: [
      {
        id: 'tell',
        kind: 'service.call@1',
        name: 'Slack: send a message',
        with: { service: 'slack', operation: 'send_message', input: { channel: 'C1', text: 'Hi' } },
      },
    ],
  });
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=tell`);
  await page.getByRole('button', { name: 'Change Slack: send a message' }).click(SEEN);
  await page.getByRole('textbox', { name: /^Search, e\.g\./ }).fill('telegram send a message');
  await page.getByRole('option', { name: 'Telegram: send a message' }).waitFor(SEEN);
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: /^Chat/ }).waitFor(SEEN);
  await page.getByText('Given for another operation').first().waitFor(SEEN);
  await expect
    .poll(() => stepOf(flow), SEEN)
    .toMatchObject({
      name: 'Telegram: send a message',
      with: { service: 'telegram', input: { channel: 'C1', text: 'Hi' } },
    });
  expect(await violations(page, 'aside')).toEqual([]);
  // The secret that is made here is for the origin of the service.
  await page.getByRole('button', { name: 'New secret' }).click();
  expect(
    await page
      .getByRole('textbox', { name: /^Where it may be sent/ })
      .first()
      .inputValue(),
  ).toBe('https://api.telegram.org');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await page.getByRole('textbox', { name: /^Channel/ }).waitFor(SEEN);
  await page.context().close();
}, 90_000);

type Trigger = { readonly kind: string; readonly with: Record<string, unknown> };

const triggerOf = async (flow: string): Promise<Trigger | undefined> => {
  const { json } = await site.ask('GET', `/api/v1/flows/${flow}`);
  return (json as { draft: { triggers?: Trigger[] } }).draft.triggers?.[0];
};

test('a trigger of a service is chosen by its service and by what to wait for, and its form has the fields it takes', async () => {
  const flow = await site.flow({
    ...FLOW,
    triggers: [
      { id: 'hear', kind: 'service.trigger@1', with: { service: 'github', trigger: 'new_issue', every: '1m' } },
    ],
  });
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=hear`);
  await page.getByRole('combobox', { name: 'Service' }).waitFor(SEEN);
  await page.getByRole('textbox', { name: /^Repo/ }).first().waitFor(SEEN);
  await page.getByRole('combobox', { name: 'Service' }).selectOption({ label: 'Slack' });
  await expect
    .poll(async () => (await triggerOf(flow))?.with, SEEN)
    .toEqual({ service: 'slack', trigger: 'new_message', every: '1m' });
  await page.getByRole('textbox', { name: /^Channel/ }).fill('C0123456789');
  await expect.poll(async () => (await triggerOf(flow))?.with['input'], SEEN).toEqual({ channel: 'C0123456789' });
  expect(await violations(page, 'aside')).toEqual([]);
  await page.context().close();
}, 90_000);

test('a service that calls by itself says where its address is entered, and which events it is known for', async () => {
  const flow = await site.flow({
    ...FLOW,
    triggers: [
      { id: 'hear', kind: 'service.webhook@1', with: { service: 'github', trigger: 'event', signing: 'hook' } },
    ],
  });
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=hear`);
  await page.getByText(/In the settings of the repository, under Webhooks/).waitFor(SEEN);
  await page.getByText(/Known events: push, issues/).waitFor(SEEN);
  await page.getByRole('combobox', { name: 'Service' }).selectOption({ label: 'Stripe' });
  await page.getByText(/In the dashboard of Stripe/).waitFor(SEEN);
  await expect
    .poll(async () => (await triggerOf(flow))?.with, SEEN)
    .toEqual({ service: 'stripe', trigger: 'event', signing: 'hook' });
  expect(await violations(page, 'aside')).toEqual([]);
  await page.context().close();
}, 90_000);
