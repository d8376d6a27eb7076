/**
 * SIGKILL in the middle of reading a site: a real server process is killed again and again while it goes from page to page. It
 * goes on where it was: a page that was done is not asked for again, and in the end each is there once.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { html, openLocalSite } from '../../packages/server/src/engine/testing/site.ts';
import { keyIn, newHome, type Served } from '../stories/command.ts';

const PAGES = 36;
const KILLS = 4;

type Reading = { readonly waiting: number; readonly read: number; readonly failed: number };

test('KNOW-06 a server that is killed while it reads a site goes on with the page that it was at, and has each once', async () => {
  const site = await openLocalSite();
  const home = newHome();
  const own = { env: { HEADGATE_EGRESS_ALLOW: new URL(site.origin).host } };
  try {
    // Each page leads to the next two, so that what is left to do is known from what was done alone.
    for (let n = 0; n < PAGES; n += 1) {
      const links = [2 * n + 1, 2 * n + 2].filter((next) => next < PAGES).map((next) => `/p${next}`);
      site.pages.set(
        n === 0 ? '/' : `/p${n}`,
        html(`Page ${n}`, `The secret word of page ${n} is zephyr${n}x.`, ...links),
      );
    }
    const key = keyIn(await home.superuser());
    let server: Served = await home.serve([], own);
    const ask = async (method: string, path: string, body?: unknown) => {
      const answer = await server.ask(method, `/api/v1/${path}`, { key, ...(body === undefined ? {} : { body }) });
      expect(answer.status, answer.text).toBeLessThan(300);
      return answer.json as Record<string, unknown>;
    };
    const base = String((await ask('POST', 'knowledge', { name: 'site' }))['id']);
    await ask('POST', `knowledge/${base}/sources`, { kind: 'url', url: `${site.origin}/`, depth: 9, pages: 100 });
    const reading = async (): Promise<{ readonly sums: Reading; readonly ready: number }> => {
      const now = (await ask('GET', `knowledge/${base}`)) as {
        readonly documents: { readonly ready: number };
        readonly sources: readonly { readonly reading: Reading | null }[];
      };
      const [source] = now.sources;
      if (source === undefined) throw new Error(JSON.stringify(now));
      return { sums: source.reading ?? { waiting: 0, read: 0, failed: 0 }, ready: now.documents.ready };
    };
    const until = async (fits: (now: Awaited<ReturnType<typeof reading>>) => boolean) => {
      for (let tries = 0; ; tries += 1) {
        const now = await reading();
        if (fits(now)) return now;
        if (tries > 4_000) throw new Error(JSON.stringify(now));
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    };
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const before = (await reading()).sums.read;
      const { sums } = await until(({ sums: now }) => now.read >= before + 4);
      expect(sums.read).toBeLessThan(PAGES);
      server.signal('SIGKILL');
      await server.ended;
      server = await home.serve([], own);
    }
    expect(await until(({ ready }) => ready === PAGES)).toMatchObject({ sums: { waiting: 0, failed: 0, read: PAGES } });
    // What was being got when the server died is got again, and nothing else.
    const often = new Map<string, number>();
    for (const one of site.asked) often.set(one, (often.get(one) ?? 0) + 1);
    expect(often.size).toBe(PAGES);
    expect(site.asked.length).toBeLessThanOrEqual(PAGES + KILLS);
    expect(site.most()).toBe(1);
    const { hits } = (await ask('POST', `knowledge/${base}/search`, { question: 'zephyr17x', mode: 'text' })) as {
      hits: { citation: { path: string } }[];
    };
    expect(hits.map(({ citation }) => citation.path)).toEqual([`${site.origin}/p17`]);
    await server.stop();
    const db = new DatabaseSync(join(String(home.env['HEADGATE_CONFIG_DIR']), 'headgate.db'), { readOnly: true });
    const count = (sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];
    expect(count('select count(*) from knowledge_doc')).toBe(PAGES);
    expect(count('select count(distinct ref) from knowledge_doc')).toBe(PAGES);
    expect(count('select count(*) from knowledge_chunk')).toBe(count('select sum(pieces) from knowledge_doc'));
    db.close();
  } finally {
    await home.leave();
    await site.close();
  }
}, 240_000);
