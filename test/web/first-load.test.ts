/** What a first look costs: bytes until the list of flows stands, and what is not sent before it is needed. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const BUDGET = 250_000;

test('the first load is under 250 kB as it is sent, and holds neither canvas nor editor', async () => {
  const page = await site.page();
  const network = await page.context().newCDPSession(page);
  const sent = new Map<string, number>();
  network.on('Network.responseReceived', ({ response }) => {
    const path = new URL(response.url).pathname;
    if (path.startsWith('/assets/') || path === '/flows')
      sent.set(path, Number(response.headers['content-length'] ?? response.headers['Content-Length']));
  });
  await network.send('Network.enable');
  // Signing in has led here already: nothing of that is to be used again.
  await network.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(`${site.url()}/flows`);
  await page.getByRole('heading', { level: 1, name: 'Flows' }).waitFor();
  await page.waitForLoadState('networkidle');
  const bytes = [...sent.values()].reduce((sum, one) => sum + one, 0);
  if (bytes >= BUDGET)
    console.info(
      [...sent]
        .toSorted((a, b) => b[1] - a[1])
        .map(([name, size]) => `${size} ${name}`)
        .join('\n'),
    );
  console.info(`first load: ${Math.round(bytes / 1000)} kB in ${sent.size} files (budget ${BUDGET / 1000})`);
  expect(sent.size).toBeGreaterThan(2);
  expect(bytes).toBeLessThan(BUDGET);
  expect([...sent.keys()].filter((name) => /canvas|editor|codemirror|typescript/.test(name))).toEqual([]);
  expect(site.faults()).toEqual([]);
});
