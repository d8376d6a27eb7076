/** The same editing by keyboard alone, on the canvas and in the outline; and what two people do to one flow. */

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './site.ts';

type Step = {
  readonly id: string;
  readonly kind: string;
  readonly name?: string;
  readonly after?: readonly string[];
  readonly with?: { readonly steps?: readonly Step[]; readonly value?: unknown };
};
type Draft = { readonly steps: readonly Step[]; readonly layout?: Readonly<Record<string, readonly [number, number]>> };

const FLOW = {
  headgate: 1,
  name: 'Orders',
  steps: [
    { id: 'start', kind: 'set@1', with: { value: 1 } },
    { id: 'check', kind: 'if@1', after: ['start'], with: { when: true } },
    { id: 'good', kind: 'set@1', after: ['check.true'], with: { value: 1 } },
    { id: 'bad', kind: 'set@1', with: { value: 2 } },
  ],
};

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const draftOf = async (flow: string): Promise<Draft> =>
  Reflect.get(Object((await site.ask('GET', `/api/v1/flows/${flow}`)).json), 'draft') as Draft;
const saved = async (page: Page, revision: number): Promise<void> => {
  await expect.poll(() => page.getByTestId('status').textContent(), { timeout: 5000 }).toBe(`Saved r${revision}`);
};
const after = (draft: Draft, id: string): readonly string[] | undefined =>
  draft.steps.find((one) => one.id === id)?.after;
const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const cursor = (page: Page): Promise<string | null> =>
  page.locator('[data-graph=canvas]').getAttribute('aria-activedescendant');

test('the canvas by keys: arrows follow wires, / adds, I inserts, C connects by port, Alt moves, F2 renames', async () => {
  const flow = await site.flow(FLOW);
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=canvas`);
  const canvas = page.locator('[data-graph=canvas]');
  await page.locator('#box-start').waitFor();
  await canvas.focus();
  await press(page, 'Shift+S');
  expect(await cursor(page)).toBe('box-start');
  await press(page, 'ArrowRight', 'ArrowRight');
  expect(await cursor(page)).toBe('box-good');
  await press(page, 'ArrowLeft');
  expect(await cursor(page)).toBe('box-check');
  await page.getByRole('button', { name: 'check, If, step 2 of 4, 1 input, 1 output' }).waitFor();
  // C takes the first port, C again the next one.
  await press(page, 'c', 'c');
  await page.getByText('Connecting from check.false').first().waitFor();
  await press(page, 'Shift+B', 'Enter');
  await saved(page, 2);
  expect(after(await draftOf(flow), 'bad')).toEqual(['check.false']);
  await press(page, 'i');
  await page.getByPlaceholder('Search for a step').fill('set a');
  await press(page, 'Enter');
  await saved(page, 3);
  expect(after(await draftOf(flow), 'bad')).toEqual(['set']);
  expect(await cursor(page)).toBe('box-set');
  await press(page, 'Alt+ArrowDown', 'Alt+Shift+ArrowRight');
  await expect.poll(async () => Object.keys((await draftOf(flow)).layout ?? {}).length).toBe(5);
  await press(page, 'F2');
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT');
  await page.keyboard.type('Take a note');
  await press(page, 'Enter');
  await expect
    .poll(async () => (await draftOf(flow)).steps.find(({ id }) => id === 'take_a_note')?.name)
    .toBe('Take a note');
  expect(after(await draftOf(flow), 'bad')).toEqual(['take_a_note']);
  await page.getByRole('status').filter({ hasText: 'Rename set to Take a note' }).waitFor({ state: 'attached' });
  await page.context().close();
});

test('a wire by keys, on the canvas and in the outline: W chooses one of the step, Delete takes it away alone, undo brings it back', async () => {
  const flow = await site.flow(FLOW);
  const page = await site.page();
  page.setDefaultTimeout(10_000);
  await page.goto(`${site.url()}/flows/${flow}?view=canvas`);
  const canvas = page.locator('[data-graph=canvas]');
  await page.locator('#box-start').waitFor();
  await canvas.focus();
  await press(page, 'Shift+S', 'ArrowRight');
  expect(await cursor(page)).toBe('box-check');
  await press(page, 'w');
  await page.getByText('The wire from start to check is chosen').first().waitFor();
  await page.locator('[data-wire="start>check"] [data-selected="true"]').waitFor({ state: 'attached' });
  // The next one is the one that leaves it; Escape lets go of it and takes nothing away.
  await press(page, 'w', 'Escape');
  await expect.poll(() => page.locator('[data-wire] [data-selected="true"]').count()).toBe(0);
  await press(page, 'w', 'w');
  await page.getByText('The wire from check.true to good is chosen').first().waitFor();
  await press(page, 'Delete');
  await saved(page, 2);
  expect(after(await draftOf(flow), 'good')).toBeUndefined();
  expect((await draftOf(flow)).steps).toHaveLength(4);
  await press(page, 'Control+z');
  await saved(page, 3);
  expect(after(await draftOf(flow), 'good')).toEqual(['check.true']);
  // By pointer, too: what is clicked is what Delete is about.
  await page.getByRole('button', { name: 'Fit all on the screen' }).click();
  const line = page.locator('[data-wire="start>check"] .react-flow__edge-interaction');
  await expect
    .poll(async () => {
      const at = await line.boundingBox();
      if (at !== null) await page.mouse.click(at.x + at.width / 2, at.y + at.height / 2);
      return page.getByText('The wire from start to check is chosen').count();
    })
    .toBeGreaterThan(0);
  await press(page, 'Delete');
  await saved(page, 4);
  expect(after(await draftOf(flow), 'check')).toBeUndefined();
  await press(page, 'Control+z');
  await saved(page, 5);

  await page.goto(`${site.url()}/flows/${flow}?view=outline`);
  await page.getByRole('treeitem', { name: /^good/ }).click();
  await press(page, 'w', 'Delete');
  await saved(page, 6);
  expect(after(await draftOf(flow), 'good')).toBeUndefined();
  await press(page, '?');
  await page.getByRole('row', { name: 'Choose a wire of the step W' }).waitFor();
  await page.context().close();
}, 60_000);

test('D11.7 D11.8 copying gives plain text that pastes into another flow; foreign text says what is wrong; tidying is an edit', async () => {
  const [flow, other] = [
    await site.flow(FLOW),
    await site.flow({ headgate: 1, name: 'Other', steps: [{ id: 'good', kind: 'set@1', with: { value: 0 } }] }),
  ];
  const page = await site.page({ permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(`${site.url()}/flows/${flow}?view=canvas`);
  await page.locator('#box-good').click();
  await page.locator('#box-check').click({ modifiers: ['Control'] });
  await press(page, 'Control+c');
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(text)).toMatchObject({ headgate: 1, steps: [{ id: 'check' }, { id: 'good' }] });
  await press(page, 'Control+d');
  await saved(page, 2);
  expect(after(await draftOf(flow), 'good_2')).toEqual(['check_2.true']);
  await page.goto(`${site.url()}/flows/${other}?view=canvas`);
  await page.locator('#box-good').waitFor();
  await page.locator('[data-graph=canvas]').focus();
  await press(page, 'Control+v');
  await saved(page, 2);
  expect((await draftOf(other)).steps.map(({ id }) => id)).toEqual(['good', 'check', 'good_2']);
  await page.evaluate(() => navigator.clipboard.writeText('{"nodes": [], "connections": {}}'));
  await press(page, 'Control+v');
  await page.getByText('The clipboard holds JSON, but no steps of a flow').waitFor();
  await page.evaluate(() => navigator.clipboard.writeText('{"headgate": 1, "name": "x", "steps": ['));
  await press(page, 'Control+v');
  await page.getByRole('alert').nth(1).waitFor();
  await page.getByRole('button', { name: 'Tidy up the canvas' }).click();
  await saved(page, 3);
  expect(Object.keys((await draftOf(other)).layout ?? {})).toHaveLength(3);
  await press(page, 'Control+z');
  await saved(page, 4);
  expect((await draftOf(other)).layout).toBeUndefined();
  await page.context().close();
});

test('the outline at 360 px, by keys: branches, adding in one, moving up, into a block and out, several at once', async () => {
  const steps = [
    ...FLOW.steps,
    { id: 'loop', kind: 'each@1', with: { over: [1], steps: [{ id: 'inner', kind: 'set@1', with: { value: 1 } }] } },
    { id: 'last', kind: 'set@1', with: { value: 1 } },
  ];
  const flow = await site.flow({ ...FLOW, steps });
  const page = await site.page({ viewport: { width: 360, height: 740 } });
  await page.goto(`${site.url()}/flows/${flow}`);
  await page.getByRole('treeitem', { name: 'start, Set a value, step 1 of 7, 0 inputs, 1 output' }).focus();
  await press(page, 'ArrowDown', 'ArrowDown');
  await page.getByRole('treeitem', { name: 'true, Branch true of check' }).waitFor();
  await press(page, 'ArrowDown', 'ArrowDown');
  expect(await page.locator(':focus').getAttribute('aria-label')).toBe('false nothing follows, Branch false of check');
  await press(page, 'Enter');
  await page.getByPlaceholder('Search for a step').fill('set a');
  await press(page, 'Enter');
  await saved(page, 2);
  expect(after(await draftOf(flow), 'set')).toEqual(['check.false']);
  await page.getByRole('treeitem', { name: /^last/ }).focus();
  await page.getByRole('treeitem', { name: /^last/ }).click();
  await press(page, 'Alt+ArrowRight');
  await saved(page, 3);
  const inside = async (): Promise<readonly string[] | undefined> =>
    (await draftOf(flow)).steps.find(({ id }) => id === 'loop')?.with?.steps?.map(({ id }) => id);
  expect(await inside()).toEqual(['inner', 'last']);
  await press(page, 'Alt+ArrowUp');
  await saved(page, 4);
  expect(await inside()).toEqual(['last', 'inner']);
  await press(page, 'Alt+ArrowLeft');
  await saved(page, 5);
  expect(await inside()).toEqual(['inner']);
  await press(page, 'Home', 'Shift+ArrowDown', 'd');
  await saved(page, 6);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await page.context().close();
});

test('D11.4 two people: each sees the other at once, what clashes is shown field by field and settled one by one', async () => {
  const steps = FLOW.steps.map((step) => (step.id === 'start' ? { ...step, name: 'First' } : step));
  const flow = await site.flow({ ...FLOW, steps });
  const [one, two] = [await site.page(), await site.page()];
  for (const page of [one, two]) {
    await page.goto(`${site.url()}/flows/${flow}?view=outline`);
    await page.getByRole('treeitem', { name: /^First/ }).waitFor();
  }
  // A change of somebody else is there without asking for it.
  await two.getByRole('treeitem', { name: /^bad/ }).click();
  await two.keyboard.press('d');
  await one.getByRole('treeitem', { name: /^bad.*disabled/ }).waitFor({ timeout: 3000 });
  await site.kill();
  const write = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('treeitem', { name: /^First/ }).click();
    await page.keyboard.press('F2');
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
  };
  await write(one, 'Mine');
  await write(two, 'Theirs');
  await site.restart();
  await expect
    .poll(
      async () =>
        [await one.getByTestId('status').textContent(), await two.getByTestId('status').textContent()].toSorted(),
      { timeout: 20_000 },
    )
    .toContain('Conflict');
  const page = (await one.getByTestId('status').textContent()) === 'Conflict' ? one : two;
  const mine = page === one ? 'Mine' : 'Theirs';
  const group = page
    .getByRole('region', { name: /changed by somebody else/ })
    .getByRole('group')
    .first();
  await group.getByRole('button', { name: 'Keep mine' }).waitFor();
  for (let left = 5; left > 0 && (await page.getByRole('button', { name: 'Keep mine' }).count()) > 0; left -= 1)
    await page.getByRole('button', { name: 'Keep mine' }).first().click();
  await expect.poll(() => page.getByTestId('status').textContent(), { timeout: 5000 }).toMatch(/^Saved/);
  const draft = await draftOf(flow);
  expect(draft.steps.some(({ name }) => name === mine)).toBe(true);
  expect(draft.steps).toHaveLength(4);
  await one.context().close();
  await two.context().close();
});
