/**
 * Flows that call flows: the child run and its end.
 *
 * R3 A sub-run has an id made of its parent's step instance, so that starting it again finds the one there is. It is
 *    written before its parent's wait, so a crash never leaves a parent waiting for a child that was never written.
 */

import { createHash } from 'node:crypto';
import type { Problem, Scope, ShapeStep } from '@headgate/core';
import type { Store } from '../store/ports.ts';
import { callersOf } from './callers.ts';
import type { Clock } from './clock.ts';
import type { Target } from './flows.ts';
import type { Live } from './live.ts';
import type { Runs } from './runs.ts';

type Deps = { readonly store: Store; readonly clock: Clock; readonly runs: Runs };

const CALLED = 'The called flow failed: ';

export class Children {
  readonly #d: Deps;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** Starts the run that a step calls, or finds it when it was started before. */
  async call(
    live: Live,
    step: ShapeStep,
    scope: Scope,
    attempt: number,
    target: Target,
    input: unknown,
  ): Promise<{ child: string } | { problem: Problem }> {
    const place = `${live.id}\n${step.id}\n${scope.item.join('.')}\n${attempt}`;
    const id = live.id.slice(0, 11) + createHash('sha256').update(place).digest('hex').slice(0, 16);
    const { workspace } = live.base;
    if (this.#d.runs.has(id) || (await this.#d.store.in(workspace).runs.get(id)) !== null) return { child: id };
    const above = (await callersOf(this.#d, live)).filter((one) => one !== null);
    const made = this.#d.runs.create({
      target,
      input,
      id,
      // Which run and step that was is the caller's own, and nothing for the flow it calls to pass on.
      trigger: { kind: 'flow.call@1' },
      principal: live.base.principal,
      priority: live.base.priority,
      idempotencyKey: null,
      recursive: above.some((base) => base.flow === target.row.id),
      // Queued behind its own caller, which waits for it, it would wait for ever: it goes within the place of that one.
      within: new Set(above.flatMap(({ limitKey }) => (limitKey === null ? [] : [limitKey]))),
      depth: (live.state.created?.depth ?? 0) + 1,
      parent: { run: live.id, step: step.id, item: scope.item },
      from: live,
    });
    return 'problem' in made ? made : { child: id };
  }

  /** Nobody waits for this called run any more: it is cancelled, with all that it called. */
  orphan(live: Live, child: string): void {
    const { workspace } = live.base;
    this.#d.runs.later.do(workspace, 'the end of a run that nobody waits for', () =>
      this.cancel(workspace, child, live.id),
    );
  }

  /** Cancels a called run because its caller is over or went on without it. Does nothing when it is over itself. */
  async cancel(workspace: string, child: string, caller: string): Promise<void> {
    const live = await this.#d.runs.hold(workspace, child);
    if (live === null || live.over) return;
    const reason = `run ${caller}, which called it, does not wait for it any more`;
    live.record(this.#d.clock.now(), 'run.cancel', { by: `run:${caller}`, reason });
    this.#d.runs.loop.advance(live);
  }

  /** Gives a child's end to the parent that waits for it. Safe to ask at any time, any number of times. */
  async over(workspace: string, parent: string, child: string): Promise<void> {
    const end = await this.#d.runs.ends.outcome(workspace, child);
    if (end === null && (this.#d.runs.has(child) || (await this.#d.store.in(workspace).runs.get(child)) !== null))
      return;
    const live = await this.#d.runs.hold(workspace, parent);
    const wait = live?.waits.find((w) => w.child === child && !w.scope.dropped);
    if (live === null || live === undefined || wait === undefined || live.over) return;
    live.waits = live.waits.filter((w) => w !== wait);
    // A child that is nowhere was taken by a damaged or cut store: calling again makes the same one (R3).
    if (end === null) this.#d.runs.loop.again(live, wait.scope, wait.step);
    else if (end.problem === null) this.#d.runs.loop.done(live, wait.step, wait.scope, end.output);
    else {
      const why: Problem = { ...end.problem, at: { ...end.problem.at, flow: end.row.flow } };
      live.record(
        this.#d.clock.now(),
        'step.problem',
        {
          problem: {
            code: why.code,
            // However deep the calls: said once, with the fix of what failed first.
            text: why.text.startsWith(CALLED) ? why.text : `${CALLED}${why.text}`,
            ...(why.fix === undefined ? {} : { fix: why.fix }),
            retry: 'no',
            at: { step: wait.step.id },
          },
          attempt: wait.attempt,
        },
        wait.step.id,
        wait.scope.item,
      );
    }
    this.#d.runs.loop.advance(live);
  }
}
