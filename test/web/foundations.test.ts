/** The ground the web app stands on: one page under a strict policy, addresses that hold the state, drafts that are not lost. */

import { expect, afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import type { Route } from 'playwright-core';
import { openSite, type Site } from './site.ts';

const GREET = {
  headgate: 1,
  name: 'Greet',
  steps: [
    { id: 'hello', kind: 'set@1', with: { value: { text: 'Hello' } } },
    { id: 'bye', kind: 'set@1', after: ['hello'], with: { value: '{{ steps.hello.text }}' } },
  ],
  output: '{{ steps.bye }}',
};

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const draftOf = async (flow: string): Promise<string> =>
  JSON.stringify(Reflect.get(Object((await site.ask('GET', `/api/v1/flows/${flow}`)).json), 'draft'));

describe('the page', () => {
  test('who is not signed in is led to the form', async () => {
    const context = await site.browser.newContext();
    const page = await context.newPage();
    await page.goto(`${site.url()}/flows`);
    await page.waitForURL(/auth\/login/);
    expect(await page.title()).toContain('Sign in');
    await context.close();
  });

  test('lists flows, and opens one from its link, in the tab title and under its heading', async () => {
    const flow = await site.flow(GREET);
    const page = await site.page();
    await page.goto(`${site.url()}/`);
    await page.getByRole('link', { name: 'Greet' }).first().click();
    await page.waitForURL(new RegExp(`/flows/${flow}`));
    await page.getByRole('heading', { level: 1, name: 'Greet' }).waitFor({ state: 'attached' });
    expect(await page.title()).toBe('Greet · Headgate');
    await page.context().close();
  });

  test('stands still for who asks for less motion, and moves for others', async () => {
    const moving = async (reducedMotion: 'reduce' | 'no-preference'): Promise<number> => {
      const page = await site.page({ reducedMotion });
      await page.goto(`${site.url()}/runs`);
      await page.getByText('Problems', { exact: true }).waitFor();
      const count = await page.evaluate(
        () =>
          [...document.querySelectorAll('*')].filter((one) => /[1-9]/.test(getComputedStyle(one).transitionDuration))
            .length,
      );
      await page.context().close();
      return count;
    };
    expect(await moving('no-preference')).toBeGreaterThan(0);
    expect(await moving('reduce')).toBe(0);
  });
});

describe('a draft', () => {
  test('D11.1 is saved within a second of an edit, and says so only then', async () => {
    const flow = await site.flow(GREET);
    const page = await site.page();
    await page.goto(`${site.url()}/flows/${flow}?view=outline`);
    await page.getByRole('treeitem', { name: /bye/ }).click();
    await page.keyboard.press('Delete');
    await expect.poll(() => page.getByTestId('status').textContent(), { timeout: 3000 }).toBe('Saved r2');
    expect(await draftOf(flow)).not.toContain('"id":"bye"');
    await page.context().close();
  });

  test('of two browsers is joined: nothing of either is lost', async () => {
    const flow = await site.flow(GREET);
    const [one, two] = [await site.page(), await site.page()];
    for (const page of [one, two]) {
      await page.goto(`${site.url()}/flows/${flow}?view=outline`);
      await page.getByRole('treeitem', { name: /hello/ }).waitFor();
    }
    await one.getByRole('treeitem', { name: /hello/ }).click();
    await two.getByRole('treeitem', { name: /bye/ }).click();
    await Promise.all([one.keyboard.press('d'), two.keyboard.press('d')]);
    for (const page of [one, two])
      await expect.poll(() => page.getByTestId('status').textContent(), { timeout: 5000 }).toMatch(/^Saved r[23]$/);
    const both = JSON.parse(await draftOf(flow)) as { steps: { disabled?: boolean }[] };
    expect(both.steps.map(({ disabled }) => disabled)).toEqual([true, true]);
    await one.context().close();
    await two.context().close();
  });

  test('whose answer was lost on the way is known again: what is there already is no conflict, and is not saved twice', async () => {
    const flow = await site.flow(GREET);
    const page = await site.page();
    await page.goto(`${site.url()}/flows/${flow}?view=outline`);
    await page.getByRole('treeitem', { name: /bye/ }).click();
    // The engine takes it, and the line breaks before it can say so.
    const lost = async (route: Route): Promise<void> => {
      await route.fetch();
      await route.abort('connectionreset');
    };
    await page.route('**/draft', lost, { times: 1 });
    await page.keyboard.press('Control+d');
    await expect.poll(() => page.getByTestId('status').textContent(), { timeout: 8000 }).toBe('Saved r2');
    const draft = JSON.parse(await draftOf(flow)) as { steps: readonly { id: string }[] };
    expect(draft.steps.map(({ id }) => id)).toEqual(['hello', 'bye', 'bye_2']);
    await page.context().close();
  });

  test('survives the end of the server while it is edited, and a reload', async () => {
    const flow = await site.flow(GREET);
    const page = await site.page();
    await page.goto(`${site.url()}/flows/${flow}?view=outline`);
    await page.getByRole('treeitem', { name: /bye/ }).click();
    await site.kill();
    await page.keyboard.press('d');
    await expect.poll(() => page.getByTestId('status').textContent(), { timeout: 5000 }).toBe('Offline, kept here');
    await site.restart();
    await page.reload();
    await expect.poll(() => page.getByTestId('status').textContent(), { timeout: 10_000 }).toBe('Saved r2');
    expect(await draftOf(flow)).toContain('"disabled":true');
    // What was done before the reload can be taken back after it.
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => draftOf(flow), { timeout: 5000 }).not.toContain('disabled');
    await page.context().close();
  });
});

describe('a run', () => {
  test('of the draft shows the state of each step as it happens, and stands in the address', async () => {
    const flow = await site.flow(GREET);
    const page = await site.page();
    await page.goto(`${site.url()}/flows/${flow}?view=outline`);
    await page.getByRole('button', { name: 'Run the flow' }).click();
    await page.getByRole('treeitem', { name: /bye.*done/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('run')).toMatch(/^r[0-9a-z]{20,}$/);
    await page.getByRole('treeitem', { name: /bye.*done/ }).dblclick();
    await page.getByRole('tab', { name: 'Output' }).click();
    await page.getByText('"Hello"').waitFor();
    await page.context().close();
  });
});
