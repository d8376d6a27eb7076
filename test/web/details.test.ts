/** Details that people feel and seldom name: what is remembered, what can be taken back, how times and motion are. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
}, 120_000);
afterAll(() => site.close());
afterEach(() => expect(site.faults()).toEqual([]));

const wide = {
  headgate: 1,
  name: 'Wide',
  steps: Array.from({ length: 12 }, (_, i) => ({
    id: `s${i + 1}`,
    kind: 'set@1',
    ...(i === 0 ? {} : { after: [`s${i}`] }),
    with: { value: i },
  })),
  output: '{{ steps.s12 }}',
};

test('D11.9 the camera is where one left it, 1 shows all, 2 what is selected, and choosing what is out of sight brings it in', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow(wide);
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=canvas`);
  const view = page.locator('.react-flow__viewport');
  const camera = (): Promise<string | null> => view.getAttribute('style');
  const inSight = (id: string): Promise<boolean> =>
    page.evaluate((step) => {
      const box = document.querySelector(`.react-flow__node[data-id="${step}"]`)?.getBoundingClientRect();
      const room = document.querySelector('.react-flow')?.getBoundingClientRect();
      if (box === undefined || room === undefined) return false;
      return box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom;
    }, id);
  await page.locator('.react-flow__node[data-id="s1"]').click();
  const all = await camera();
  await page.keyboard.press('2');
  await expect.poll(camera).not.toBe(all);
  await expect.poll(() => inSight('s1')).toBe(true);
  const close = await camera();
  // It is kept when it has come to rest.
  const scale = Number(/scale\(([\d.]+)\)/.exec(close ?? '')?.[1]);
  await page.waitForFunction(
    (zoom) =>
      Object.entries(localStorage).some(
        ([key, value]) => key.startsWith('headgate.camera.') && JSON.parse(value).zoom === zoom,
      ),
    scale,
  );
  await page.reload();
  await page.locator('.react-flow__node[data-id="s1"]').waitFor();
  await expect.poll(camera).toBe(close);
  // The other end of the flow is out of sight: going there by key brings it in.
  await page.locator('.react-flow__node[data-id="s1"]').click();
  for (let i = 0; i < 11; i += 1) await page.keyboard.press('ArrowRight');
  await expect.poll(() => inSight('s12')).toBe(true);
  await page.keyboard.press('1');
  await expect.poll(() => inSight('s1')).toBe(true);
  expect(await inSight('s12')).toBe(true);
  // The panel of the last step takes room on its side, and the step moves out of its way.
  await page.locator('.react-flow__node[data-id="s12"]').click();
  await page.keyboard.press('Enter');
  await page.locator('aside').waitFor();
  await expect.poll(() => inSight('s12')).toBe(true);
  await page.context().close();
});

test('D11.27 a flow is deleted by keyboard and had back by the notice or weeks later; for good only by typing its name', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow({ ...wide, name: 'Invoices' });
  const page = await site.page();
  await page.goto(`${site.url()}/flows`);
  const link = page.getByRole('link', { name: 'Invoices', exact: true });
  const remove = async (): Promise<void> => {
    await page.getByRole('button', { name: 'What can be done with Invoices' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Delete' }).press('Enter');
    await link.waitFor({ state: 'hidden' });
  };
  await remove();
  expect((await site.ask('GET', `/api/v1/flows/${flow}`)).status).toBe(404);
  await page.getByRole('button', { name: 'Undo' }).click();
  await link.waitFor();
  expect((await site.ask('GET', `/api/v1/flows/${flow}`)).status).toBe(200);

  await remove();
  await page.getByRole('link', { name: 'Deleted flows' }).click();
  await page.getByRole('heading', { name: 'Deleted flows' }).waitFor();
  expect(page.url()).toBe(`${site.url()}/flows/deleted`);
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    expect(await violations(page)).toEqual([]);
  }
  await page.getByRole('button', { name: 'Restore Invoices' }).click();
  await page.getByText('No flow was deleted').waitFor();
  await page.getByRole('link', { name: 'All flows' }).click();
  await link.waitFor();

  await remove();
  await page.getByRole('link', { name: 'Deleted flows' }).click();
  await page.getByRole('button', { name: 'Remove for good: Invoices' }).click();
  const act = page.getByRole('dialog').getByRole('button', { name: 'Remove for good' });
  expect(await act.isDisabled()).toBe(true);
  await page.getByRole('dialog').getByRole('textbox').fill('Invoice');
  expect(await act.isDisabled()).toBe(true);
  await page.getByRole('dialog').getByRole('textbox').fill('Invoices');
  await act.click();
  await page.getByText('No flow was deleted').waitFor();
  expect((await site.ask('POST', `/api/v1/deleted-flows/${flow}/restore`, {})).status).toBe(404);
  await page.context().close();
});

test('a flow is copied, saved as a file that makes the same flow, and switched off and on, from the list', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow({ ...wide, name: 'Orders' });
  const page = await site.page();
  await page.goto(`${site.url()}/flows`);
  const act = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'What can be done with Orders' }).click();
    await page.getByRole('menuitem', { name, exact: true }).click();
  };
  await act('Switch off');
  await page.getByText('Switched off').waitFor();
  await act('Switch on');
  await page.getByText('Switched off').waitFor({ state: 'hidden' });
  const coming = page.waitForEvent('download');
  await act('Save as a file');
  const file = await coming;
  expect(file.suggestedFilename()).toBe('Orders.json');
  const draft: unknown = JSON.parse(await new Response((await file.createReadStream()) as never).text());
  expect(draft).toEqual(Reflect.get(Object((await site.ask('GET', `/api/v1/flows/${flow}`)).json), 'draft'));
  await act('Make a copy');
  await page.getByRole('heading', { name: 'Copy of Orders' }).waitFor();
  await page.context().close();
});

test('D11.30 times are told from now, exactly and with their zone on hover, and durations in one style', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow({ ...wide, name: 'Times' });
  const run = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { draft: true, input: {}, wait: 20 });
  expect(run.json).toMatchObject({ state: 'done' });
  const page = await site.page({ timezoneId: 'Asia/Kolkata' });
  await page.goto(`${site.url()}/runs?flow=${flow}`);
  const time = page.locator('time').first();
  await time.waitFor();
  expect(await time.textContent()).toMatch(/^(now|\d+ (second|minute)s? ago)$/);
  expect(await time.getAttribute('title')).toMatch(/GMT\+5:30|IST/);
  const started = await time.getAttribute('datetime');
  expect(new Date(started ?? '').toISOString()).toBe(started);
  await expect.poll(() => page.getByRole('row').filter({ has: time }).textContent()).toMatch(/\d(\.\d+)? ?(ms|s)\b/);
  const digits = await time.evaluate((one) => getComputedStyle(one).fontVariantNumeric);
  expect(digits).toContain('tabular-nums');
  await page.context().close();
});

test('D11.33 what moves takes less than 150 ms and moves by transform or opacity alone; wires do not move at all', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow(wide);
  const page = await site.page();
  await page.goto(`${site.url()}/flows/${flow}?view=canvas&step=s2`);
  await page.locator('aside').waitFor();
  await page.locator('.react-flow__edge').first().waitFor({ state: 'attached' });
  const slow = await page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((one) => {
      const { transitionDuration, animationName, animationDuration } = getComputedStyle(one);
      const longest = Math.max(
        ...`${transitionDuration},${animationName === 'none' ? '0s' : animationDuration}`
          .split(',')
          .map((text) => Number.parseFloat(text) * (text.trim().endsWith('ms') ? 1 : 1000)),
      );
      return longest > 150 ? [`${one.tagName}.${String(one.getAttribute('class'))}: ${longest} ms`] : [];
    }),
  );
  expect(slow).toEqual([]);
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll('.react-flow__edge, .react-flow__edge *')].filter(
        (one) => getComputedStyle(one).animationName !== 'none',
      ).length,
  );
  expect(moving).toBe(0);
  await page.context().close();
});

test('a part of a page that cannot be fetched is told with what to do, and nothing else of the page is lost', {
  timeout: 60_000,
}, async () => {
  const flow = await site.flow({ ...wide, name: 'Parts' });
  const page = await site.page();
  await page.goto(`${site.url()}/flows`);
  await page.getByRole('link', { name: 'Parts', exact: true }).waitFor();
  let away = true;
  await page.route('**/assets/versions-page-*.js', (route) =>
    away ? route.abort('connectionrefused') : route.continue(),
  );
  await page.goto(`${site.url()}/flows/${flow}?page=versions`);
  await page.getByRole('heading', { name: 'This page could not be shown' }).waitFor();
  expect(await violations(page)).toEqual([]);
  const told = site.faults();
  expect(told.filter((one) => !/dynamically imported module/.test(one))).toEqual([]);
  away = false;
  await page.getByRole('button', { name: 'Load the page again' }).click();
  await page.getByRole('heading', { name: 'Parts' }).waitFor();
  await page.getByText('There is none yet.').waitFor();
  await page.context().close();
});
