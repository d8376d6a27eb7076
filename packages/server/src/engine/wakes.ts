/**
 * When a run is looked at again: its waits for a time, its deadline, and the ends of runs it waits for.
 *
 * W1 A timer knows the ids of its run and nothing else, so that a run that waits for a month costs a timer and not what
 *    it holds in memory.
 */

import { HELD_MOST, heldUntil, isOpen, problem } from '@headgate/core';
import { askOf } from './ask-rows.ts';
import { type Asks, noticeDue } from './asks.ts';
import type { Clock } from './clock.ts';
import type { DeadlineCommand, Live, WaitCommand } from './live.ts';
import type { Runs } from './runs.ts';
import type { Timers } from './timers.ts';

type Deps = { readonly clock: Clock; readonly timers: Timers; readonly runs: Runs; readonly asks: Asks };

export class Wakes {
  readonly #d: Deps;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** Arms the timer that ends the run at its deadline, if it has one. */
  deadline(live: Live): void {
    if (live.deadline !== null && !live.over)
      live.cancelTimeout = this.#at('a deadline', live.deadline, live.base.workspace, live.id);
  }

  /** Arms the timer that gives the run up when nobody lets its held steps go on. */
  held(live: Live): void {
    live.cancelHeld?.();
    const until = live.over ? null : heldUntil(live.state);
    live.cancelHeld = until === null ? null : this.#at('the end of being held', until, live.base.workspace, live.id);
  }

  /** Held steps went on: what stood still meanwhile is due later by as much. */
  unheld(live: Live): void {
    this.held(live);
    live.cancelTimeout?.();
    this.deadline(live);
    for (const deadline of live.deadlines) this.limit(live, deadline);
  }

  /** Called by the loop for every wait it meets. */
  watch(live: Live, wait: WaitCommand): void {
    const { workspace } = live.base;
    if (wait.until !== null) this.#at('a wake-up', wait.until, workspace, live.id);
    if (wait.deadline !== null) this.#at('a deadline', wait.deadline, workspace, live.id);
    if (wait.child !== null) this.#child(live, wait.child);
    this.notice(live, wait);
  }

  /** Arms the timer that tells people of a question, the next time. */
  notice(live: Live, wait: WaitCommand): void {
    const due = noticeDue(wait);
    if (due !== null) this.#at('telling people', due, live.base.workspace, live.id);
  }

  /** Called by the loop for every block with a timeout. */
  limit(live: Live, deadline: DeadlineCommand): void {
    const due = live.dueOf(deadline);
    if (due !== null) this.#at('a deadline', due, live.base.workspace, live.id);
  }

  #at(what: string, due: number, workspace: string, run: string): () => void {
    const { timers, runs } = this.#d;
    return timers.at(due, () => runs.later.do(workspace, what, () => this.wake(workspace, run)));
  }

  /** The child may be over already; until that is known, the parent stays in memory. */
  #child(live: Live, child: string): void {
    const { runs } = this.#d;
    live.keep += 1;
    runs.later.do(
      live.base.workspace,
      'the end of a called flow',
      () => runs.children.over(live.base.workspace, live.id, child),
      () => {
        live.keep -= 1;
        runs.parked(live);
      },
    );
  }

  /** Something of this run is due: a wait, a retry, its deadline, or a child that ended meanwhile. */
  async wake(workspace: string, run: string): Promise<void> {
    const { clock, runs } = this.#d;
    const live = await runs.hold(workspace, run);
    if (live === null || live.over || live.abandoned || live.state.phase === 'in_doubt') return;
    const now = clock.now();
    if (live.deadline !== null && live.deadline <= now) {
      const timeout = live.compiled.flow.settings?.timeout ?? '';
      const fix = 'Raise settings.timeout of the flow, or make it do less.';
      runs.loop.fail(live, problem('run.timeout', `The run took longer than its timeout of ${timeout}`, { fix }));
      return runs.loop.advance(live);
    }
    const given = heldUntil(live.state);
    if (given !== null && given <= now) {
      runs.loop.giveUp(live, 'breakpoint', heldTooLong());
      return runs.loop.advance(live);
    }
    const isDue = (time: number | null): boolean => time !== null && time <= now;
    for (const wait of live.waits) if (isDue(noticeDue(wait)) && !isDue(wait.until)) this.#tell(live, wait);
    const due = live.waits.filter((w) => (isDue(w.until) || isDue(w.deadline)) && !w.scope.dropped);
    const late = live.deadlines.filter((d) => isDue(live.dueOf(d)) && isOpen(d.block));
    if (due.length === 0 && late.length === 0) return;
    const taken = new Set(due);
    live.waits = live.waits.filter((w) => !taken.has(w) && !w.scope.dropped);
    live.deadlines = live.deadlines.filter((d) => !isDue(live.dueOf(d)) && isOpen(d.block));
    for (const deadline of late) runs.loop.lateBlock(live, deadline);
    for (const wait of due) {
      if (wait.scope.dropped) {
        if (wait.child !== null) runs.children.orphan(live, wait.child);
      } else if (!isDue(wait.until)) runs.loop.late(live, wait);
      else if (wait.retry) runs.loop.retry(live, wait);
      else if (wait.ask !== null) this.#late(live, wait);
      else if (wait.token !== null) runs.loop.done(live, wait.step, wait.scope, null, 'timeout');
      else runs.loop.done(live, wait.step, wait.scope, null);
    }
    runs.loop.advance(live);
  }

  #late(live: Live, of: WaitCommand): void {
    const wait = askOf(of);
    if (wait !== null) this.#d.asks.late(live, wait);
  }

  /** Beside the work of the run: whoever is told slowly holds nothing up. */
  #tell(live: Live, of: WaitCommand): void {
    const { asks, runs } = this.#d;
    const wait = askOf(of);
    if (wait !== null) runs.later.do(live.base.workspace, 'telling people', () => asks.tell(live, wait));
  }
}

const heldTooLong = (): ReturnType<typeof problem> =>
  problem('run.held_too_long', `A step was held for ${HELD_MOST / 60_000} minutes, and nobody let it go on`, {
    fix: 'Run it again, and let the step go on when you have looked at it.',
  });
