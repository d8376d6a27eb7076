/** The documentation as it is served: its links lead somewhere, its snippets do what they say, and a search finds the page. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../boundaries/tree.ts';
import { openSite, type Site } from './site.ts';

const GUIDES = join(ROOT, 'docs', 'guides');
const guides = readdirSync(GUIDES).filter((name) => name.endsWith('.md'));
const blocks = (name: string, language: string): string[] =>
  [...readFileSync(join(GUIDES, name), 'utf8').matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, text = '']) => text,
  );

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const get = async (path: string): Promise<string> => {
  const answer = await site.server().ask('GET', path, {});
  expect(answer.status, path).toBe(200);
  return answer.text;
};

test('every link of every page leads to a page, and to an anchor that is there', async () => {
  const names = [...(await get('/docs')).matchAll(/href="(\/docs\/[^"]+)"/g)].map(([, href = '']) => href);
  expect(names.length).toBeGreaterThan(15);
  const pages = new Map<string, string>();
  for (const name of names) pages.set(name, await get(name));
  for (const [name, text] of pages)
    for (const [, path = '', anchor] of text.matchAll(/href="(\/docs\/[^"#]+)(?:#([^"]+))?"/g)) {
      expect(pages.has(path), `${name} -> ${path}`).toBe(true);
      if (anchor !== undefined) expect(pages.get(path), `${name} -> ${path}#${anchor}`).toContain(`id="${anchor}"`);
    }
  expect(pages.get('/docs/problems')).toContain('id="flow.invalid"');
  expect((await site.server().ask('GET', '/docs/..%2fpackage', {})).status).not.toBe(200);
});

test('GUI-01 the pages carry the policy of all pages: no script; and what is searched for stays text', async () => {
  const answer = await site.server().ask('GET', `/docs?q=${encodeURIComponent('"><script>alert(1)</script>')}`, {});
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  expect(answer.headers['content-security-policy']).not.toContain('script-src');
  expect(answer.text).not.toContain('<script');
});

test('a search finds the guide', async () => {
  expect(await get('/docs?q=signature%20webhook')).toContain('/docs/guides/webhook-signature');
});

/** Two of France, thirty together. */
const ORDERS = 'country,amount\nFR,10\nDE,5\nFR,20\n';

const upload = async (path: string, text: string): Promise<void> => {
  const key = readFileSync(site.home.path('key.txt'), 'utf8').trim();
  const headers = { 'x-api-key': key, 'content-type': 'text/csv' };
  const url = `${site.url()}/api/v1/files?path=${encodeURIComponent(path)}`;
  expect((await fetch(url, { method: 'PUT', headers, body: text })).status).toBe(200);
};

/** Flows that ask a database, a broker or a model of somebody's own, or a folder of a server: they are published, and that is all. */
const ELSEWHERE = /"(?:db|cache|hub)\.example\.com"|"disk\/|"model": "local\//;

describe('flows of the guides are right, and run', () => {
  for (const name of guides)
    for (const [i, text] of blocks(name, 'json').entries())
      test(`${name}, block ${i + 1}`, async () => {
        const draft: unknown = JSON.parse(text);
        if (text.includes('guide-signature'))
          await site.ask('PUT', '/api/v1/secrets', {
            name: 'guide-signature',
            origins: ['https://sender.example.com'],
            value: 'a secret of the guide 17',
          });
        if (text.includes('table.upsert@1'))
          await site.ask('POST', '/api/v1/tables', {
            name: 'customers',
            columns: [
              { name: 'email', type: 'text', unique: true },
              { name: 'orders', type: 'number' },
            ],
          });
        if (text.includes('exports/orders.csv')) await upload('exports/orders.csv', ORDERS);
        const flow = await site.flow(draft as object);
        const published = await site.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' });
        expect(published.status, published.text).toBe(201);
        if (ELSEWHERE.test(text)) return;
        const run = await site.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {}, wait: 30 });
        expect(run.json, run.text).toMatchObject({ state: 'done' });
        if (text.includes('exports/orders.csv')) expect(run.json).toMatchObject({ output: { rows: 2, sum: 30 } });
      });
});

test('the shell of the first guide, typed as it stands, ends in the answer it promises', () => {
  const out = execFileSync('bash', ['-ec', blocks('first-flow.md', 'sh').join('\n')], {
    cwd: site.home.dir,
    env: { ...process.env, HEADGATE_PUBLIC_URL: site.url() },
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(out).toBe('{"text":"Hello Ada"}');
});
