/**
 * One reading of one site: page after page, until there is none left that it may ask for, or something ends it. What is done
 * and what is left stands in the store (rows/knowledge-pages.ts): a reading that is cut off goes on where it was.
 *
 * SR1 A page is asked for when robots.txt lets it be, when it was lent (lent.ts), and when its origin has its turn (pace.ts).
 * SR2 A page whose text is what it was is not embedded anew; one that says the same as another is there once.
 * SR3 Pages that the site has no more, or no longer leads to, go when a reading came to its end. One that broke off, or that could
 *     not read where the site begins, takes nothing out.
 * SR4 What a page asks for, and whatever it says, changes nothing of which pages are asked for but what it links.
 */

import { type GuardPort, inSite, getOf, problem, type Problem, type Room, type Site, siteOf } from '@headgate/core';
import type { PageRow, Settled, SiteAtWork } from '../../../store/knowledge-page.ts';
import type { FormatJail } from '../../formats.ts';
import type { WorkspaceStore } from '../../../store/ports.ts';
import { newDocId } from '../look.ts';
import { type Answer, askPage, askText, type AskDeps } from './ask.ts';
import { type LentDeps, mayAsk } from './lent.ts';
import type { Pace } from './pace.ts';
import { readPage, type Said } from './page.ts';
import { CLOSED, LARGEST, OPEN, readRobots, type Robots } from './robots.ts';
import type { Slots } from './slots.ts';

export type ReadingDeps = LentDeps &
  AskDeps & {
    readonly pace: Pace;
    readonly slots: Slots;
    readonly formats: FormatJail;
    readonly guard: Pick<GuardPort, 'redact'>;
    readonly room: (workspace: string) => Room;
    /** Documents of a base wait to be read. */
    readonly fresh: () => void;
  };

/** Pages that fail one after the other end a reading: the site is down. */
const FAILURES = 5;
/** How often a page is asked for that wants to be asked later, and how long that may be. */
const TRIES = 3;
const LONGEST_WAIT = 600_000;
const USUAL_WAIT = 10_000;
/** Redirects of a robots.txt (RFC 9309, 2.3.1.2). */
const HOPS = 5;

const DISALLOWED = problem('page.robots', 'The robots.txt of the site does not let it be read', {
  fix: 'Ask who runs the site to allow headgate, or name another address.',
});
const UNLISTED = problem('page.unlisted', 'The page says that it wants to be listed nowhere');
const BYTES = problem('page.bytes', 'The bytes of all pages together came to what they may', {
  fix: 'Allow more bytes altogether, or name a narrower path.',
});

type Left = { readonly left: number };
/** `end`: the reading breaks off for it. */
type Outcome =
  | { readonly settled: Settled; readonly found: readonly string[]; readonly depth: number }
  | { readonly end: Problem };

const kept = ({ url, tries, etag, modified, hash, links, bytes }: PageRow): Omit<Settled, 'state' | 'problem'> => ({
  ...{ url, tries, etag, modified, hash, links, bytes },
});
const forgotten = ({ url, tries }: PageRow): Omit<Settled, 'state' | 'problem'> => ({
  ...{ url, tries, etag: null, modified: null, hash: null, links: [], bytes: 0 },
});

export class Reading {
  readonly #d: ReadingDeps;
  readonly #at: SiteAtWork;
  readonly #space: WorkspaceStore;
  readonly #signal: AbortSignal;
  readonly #robots = new Map<string, { readonly rules: Robots; readonly why: Problem | null }>();
  #failures = 0;

  constructor(deps: ReadingDeps, at: SiteAtWork, signal: AbortSignal) {
    this.#d = deps;
    this.#at = at;
    this.#space = deps.store.in(at.workspace);
    this.#signal = signal;
  }

  /** Reads until it is over, or until it is told to stop; then it goes on another time. */
  async run(): Promise<void> {
    const { base, source, spec, project } = this.#at;
    const { knowledge } = this.#space;
    const now = (): number => this.#d.clock.now();
    const read = siteOf(spec);
    if (!read.ok) return void (await knowledge.endReading(base, source, now(), read.problem));
    const site = read.value;
    if ((await knowledge.beginReading(base, source, site.start, now())) === null) return;
    for (;;) {
      const row = await knowledge.get(project, base);
      if (this.#signal.aborted || row === null || row.paused) return;
      const page = await knowledge.nextPage(source);
      if (page === null) break;
      const { bytes } = await knowledge.pageSums(source);
      if (bytes >= site.bytes) {
        await knowledge.skipPages(source, BYTES, now());
        continue;
      }
      const why = await this.#one(site, page, { left: site.bytes - bytes });
      if (why === 'stopped') return;
      if (why !== null) return void (await knowledge.endReading(base, source, now(), why));
    }
    const start = await knowledge.pageAt(source, site.start);
    const why = start === null || start.state === 'read' || start.state === 'same' ? null : startOf(start);
    if (why !== null) return void (await knowledge.endReading(base, source, now(), why));
    for (;;) {
      const lost = await knowledge.lostPages(base, source);
      if (lost.length === 0 || (await knowledge.drop(base, lost)) === 0) break;
    }
    await knowledge.endReading(base, source, now(), null);
  }

  /** One page, to its end. Null: go on; a Problem: the reading breaks off. */
  async #one(site: Site, page: PageRow, room: Left): Promise<Problem | 'stopped' | null> {
    const { knowledge } = this.#space;
    const { base, source, workspace } = this.#at;
    const { origin } = new URL(page.url);
    const robots = await this.#robotsOf(site, origin);
    if (robots === null) return 'stopped';
    if ('end' in robots) return robots.end;
    const done = await this.#d.pace.turn(origin, this.#signal, () =>
      this.#d.slots.turn({ workspace, base }, this.#signal, () => this.#visit(site, page, robots, room)),
    );
    if (done === null || this.#signal.aborted) return 'stopped';
    if ('end' in done) return done.end;
    const { settled, found, depth } = done;
    const urls = depth > site.depth ? [] : found.filter((url) => inSite(site, url));
    const left = await knowledge.settlePage(
      base,
      source,
      settled,
      { urls, depth, most: site.pages },
      this.#d.clock.now(),
    );
    if (left === null) return 'stopped';
    if (settled.state === 'failed') {
      this.#failures += 1;
      if (this.#failures >= FAILURES) return settled.problem;
    } else if (settled.state !== 'waiting') this.#failures = 0;
    return null;
  }

  async #visit(
    site: Site,
    page: PageRow,
    { rules, why }: { readonly rules: Robots; readonly why: Problem | null },
    { left }: Left,
  ): Promise<Outcome> {
    const { url, depth } = page;
    const { pathname, search, origin } = new URL(url);
    if (why !== null) return this.#failed(page, why);
    if (!rules.allows(pathname + search)) return skipped(page, DISALLOWED);
    const denied = await mayAsk(this.#d, this.#at, site, getOf(url));
    if (denied !== null) return { end: denied };
    const { workspace, base } = this.#at;
    const again = page.hash === null ? { etag: null, modified: null } : { etag: page.etag, modified: page.modified };
    const most = Math.min(site.pageBytes, left);
    const share = { workspace, flow: base };
    const answer = await askPage(this.#d, { url, ...again, most, share, signal: this.#signal }, this.#d.clock.now);
    switch (answer.kind) {
      case 'same':
        return { settled: { ...kept(page), state: 'same', problem: null }, found: page.links, depth: depth + 1 };
      case 'moved': {
        if (answer.to === null || !inSite(site, answer.to)) return skipped(page, elsewhere(answer.to));
        const moved = problem('page.moved', `It leads to another address: ${answer.to}`);
        return { settled: { ...forgotten(page), state: 'skipped', problem: moved }, found: [answer.to], depth };
      }
      case 'later': {
        const wait = answer.after ?? USUAL_WAIT;
        if (page.tries + 1 >= TRIES || wait > LONGEST_WAIT) return this.#failed(page, answer.why);
        this.#d.pace.hold(origin, this.#d.clock.now() + wait);
        return {
          settled: { ...kept(page), tries: page.tries + 1, state: 'waiting', problem: answer.why },
          found: [],
          depth,
        };
      }
      case 'failed':
        return this.#failed(page, answer.why);
      case 'gone':
        return { settled: { ...forgotten(page), state: 'gone', problem: answer.why }, found: [], depth };
      case 'skipped':
        return skipped(page, most < site.pageBytes && answer.why.code === 'egress.too_large' ? BYTES : answer.why);
      case 'document':
        return this.#document(site, page, answer);
    }
  }

  async #document(site: Site, page: PageRow, got: Extract<Answer, { kind: 'document' }>): Promise<Outcome> {
    const { workspace, base } = this.#at;
    const { url } = page;
    const { ending, type, bytes, head } = got;
    const formats = this.#d.formats.lend({ workspace, flow: base }, this.#signal);
    const redact = (text: string): string => this.#d.guard.redact(text, { workspace });
    const said = await readPage({ formats, redact }, { url, ending, type, bytes, tags: head.tags }, site);
    const on = { found: said.links, depth: page.depth + 1 };
    const passed = (why: Problem): Outcome => ({
      settled: { ...forgotten(page), links: said.links, state: 'skipped', problem: why },
      ...on,
    });
    const other = await this.#other(page, said);
    if (other !== null) {
      const why = problem('page.twin', `It is the same page as ${other}`);
      return { settled: { ...forgotten(page), state: 'skipped', problem: why }, found: [other], depth: page.depth };
    }
    if (!said.listed) return passed(UNLISTED);
    if (!said.parts.ok) return passed(said.parts.problem);
    const settled = {
      ...{ url, tries: page.tries, etag: head.etag, modified: head.modified, hash: said.hash },
      ...{ links: said.links, bytes: bytes.length, problem: null },
    };
    if (said.hash === page.hash) return { settled: { ...settled, state: 'same' }, ...on };
    const why = await this.#keep(page, type, said);
    return why === null ? { settled: { ...settled, state: 'read' }, ...on } : { end: why };
  }

  /** The address under which the page is read instead. */
  async #other({ url }: PageRow, { canonical, hash }: Said): Promise<string | null> {
    const { knowledge } = this.#space;
    const { source } = this.#at;
    // Two that each call the other the right one would be none.
    const right = canonical === null ? null : await knowledge.pageAt(source, canonical);
    if (canonical !== null && (right === null || ['waiting', 'read', 'same'].includes(right.state))) return canonical;
    return hash === null ? null : knowledge.twinPage(source, url, hash);
  }

  async #keep({ url }: PageRow, type: string, said: Said): Promise<Problem | null> {
    if (!said.parts.ok || said.hash === null) return null;
    const { workspace, base, source } = this.#at;
    const { hostname, pathname } = new URL(url);
    const body = JSON.stringify(said.parts.value);
    const room = this.#d.room(workspace);
    try {
      const full = room.more(body.length);
      if (full !== null) return full;
      const name = said.title || pathname.slice(pathname.lastIndexOf('/') + 1) || hostname;
      const doc = { id: newDocId(), ref: url, name, path: url, type: type.slice(0, 200), hash: said.hash };
      const whole = { ...doc, meta: { site: hostname.slice(0, 500) }, body, parts: true };
      const done = await this.#space.knowledge.put(base, source, [whole], this.#d.clock.now());
      if (done?.ok === false) return done.problem;
      this.#d.fresh();
      return null;
    } finally {
      room.end();
    }
  }

  /** It may be there the next time: it stays, and so does what it led to. */
  #failed(page: PageRow, why: Problem): Outcome {
    return { settled: { ...kept(page), state: 'failed', problem: why }, found: page.links, depth: page.depth + 1 };
  }

  /** The rules of an origin, asked for once in a reading. Null: it was told to stop. */
  async #robotsOf(
    site: Site,
    origin: string,
  ): Promise<{ readonly rules: Robots; readonly why: Problem | null } | { readonly end: Problem } | null> {
    const known = this.#robots.get(origin);
    if (known !== undefined) {
      if (known.rules.delay !== null) this.#d.pace.slow(origin, known.rules.delay * 1_000);
      return known;
    }
    let url = `${origin}/robots.txt`;
    let made: { readonly rules: Robots; readonly why: Problem | null } = { rules: CLOSED, why: unreachable(origin) };
    const { workspace, base } = this.#at;
    for (let hop = 0; hop <= HOPS; hop += 1) {
      if (!inSite(site, url)) break;
      const denied = await mayAsk(this.#d, this.#at, site, getOf(url));
      if (denied !== null) return { end: denied };
      const ask = { url, most: LARGEST, share: { workspace, flow: base }, signal: this.#signal };
      const got = await this.#d.pace.turn(new URL(url).origin, this.#signal, () =>
        this.#d.slots.turn({ workspace, base }, this.#signal, () => askText(this.#d, ask)),
      );
      if (got === null || this.#signal.aborted) return null;
      if (!got.ok) {
        made = { rules: CLOSED, why: got.problem };
        break;
      }
      if (got.value === null) {
        made = { rules: OPEN, why: null };
        break;
      }
      if ('text' in got.value) {
        made = { rules: readRobots(got.value.text), why: null };
        break;
      }
      if (got.value.to === null) break;
      url = got.value.to;
    }
    this.#robots.set(origin, made);
    if (made.rules.delay !== null) this.#d.pace.slow(origin, made.rules.delay * 1_000);
    return made;
  }
}

const skipped = (page: PageRow, why: Problem): Outcome => ({
  settled: { ...forgotten(page), state: 'skipped', problem: why },
  found: [],
  depth: page.depth,
});

const elsewhere = (to: string | null): Problem =>
  to === null
    ? problem('page.elsewhere', 'It leads to what is no address of a page')
    : problem('page.elsewhere', `It leads out of the site, to ${new URL(to).origin}`, {
        fix: `If that is meant, add the source anew with ${new URL(to).origin} among its origins, or with a wider path.`,
      });

const unreachable = (origin: string): Problem =>
  problem('page.robots_down', `The robots.txt of ${origin} cannot be had, so that nothing of it may be read`);

/** Why a site of which the beginning could not be read is left as it was; null: it began elsewhere. */
const startOf = ({ state, problem: why }: PageRow): Problem | null =>
  state === 'skipped' && (why?.code === 'page.moved' || why?.code === 'page.twin' || why?.code === 'page.unlisted')
    ? null
    : why;
