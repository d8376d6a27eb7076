/**
 * What a block asks of the engine: what it goes through, what an item gives, when a repeat ends, and its value at the end.
 * Everything else about blocks is plan's.
 */

import {
  at,
  type Command,
  evaluate,
  type ExprScope,
  kindOf,
  lastValue,
  MAX_ITEMS,
  type Problem,
  problem,
  type Scope,
  type ShapeStep,
} from '@headgate/core';
import { type Agents, CHANGED, isAgentRun } from './agent/agents.ts';
import type { Clock } from './clock.ts';
import type { CompiledStep } from './compiled.ts';
import type { Live } from './live.ts';
import type { Settler } from './settle.ts';
import type { Values } from './values.ts';

type Deps = {
  readonly clock: Clock;
  readonly values: Values;
  readonly settler: Settler;
  readonly agents: Agents;
  readonly scope: (live: Live, place: Scope) => ExprScope;
};

export class Blocks {
  readonly #d: Deps;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  open(live: Live, cs: CompiledStep, step: ShapeStep, scope: Scope): void {
    if (step.block?.kind === 'agent') return this.#d.agents.open(live, cs, step, scope);
    const now = this.#d.clock.now();
    // The timeout of a short form is that of each of its steps, not of all of them together.
    const limit = cs.timeout === null || step.block?.short === true ? {} : { deadline: now + cs.timeout };
    const refuse = (why: Problem): void =>
      live.record(now, 'step.problem', { problem: why, attempt: 1 }, step.id, scope.item);
    if (step.block?.kind === 'repeat')
      return live.record(now, 'block.opened', { count: step.block.max, ...limit }, step.id, scope.item);
    const given = scope.edited?.get(step.pos);
    const over =
      given !== undefined
        ? { ok: true as const, value: this.#d.values.read(live.base.workspace, given) }
        : cs.over === null
          ? { ok: true as const, value: null }
          : evaluate(cs.over, this.#d.scope(live, scope));
    if (!over.ok) return refuse(over.problem);
    const { agents } = this.#d;
    const changed =
      given !== undefined && agents.frozen(live, scope) ? CHANGED : agents.changed(live, scope, over.value);
    if (changed !== null) return refuse(changed);
    const list = over.value ?? [];
    if (!Array.isArray(list)) {
      return refuse(
        problem('each.not_list', `each goes through a list; \`over\` gave ${kindOf(list)}`, {
          at: { field: 'with.over' },
          fix: 'Give it a list, e.g. {{ steps.fetch.body.items }}.',
        }),
      );
    }
    if (list.length > MAX_ITEMS) {
      return refuse(
        problem('run.limit', `each takes ${MAX_ITEMS} items at most; \`over\` gave ${list.length}`, {
          at: { field: 'with.over' },
          fix: 'Go through it in parts: split it, and call a flow for each part.',
        }),
      );
    }
    const held = this.#d.values.hold(list, live.spilled);
    if ('problem' in held) return refuse(held.problem);
    live.record(now, 'block.opened', { count: list.length, over: held.held, ...limit }, step.id, scope.item);
  }

  endItem(live: Live, cs: CompiledStep, { block, scope, index }: Extract<Command, { do: 'item' }>): void {
    if (isAgentRun(block)) return this.#d.agents.moved(live, block, scope, index);
    const view = this.#d.scope(live, scope);
    const item = [...block.scope.item, index];
    const now = this.#d.clock.now();
    const refuse = (why: Problem): void =>
      live.record(now, 'block.item', { problem: at({ step: block.step.id, item }, why) }, block.step.id, item);
    let out = lastValue(scope);
    if (cs.result !== null) {
      const result = evaluate(cs.result, view);
      if (!result.ok) return refuse(result.problem);
      const held = this.#d.values.hold(result.value ?? null, live.spilled);
      if ('problem' in held) return refuse(held.problem);
      out = held.held;
    }
    if (cs.until === null) return live.record(now, 'block.item', { out }, block.step.id, item);
    const until = evaluate(cs.until, view);
    if (!until.ok) return refuse(until.problem);
    if (typeof until.value !== 'boolean') {
      return refuse(
        problem('repeat.until', `\`until\` must be true or false; it gave ${kindOf(until.value)}`, {
          at: { field: 'with.until' },
          fix: 'Compare: {{ steps.poll.body.state == "ready" }}.',
        }),
      );
    }
    live.record(now, 'block.item', { out, more: !until.value }, block.step.id, item);
  }

  close(live: Live, block: Extract<Command, { do: 'close' }>['block']): void {
    const read = (r: (typeof block.results)[number] | undefined): unknown =>
      r === undefined ? null : 'problem' in r ? { problem: r.problem } : this.#d.values.read(live.base.workspace, r);
    if (block.step.block?.kind !== 'each')
      return this.#d.settler.done(live, block.step, block.scope, read(block.results[0]));
    const list: unknown[] = [];
    for (let i = 0; i < block.count; i += 1) list.push(read(block.results[i]));
    this.#d.settler.done(live, block.step, block.scope, list);
  }
}
