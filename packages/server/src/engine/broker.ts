/**
 * The broker: the one function through which every effect of a step goes.
 *
 * B1 Authority is computed here, at the moment of use: grant ∩ what its grantor may still give ∩ the policy of the workspace
 *    ∩ the step's own narrowing, and for a power lent `as caller` ∩ what who started the run may lend. Nothing is carried over from when the flow was
 *    saved or the run began.
 * B1a Calling a flow stands on a grantor who may run that very flow: a key that is narrowed to one flow cannot reach
 *    another by lending the call of it.
 * B2 Every decision leaves an audit record in the same group as the events before it, and no effect starts before that
 *    group is durable (the journal's fsync).
 * B3 When the journal cannot be written, nothing happens: `JournalDown` is thrown and the run is left to recovery. The
 *    same when the run ended, or was let go, while the effect was judged or made durable.
 * B4 What was judged is judged again as soon as it may have changed: after the wait for the disk, and for effects under
 *    way at every change of the store and whenever a grantor's key runs out. A refusal stops the effect at once and is
 *    what it ends with, on record like every decision.
 */

import { Passing, type Power, printPower, type Problem, type Usage, withoutPath } from '@headgate/core';
import type { Named } from '../store/people.ts';
import type { JournalWriter } from '../store/ports.ts';
import type { Held, Ledger } from './ledger.ts';
import type { Lent, Reached } from './lent.ts';
import type { Live } from './live.ts';
import { UnderWay } from './under-way.ts';

export class JournalDown extends Error {}

type Deps = {
  readonly journal: JournalWriter;
  readonly ledger: Pick<Ledger, 'reserve'>;
  readonly now: () => number;
  /** What the flow of the run was lent, as of now: the same object until something changed. */
  readonly lent: (live: Live) => Promise<Lent>;
  /** Who started the run, when an account or a key did; for powers lent `as caller`. */
  readonly caller: (live: Live) => Promise<Named | null>;
  /** Calls `wake` once the clock has reached `due`; the answer cancels it. */
  readonly at: (due: number, wake: () => void) => () => void;
  /** Something that nobody waits for went wrong. */
  readonly report: (error: unknown) => void;
};

/** `sent`: not one byte of the effect can have left, or perhaps it has. */
export type Effect<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem; readonly sent: 'no' | 'maybe' };

/**
 * Carries an effect out. `again` judges what it leads to (a redirect); `stopped` aborts when it is not allowed any more:
 * nobody waits for its end then.
 */
export type Act<T> = (again: (request: Power) => Problem | null, stopped: AbortSignal) => Promise<T>;

/** Effects judged again in one turn of the event loop: ten thousand under way hold nobody up. */
const AT_ONCE = 200;

export class Broker {
  readonly #deps: Deps;
  readonly #open = new Passing<number, UnderWay>();
  #last = 0;
  #looking = false;
  #lookAgain = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** How many effects are under way. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Carries out one effect: judge, make the journal durable, act. `act` is called at most once, and never before the
   * fsync that covers the step's start.
   *
   * `inside`: what is done reaches nothing outside by itself (code in the jail, whose calls come here again), so that it
   * need not wait for the fsync; its record is written with the next group all the same.
   *
   * `among`: only what one of these accounts lent counts, which what is reached lets in.
   */
  async effect<T>(
    live: Live,
    step: string,
    narrow: readonly Power[] | undefined,
    requests: readonly Power[],
    act: Act<T>,
    reached?: Reached,
    inside = false,
    among?: readonly string[],
  ): Promise<Effect<T>> {
    const lent = await this.#deps.lent(live);
    this.#last += 1;
    const caller = lent.asCaller ? await this.#deps.caller(live) : null;
    const wish = { live, step, narrow, reached, among };
    const open = new UnderWay(this.#last, wish, lent, caller, lent.expires(this.#deps.now()));
    for (const request of requests) {
      const denied = this.#judge(open, request);
      if (denied !== null) {
        await this.durable(live);
        return { ok: false, problem: denied, sent: 'no' };
      }
    }
    if (!inside) await this.durable(live);
    const denied = await this.#changed(open);
    if (denied !== null) {
      await this.durable(live);
      return { ok: false, problem: denied, sent: 'no' };
    }
    this.#open.set(open.id, open);
    this.#untilExpiry(open);
    try {
      const acted = act((request) => this.#judge(open, request), open.stop.signal);
      const done = acted.then((value): Effect<T> => ({ ok: true, value }));
      // What breaks because it was stopped is told to nobody.
      done.catch(() => undefined);
      const refused = open.refusal.then((why): Effect<T> => ({ ok: false, problem: why, sent: 'maybe' }));
      return await Promise.race([done, refused]);
    } finally {
      open.cancel?.();
      this.#open.delete(open.id);
    }
  }

  /** Sets aside the most that a step may use of what budgets count, or says which of them it would exceed. */
  meter(live: Live, most: Usage): Held | { readonly problem: Problem } {
    const { workspace, flow, principal } = live.base;
    return this.#deps.ledger.reserve({ workspace, flow, principal, budget: live.compiled.budget }, live.meter, most);
  }

  /** The store changed: whatever is under way is judged again, each flow's grants read once. */
  changed(): void {
    this.#lookAgain = true;
    if (this.#looking || this.#open.size === 0) return;
    this.#looking = true;
    this.#look().then(
      () => {
        this.#looking = false;
      },
      (error: unknown) => {
        this.#looking = false;
        this.#deps.report(error);
      },
    );
  }

  async #look(): Promise<void> {
    while (this.#lookAgain) {
      this.#lookAgain = false;
      let looked = 0;
      for (const open of this.#open.values()) {
        await this.#recheck(open);
        looked += 1;
        if (looked % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  async #recheck(open: UnderWay): Promise<void> {
    if (open.refused !== null || !this.#open.has(open.id)) return;
    const denied = await this.#changed(open);
    if (denied === null || open.refused !== null || !this.#open.has(open.id)) return;
    open.refuse(denied);
  }

  /** Judges anew what was allowed, if anything may have changed. Only a refusal is a new decision, and on record. */
  async #changed(open: UnderWay): Promise<Problem | null> {
    const lent = await this.#deps.lent(open.live);
    const ranOut = open.due !== null && open.due <= this.#deps.now();
    if (lent === open.lent && !ranOut && !lent.asCaller) return null;
    open.caller = lent.asCaller ? await this.#deps.caller(open.live) : null;
    open.lent = lent;
    open.due = lent.expires(this.#deps.now());
    for (const request of open.requests) {
      const denied = this.#answer(open, request);
      if (denied === null) continue;
      this.#record(open, request, denied);
      return denied;
    }
    return null;
  }

  /** Keys that gave something run out without anybody changing the store. */
  #untilExpiry(open: UnderWay): void {
    open.cancel?.();
    open.cancel = null;
    if (open.due === null) return;
    open.cancel = this.#deps.at(open.due, () => {
      this.#recheck(open).then(() => {
        if (this.#open.has(open.id)) this.#untilExpiry(open);
      }, this.#deps.report);
    });
  }

  /** Judges one use of a power by a step, now. Records the decision; does not wait for it. */
  #judge(open: UnderWay, request: Power): Problem | null {
    const denied = open.refused ?? this.#answer(open, request);
    this.#record(open, request, denied);
    if (denied === null) open.requests.push(request);
    return denied;
  }

  #answer(open: UnderWay, request: Power): Problem | null {
    const { live, step, narrow, reached, caller, among } = open;
    const asked = { place: live.base, step, narrow, request, reached, caller, among };
    const answer = open.lent.judge(asked, this.#deps.now());
    return answer.ok ? null : answer.problem;
  }

  #record({ live, step }: UnderWay, request: Power, denied: Problem | null): void {
    live.audit.push({
      at: this.#deps.now(),
      workspace: live.base.workspace,
      actor: live.base.principal,
      action: `power.${request.power}`,
      object: printPower(withoutPath(request)),
      decision: denied === null ? 'allow' : 'deny',
      reason: denied?.code ?? null,
      run: live.base.id,
      step,
    });
  }

  /** Waits until all that the run recorded so far is on the disk. */
  async durable(live: Live): Promise<void> {
    live.flush(this.#deps.journal);
    try {
      await this.#deps.journal.barrier(live.group);
    } catch {
      throw new JournalDown('the journal could not be made durable');
    }
    if (live.abandoned) throw new JournalDown('the run was let go meanwhile');
  }
}
