/** Sites that knowledge bases read, through the real engine, the real door, the real jail and a real site on loopback. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_CHUNKER, type KnowledgeHit, OWN_EMBEDDINGS, type SiteSpec } from '@headgate/core';
import type { PageRow } from '../../../store/knowledge-page.ts';
import { pdfOf } from '../../testing/documents.ts';
import { type Ground, openGround, OWNER } from '../../testing/ground.ts';
import { html, type LocalSite, openLocalSite } from '../../testing/site.ts';

let g: Ground;
const open: LocalSite[] = [];
beforeAll(async () => {
  g = await openGround();
});
afterAll(async () => {
  await g.close();
  for (const site of open) await site.close();
});

const site = async (): Promise<LocalSite> => {
  const made = await openLocalSite();
  open.push(made);
  return made;
};
const space = () => g.store.in('default');

/** A base that reads a site. */
const base = async (name: string, spec: Omit<SiteSpec, 'kind'>, by: string = OWNER.id): Promise<string> => {
  const id = `kb_${name}`;
  await space().knowledge.create({
    ...{ id, project: 'default', name, model: OWN_EMBEDDINGS, chunker: DEFAULT_CHUNKER, readers: null, by, at: 1 },
  });
  await space().knowledge.addSource('default', {
    ...{ id: `kbs_${name}`, base: id, spec: { kind: 'url', ...spec }, at: 1, by },
  });
  g.engine.knowledge.stir('default');
  return id;
};
const again = async (id: string): Promise<void> => {
  await space().knowledge.lookAgain('default', id);
  g.engine.knowledge.stir('default');
};
const sourceOf = async (id: string) => {
  const [one] = await space().knowledge.sources(id);
  if (one === undefined) throw new Error('no source');
  return one;
};
const pagesOf = async (id: string): Promise<readonly PageRow[]> =>
  (await space().knowledge.pages({ project: 'default', base: id, limit: 500 })).rows;
const docsOf = async (id: string) =>
  (await space().knowledge.documents({ project: 'default', base: id, limit: 500 })).rows;

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries > 1_000) throw new Error(`not ${what}: ${JSON.stringify(g.logs.slice(-3))}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
};
/** Waits until the reading of this number is over, and all that came of it is read. */
const over = (id: string, round: number): Promise<void> =>
  until(`over ${round}`, async () => {
    const { round: now, ended } = await sourceOf(id);
    if (now < round || ended === null || g.engine.knowledge.working(id)) return false;
    return (await docsOf(id)).every(({ state }) => state !== 'waiting');
  });
const found = async (id: string, question: string): Promise<readonly KnowledgeHit[]> => {
  const query = { question, top: 5, minScore: 0, where: [], mode: 'hybrid' as const };
  const by = { workspace: 'default', reader: 'anybody', principal: 'anybody' };
  const hits = await g.engine.knowledge.search(by, { project: 'default', id }, query);
  return hits?.ok === true ? hits.value : [];
};
const states = async (id: string, { origin }: LocalSite): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await pagesOf(id)).map(({ url, state, problem }) => [
      url.replace(origin, ''),
      problem === null ? state : `${state} ${problem.code}`,
    ]),
  );

test('a site is read by its links, each page once, and a question finds the page with its address', {
  timeout: 90_000,
}, async () => {
  const s = await site();
  const tagged = (body: string, etag: string) => ({ body, headers: { etag } });
  s.pages.set('/robots.txt', {
    headers: { 'content-type': 'text/plain' },
    body: 'User-agent: *\nDisallow: /private/\n',
  });
  s.pages.set(
    '/',
    tagged(
      html(
        'Home',
        'Welcome to the boat yard.',
        '/leave?utm_source=mail',
        '/leave#top',
        '/private/x',
        '/plan.pdf',
        '/old',
        '/copy',
        '/nothing',
        '/logo.png',
        'https://elsewhere.example/',
        'mailto:a@b.example',
      ),
      '"home1"',
    ),
  );
  s.pages.set(
    '/leave',
    tagged(html('Leave', 'Every employee has thirty days of paid vacation.', '/', '/deep'), '"leave1"'),
  );
  s.pages.set('/copy', `<html><head><link rel="canonical" href="/leave"></head><body>Every employee</body></html>`);
  s.pages.set('/old', { status: 301, headers: { location: '/new' } });
  s.pages.set('/new', html('New', 'The rocket burns liquid oxygen.'));
  s.pages.set('/plan.pdf', {
    headers: { 'content-type': 'application/pdf' },
    body: pdfOf(['Page one says nothing.', 'The moon is far away.']),
  });
  s.pages.set('/deep', html('Deep', 'Tomatoes need a lot of sun.'));
  const id = await base('site', { url: s.origin });
  await over(id, 1);
  expect(await states(id, s)).toEqual({
    ...{ '/': 'read', '/leave': 'read', '/deep': 'read', '/new': 'read', '/plan.pdf': 'read' },
    ...{ '/private/x': 'skipped page.robots', '/old': 'skipped page.moved', '/copy': 'skipped page.twin' },
    '/nothing': 'gone page.gone',
  });
  expect(s.asked.toSorted()).toEqual(
    ['/', '/copy', '/deep', '/leave', '/new', '/nothing', '/old', '/plan.pdf'].map((path) => `GET ${path}`),
  );
  expect(s.most()).toBe(1);
  expect(await sourceOf(id)).toMatchObject({
    state: 'ready',
    problem: null,
    documents: 5,
    pages: { read: 5, skipped: 3, gone: 1 },
  });
  const [first] = await found(id, 'How many days of holiday do employees get?');
  expect(first).toMatchObject({
    text: expect.stringContaining('thirty days'),
    citation: { document: 'Leave', path: `${s.origin}/leave`, heading: 'Leave' },
    meta: { site: '127.0.0.1' },
  });
  expect((await found(id, 'How far away is the moon?'))[0]).toMatchObject({
    citation: { path: `${s.origin}/plan.pdf`, page: 2 },
  });

  // Read again: what did not change is told by its tag, what changed is read, what went away is gone.
  s.asked.length = 0;
  s.pages.set('/leave', tagged(html('Leave', 'Every employee has forty days of paid vacation.', '/'), '"leave2"'));
  s.pages.delete('/new');
  const before = await docsOf(id);
  await again(id);
  await over(id, 2);
  expect(s.asked).toContain('GET / if "home1"');
  expect(s.asked).toContain('GET /leave if "leave1"');
  expect(await states(id, s)).toMatchObject({
    '/': 'same',
    '/leave': 'read',
    '/new': 'gone page.gone',
    '/plan.pdf': 'same',
  });
  const docs = await docsOf(id);
  expect(docs.map(({ path }) => path.replace(s.origin, '')).toSorted()).toEqual(['/', '/leave', '/plan.pdf']);
  const updated = (all: typeof docs, path: string) => all.find((one) => one.path === `${s.origin}${path}`)?.updated;
  expect(updated(docs, '/')).toBe(updated(before, '/'));
  expect(JSON.stringify(await found(id, 'vacation'))).not.toContain('thirty');
  expect((await found(id, 'vacation'))[0]?.text).toContain('forty days');

  // A site that is down takes nothing out.
  s.pages.set('/', { status: 500 });
  await again(id);
  await over(id, 3);
  expect(await sourceOf(id)).toMatchObject({ state: 'failed', problem: { code: 'page.failed' }, documents: 3 });
  const { rows } = await space().audit.list({ limit: 200 });
  const calls = rows.filter(({ actor }) => actor === `knowledge:${id}`);
  expect(calls.length).toBeGreaterThan(20);
  expect(new Set(calls.map(({ action, object, decision }) => `${action} ${object} ${decision}`))).toEqual(
    new Set([`power.net net: GET ${s.origin.replace('http://', '')} allow`]),
  );
});

test('DOS-08 a site that never ends is read as far as its limits let it be; twin: what is within them is whole', {
  timeout: 60_000,
}, async () => {
  const s = await site();
  s.pages.set('/robots.txt', { status: 404 });
  for (let n = 0; n < 200; n += 1)
    s.pages.set(
      `/p${n}`,
      html(`Page ${n}`, `Number ${n} of a calendar.`, `/p${n + 1}`, `/p${n * 2 + 1}`, `/p${n * 3 + 1}`),
    );
  const id = await base('endless', { url: `${s.origin}/p0`, pages: 6 });
  await over(id, 1);
  expect(s.asked).toHaveLength(6);
  expect((await docsOf(id)).length).toBe(6);
  const shallow = await base('shallow', { url: `${s.origin}/p1`, depth: 1 });
  await over(shallow, 1);
  expect(await states(shallow, s)).toEqual({ '/p1': 'read', '/p2': 'read', '/p3': 'read', '/p4': 'read' });
  s.pages.set('/q', html('Q', 'The first.', '/big', '/s', '/r'));
  s.pages.set('/big', html('Big', 'x'.repeat(3_000)));
  s.pages.set('/r', html('R', 'y '.repeat(240), '/never'));
  s.pages.set('/s', html('S', 'z '.repeat(150)));
  const small = await base('small', { url: `${s.origin}/q`, pageBytes: 700, bytes: 1_000 });
  await over(small, 1);
  expect(await states(small, s)).toEqual({
    ...{ '/q': 'read', '/big': 'skipped egress.too_large', '/s': 'read', '/r': 'skipped page.bytes' },
  });
});

test('a reading that the server cut off goes on where it was, and asks for no page twice', {
  timeout: 90_000,
}, async () => {
  const s = await site();
  s.pages.set('/', html('Home', 'It begins here.', ...Array.from({ length: 8 }, (_, n) => `/p${n}`)));
  for (let n = 0; n < 8; n += 1) s.pages.set(`/p${n}`, html(`Page ${n}`, `The number of this page is ${n}.`));
  const id = await base('cut', { url: s.origin });
  await until('half way', async () => s.asked.length >= 4);
  g = await g.reopen();
  await over(id, 1);
  expect((await sourceOf(id)).pages.read).toBe(9);
  expect((await docsOf(id)).length).toBe(9);
  // The one that was under way when the server ended may have been asked for twice; none that was settled was.
  expect(s.asked.length - new Set(s.asked).size).toBeLessThanOrEqual(1);
  // Stopped, it asks for nothing more; told to go on, it does.
  await space().knowledge.change('default', id, { paused: true }, 2);
  const asked = s.asked.length;
  await again(id);
  await space().knowledge.change('default', id, { paused: false }, 3);
  g.engine.knowledge.stir('default');
  await over(id, 2);
  expect(s.asked.length).toBe(asked + 9);
});

test('a site says how often it wants to be asked: later, slower, or in its own time', { timeout: 60_000 }, async () => {
  const s = await site();
  let busy = 2;
  s.pages.set('/robots.txt', { body: 'user-agent: headgate\ncrawl-delay: 1' });
  s.pages.set('/', (_request, response) => {
    busy -= 1;
    if (busy >= 0) return void response.writeHead(429, { 'retry-after': '1' }).end();
    response.writeHead(200, { 'content-type': 'text/html' }).end(html('Home', 'It has time now.'));
  });
  const id = await base('paced', { url: s.origin, every: 15 });
  await over(id, 1);
  expect(await states(id, s)).toEqual({ '/': 'read' });
  expect(s.asked).toHaveLength(3);
  g.clock.shift(16 * 60_000);
  g.engine.knowledge.stir('default');
  await over(id, 2);
  expect(await states(id, s)).toEqual({ '/': 'same' });
});

test('DOS-04 a robots.txt without end is read as far as it counts; twin: what stands before that holds', {
  timeout: 60_000,
}, async () => {
  const s = await site();
  let sent = 0;
  s.pages.set('/robots.txt', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).write('User-agent: *\nDisallow: /no\n');
    const more = (): void => {
      while (!response.destroyed && sent < 1_000_000_000) {
        sent += 65_536;
        if (!response.write('# and so on\n'.repeat(5_461))) return void response.once('drain', more);
      }
    };
    more();
  });
  s.pages.set('/', html('Home', 'It is small.', '/no', '/yes'));
  s.pages.set('/yes', html('Yes', 'It may be read.'));
  const id = await base('robots', { url: s.origin });
  await over(id, 1);
  expect(await states(id, s)).toEqual({ '/': 'read', '/yes': 'read', '/no': 'skipped page.robots' });
  expect(sent).toBeLessThan(50_000_000);
});

test('DOS-08 a page that drips without end holds nobody up once it is stopped; twin: the next one is read, and it goes on', {
  timeout: 60_000,
}, async () => {
  const s = await site();
  let drips = true;
  s.pages.set('/drip', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).write('<p>');
    const drop = (): void => {
      if (response.destroyed) return;
      if (!drips) return void response.end('It came to its end.</p>');
      response.write('x');
      setTimeout(drop, 50);
    };
    drop();
  });
  s.pages.set('/fast', html('Fast', 'It is there at once.'));
  const slow = await base('drip', { url: `${s.origin}/drip` });
  await until('asked for', async () => s.asked.includes('GET /drip'));
  const fast = await base('fast', { url: `${s.origin}/fast` });
  await space().knowledge.change('default', slow, { paused: true }, 2);
  g.engine.knowledge.stir('default');
  await over(fast, 1);
  expect(await states(fast, s)).toEqual({ '/fast': 'read' });
  expect(await states(slow, s)).toEqual({ '/drip': 'waiting' });
  drips = false;
  await space().knowledge.change('default', slow, { paused: false }, 3);
  g.engine.knowledge.stir('default');
  await over(slow, 1);
  expect(await states(slow, s)).toEqual({ '/drip': 'read' });
});

test('SSRF-06 redirects and links into the machine are asked for by nobody; twin: those within the site are', {
  timeout: 60_000,
}, async () => {
  const s = await site();
  const other = await site();
  s.pages.set(
    '/',
    html(
      'Home',
      'Many ways.',
      '/meta',
      '/out',
      '/in',
      'http://169.254.169.254/latest/',
      `${other.origin}/x`,
      'http://localhost/',
    ),
  );
  s.pages.set('/meta', { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data/' } });
  s.pages.set('/out', { status: 307, headers: { location: `${other.origin}/x` } });
  s.pages.set('/in', { status: 308, headers: { location: '/there' } });
  s.pages.set('/there', html('There', 'Arrived.'));
  const id = await base('ssrf', { url: s.origin });
  await over(id, 1);
  expect(await states(id, s)).toEqual({
    ...{ '/': 'read', '/in': 'skipped page.moved', '/there': 'read' },
    ...{ '/meta': 'skipped page.elsewhere', '/out': 'skipped page.elsewhere' },
  });
  expect(other.asked).toEqual([]);
  // Named among the origins it is asked for; the door answers no all the same where nobody opened it.
  const named = await base('named', { url: s.origin, origins: [other.origin, 'http://169.254.169.254'] });
  other.pages.set('/x', html('Other', 'Of another origin.'));
  await over(named, 1);
  const all = await states(named, s);
  expect(all[`${other.origin}/x`]).toBe('read');
  expect(
    Object.entries(all)
      .filter(([url]) => url.includes('169.254'))
      .map(([, state]) => state),
  ).toEqual(['failed egress.denied', 'failed egress.denied']);
  const start = await base('start', { url: 'http://169.254.169.254/latest/' });
  await over(start, 1);
  expect(await sourceOf(start)).toMatchObject({ state: 'failed', problem: { code: 'egress.denied' }, documents: 0 });
});

test('AZ-10 a site is read as long as who added it may lend, and the policy lets it; twin: added again, it is', {
  timeout: 60_000,
}, async () => {
  const s = await site();
  s.pages.set('/', html('Home', 'It is open.'));
  const id = await base('lent', { url: s.origin }, 'nobody');
  await over(id, 1);
  expect(await sourceOf(id)).toMatchObject({ state: 'failed', problem: { code: 'grant.void' } });
  expect(s.asked).toEqual([]);
  const spec = { kind: 'url' as const, url: s.origin };
  const renew = () => space().knowledge.addSource('default', { id: 'kbs_new', base: id, spec, at: 2, by: OWNER.id });
  const denied = [`net: GET ${s.origin.replace('http://', '')}`];
  await space().policy.set({ only: null, denied, updated: g.clock.now(), by: OWNER.id });
  await renew();
  g.engine.knowledge.stir('default');
  await over(id, 2);
  expect(await sourceOf(id)).toMatchObject({ state: 'failed', problem: { code: 'policy.denied' } });
  await space().policy.set({ only: null, denied: [], updated: g.clock.now(), by: OWNER.id });
  await renew();
  g.engine.knowledge.stir('default');
  await over(id, 3);
  expect(await sourceOf(id)).toMatchObject({ id: 'kbs_lent', state: 'ready', documents: 1 });
});
