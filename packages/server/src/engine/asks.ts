/**
 * Questions to people while they wait: who is told and when, who may answer, and what becomes of the step. All that a
 * question has come to stands in the journal (core/run/asks.ts); the rows beside it only let people find it.
 *
 * QA1 Asking is an effect of the flow: judged at each telling by what was lent to the step, and on record (power `ask`).
 * QA2 An answer is taken from who is asked now: an account that the question names, its role or its group, or who holds a
 *     link of their own. Another's question is one that does not exist (WH-08, AZ-01).
 * QA3 An answer counts when it is durable, and once: the same link, or the same account, answers no second time.
 */

import {
  type AskLook,
  type AskState,
  type AskView,
  type Answered,
  type AskDone,
  type AsksPort,
  comesTo,
  holdsSomewhere,
  lateValue,
  nextNotice,
  type Notice,
  type People,
  type Power,
  type Principal,
  problem,
  type Problem,
  type Via,
  type Whom,
} from '@headgate/core';
import type { SendMail } from '../egress/mail/port.ts';
import type { AskNamed } from '../store/ask.ts';
import type { RunWrite, Store } from '../store/ports.ts';
import { saidBy, saidOnPage, type Said } from './ask-answer.ts';
import { aboutAsk, answered, askOver } from './ask-over.ts';
import { askId, askOf, type AskWait, askWrite } from './ask-rows.ts';
import type { Act, Effect } from './broker.ts';
import type { Clock } from './clock.ts';
import type { Flows } from './flows.ts';
import type { Live, WaitCommand } from './live.ts';
import type { Lend } from './can.ts';
import type { Runs } from './runs.ts';
import { unavailable } from './starter.ts';
import { tellAll } from './tell.ts';
import type { Values } from './values.ts';

type Deps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly clock: Clock;
  readonly flows: Flows;
  readonly values: Values;
  readonly runs: () => Runs;
  readonly mail: SendMail | null;
  readonly publicUrl: string;
  readonly effect: <T>(live: Live, wait: AskWait, needs: readonly Power[], act: Act<T>) => Promise<Effect<T>>;
  readonly net: (live: Live, wait: AskWait, signal: AbortSignal) => ReturnType<Lend>['net'];
  /** The token of a link; `person`: of somebody without an account. */
  readonly token: (live: Live, step: string, item: readonly number[], person?: string) => string;
  readonly hash: (token: string) => string;
};

const iso = (at: number): string => new Date(at).toISOString();

const fault = (code: string, text: string, fix?: string): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem: problem(code, text, fix === undefined ? {} : { fix }),
});

const OVER = fault('ask.over', 'This question was answered, or is over');
const AGAIN = fault('ask.answered', 'You answered this already, or handed it on');
const NONE = fault('missing', 'There is no such question');

/** The powers that asking these people takes. */
export const powersOf = (who: readonly Whom[]): Power[] =>
  who.map(({ kind, name }) =>
    kind === 'link'
      ? { power: 'ask', whom: 'anyone', name: '*' }
      : { power: 'ask', whom: kind === 'email' || kind === 'member' ? 'person' : kind, name },
  );

export class Asks {
  readonly #d: Deps;
  /** Questions that people are being told of. */
  readonly #telling = new Set<string>();
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** A step began to wait for answers. */
  opened(live: Live, wait: AskWait): void {
    live.asks.push(this.#write(live, wait));
  }

  /** Nobody waits for it any more: `late`, its step took too long; `gone`, its branch is not wanted. */
  closed(live: Live, of: WaitCommand, how: 'late' | 'gone'): void {
    const wait = askOf(of);
    if (wait !== null) live.asks.push(this.#write(live, wait, how));
  }

  /** The deadline of a question: what stands in for an answer, or the failure of its step. */
  late(live: Live, wait: AskWait): void {
    const { spec } = wait.ask;
    this.closed(live, wait, 'late');
    const { loop } = this.#d.runs();
    if (spec.late !== undefined)
      return loop.done(live, wait.step, wait.scope, lateValue(spec, this.#answered(live, wait.ask)), 'late');
    const why = problem('ask.late', 'Nobody answered before the deadline', {
      at: { step: wait.step.id },
      fix: 'Ask more people, remind them, or say in `late` what silence means.',
    });
    live.record(
      this.#d.clock.now(),
      'step.problem',
      { problem: why, attempt: wait.attempt },
      wait.step.id,
      wait.scope.item,
    );
  }

  /** Tells people whose time it is. */
  async tell(live: Live, wait: AskWait): Promise<void> {
    const { ask } = wait;
    const id = askId(wait.token);
    const notice = ask.spec.notices[ask.noticed];
    if (notice === undefined || this.#telling.has(id)) return;
    this.#telling.add(id);
    live.keep += 1;
    try {
      const who = notice.who ?? ask.who;
      const done = await this.#tellNow(live, wait, notice.why, who);
      if (live.over || live.abandoned || wait.scope.dropped || !this.#waits(live, wait)) return;
      const to = notice.who === undefined ? {} : { to: notice.who };
      const data = { why: notice.why, ...to, ...done };
      live.record(this.#d.clock.now(), 'step.asked', data, wait.step.id, wait.scope.item);
      live.asks.push(this.#write(live, wait));
      const { loop, wakes } = this.#d.runs();
      loop.advance(live);
      wakes.notice(live, wait);
    } finally {
      this.#telling.delete(id);
      live.keep -= 1;
      this.#d.runs().parked(live);
    }
  }

  async #tellNow(live: Live, wait: AskWait, why: Notice['why'], who: readonly Whom[]) {
    const { flows, mail, store } = this.#d;
    const { workspace } = live.base;
    const done = await this.#d.effect(live, wait, powersOf(who), async (_judge, signal) => {
      const { services } = await flows.catalogIn(workspace);
      const telling = {
        spec: wait.ask.spec,
        who,
        why,
        link: this.#link(live, wait),
        linkFor: (address: string) => this.#link(live, wait, address),
        addresses: () => store.in(workspace).asks.addresses(who),
        until: wait.until,
      };
      return tellAll(telling, { mail, services, net: this.#d.net(live, wait, signal) });
    });
    return done.ok ? done.value : { told: [], failed: [done.problem.code] };
  }

  #link(live: Live, { step, scope }: AskWait, person?: string): string {
    const token = this.#d.token(live, step.id, scope.item, person);
    return `${this.#d.publicUrl}/api/v1/resume/${token}`;
  }

  #write(live: Live, wait: AskWait, how?: 'answered' | 'late' | 'gone') {
    const links = (of: Live, step: string, item: readonly number[], person: string): string =>
      this.#d.hash(this.#d.token(of, step, item, person));
    return how === undefined ? askWrite(live, wait, links) : askWrite(live, wait, links, how, this.#d.clock.now());
  }

  #waits(live: Live, wait: AskWait): boolean {
    return live.waits.some((one) => one.token === wait.token && !one.scope.dropped);
  }

  #answered(live: Live, { answers }: AskState): Answered[] {
    return answers.map((one) => answered(this.#d.values, live.base.workspace, one));
  }

  view({ ask, until }: AskWait): AskView {
    const { spec, opened, answers } = ask;
    return {
      title: spec.title,
      text: spec.text ?? null,
      wanted: spec.wanted,
      asked: iso(opened),
      deadline: until === null ? null : iso(until),
      answers: answers.length,
      count: spec.count,
    };
  }

  /** The question of a run that waits, by the step instance that asks it. */
  async waiting(
    workspace: string,
    run: string,
    step: string,
    item: string,
  ): Promise<{ live: Live; wait: AskWait } | null> {
    const live = await this.#d.runs().hold(workspace, run);
    if (live === null || live.over || live.abandoned) return null;
    const found = live.waits.find((w) => w.ask !== null && w.step.id === step && w.scope.item.join('.') === item);
    const wait = found === undefined || found.scope.dropped ? null : askOf(found);
    return wait === null ? null : { live, wait };
  }

  /** The account behind a principal, where it may answer at all. */
  #account(who: Principal): string | null {
    return who.user !== undefined && holdsSomewhere(who, 'ask.answer') ? who.user : null;
  }

  async #mine(who: Principal, id: string): Promise<{ readonly row: AskNamed; readonly user: string } | null> {
    const user = this.#account(who);
    if (user === null) return null;
    const { projects, flows } = who;
    const within = { ...(projects === undefined ? {} : { projects }), ...(flows === undefined ? {} : { flows }) };
    const row = await this.#d.store.in(who.workspace).asks.mine({ user, ...within }, id);
    return row === null ? null : { row, user };
  }

  async show(who: Principal, id: string): Promise<AskLook | null> {
    const mine = await this.#mine(who, id);
    if (mine === null) return null;
    const { row, user } = mine;
    const found = await this.waiting(who.workspace, row.run, row.step, row.item);
    if (found === null || row.state !== 'open') return askOver(this.#d, this.#d.runs().ends, who.workspace, row);
    const yours = !isOut(found.wait.ask, user);
    const given = yours ? [] : this.#answered(found.live, found.wait.ask);
    return { ...this.view(found.wait), ...aboutAsk(row), yours, given };
  }

  readonly answer: AsksPort['answer'] = async (who, id, given, via) => {
    const mine = await this.#mine(who, id);
    if (mine === null) return NONE;
    const { run, step, item } = mine.row;
    const found = await this.waiting(who.workspace, run, step, item);
    if (found === null) return OVER;
    const { live, wait } = found;
    return this.take(live, wait, mine.user, via, saidBy(wait.ask.spec.wanted, given));
  };

  readonly delegate: AsksPort['delegate'] = async (who, id, to) => {
    const mine = await this.#mine(who, id);
    if (mine === null) return NONE;
    const { workspace } = who;
    const { store } = this.#d;
    const member = await store.in(workspace).asks.member(to);
    const standing = member === null ? null : await store.directory.user(workspace, member);
    if (member === null || standing === null || this.#account(standing) === null || member === mine.user)
      return fault('ask.person', 'This is no member who could answer', 'Name another member of the workspace.');
    const { run, step, item } = mine.row;
    const found = await this.waiting(workspace, run, step, item);
    if (found === null) return OVER;
    const { live, wait } = found;
    const { ask } = wait;
    if (isOut(ask, mine.user)) return AGAIN;
    if (isOut(ask, member)) return fault('ask.person', 'They answered this already, or handed it on');
    const asked = [{ kind: 'member', name: member }] as const;
    live.record(
      this.#d.clock.now(),
      'step.asked',
      { why: 'delegated', by: mine.user, to: asked },
      step,
      wait.scope.item,
    );
    live.asks.push(this.#write(live, wait));
    this.#audit(live, wait, mine.user, 'ask.delegated');
    this.#d.runs().loop.advance(live);
    return this.#durable(live, false);
  };

  /** Takes an answer of who may give it. */
  async take(live: Live, wait: AskWait, by: string, via: Via, said: Said): Promise<AskDone> {
    const { ask } = wait;
    if (isOut(ask, by)) return AGAIN;
    if (!said.ok) return said;
    const { values, clock, runs } = this.#d;
    const held = values.hold({ answer: said.answer, comment: said.comment }, live.spilled);
    if ('problem' in held) return { ok: false, problem: held.problem };
    live.record(clock.now(), 'step.answered', { by, via, data: held.held }, wait.step.id, wait.scope.item);
    this.#audit(live, wait, by, 'ask.answered');
    const result = comesTo(ask.spec, this.#answered(live, ask));
    if (result === null) live.asks.push(this.#write(live, wait));
    else {
      live.asks.push(this.#write(live, wait, 'answered'));
      live.waits = live.waits.filter((one) => one.token !== wait.token);
      runs().loop.done(live, wait.step, wait.scope, result.value, result.port);
    }
    runs().loop.advance(live);
    const done = await this.#durable(live, result !== null);
    if (done.ok && result !== null) await this.#d.store.engine.useToken(wait.token, clock.now());
    return done;
  }

  /** An answer from a page: by an account that signed in, or by who holds the link. */
  async takeFromPage(
    live: Live,
    wait: AskWait,
    by: string,
    texts: Readonly<Record<string, unknown>>,
  ): Promise<AskDone> {
    return this.take(live, wait, by, 'page', saidOnPage(wait.ask.spec.wanted, texts));
  }

  /** Is this account asked? */
  async isAsked(workspace: string, user: string, wait: AskWait): Promise<boolean> {
    const standing = await this.#d.store.directory.user(workspace, user);
    if (standing === null) return false;
    const mine = await this.#mine(standing, askId(wait.token));
    return mine !== null;
  }

  isOut(ask: AskState, by: string): boolean {
    return isOut(ask, by);
  }

  async #durable(live: Live, goesOn: boolean): Promise<AskDone> {
    await this.#d.journal.barrier(live.group);
    return live.abandoned ? unavailable : { ok: true, run: live.id, goesOn };
  }

  #audit(live: Live, wait: AskWait, by: string, action: string): void {
    live.audit.push({
      at: this.#d.clock.now(),
      workspace: live.base.workspace,
      actor: by,
      action,
      object: askId(wait.token),
      decision: 'allow',
      reason: null,
      run: live.id,
      step: wait.step.id,
    });
  }

  /** Told of every write of a run (QA3: once it is durable). */
  wrote({ row, asks, asksOver }: RunWrite, group: number): void {
    if (asks === undefined && asksOver === undefined) return;
    const there = this.#watchers.get(row.workspace);
    if (there === undefined) return;
    void this.#d.journal.barrier(group).then(
      () => there.forEach((tell) => tell()),
      () => undefined,
    );
  }

  watch(workspace: string, tell: () => void): () => void {
    const there = this.#watchers.get(workspace) ?? new Set();
    there.add(tell);
    this.#watchers.set(workspace, there);
    return () => {
      there.delete(tell);
      if (there.size === 0 && this.#watchers.get(workspace) === there) this.#watchers.delete(workspace);
    };
  }
}

const isOut = (ask: AskState, by: string): boolean =>
  ask.passed.includes(by) || ask.answers.some((one) => one.by === by);

/** When somebody is to be told of a wait; null: it is no question, or never again. */
export const noticeDue = (wait: WaitCommand): number | null => (wait.ask === null ? null : nextNotice(wait.ask));

/** What the gateway may ask. */
export const asksPort = (asks: Asks, { answerBehind }: Pick<AsksPort, 'answerBehind'>): AsksPort => ({
  show: (who, id) => asks.show(who, id),
  answer: asks.answer,
  delegate: asks.delegate,
  answerBehind,
  watch: (workspace, tell) => asks.watch(workspace, tell),
});

/** What an `ask` need lends a step. */
export const mayAskBy = (effect: (powers: readonly Power[]) => Promise<Effect<null>>): People => ({
  mayAsk: async (who) => {
    const done = await effect(powersOf(who));
    return done.ok ? null : done.problem;
  },
});
