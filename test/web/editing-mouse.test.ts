/** Editing a flow's graph by pointer, on the canvas. Each act is one edit, saved, and taken back by one undo. */

import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './site.ts';

type Step = {
  readonly id: string;
  readonly kind: string;
  readonly after?: readonly string[];
  readonly with?: { readonly steps?: readonly Step[] };
};
type Draft = { readonly steps: readonly Step[]; readonly layout?: Readonly<Record<string, readonly number[]>> };

const FLOW = {
  headgate: 1,
  name: 'Orders',
  triggers: [{ id: 'hook', kind: 'webhook@1' }],
  steps: [
    { id: 'start', kind: 'set@1', with: { value: [{ id: 1, name: 'Ada' }] } },
    { id: 'check', kind: 'if@1', after: ['start'], with: { when: '{{ steps.start.length > 0 }}' } },
    { id: 'good', kind: 'set@1', after: ['check.true'], with: { value: 1 } },
    { id: 'bad', kind: 'set@1', after: ['check.false'], with: { value: 2 } },
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

const opened = async (flow: string): Promise<Page> => {
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}`);
  await page.locator('[data-graph=canvas]').waitFor();
  await box(page, 'start').waitFor();
  return page;
};
const box = (page: Page, id: string): Locator => page.locator(`#box-${id}`);
const saved = async (page: Page, revision: number): Promise<void> => {
  await expect.poll(() => page.getByTestId('status').textContent(), { timeout: 5000 }).toBe(`Saved r${revision}`);
};
const middle = async (of: Locator): Promise<{ readonly x: number; readonly y: number }> => {
  const area = await of.boundingBox();
  if (area === null) throw new Error('it is not to be seen');
  return { x: area.x + area.width / 2, y: area.y + area.height / 2 };
};
const drag = async (page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> => {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
};
const after = (draft: Draft, id: string): readonly string[] | undefined =>
  draft.steps.find((one) => one.id === id)?.after;

test('D11.5 a double click on empty space adds a step there; a wire let go on nothing adds one that is connected', async () => {
  const flow = await site.flow(FLOW);
  const page = await opened(flow);
  await page.mouse.dblclick(640, 700);
  await page
    .getByRole('combobox', { name: 'Search for a step' })
    .or(page.getByPlaceholder('Search for a step'))
    .fill('wait');
  await page.keyboard.press('Enter');
  await saved(page, 2);
  const one = await draftOf(flow);
  expect(one.steps.at(-1)).toMatchObject({ id: 'wait', kind: 'wait@1' });
  expect(after(one, 'wait')).toBeUndefined();
  // It stands where it was asked for, and nobody else moved.
  expect(Object.keys(one.layout ?? {}).toSorted()).toEqual(['bad', 'check', 'good', 'hook', 'start', 'wait']);
  const way = box(page, 'good').locator('xpath=..').locator('.react-flow__handle.source');
  const from = await middle(way);
  await drag(page, from, { x: from.x - 60, y: 640 });
  await page.getByPlaceholder('Search for a step').fill('set a');
  await page.keyboard.press('Enter');
  await saved(page, 3);
  expect(after(await draftOf(flow), 'set')).toEqual(['good']);
  expect(await page.locator('[data-graph=canvas]').getAttribute('aria-activedescendant')).toBe('box-set');
  await page.context().close();
});

test('D11.6 a step is put on a wire by the + at its middle; deleting reconnects or leaves a gap; each is one undo', async () => {
  const flow = await site.flow(FLOW);
  const page = await opened(flow);
  const [a, b] = [await middle(box(page, 'start')), await middle(box(page, 'check'))];
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2);
  await page.getByRole('button', { name: 'Insert a step between start and check' }).click();
  await page.getByPlaceholder('Search for a step').fill('set a');
  await page.keyboard.press('Enter');
  await saved(page, 2);
  expect(after(await draftOf(flow), 'set')).toEqual(['start']);
  expect(after(await draftOf(flow), 'check')).toEqual(['set']);
  await box(page, 'set').click();
  await page.keyboard.press('Control+Backspace');
  await saved(page, 3);
  expect(after(await draftOf(flow), 'check')).toEqual(['start']);
  await page.locator('[data-notice]').getByRole('button', { name: 'Undo' }).click();
  await saved(page, 4);
  await box(page, 'set').click();
  await page.keyboard.press('Delete');
  await saved(page, 5);
  expect(after(await draftOf(flow), 'check')).toBeUndefined();
  await page.keyboard.press('Control+z');
  await saved(page, 6);
  expect(after(await draftOf(flow), 'check')).toEqual(['set']);
  await page.context().close();
});

test('a wire is drawn from a port by pointer, a box is dragged, and dropped into a block', async () => {
  const steps = [
    { id: 'start', kind: 'set@1', with: { value: 1 } },
    { id: 'loop', kind: 'each@1', with: { over: [1], steps: [{ id: 'inner', kind: 'set@1', with: { value: 1 } }] } },
    { id: 'check', kind: 'if@1', with: { when: true } },
    { id: 'free', kind: 'set@1', with: { value: 1 } },
  ];
  const layout = { start: [0, 0], loop: [0, 120], inner: [40, 60], check: [0, 330], free: [400, 330] };
  const flow = await site.flow({ headgate: 1, name: 'Drag', steps, layout });
  const page = await opened(flow);
  const out = box(page, 'check').locator('xpath=..').locator('.react-flow__handle.source[data-handleid="false"]');
  const into = box(page, 'free').locator('xpath=..').locator('.react-flow__handle.target');
  await drag(page, await middle(out), await middle(into));
  await saved(page, 2);
  expect(after(await draftOf(flow), 'free')).toEqual(['check.false']);
  const here = await middle(box(page, 'start'));
  await drag(page, here, { x: here.x + 40, y: here.y + 20 });
  await saved(page, 3);
  expect((await draftOf(flow)).layout?.['start']).not.toEqual([0, 0]);
  const inside = await middle(box(page, 'inner'));
  await drag(page, await middle(box(page, 'start')), { x: inside.x, y: inside.y + 10 });
  await saved(page, 4);
  const loop = (await draftOf(flow)).steps.find(({ id }) => id === 'loop');
  expect(loop?.with?.steps?.map(({ id }) => id)).toEqual(['inner', 'start']);
  await page.context().close();
});

test('D11.10 after a run wires show what went over them: taken, not taken, how much; hovering shows the shape', async () => {
  const flow = await site.flow(FLOW);
  const page = await opened(flow);
  await page.getByRole('button', { name: /^Run/ }).last().click();
  await page.locator('[data-wire="start>check"] [data-went="taken"]').first().waitFor({ state: 'attached' });
  await page.locator('[data-wire="check.true>good"] [data-went="taken"]').first().waitFor({ state: 'attached' });
  await page.locator('[data-wire="check.false>bad"] [data-went="skipped"]').first().waitFor({ state: 'attached' });
  expect(await page.locator('[data-wire="start>check"] text').textContent()).toMatch(/^1 item · \d+ms$/);
  const [a, b] = [await middle(box(page, 'start')), await middle(box(page, 'check'))];
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2);
  await page.getByText('First item: { id: number, name: text }').waitFor();
  await page.context().close();
});
