/** What somebody meets who has never seen it: an empty flow, a hand on the keys at once, a small screen, a page before anything is published. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './site.ts';

const HOOKED = {
  headgate: 1,
  name: 'Orders',
  triggers: [{ id: 'hook', kind: 'webhook@1' }],
  steps: [
    { id: 'say', kind: 'code@1', with: { source: 'export default () => 1' } },
    { id: 'more', kind: 'set@1', after: ['say'], with: { value: 1 } },
  ],
};

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

test('in an empty flow / adds at once, without a click, and Enter adds the trigger that was typed', async () => {
  const flow = await site.flow({ headgate: 1, name: 'Empty', steps: [] });
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=canvas`);
  await page.getByRole('heading', { name: 'This flow has no step yet' }).waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  await page.keyboard.press('/');
  await page.getByPlaceholder('Search for a step').fill('webhook');
  await page.getByRole('listbox').getByRole('option').first().getByText('Webhook', { exact: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'webhook, Webhook, trigger 1 of 1' }).waitFor();
  await page.context().close();
});

test('a flow whose webhook is not published is not said to have none, and hints end where a sentence does', async () => {
  const flow = await site.flow(HOOKED);
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&page=api`);
  const webhooks = page.getByRole('region', { name: 'Webhooks' });
  await webhooks.getByText('It gets an address that stays when the flow is published.').waitFor();
  expect(await webhooks.textContent()).not.toContain('It has no webhook');

  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=hook`);
  await page.getByText('async (or left out): the caller is told the run’s id at once.').waitFor();
  const listen = page.getByRole('button', { name: 'Listen' });
  expect(await listen.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
  const whole = await listen.evaluate((one) => {
    const label = one.querySelector('.mantine-Button-label');
    return label !== null && label.scrollWidth <= label.clientWidth;
  });
  expect(whole).toBe(true);
  await page.context().close();
});

test('on a phone every page can be gone to, the search has a sign instead of a key, and running is within the screen', async () => {
  const flow = await site.flow(HOOKED);
  const page = await site.page({ viewport: { width: 390, height: 844 } });
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=more`);
  await page.getByRole('button', { name: /^Run step/ }).waitFor();
  const search = page.getByRole('button', { name: /Search for anything/ });
  expect(await search.textContent()).toContain('⌕');
  expect(await search.getByText('Ctrl', { exact: false }).isVisible()).toBe(false);
  const trust = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Trust' });
  const pages = page.getByRole('button', { name: 'Pages' });
  for (const part of [trust, page.getByRole('button', { name: 'Run the flow' })]) {
    // The ways to pages lie behind a button, and go back behind it.
    await pages.click();
    if (part !== trust) await trust.waitFor({ state: 'hidden' });
    const box = await part.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(390);
    expect(
      await part.evaluate((one) => {
        const { left, top, width, height } = one.getBoundingClientRect();
        return one.contains(document.elementFromPoint(left + width - 3, top + height / 2));
      }),
    ).toBe(true);
  }
  await page.context().close();
});

test('what a step will run again and reuse takes no second line of the head', async () => {
  const flow = await site.flow(HOOKED);
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=more`);
  const run = page.getByRole('button', { name: 'Run the flow' });
  await page.getByRole('button', { name: /^Run step/ }).waitFor();
  const top = (await run.boundingBox())?.y;
  await run.click();
  await page.getByRole('button', { name: /^Run step.*reuses/ }).waitFor();
  expect((await run.boundingBox())?.y).toBe(top);
  await page.context().close();
});

test('a run whose input lacks something opens the form of the input, and runs when it is filled in', async () => {
  const flow = await site.flow({
    headgate: 1,
    name: 'Asks',
    input: { type: 'object', properties: { city: { type: 'string', title: 'City' } }, required: ['city'] },
    steps: [{ id: 'say', kind: 'set@1', with: { value: '{{ input.city }}' } }],
  });
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await page.getByRole('button', { name: 'Run the flow' }).click();
  const form = page.getByRole('dialog', { name: 'Input' });
  await form.getByLabel('City').fill('Bern');
  await page.keyboard.press('Control+Shift+Enter');
  await page.getByRole('treeitem', { name: /say.*done/ }).waitFor();
  await form.waitFor({ state: 'detached' });
  expect(await page.getByRole('button', { name: 'Input' }).getAttribute('aria-expanded')).not.toBe('true');
  await page.context().close();
});

test('a run that failed says of what, leads to the step, and there to the power that it lacks', async () => {
  const flow = await site.flow({
    headgate: 1,
    name: 'Asks elsewhere',
    steps: [
      { id: 'host', kind: 'set@1', with: { value: 'api.example.com' } },
      // An address that is worked out is lent to nobody by writing it down.
      {
        id: 'ask',
        kind: 'http.request@1',
        after: ['host'],
        with: { method: 'GET', url: 'https://{{ steps.host }}/a' },
      },
    ],
  });
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=canvas`);
  await page.getByRole('button', { name: /^ask,/ }).waitFor();
  await page.getByRole('button', { name: 'Run the flow' }).click();
  const dock = page.getByRole('region', { name: 'The run' });
  await dock.getByText(/The step was not lent the power/).waitFor();
  expect(await dock.getByRole('status').textContent()).toMatch(/^ask: The step/);
  await dock.getByRole('button', { name: 'Open ask' }).click();
  const panel = page.getByRole('complementary', { name: 'Step ask' });
  const alert = panel.getByRole('alert');
  await alert.getByText(/The step was not lent the power/).waitFor();
  expect(await alert.textContent()).not.toContain('{"step"');
  await panel.getByRole('button', { name: /^Allow net/ }).waitFor({ state: 'attached' });
  await alert.getByRole('button', { name: 'Go to what it needs' }).click();
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('What this step needs');
  await panel.getByRole('button', { name: /^Allow net/ }).click();
  await panel.getByText('Not lent: refused when it runs').waitFor({ state: 'detached' });
  await page.context().close();
});

test('a flow is renamed where its name stands, and undo takes it back', async () => {
  const flow = await site.flow({ headgate: 1, name: 'New flow', steps: [] });
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await page.getByRole('button', { name: 'New flow', exact: true }).click();
  await page.getByLabel('New name of New flow').fill('Order check');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Order check', exact: true }).waitFor();
  const named = async (): Promise<string> => (await site.ask('GET', `/api/v1/flows/${flow}`)).text;
  await expect.poll(named, { timeout: 5000 }).toContain('"Order check"');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'New flow', exact: true }).waitFor();
  await expect.poll(named, { timeout: 5000 }).not.toContain('"Order check"');
  await page.context().close();
});
