/** Trust, further, in the browser: the map of powers, who uses a secret, roles, tokens, limits, environments, the doctor. */

import { expect, afterAll, afterEach, beforeAll, test } from 'vitest';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const MARKUP = '<img src=x onerror=alert(1)>"\'&{{7*7}}';

let site: Site;
let flow: string;
beforeAll(async () => {
  site = await openSite();
  const inner = await site.flow({
    headgate: 1,
    name: 'Inner',
    steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }],
  });
  await publish(inner);
  const put = await site.ask('PUT', '/api/v1/secrets', {
    name: 'github',
    value: 'otter-lamp-granite-71',
    origins: ['https://api.github.com'],
  });
  expect(put.status, put.text).toBe(200);
  flow = await site.flow({
    headgate: 1,
    name: MARKUP,
    steps: [
      { id: 'inner', kind: 'flow.call@1', with: { flow: inner, input: {} } },
      { id: 'never', kind: 'if@1', after: ['inner'], with: { when: '{{ false }}' } },
      {
        id: 'get',
        kind: 'http.request@1',
        after: ['never.true'],
        with: { method: 'GET', url: 'https://api.github.com/{{ vars.path }}', secret: 'github' },
      },
    ],
  });
  await publish(flow);
  const run = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { wait: 20 });
  expect(run.text).toContain('"done"');
  for (const body of [{ name: 'dev' }, { name: 'prod', approval: true }])
    expect((await site.ask('POST', '/api/v1/projects/default/environments', body)).status).toBe(201);
  expect((await site.ask('POST', '/api/v1/groups', { name: MARKUP })).status).toBe(201);
}, 180_000);
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const publish = async (id: string): Promise<void> => {
  const made = await site.ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' });
  expect(made.status, made.text).toBe(201);
};
const granted = async (): Promise<readonly string[]> => {
  const { json } = await site.ask('GET', `/api/v1/flows/${flow}/powers`);
  return (json as { granted: { power: string }[] }).granted.map(({ power }) => power);
};

const PAGES = ['roles', 'powers', 'tokens', 'environments', 'limits', 'doctor'];

test.each(['light', 'dark'] as const)(
  'axe finds nothing on any of these pages, wide and narrow, %s; none scrolls sideways, and markup stays text',
  async (colorScheme) => {
    const page = await site.page({ colorScheme });
    page.setDefaultTimeout(20_000);
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      for (const path of [...PAGES.map((one) => `/trust/${one}`), `/flows/${flow}?view=outline&page=environments`]) {
        await page.goto(site.url() + path);
        await page
          .getByRole(path.startsWith('/trust') ? 'heading' : 'dialog')
          .first()
          .waitFor();
        await expect.poll(() => page.locator('[aria-busy=true]').count(), { timeout: 30_000 }).toBe(0);
        expect(
          await violations(page, path.startsWith('/trust') ? 'body' : '[role=dialog]'),
          `${path} ${width}`,
        ).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide, `${path} does not scroll sideways`).toBeLessThanOrEqual(width);
        expect(await page.locator('img').count()).toBe(0);
      }
    }
    await page.context().close();
  },
  180_000,
);

test('the map tells what was used and what never was; what nobody uses is taken back, and undone', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/trust/powers`);
  const called = page.getByRole('row').filter({ hasText: 'flow: call' });
  await called.waitFor();
  expect(await called.textContent()).not.toContain('never used');
  await page.getByText('Never used', { exact: true }).click();
  await expect.poll(() => called.count()).toBe(0);
  expect(new URL(page.url()).searchParams.get('show')).toBe('unused');
  const secret = page.getByRole('row').filter({ hasText: 'secret: use github' });
  expect(await secret.textContent()).toContain('never used');
  await secret.getByRole('button', { name: /^Take back secret/ }).click();
  await expect.poll(() => secret.count()).toBe(0);
  expect((await granted()).some((power) => power.startsWith('secret:'))).toBe(false);
  await page.getByRole('button', { name: 'Undo' }).click();
  await secret.waitFor();
  expect((await granted()).some((power) => power.startsWith('secret:'))).toBe(true);
  await page.context().close();
}, 60_000);

test('D11.14 a secret says which steps name it, and who may use it where', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/trust/secrets`);
  await page.getByRole('button', { name: 'Uses of github' }).click();
  const uses = page.getByRole('dialog', { name: 'Uses of github' });
  const named = uses.getByRole('row').filter({ hasText: 'Version 1' });
  await named.waitFor();
  expect(await named.textContent()).toContain('get');
  await uses.getByText('It may be sent to https://api.github.com alone.').waitFor();
  expect(await page.content()).not.toContain('otter-lamp');
  expect(await violations(page, '[role=dialog]')).toEqual([]);
  await page.context().close();
}, 60_000);

test('values of environments stand side by side; a promotion shows what is missing there, and waits for somebody else', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/trust/environments`);
  await page.getByRole('button', { name: 'Edit values of dev' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit values of dev' });
  await edit.getByRole('button', { name: 'Add a value' }).click();
  await edit.getByLabel('Name').fill('path');
  await edit.getByLabel('Value').fill('dev/x');
  await edit.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row').filter({ hasText: 'vars.path' }).getByText('dev/x').waitFor();

  await page.goto(`${site.url()}/flows/${flow}?view=outline&page=environments`);
  const drawer = page.getByRole('dialog');
  await drawer.getByLabel('To').selectOption('dev');
  await drawer.getByText(/Version 1 would/).waitFor();
  await drawer.getByRole('checkbox', { name: /Lend the .* missing, in dev alone/ }).check();
  await drawer.getByRole('button', { name: 'Promote' }).click();
  await page.getByText('Version 1 runs in dev').first().waitFor();

  await drawer.getByLabel('To').selectOption('prod');
  const propose = drawer.getByRole('button', { name: 'Propose' });
  await drawer.getByText('1 thing that the version names is missing there').waitFor();
  expect(await propose.isDisabled()).toBe(true);
  await drawer.getByRole('checkbox', { name: /Although these are missing there: vars.path/ }).check();
  await propose.click();
  await drawer.getByText('Version 1 from default to prod').waitFor();
  await drawer.getByRole('button', { name: 'Look and decide' }).click();
  await drawer.getByRole('button', { name: 'Approve' }).click();
  // Who proposed it does not approve it.
  await drawer.getByRole('alert').filter({ hasText: 'promotion.own' }).waitFor();
  await drawer.getByRole('button', { name: 'Refuse' }).click();
  await drawer.getByText('refused', { exact: true }).waitFor();
  await page.context().close();
}, 90_000);

test('a role, a token and a policy are made here, and hold', async () => {
  const page = await site.page();
  page.setDefaultTimeout(15_000);
  await page.goto(`${site.url()}/trust/roles`);
  await page.getByRole('button', { name: 'New role' }).click();
  const form = page.getByRole('dialog', { name: 'New role' });
  await form.getByLabel('Name').fill('Reviewer');
  await form.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('button', { name: 'Change Reviewer' }).waitFor();
  expect((await site.ask('GET', '/api/v1/roles')).text).toContain('"name":"Reviewer"');

  // A role goes after a question, which says how many hold it; while somebody does, it stays.
  const { roles } = (await site.ask('GET', '/api/v1/roles')).json as { roles: { id: string; name: string }[] };
  const reviewer = roles.find(({ name }) => name === 'Reviewer')?.id ?? '';
  const { members } = (await site.ask('GET', '/api/v1/members')).json as { members: { user: string }[] };
  const inProject = `/api/v1/projects/default/members/${members[0]?.user ?? ''}`;
  expect((await site.ask('PUT', inProject, { role: reviewer })).status).toBe(204);
  const deletes = page.getByRole('dialog', { name: 'Delete Reviewer' });
  const act = deletes.getByRole('button', { name: 'Delete' });
  await page.getByRole('button', { name: 'Delete Reviewer' }).click();
  await deletes.getByText('0 members hold it in the whole workspace. It is held 1 time in projects.').waitFor();
  await deletes.getByRole('textbox').fill('Reviewer');
  expect(await act.isDisabled()).toBe(true);
  expect(await violations(page)).toEqual([]);
  await deletes.getByRole('button', { name: 'Cancel' }).click();
  expect((await site.ask('DELETE', inProject)).status).toBe(204);
  await page.getByRole('button', { name: 'Delete Reviewer' }).click();
  await deletes.getByText('0 members hold it in the whole workspace.', { exact: true }).waitFor();
  expect(await act.isDisabled()).toBe(true);
  expect((await site.ask('GET', '/api/v1/roles')).text).toContain('"name":"Reviewer"');
  await deletes.getByRole('textbox').fill('Reviewer');
  await act.click();
  await page.getByText('Reviewer is deleted').first().waitFor();
  expect((await site.ask('GET', '/api/v1/roles')).text).not.toContain('"name":"Reviewer"');

  await page.goto(`${site.url()}/trust/tokens`);
  await page.getByRole('button', { name: 'New token' }).click();
  const wish = page.getByRole('dialog', { name: 'New token' });
  await wish.getByLabel('Name').fill('Pipeline');
  await wish.getByRole('button', { name: 'Create' }).click();
  const token = (await page.getByRole('status').locator('code').textContent()) ?? '';
  const asks = (): Promise<number> =>
    fetch(`${site.url()}/api/v1/runs`, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status);
  expect(await asks()).toBe(200);
  await page.getByRole('button', { name: 'Revoke Pipeline' }).click();
  await expect.poll(asks, { timeout: 10_000 }).toBe(401);

  await page.goto(`${site.url()}/trust/limits`);
  await page.getByLabel('Never these').fill('net: * *.internal.example.com:*');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The policy is in force').first().waitFor();
  expect((await site.ask('GET', '/api/v1/workspace/policy')).text).toContain('internal.example.com');
  await page.context().close();
}, 60_000);

test('the doctor says the same as at the command line, to who manages the instance', async () => {
  const page = await site.page();
  await page.goto(`${site.url()}/trust/doctor`);
  await page.getByRole('row').filter({ hasText: 'audit trail' }).waitFor({ timeout: 30_000 });
  const told = await site.home.run(['doctor', '--json']);
  const { findings } = JSON.parse(told.out) as { findings: { what: string }[] };
  for (const { what } of findings) expect(await page.getByRole('cell', { name: what, exact: true }).count()).toBe(1);
  await page.context().close();
}, 60_000);
