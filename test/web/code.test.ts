/** The editor of code steps: types, what is wrong line by line, running, keys (details 12 and 16 of the interface). */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const SOURCE = `export default (input, can) => {
  const names = input.rows.map((row) => row.name);
  return names.join(', ');
};
`;

const FLOW = {
  headgate: 1,
  name: 'Names',
  steps: [
    { id: 'start', kind: 'set@1', with: { value: { rows: [{ name: 'Ada' }, { name: 'Bob' }], total: 2 } } },
    {
      id: 'join',
      kind: 'code@1',
      after: ['start'],
      with: { language: 'ts', input: '{{ steps.start }}', source: SOURCE },
    },
    {
      id: 'count',
      kind: 'code@1',
      after: ['start'],
      with: { language: 'python', input: '{{ steps.start }}', source: 'def main(input, can):\n    return 2\n' },
    },
  ],
};

/** The first question makes the browser read TypeScript. */
const TYPED = { timeout: 60_000 };

/** For a story: a machine that does much else at once takes longer over all of it. */
const STORY = 90_000;

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const sourceOf = async (flow: string, id = 'join'): Promise<unknown> => {
  const { json } = await site.ask('GET', `/api/v1/flows/${flow}`);
  const { steps } = (json as { draft: { steps: { id: string; with?: { source?: string } }[] } }).draft;
  return steps.find((step) => step.id === id)?.with?.source;
};

const open = async (flow: string, step = 'join', options?: Parameters<Site['page']>[0]): Promise<Page> => {
  const page = await site.page(options);
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=${step}`);
  await page.getByRole('textbox', { name: /^Source/ }).waitFor();
  return page;
};

const code = (page: Page) => page.getByRole('textbox', { name: /^Source/ });

/** Types over what is there, as a person does. */
const write = async (page: Page, text: string): Promise<void> => {
  await code(page).focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
};

test(
  'D11.12 code is checked against what it gets: what does not fit is listed with its line, which is one key away, and what fits is offered',
  async () => {
    const flow = await site.flow(FLOW);
    const page = await open(flow);
    await page.getByText('Types: no problems.').waitFor(TYPED);
    await write(
      page,
      'export default (input, can) => {\n  const n: string = input.total;\n  return [n, document];\n};',
    );
    const list = page.getByRole('list', { name: 'Problems in the code' });
    await list.getByText("Type 'number' is not assignable to type 'string'.").waitFor(TYPED);
    await list.getByText("Cannot find name 'document'.").waitFor();
    const place = list.getByRole('button', { name: '3:14, go there' });
    await place.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('input.rows[0].');
    await page.getByRole('option', { name: 'name' }).waitFor(TYPED);
    await page.keyboard.press('Escape');
    await expect.poll(() => sourceOf(flow), { timeout: 10_000 }).toContain('[n, input.rows[0].document]');
    await page.context().close();
  },
  STORY,
);

test(
  'D11.16 Ctrl+Enter in the code runs the step as it is typed, and what fails is at its line',
  async () => {
    const flow = await site.flow(FLOW);
    const page = await open(flow);
    await write(page, "export default () => {\n  throw new Error('no luck');\n};");
    await page.keyboard.press('Control+Enter');
    const list = page.getByRole('list', { name: 'Problems in the code' });
    await list.getByText(/Last run: .*no luck/).waitFor({ timeout: 20_000 });
    await list.getByRole('button', { name: /^2:\d+, go there/ }).waitFor();
    expect(await sourceOf(flow)).toContain('no luck');
    await write(page, "export default () => 'well';");
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await list.waitFor({ state: 'detached', timeout: 20_000 });
    await page.getByRole('tab', { name: 'Output' }).click();
    await page.getByText('well').first().waitFor();
    await page.context().close();
  },
  STORY,
);

test(
  'D11.12 by key: Tab indents, Esc and Tab leave, and undo is the editor’s inside and the flow’s outside',
  async () => {
    const flow = await site.flow(FLOW);
    const page = await open(flow);
    await code(page).focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Tab');
    await expect.poll(() => sourceOf(flow), { timeout: 10_000 }).toBe(`  ${SOURCE}`);
    await page.keyboard.press('Control+z');
    await expect.poll(() => sourceOf(flow), { timeout: 10_000 }).toBe(SOURCE);
    await page.keyboard.type('// mine');
    await page.keyboard.press('Escape');
    await page.getByRole('status').getByText('Tab leaves the editor now').waitFor();
    await page.keyboard.press('Tab');
    await expect.poll(() => code(page).evaluate((one) => one.contains(document.activeElement))).toBe(false);
    await expect.poll(() => sourceOf(flow), { timeout: 10_000 }).toBe(`// mine${SOURCE}`);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => code(page).innerText()).toMatch(/^export default/);
    await expect.poll(() => sourceOf(flow), { timeout: 10_000 }).toBe(SOURCE);
    await page.context().close();
  },
  STORY,
);

test(
  'GUI-02 the page begins no thread of a text or of another address; the one that checks code is a file of this server',
  async () => {
    const flow = await site.flow(FLOW);
    const page = await open(flow);
    const begin = (url: string): Promise<string> =>
      page.evaluate((at) => {
        try {
          return `began ${typeof new Worker(at).terminate}`;
        } catch (error) {
          return String(error);
        }
      }, url);
    for (const url of [
      '/api/v1/steps',
      'data:text/javascript,1',
      'https://elsewhere.example/assets/x.js',
      '/assets/../api/v1/steps',
    ])
      expect(await begin(url), url).toContain('TypeError');
    await page.getByText('Types: no problems.').waitFor(TYPED);
    expect(page.workers().map((one) => new URL(one.url()).pathname)).toEqual([
      expect.stringMatching(/^\/assets\/worker-/),
    ]);
    site.faults();
    await page.context().close();
  },
  STORY,
);

test.each(['light', 'dark'] as const)(
  'the panel with the editor, its search and its list has nothing for axe to find: %s',
  async (colorScheme) => {
    const flow = await site.flow(FLOW);
    const page = await open(flow, 'join', { colorScheme });
    await write(page, '// what it is\nexport default (input) => input.none + `text` + 3;');
    await page.getByRole('list', { name: 'Problems in the code' }).getByText(/none/).waitFor(TYPED);
    await page.keyboard.press('Control+f');
    await page.getByRole('textbox', { name: 'Find' }).waitFor();
    await page.getByText('What the code gets').first().click();
    expect(await violations(page, 'aside')).toEqual([]);
    await page.context().close();
  },
  STORY,
);

test(
  'Python has its stub, and is said not to be checked by types',
  async () => {
    const flow = await site.flow(FLOW);
    const page = await open(flow, 'count');
    await page.getByText('Python is not type-checked here').waitFor();
    await page.getByText('What the code gets').first().click();
    await page.getByText('TypedDict').first().waitFor();
    await write(page, 'def main(input, can):\n    return input[0)\n');
    await page.getByRole('list', { name: 'Problems in the code' }).getByRole('button', { name: /^2:/ }).waitFor(TYPED);
    expect(await violations(page, 'aside')).toEqual([]);
    await page.context().close();
  },
  STORY,
);
