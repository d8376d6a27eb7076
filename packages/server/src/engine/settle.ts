/**
 * How a step instance ends: its outcome as events. The only place that turns what a step said into what the journal says.
 *
 * It does not run steps (loop.ts) and decides nothing that plan decides.
 */

import {
  at,
  evaluate,
  type ExprScope,
  type Outcome,
  type Problem,
  type Scope,
  type ShapeStep,
  type Usage,
} from '@headgate/core';
import { askAt } from './ask-rows.ts';
import type { Clock } from './clock.ts';
import type { CompiledStep } from './compiled.ts';
import type { Live } from './live.ts';
import type { LoopDeps } from './loop-deps.ts';
import { nextTry } from './retry.ts';
import { withProblem } from './scope.ts';
import type { Values } from './values.ts';

type Deps = {
  readonly clock: Clock;
  readonly values: Values;
  readonly scope: (live: Live, place: Scope) => ExprScope;
  /** The hash of the one-time token of a `wait.event` step instance. */
  readonly tokenHash: (live: Live, step: string, item: readonly number[]) => string;
  readonly asked: LoopDeps['asked'];
};

export class Settler {
  readonly #d: Deps;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** Records how a step instance ended, or what it waits for: until `deadline`, where it has a timeout. */
  settle(
    live: Live,
    cs: CompiledStep,
    step: ShapeStep,
    scope: Scope,
    attempt: number,
    outcome: Outcome,
    deadline: number | null = null,
  ): void {
    const now = this.#d.clock.now();
    const limit = deadline === null ? {} : { deadline };
    switch (outcome.kind) {
      case 'done':
        return this.done(live, step, scope, outcome.value, outcome.port, outcome.usage);
      case 'stop':
        return live.record(now, 'step.problem', { problem: outcome.problem, attempt }, step.id, scope.item);
      case 'problem': {
        const placed = at(
          scope.item.length > 0 ? { step: step.id, item: scope.item } : { step: step.id },
          inWith(outcome.problem),
        );
        const asked = cs.retry?.when ?? null;
        const when =
          asked === null ? undefined : evaluate(asked, withProblem(this.#d.scope(live, scope), step.id, placed));
        const wait = nextTry(
          cs.retry,
          attempt,
          placed,
          when?.ok === true ? when.value : undefined,
          this.#d.clock.chance,
        );
        return live.record(
          now,
          'step.problem',
          {
            problem: placed,
            attempt,
            ...(wait === null ? {} : { retryAt: now + wait }),
            ...(outcome.usage === undefined ? {} : { usage: outcome.usage }),
          },
          step.id,
          scope.item,
        );
      }
      case 'wait': {
        const until = outcome.until ?? now + (outcome.for ?? 0);
        if (until <= now) return this.done(live, step, scope, outcome.value ?? null);
        return live.record(now, 'step.waiting', { until, ...limit }, step.id, scope.item);
      }
      case 'event': {
        const token = this.#d.tokenHash(live, step.id, scope.item);
        const until = outcome.deadline === undefined ? null : now + outcome.deadline;
        live.tokens.push({
          hash: token,
          step: step.id,
          item: scope.item.join('.'),
          note: outcome.note ?? null,
          deadline: until,
        });
        live.record(
          now,
          'step.waiting',
          {
            token,
            ...limit,
            ...(until === null ? {} : { until }),
            ...(outcome.note === undefined ? {} : { note: outcome.note }),
            ...(outcome.ask === undefined ? {} : { ask: outcome.ask }),
          },
          step.id,
          scope.item,
        );
        const wait = outcome.ask === undefined ? null : askAt(scope, step);
        if (wait !== null) this.#d.asked(live, wait);
        return;
      }
      case 'respond': {
        const body = this.#d.values.hold(outcome.body ?? null, live.spilled);
        if ('problem' in body)
          return live.record(now, 'step.problem', { problem: body.problem, attempt }, step.id, scope.item);
        live.record(
          now,
          'run.responded',
          {
            ...{ status: outcome.status, headers: outcome.headers, body: body.held },
            ...(outcome.files === undefined ? {} : { files: outcome.files }),
          },
          step.id,
          scope.item,
        );
        return live.record(now, 'step.done', { out: body.held }, step.id, scope.item);
      }
      case 'call':
        throw new Error('a pure step called a flow');
    }
  }

  /** Records a step as done with a value. */
  done(live: Live, step: ShapeStep, scope: Scope, value: unknown, port?: string, usage?: Usage): void {
    const held = this.#d.values.hold(value ?? null, live.spilled);
    const now = this.#d.clock.now();
    if ('problem' in held)
      return live.record(now, 'step.problem', { problem: held.problem, attempt: 1 }, step.id, scope.item);
    live.record(
      now,
      'step.done',
      {
        out: held.held,
        ...(port === undefined ? {} : { port }),
        ...(usage === undefined ? {} : { usage }),
      },
      step.id,
      scope.item,
    );
  }
}

/** Steps name their own fields; readers see where those stand in the flow file. */
const inWith = (p: Problem): Problem =>
  p.at?.field === undefined || /^(with|each|retry)\b/.test(p.at.field)
    ? p
    : { ...p, at: { ...p.at, field: `with.${p.at.field}` } };
