/**
 * Telling members of what needs them: finds who is to hear of what was written (notices.ts), each as he chose, and sends the
 * letters when they are due.
 *
 * NF1 What is to be told is written in the transaction of what causes it, and everybody has his own in one transaction: a
 *     server that dies in between goes on when it starts, and tells nobody twice.
 * NF2 A letter is on record when the server of mail is ready for it, before any of it is said: what dies sooner is sent
 *     later. One that was being said when the server died, or whose line broke, is in doubt and leaves no second time; what it
 *     told stands in the app.
 * NF3 Who may not see what it is about gets none, and no letter: judged when he would get it, and again when it leaves.
 */

import {
  holdsSomewhere,
  letterAt,
  may,
  NO_CHOICE,
  type NotificationsPort,
  type Principal,
  type Problem,
  thingAt,
  waysOf,
} from '@headgate/core';
import type { SendMail } from '../egress/mail/port.ts';
import type { DueLine, NoticeFor, NoticeRow } from '../store/notice.ts';
import type { RunWrite, Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Target } from './flows.ts';
import { INSTANCE, type Later } from './later.ts';
import { letterOf } from './letters.ts';
import type { EngineLog } from './options.ts';
import { refusedNotice } from './notices.ts';
import type { Timers } from './timers.ts';

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly later: Later;
  readonly mail: SendMail | null;
  readonly publicUrl: string;
  readonly log: EngineLog;
};

const AT_ONCE = 100;
const MOST_REFUSED = 10_000;
const TRIES = 5;
/** Between two tries of a letter that did not arrive; longer each time. */
const PAUSE = 60_000;
const HOUR = 60 * 60_000;
/** Letters are looked after at least this often, should a clock have jumped. */
const LONGEST = HOUR;
/** To one account, each with what needs it at once. */
const LETTERS_AN_HOUR = 20;

export class Notifications {
  readonly #d: Deps;
  readonly #watchers = new Map<string, Set<() => void>>();
  /** Limits that were told of: they are reached again and again. */
  readonly #refused = new Set<string>();
  #telling = false;
  #more = false;
  #writing = false;
  #closed = false;
  #cancel: () => void = () => undefined;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  readonly port: NotificationsPort = {
    watch: (workspace, tell) => {
      const there = this.#watchers.get(workspace) ?? new Set();
      there.add(tell);
      this.#watchers.set(workspace, there);
      return () => {
        there.delete(tell);
        if (there.size === 0 && this.#watchers.get(workspace) === there) this.#watchers.delete(workspace);
      };
    },
    changed: (workspace) => this.#stir(workspace),
  };

  /** What was under way when the server died is settled first. */
  async open(): Promise<void> {
    const lines = await this.#d.store.engine.notices.doubt();
    if (lines > 0)
      this.#d.log('warn', 'a mail with notifications was leaving when the server stopped; it is not sent again', {
        lines,
      });
    this.look();
    this.#letters();
  }

  /** Told of every write of a run. */
  wrote({ row, notices, asks, asksOver }: RunWrite, group: number): void {
    if (notices === undefined && asks === undefined && asksOver === undefined) return;
    void this.#d.store.journal.barrier(group).then(
      () => {
        this.look();
        this.#stir(row.workspace);
      },
      () => undefined,
    );
  }

  /** There may be somebody to tell. */
  look(): void {
    this.#more = true;
    if (this.#telling || this.#closed) return;
    this.#telling = true;
    this.#d.later.do(
      INSTANCE,
      'telling members',
      async () => {
        while (this.#more && !this.#closed) {
          this.#more = false;
          await this.#tellAll();
        }
      },
      () => {
        this.#telling = false;
        if (this.#more) this.look();
      },
    );
  }

  /** A limit let no run begin: told of once a day. */
  readonly refused = (target: Target, principal: string, why: Problem): Problem => {
    const { workspace, environment, row } = target;
    const of = { workspace, environment, project: row.project, flow: row.id };
    const told = refusedNotice(of, principal, why, this.#d.clock.now());
    if (told === null || this.#refused.has(told.id)) return why;
    if (this.#refused.size >= MOST_REFUSED) this.#refused.clear();
    this.#refused.add(told.id);
    this.#d.later.do(workspace, 'telling of a limit', async () => {
      await this.#d.store.engine.notices.add(told);
      this.look();
    });
    return why;
  };

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  async #tellAll(): Promise<void> {
    const { notices } = this.#d.store.engine;
    for (let after: NoticeRow | null = null; ; ) {
      const open: readonly NoticeRow[] = await notices.waiting(AT_ONCE, after);
      for (const notice of open) {
        if (this.#closed) return;
        await this.#tell(notice);
      }
      after = open.at(-1) ?? null;
      for (const workspace of new Set(open.map((one) => one.workspace))) this.#stir(workspace);
      if (open.length > 0) this.#letters();
      if (open.length < AT_ONCE) return;
    }
  }

  /** One that cannot be told keeps nobody from hearing of the next; it waits for the next look. */
  async #tell(notice: NoticeRow): Promise<void> {
    try {
      await this.#d.store.engine.notices.spread(notice, await this.#readers(notice));
    } catch (error) {
      const { workspace, id, kind } = notice;
      const why = error instanceof Error ? error.stack : String(error);
      this.#d.log('error', 'a notification could not be told', { workspace, notice: id, kind, error: why });
    }
  }

  /** Who is to hear of it, and how. */
  async #readers(notice: NoticeRow): Promise<readonly NoticeFor[]> {
    const to: NoticeFor[] = [];
    for (const user of await this.#accounts(notice)) {
      if ((await this.#seen(notice, user)) === null) continue;
      const choice = (await this.#d.store.in(notice.workspace).notices.choice(user)) ?? NO_CHOICE;
      const { app, mail: asked } = waysOf(choice, notice.kind);
      const mailed = this.#d.mail === null || notice.mailed;
      const way = mailed || asked !== 'now' ? asked : await this.#paced(user);
      const due = mailed ? null : letterAt(way, this.#d.clock.now(), choice);
      if (app || due !== null) to.push({ user, app, due, again: way === 'hourly' || way === 'daily' });
    }
    return to;
  }

  /** Nobody gets more letters an hour than he can read: what is over comes in one, at the next hour. */
  async #paced(user: string): Promise<'now' | 'hourly'> {
    const now = this.#d.clock.now();
    const many = await this.#d.store.engine.notices.lettersSince(user, now - HOUR, now);
    return many < LETTERS_AN_HOUR ? 'now' : 'hourly';
  }

  async #accounts(notice: NoticeRow): Promise<readonly string[]> {
    const { workspace, flow, kind, tell, ask } = notice;
    const { notices, flows, members } = this.#d.store.in(workspace);
    if (ask !== null) return notices.asked(ask);
    const place = flow === null ? null : await flows.place(flow);
    if (kind === 'promotion.proposed') {
      const all: string[] = [];
      for (const { user } of await members.list()) {
        const who = tell.includes(user) ? null : await this.#d.store.directory.user(workspace, user);
        if (who !== null && place !== null && may(who, 'environment.manage', thingAt(workspace, place))) all.push(user);
      }
      return all;
    }
    const told = await this.#people(workspace, tell);
    const owners = place === null ? [] : await this.#people(workspace, [place.owner]);
    if (kind.startsWith('connection.')) return [...new Set([...told, ...owners])];
    const found = told.length > 0 ? told : owners;
    if (found.length > 0) return found;
    // Nobody's doing, of nobody's flow: who owns the workspace sees to it.
    return (await members.list()).filter(({ role }) => role === 'owner').map(({ user }) => user);
  }

  /** The accounts behind these, as far as there are any. */
  async #people(workspace: string, ids: readonly string[]): Promise<readonly string[]> {
    const found = new Set<string>();
    for (const id of ids) {
      const user = /^(u|key|t|oc)_/.test(id)
        ? (await this.#d.store.directory.named(workspace, id))?.principal.user
        : undefined;
      if (user !== undefined) found.add(user);
    }
    return [...found];
  }

  /** As he stands now; null: he may not see what it is about. */
  async #seen(
    { workspace, ask, flow, project }: Pick<NoticeRow, 'workspace' | 'ask' | 'flow' | 'project'>,
    user: string,
  ): Promise<Principal | null> {
    const who = await this.#d.store.directory.user(workspace, user);
    if (who === null) return null;
    if (ask !== null) return holdsSomewhere(who, 'ask.answer') ? who : null;
    if (flow === null) return may(who, 'secret.write', { workspace, project }) ? who : null;
    const place = await this.#d.store.in(workspace).flows.place(flow);
    return place !== null && may(who, 'run.read', thingAt(workspace, place)) ? who : null;
  }

  /** Sends what is due, and comes back when the next is. */
  #letters(): void {
    if (this.#writing || this.#closed || this.#d.mail === null) return;
    this.#writing = true;
    this.#cancel();
    this.#d.later.do(
      INSTANCE,
      'mails with notifications',
      async () => {
        while (!this.#closed && (await this.#letter()));
      },
      () => {
        this.#writing = false;
        void this.#arm();
      },
    );
  }

  async #arm(): Promise<void> {
    if (this.#closed) return;
    const now = this.#d.clock.now();
    const next = await this.#d.store.engine.notices.nextDue().catch(() => now + PAUSE);
    this.#cancel();
    if (this.#closed || next === null) return;
    this.#cancel = this.#d.timers.at(Math.min(Math.max(next, now), now + LONGEST), () => this.#letters());
  }

  /** One letter. False: none is due. */
  async #letter(): Promise<boolean> {
    const { store, clock, mail, publicUrl, log } = this.#d;
    const { notices } = store.engine;
    const due = await notices.due(clock.now());
    const [first] = due;
    if (first === undefined || mail === null) return false;
    const { user, workspace } = first;
    const account = await store.accounts.user(user);
    const seen: DueLine[] = [];
    const unseen: DueLine[] = [];
    for (const line of due) (account?.state === 'active' && (await this.#mayHear(line)) ? seen : unseen).push(line);
    if (unseen.length > 0) await notices.postpone(unseen, null);
    if (seen.length === 0 || account === null) return true;
    const letter = clock.id('l_');
    const text = letterOf(await this.#named(workspace, seen), publicUrl);
    let claimed = false;
    const before = async (): Promise<boolean> => (claimed = await notices.claim(letter, seen));
    const done = await mail({ to: account.email, ...text, id: letter, before });
    if (done.ok) {
      if (!claimed) await before();
      await notices.settle(letter, 'sent');
      return true;
    }
    const { code } = done.problem;
    const tries = Math.max(...seen.map((line) => line.tries)) + 1;
    log('warn', 'a mail with notifications could not be sent', { workspace, user, code, tries });
    const until = tries >= TRIES ? null : clock.now() + PAUSE * 4 ** (tries - 1);
    if (!claimed) await notices.postpone(seen, until);
    else await notices.settle(letter, code === 'mail.doubt' ? 'doubt' : until === null ? 'failed' : { again: until });
    return true;
  }

  #named(workspace: string, lines: readonly DueLine[]) {
    const { flows } = this.#d.store.in(workspace);
    return Promise.all(
      lines.map(async (line) => ({
        ...line,
        flowName: line.flow === null ? null : ((await flows.get(line.flow))?.name ?? null),
      })),
    );
  }

  /** Is it still his to hear? */
  async #mayHear(line: DueLine): Promise<boolean> {
    if ((await this.#seen(line, line.user)) === null) return false;
    return line.ask === null || (await this.#d.store.in(line.workspace).notices.asked(line.ask)).includes(line.user);
  }

  #stir(workspace: string): void {
    for (const tell of this.#watchers.get(workspace) ?? []) tell();
  }
}
