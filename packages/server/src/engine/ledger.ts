/**
 * The ledger: what each workspace, flow and key began, used and spent, and what of that it still may. Quotas of workspaces,
 * budgets of flows and keys are judged here and nowhere else.
 *
 * LE1 Judging and counting a start are one act: nothing comes between, so that no number of starts at a time exceeds a limit.
 * LE2 What a step may use at most is set aside before it begins and settled with what it used: steps at the same time never
 *     use more together than there is, as long as none uses more than its kind declares.
 * LE3 Counts are those of the store (store/writer/tally.ts), read once at the start; from then on both count the same acts.
 *     What a crash took from the journal was never counted there.
 *
 * It holds numbers alone, in memory: a start costs a few look-ups and no wait.
 */

import {
  type Budget,
  dayOf,
  monthOf,
  type Period,
  type Problem,
  problem,
  type Quota,
  resetOf,
  type Usage,
} from '@headgate/core';
import type { EngineLimits } from '../store/limits.ts';
import type { JournalWriter } from '../store/ports.ts';
import type { Target } from './flows.ts';

type Kind = 'runs' | 'tokens' | 'money';

/** What one holder did in the present day and month. `held` is set aside for steps under way. */
type Page = {
  day: number;
  month: number;
  readonly today: Record<Kind, number>;
  readonly inMonth: Record<Kind, number>;
  readonly held: Record<Kind, number>;
};

/** Who begins or uses something. `run`: what this run used so far. */
export type Spender = {
  readonly workspace: string;
  readonly flow: string;
  readonly principal: string;
  readonly budget: Budget | undefined;
};

export const spenderOf = (
  { workspace, row, compiled }: Pick<Target, 'workspace' | 'row' | 'compiled'>,
  principal: string,
): Spender => ({ workspace, flow: row.id, principal, budget: compiled.budget });

/** Of one run: what it used, and what is set aside for its steps under way. */
export type RunMeter = {
  used: { tokens: number; money: number };
  held: { tokens: number; money: number };
  /** Those of the tokens used that models wrote. */
  output: number;
};

export const newMeter = (): RunMeter => ({ used: { tokens: 0, money: 0 }, held: { tokens: 0, money: 0 }, output: 0 });

/** What is set aside. `settle` gives it back, charges what was used, and tells what that came to: call it once. */
export type Held = { readonly settle: (usage: Usage | undefined) => Usage | undefined };

type Deps = {
  readonly limits: EngineLimits;
  readonly journal: Pick<JournalWriter, 'used'>;
  readonly now: () => number;
};

const WORKSPACE = '';
const SOON = 5_000;
const WORDS = { day: 'a day', month: 'a month' } as const;
const THINGS = { runs: 'runs', tokens: 'tokens', money: 'micro-units of money' } as const;
const USED = ['tokens', 'money'] as const;

const isKey = (principal: string): boolean => principal.startsWith('key_');
const none = (): Record<Kind, number> => ({ runs: 0, tokens: 0, money: 0 });

export class Ledger {
  readonly #d: Deps;
  readonly #pages = new Map<string, Map<string, Page>>();
  readonly #open = new Map<string, number>();
  #quotas: ReadonlyMap<string, Quota> = new Map();
  #budgets: ReadonlyMap<string, Budget> = new Map();

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** Reads what was counted. Before the first run. */
  async open(): Promise<void> {
    const now = this.#d.now();
    for (const { workspace, holder, day, month } of await this.#d.limits.counted(now)) {
      const page = this.#page(workspace, holder, now);
      Object.assign(page.today, day);
      Object.assign(page.inMonth, month);
    }
    await this.renew();
  }

  /** Reads the quotas and budgets of now. */
  async renew(): Promise<void> {
    const { limits } = this.#d;
    const [quotas, budgets] = await Promise.all([limits.quotas(), limits.budgets()]);
    this.#quotas = quotas;
    this.#budgets = budgets;
  }

  /** May a run begin? Counts it when it may (LE1). `metered`: its flow has steps that use tokens or money. */
  begin(who: Spender, metered: boolean): Problem | null {
    const { workspace, flow, principal } = who;
    const now = this.#d.now();
    const all = this.#page(workspace, WORKSPACE, now);
    const of = this.#page(workspace, flow, now);
    const key = isKey(principal) ? this.#page(workspace, principal, now) : null;
    const denied = this.#judge(who, metered, now, all, of, key);
    if (denied !== null) return denied;
    count(all, 'runs', 1);
    count(of, 'runs', 1);
    if (key !== null) count(key, 'runs', 1);
    this.entered(workspace);
    return null;
  }

  /** A run that was let in did not come to be. */
  undo({ workspace, flow, principal }: Spender): void {
    const now = this.#d.now();
    for (const holder of holders(flow, principal)) count(this.#page(workspace, holder, now), 'runs', -1);
    this.left(workspace);
  }

  /** A run that is not over is there: begun, or read back after a start. */
  entered(workspace: string): void {
    this.#open.set(workspace, (this.#open.get(workspace) ?? 0) + 1);
  }

  /** A run is over. */
  left(workspace: string): void {
    const open = (this.#open.get(workspace) ?? 1) - 1;
    if (open <= 0) this.#open.delete(workspace);
    else this.#open.set(workspace, open);
  }

  /** Sets aside the most that a step may use (LE2), or says which limit that would exceed. */
  reserve(who: Spender, meter: RunMeter, most: Usage): Held | { readonly problem: Problem } {
    const { workspace, flow, principal, budget } = who;
    const now = this.#d.now();
    const wanted = { tokens: whole(most.tokens), money: whole(most.money) };
    for (const kind of USED) {
      if (wanted[kind] === 0) continue;
      const there = meter.used[kind] + meter.held[kind];
      const ofKey = isKey(principal) ? this.#budgets.get(principal) : undefined;
      for (const [who, cap] of [
        ['flow', budget?.[kind]?.run],
        ['key', ofKey?.[kind]?.run],
      ] as const)
        if (cap !== undefined && there + wanted[kind] > cap) return { problem: overRun(who, kind, cap, there) };
      const denied = this.#used(who, kind, wanted[kind], now);
      if (denied !== null) return { problem: denied };
    }
    const names = holders(flow, principal);
    const pages = names.map((name) => this.#page(workspace, name, now));
    for (const kind of USED) {
      meter.held[kind] += wanted[kind];
      for (const page of pages) page.held[kind] += wanted[kind];
    }
    return {
      settle: (usage) => {
        const used = { tokens: whole(usage?.tokens), money: whole(usage?.money) };
        const output = Math.min(whole(usage?.output), used.tokens);
        meter.output += output;
        for (const kind of USED) {
          meter.held[kind] -= wanted[kind];
          meter.used[kind] += used[kind];
          for (const page of pages) page.held[kind] -= wanted[kind];
        }
        if (used.tokens === 0 && used.money === 0) return undefined;
        const at = this.#d.now();
        for (const name of names) for (const kind of USED) count(this.#page(workspace, name, at), kind, used[kind]);
        this.#d.journal.used({ workspace, holders: names, day: dayOf(at), ...used });
        return output === 0 ? used : { ...used, output };
      },
    };
  }

  /** Why a workspace may not store so many bytes more than it does, or null. */
  store(workspace: string, more: number): Problem | null {
    const most = this.#quotas.get(workspace)?.bytes;
    if (most === undefined) return null;
    const bytes = this.#d.limits.bytes(workspace);
    return bytes + more > most ? tooLarge(most, bytes) : null;
  }

  #judge(who: Spender, metered: boolean, now: number, all: Page, of: Page, key: Page | null): Problem | null {
    const { workspace, principal, budget } = who;
    const quota = this.#quotas.get(workspace);
    if (quota !== undefined) {
      const open = this.#open.get(workspace) ?? 0;
      if (quota.concurrent !== undefined && open >= quota.concurrent) return tooMany(quota.concurrent, open);
      const bytes = quota.bytes === undefined ? 0 : this.#d.limits.bytes(workspace);
      if (quota.bytes !== undefined && bytes >= quota.bytes) return tooLarge(quota.bytes, bytes);
      const denied = over('quota', 'This workspace', all, 'runs', quota.runs, 1, now);
      if (denied !== null) return denied;
    }
    const ofFlow = budget === undefined ? null : over('budget', 'This flow', of, 'runs', budget.runs, 1, now);
    if (ofFlow !== null) return ofFlow;
    const limit = key === null ? undefined : this.#budgets.get(principal);
    const ofKey =
      key === null || limit === undefined ? null : over('budget', 'This key', key, 'runs', limit.runs, 1, now);
    if (ofKey !== null || !metered) return ofKey;
    for (const kind of USED) {
      const denied = this.#used(who, kind, 1, now);
      if (denied !== null) return denied;
    }
    return null;
  }

  /** Would this much more of a kind exceed what workspace, flow or key may? */
  #used(
    { workspace, flow, principal, budget }: Spender,
    kind: 'tokens' | 'money',
    more: number,
    now: number,
  ): Problem | null {
    const all = this.#page(workspace, WORKSPACE, now);
    const denied =
      over('quota', 'This workspace', all, kind, this.#quotas.get(workspace)?.[kind], more, now) ??
      over('budget', 'This flow', this.#page(workspace, flow, now), kind, budget?.[kind], more, now);
    if (denied !== null || !isKey(principal)) return denied;
    const limit = this.#budgets.get(principal)?.[kind];
    return over('budget', 'This key', this.#page(workspace, principal, now), kind, limit, more, now);
  }

  /** The page of a holder, turned when a day or a month began. A clock put back turns nothing. */
  #page(workspace: string, holder: string, now: number): Page {
    let pages = this.#pages.get(workspace);
    if (pages === undefined) {
      pages = new Map();
      this.#pages.set(workspace, pages);
    }
    const today = dayOf(now);
    const known = pages.get(holder);
    if (known === undefined) {
      const made = { day: today, month: monthOf(today), today: none(), inMonth: none(), held: none() };
      pages.set(holder, made);
      return made;
    }
    if (today > known.day) {
      known.day = today;
      Object.assign(known.today, none());
      const month = monthOf(today);
      if (month > known.month) {
        known.month = month;
        Object.assign(known.inMonth, none());
      }
    }
    return known;
  }
}

/** Whole amounts, and never less than nothing: what a step says does not lower what was used. */
const whole = (amount: number | undefined): number =>
  amount === undefined || !(amount > 0) ? 0 : Math.min(Math.ceil(amount), Number.MAX_SAFE_INTEGER);

const holders = (flow: string, principal: string): readonly string[] =>
  isKey(principal) ? [WORKSPACE, flow, principal] : [WORKSPACE, flow];

const count = (page: Page, kind: Kind, more: number): void => {
  page.today[kind] += more;
  page.inMonth[kind] += more;
};

type Caps = { readonly day?: number | undefined; readonly month?: number | undefined };

const over = (
  what: 'quota' | 'budget',
  who: string,
  page: Page,
  kind: Kind,
  caps: Caps | undefined,
  more: number,
  now: number,
): Problem | null => {
  if (caps === undefined) return null;
  const { day, month } = caps;
  if (day !== undefined && page.today[kind] + page.held[kind] + more > day)
    return exceeded(what, who, kind, 'day', day, page.today[kind], now);
  if (month !== undefined && page.inMonth[kind] + page.held[kind] + more > month)
    return exceeded(what, who, kind, 'month', month, page.inMonth[kind], now);
  return null;
};

/** Names the limit, what was used of it, when it begins anew, and what to do. */
const exceeded = (
  what: 'quota' | 'budget',
  who: string,
  kind: Kind,
  period: Period,
  limit: number,
  used: number,
  now: number,
): Problem => {
  const reset = resetOf(period, now);
  const does = kind === 'runs' ? 'begin' : 'use';
  const raise = what === 'quota' ? 'ask an administrator of the instance for more' : 'raise the budget';
  return problem(
    `${what}.${kind}`,
    `${who} may ${does} ${limit} ${THINGS[kind]} ${WORDS[period]}; ${used} are used, and this would go beyond`,
    {
      retry: 'after',
      retryAfter: Math.max(1, reset - now),
      fix: `Wait until ${new Date(reset).toISOString()}, when the next ${period} begins, or ${raise}.`,
    },
  );
};

const overRun = (who: 'flow' | 'key', kind: 'tokens' | 'money', limit: number, used: number): Problem =>
  problem(
    `budget.${kind}`,
    `One run of this ${who} may use ${limit} ${THINGS[kind]}; ${used} are used, and this step would go beyond`,
    {
      fix:
        who === 'flow'
          ? `Raise settings.budget.${kind}.run, publish, and run the rest again: what was done is kept.`
          : 'Run the rest again with a key whose budget is larger: what was done is kept.',
    },
  );

const tooMany = (limit: number, open: number): Problem =>
  problem('quota.concurrent', `This workspace may have ${limit} runs that are not over; ${open} are`, {
    retry: 'after',
    retryAfter: SOON,
    fix: 'Wait until some end, cancel some, or ask an administrator of the instance for more.',
  });

const tooLarge = (limit: number, bytes: number): Problem =>
  problem('quota.bytes', `Runs and files of this workspace may fill ${limit} bytes; ${bytes} are stored`, {
    fix: 'Delete files, wait until old runs are deleted, keep fewer of them, or ask an administrator of the instance for more.',
  });
