/** A form is designed in a real browser without a line of JSON, sent by somebody else, and looks as its preview did. */

import type { Locator, Page } from 'playwright-core';
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

type Field = Record<string, unknown>;
type Thing = { readonly with: { readonly fields?: readonly Field[] } };

const fieldsOf = async (flow: string): Promise<readonly Field[]> => {
  const { json } = await site.ask('GET', `/api/v1/flows/${flow}`);
  const { draft } = json as { draft: { triggers?: Thing[]; steps: Thing[] } };
  return (draft.triggers?.[0] ?? draft.steps[0])?.with.fields ?? [];
};

const clean = async (within: string): Promise<void> => {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page, within)).toEqual([]);
  }
};

const add = async (within: Locator, type: string, label: string): Promise<void> => {
  await within.getByRole('combobox', { name: 'New field' }).selectOption({ label: type });
  await within.getByRole('button', { name: 'Add the field' }).click();
  const box = within.getByRole('textbox', { name: 'Label', exact: true });
  await expect.poll(() => box.evaluate('document.activeElement?.getAttribute("data-label") !== null'), SEEN).toBe(true);
  await box.fill(label);
  await box.blur();
};

test('a form is made of fields by clicking, and each is what the draft holds', async () => {
  const flow = await site.flow({
    headgate: 1,
    name: 'Apply',
    triggers: [
      { id: 'apply', kind: 'form@1', with: { title: 'Apply', fields: [], look: { color: 'green', letter: 'H' } } },
    ],
    steps: [{ id: 'all', kind: 'set@1', with: { value: '{{ input }}' } }],
    output: '{{ steps.all }}',
  });
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=apply`);
  const group = page.getByRole('group', { name: 'Fields', exact: true });
  await group.getByText('The form has no field yet.').waitFor();
  await group.getByRole('button', { name: 'Design it large' }).click();
  const design = page.getByRole('dialog', { name: 'Fields of the form' });
  await add(design, 'Text', 'Your name');
  await design.getByRole('checkbox', { name: 'Has to be filled in' }).check();
  await add(design, 'One of several', 'Boat');
  await design.getByRole('textbox', { name: /^Choices/ }).fill('Sloop\nKetch');
  await add(design, 'E-mail address', 'Mail');
  await design.getByRole('combobox', { name: 'Stands on' }).selectOption({ label: 'page 2' });
  await expect
    .poll(() => fieldsOf(flow), SEEN)
    .toEqual([
      { name: 'your_name', label: 'Your name', type: 'text', required: true },
      { name: 'boat', label: 'Boat', type: 'choice', choices: ['Sloop', 'Ketch'] },
      { name: 'mail', label: 'Mail', type: 'email', page: 2 },
    ]);
  // What it will look like stands beside it, page by page.
  const preview = design.getByRole('region', { name: 'As people will see it' });
  await preview.getByText('Your name (required)').waitFor();
  expect(await preview.getByText('Mail', { exact: true }).count()).toBe(0);
  await preview.getByRole('button', { name: 'Next page' }).click();
  await preview.getByText('Mail', { exact: true }).waitFor();
  await preview.getByText('Page 2 of 2').waitFor();
  await clean('[role=dialog]');
  // Another order: by keys, and by dragging.
  await design.getByRole('button', { name: 'Move Boat', exact: true }).focus();
  await page.keyboard.press('ArrowUp');
  const order = async (): Promise<unknown[]> => (await fieldsOf(flow)).map(({ name }) => name);
  await expect.poll(order, SEEN).toEqual(['boat', 'your_name', 'mail']);
  await expect.poll(() => page.evaluate('document.activeElement.getAttribute("aria-label")'), SEEN).toBe('Move Boat');
  const grip = design.getByRole('button', { name: 'Move Your name', exact: true });
  await grip.dragTo(design.getByRole('button', { name: 'Move Boat', exact: true }));
  await expect.poll(order, SEEN).toEqual(['your_name', 'boat', 'mail']);
  await design.getByRole('button', { name: 'Close' }).click();
  // An edit like any other: undo takes it back, one move a time.
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(order, SEEN).toEqual(['boat', 'your_name', 'mail']);
}, 90_000);

test('as JSON it is the same list; what the designer does not know is kept, and what is no list is not taken over', async () => {
  const odd = { name: 'a', label: 'A', type: 'text', placeholder: 'kept' };
  const flow = await site.flow({
    headgate: 1,
    name: 'Odd',
    triggers: [{ id: 'odd', kind: 'form@1', with: { title: 'Odd', fields: [odd] } }],
    steps: [{ id: 'all', kind: 'set@1', with: { value: 1 } }],
  });
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=odd`);
  const group = page.getByRole('group', { name: 'Fields', exact: true });
  await group.getByRole('button', { name: /^A Text/ }).click();
  await group.getByRole('textbox', { name: 'Label', exact: true }).fill('Other');
  await group.getByRole('textbox', { name: 'Label', exact: true }).blur();
  await expect.poll(() => fieldsOf(flow), SEEN).toEqual([{ ...odd, name: 'other', label: 'Other' }]);
  await group.getByText('JSON', { exact: true }).click();
  const json = group.getByRole('textbox', { name: 'Fields' });
  expect(await json.inputValue()).toContain('"placeholder": "kept"');
  await json.fill('[{"name": "b"');
  await json.blur();
  await group.getByText('Expected a list of objects in JSON.').waitFor();
  expect(await group.getByRole('radio', { name: 'Fields' }).isDisabled()).toBe(true);
  await json.fill('[{"name": "b", "label": "B", "type": "date", "x": 1}]');
  await json.blur();
  await expect.poll(() => fieldsOf(flow), SEEN).toEqual([{ name: 'b', label: 'B', type: 'date', x: 1 }]);
  await group.getByRole('radiogroup', { name: 'How the fields are shown' }).getByText('Fields').click();
  await group.getByRole('button', { name: /^B Date/ }).waitFor();
  await clean('aside');
}, 90_000);

test('the preview looks as the page does', async () => {
  const flow = await site.flow({
    headgate: 1,
    name: 'Look',
    triggers: [
      {
        id: 'look',
        kind: 'form@1',
        with: {
          title: 'Rent a boat',
          intro: 'For a day or two.',
          look: { color: 'green', letter: 'H' },
          fields: [
            { name: 'who', label: 'Your name', type: 'text', required: true, help: 'As in your passport' },
            { name: 'boat', label: 'Boat', type: 'choice', choices: ['Sloop', 'Ketch'] },
          ],
        },
      },
    ],
    steps: [{ id: 'all', kind: 'set@1', with: { value: 1 } }],
  });
  const published = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
  const { webhooks } = published.json as { webhooks: { url: string }[] };
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=look`);
  const preview = page.getByRole('region', { name: 'As people will see it' });
  await preview.getByText('Rent a boat').waitFor();
  const real = await site.tab(page);
  await real.emulateMedia({ colorScheme: 'light' });
  await real.goto(new URL(webhooks[0]?.url ?? '', site.url()).pathname.replace(/^/, site.url()));
  const styleOf = (of: Locator, names: readonly string[]): Promise<unknown> =>
    of.evaluate(
      (element, wanted) => {
        const style = element.ownerDocument.defaultView?.getComputedStyle(element);
        return wanted.map((name) => style?.getPropertyValue(name));
      },
      [...names],
    );
  const box = ['color', 'background-color', 'border-top-color', 'border-top-left-radius', 'font-size', 'font-weight'];
  const pairs: readonly (readonly [Locator, Locator])[] = [
    [real.getByRole('button', { name: 'Send' }), preview.getByText('Send', { exact: true })],
    [real.getByLabel('Your name'), preview.locator('input').first()],
    [real.getByLabel('Boat'), preview.locator('select')],
    [real.locator('.sign'), preview.getByText('H', { exact: true })],
    [real.locator('label').first(), preview.getByText('Your name (required)')],
    [real.getByText('As in your passport'), preview.getByText('As in your passport')],
    [real.getByRole('heading', { name: 'Rent a boat' }), preview.getByText('Rent a boat')],
  ];
  for (const [theirs, ours] of pairs) expect(await styleOf(ours, box)).toEqual(await styleOf(theirs, box));
  await real.close();
}, 90_000);

test('a question that asks for a form has the same designer, without files and pages', async () => {
  const flow = await site.flow({
    headgate: 1,
    name: 'Ask',
    steps: [
      { id: 'ask', kind: 'ask@1', with: { title: 'Where to?', wanted: 'form', who: { link: true }, fields: [] } },
    ],
  });
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=ask`);
  const group = page.getByRole('group', { name: 'Fields', exact: true });
  const types = group.getByRole('combobox', { name: 'New field' });
  expect(await types.getByRole('option', { name: 'File' }).count()).toBe(0);
  await add(group, 'Yes or no', 'Breakfast');
  await group.getByRole('checkbox', { name: 'Has to be ticked' }).waitFor();
  expect(await group.getByRole('combobox', { name: 'Stands on' }).count()).toBe(0);
  await expect.poll(() => fieldsOf(flow), SEEN).toEqual([{ name: 'breakfast', label: 'Breakfast', type: 'boolean' }]);
  await group.getByText('Comment (optional)').waitFor();
  await group.getByRole('button', { name: 'Remove Breakfast' }).click();
  await expect.poll(() => fieldsOf(flow), SEEN).toEqual([]);
}, 90_000);
