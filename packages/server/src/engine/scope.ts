/**
 * What an expression of a run may see: the engine's answer to the nine roots, for one scope of the run's state.
 *
 * Lookups are lazy; a spilled value is read only when an expression names it. Nothing here is reachable but data.
 */

import {
  type BlockRun,
  DONE,
  isObject,
  type Moves,
  type Scope as Place,
  type ExprScope,
  visible,
  type ValueRoot,
} from '@headgate/core';
import type { Live } from './live.ts';
import type { Values } from './values.ts';

export type RunInfo = { readonly links: (live: Live, item: readonly number[]) => Record<string, string> | null };

const lists = new WeakMap<BlockRun, unknown[]>();

/** The list an `each` goes through. */
export const listOf = (live: Live, block: BlockRun, values: Values): unknown[] => {
  const known = lists.get(block);
  if (known !== undefined) return known;
  const value = block.over === null ? [] : values.read(live.base.workspace, block.over);
  const list = Array.isArray(value) ? value : [];
  lists.set(block, list);
  return list;
};

export class RunScope implements ExprScope {
  readonly #live: Live;
  readonly #place: Place;
  readonly #values: Values;
  readonly #info: RunInfo;

  constructor(live: Live, place: Place, values: Values, info: RunInfo) {
    this.#live = live;
    this.#place = place;
    this.#values = values;
    this.#info = info;
  }

  get(root: ValueRoot): unknown {
    const { created, now } = this.#live.state;
    const { base } = this.#live;
    switch (root) {
      case 'input':
        return this.#values.read(base.workspace, created?.input);
      case 'trigger':
        return {
          id: created?.trigger.id ?? null,
          kind: created?.trigger.kind ?? 'api@1',
          ...asRecord(created?.trigger.data),
          ...(created?.trigger.body === 'input' ? { body: this.#values.read(base.workspace, created.input) } : {}),
        };
      case 'vars':
        return created?.vars ?? {};
      case 'now':
        return now;
      case 'run': {
        const links = this.#info.links(this.#live, this.#place.item);
        const run = {
          id: base.id,
          flow: base.flow,
          version: base.version,
          environment: base.environment,
          started: now,
        };
        return links === null ? run : { ...run, resume: links };
      }
      case 'index':
        return this.#place.item[this.#place.item.length - 1];
      case 'item': {
        const block = this.#place.owner;
        if (block === null) return undefined;
        const index = this.#place.item[this.#place.item.length - 1] ?? 0;
        if (block.step.block?.kind === 'repeat') {
          const last = block.results[0];
          return last === undefined || 'problem' in last ? null : this.#values.read(base.workspace, last);
        }
        if (block.moves !== null) return argumentsAt(this.#live, block.moves, index, this.#values);
        return listOf(this.#live, block, this.#values)[index];
      }
    }
  }

  step(id: string): unknown {
    const found = visible(this.#live.state, this.#place, id);
    if (found === null || found.scope.status[found.step.pos] !== DONE) return null;
    return this.#values.read(this.#live.base.workspace, found.scope.values[found.step.pos]);
  }

  problem(id: string): unknown {
    const found = visible(this.#live.state, this.#place, id);
    return found?.scope.problems.get(found.step.pos) ?? null;
  }
}

/** What the model of an agent filled in for this call of a tool. */
const argumentsAt = (live: Live, { list }: Moves, index: number, values: Values): unknown => {
  const given = values.read(live.base.workspace, list[index]?.given);
  return isObject(given) && isObject(given['call']) ? given['call']['args'] : null;
};

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/** The same scope, looking at one item of a list a step works on. */
export const atItem = (scope: ExprScope, item: unknown, index: number): ExprScope => ({
  get: (root) => (root === 'item' ? item : root === 'index' ? index : scope.get(root)),
  step: (id) => scope.step(id),
  problem: (id) => scope.problem(id),
});

/** The same scope with the problem of the step being retried, for `retry.when`. */
export const withProblem = (scope: ExprScope, step: string, problem: unknown): ExprScope => ({
  get: (root) => scope.get(root),
  step: (id) => scope.step(id),
  problem: (id) => (id === step ? problem : scope.problem(id)),
});
