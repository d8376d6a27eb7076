/** A webhook of a draft is tried out: its address, the shell's text, what came, and a delivery as the input. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Signing, signedCurl } from '../../packages/web/src/app/editor/listen/signed-curl.ts';
import { violations } from './axe.ts';
import { openSite, type Site } from './site.ts';

const SECRET = 'whsec_YSBzaGFyZWQgc2VjcmV0IG9mIHRlc3RzIDQy';
const FLOW = {
  headgate: 1,
  name: 'Heard',
  input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'], additionalProperties: false },
  triggers: [
    { id: 'hook', kind: 'webhook@1', with: { answer: 'sync', signature: { preset: 'headgate', secret: 'signing' } } },
  ],
  steps: [{ id: 'say', kind: 'set@1', with: { value: '{{ input.n + 1 }}' } }],
  output: '{{ steps.say }}',
};

let site: Site;
let page: Page;
beforeAll(async () => {
  site = await openSite();
  page = await site.page();
  const origins = ['https://sender.example.com'];
  const kept = await site.ask('PUT', '/api/v1/secrets', { name: 'signing', origins, value: SECRET });
  expect(kept.status, kept.text).toBeLessThan(300);
});
afterEach(() => expect(site.faults()).toEqual([]));
afterAll(() => site.close());

const shell = async (text: string): Promise<string> => {
  const env = { ...process.env, WEBHOOK_SECRET: SECRET };
  return (await promisify(execFile)('bash', ['-c', text], { env, timeout: 20_000 })).stdout;
};
const pane = () => page.getByRole('region', { name: 'Try the webhook' });
const opened = async (): Promise<string> => {
  const flow = await site.flow(FLOW);
  await page.goto(`${site.url()}/flows/${flow}?view=outline&step=hook`);
  await pane().waitFor();
  return flow;
};

test('D11.20 one press listens and shows address and signed curl; what it sends runs the draft, is shown, and becomes the input', {
  timeout: 60_000,
}, async () => {
  await opened();
  await pane().getByRole('button', { name: 'Listen' }).click();
  await pane().getByText('Waiting for a delivery').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violations(page, 'aside'), colorScheme).toEqual([]);
  }
  const curl = await pane().getByLabel('A delivery to send from a shell').textContent();
  expect(curl).not.toContain(SECRET);
  expect(await shell(curl ?? '')).toBe('2');
  await page.getByRole('treeitem', { name: /say.*done/ }).waitFor();
  await expect.poll(() => new URL(page.url()).searchParams.get('run')).not.toBeNull();
  expect(await shell((curl ?? '').replace('"n":1', '"n":41'))).toBe('42');
  await expect.poll(() => pane().getByRole('button', { name: 'Use as input' }).count()).toBe(2);
  await pane().getByRole('button', { name: 'Use as input' }).first().click();
  await page.getByRole('button', { name: 'Input', exact: true }).click();
  await expect.poll(() => page.getByRole('spinbutton', { name: 'n' }).inputValue()).toBe('41');
  await page.keyboard.press('Escape');
});

test('the address ends with the page, and when it is stopped', { timeout: 60_000 }, async () => {
  await opened();
  const address = async (): Promise<string> => {
    await pane().getByRole('button', { name: 'Listen' }).click();
    const curl = await pane().getByLabel('A delivery to send from a shell').textContent();
    return /https?:\S+webhook\/[A-Za-z0-9_-]{43}/.exec(curl ?? '')?.[0] ?? '';
  };
  const status = async (url: string): Promise<number> =>
    (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"n":1}' })).status;
  const first = await address();
  expect(await status(first)).toBe(401);
  await pane().getByRole('button', { name: 'Stop listening' }).click();
  await expect.poll(() => status(first)).toBe(404);
  const second = await address();
  expect(await status(second)).toBe(401);
  await page.getByRole('button', { name: 'Close the step' }).click();
  await expect.poll(() => status(second)).toBe(404);
});

describe('the shell’s text signs as the sender does', () => {
  for (const preset of ['github', 'stripe', 'slack', 'standard-webhooks'] as const satisfies readonly Signing[])
    test(preset, { timeout: 30_000 }, async () => {
      const [trigger] = FLOW.triggers;
      const signature = { preset, secret: 'signing' };
      const flow = await site.flow({ ...FLOW, triggers: [{ ...trigger, with: { answer: 'sync', signature } }] });
      const made = await site.ask('POST', `/api/v1/flows/${flow}/listen`, { trigger: 'hook' });
      const url = String(Reflect.get(Object(made.json), 'url'));
      expect(await shell(signedCurl(url, { n: 6 }, preset))).toBe('7');
    });
});
