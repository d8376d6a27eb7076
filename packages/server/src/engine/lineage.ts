/**
 * Where a value of a step's output came from: the value of an earlier step, of the run's input or of the item it was made
 * for, at its place. A step that is pure is evaluated again as it was in the run, and what it hands on unchanged is known by
 * being the very same value: filters, orders, picks and wraps of any kind are followed that way.
 *
 * LI1 Nothing is guessed. A text or number that was put together, and all that an effect or code gave, is unknown, and said
 *     to be; told are then the steps that were read for it.
 * LI2 Nothing runs but pure steps, which reach nothing, within their own budget.
 */

import {
  type Can,
  type Compiled,
  evaluate,
  type ExprScope,
  inPointer,
  type Origin,
  type Outcome,
  pointerNames,
  type Problem,
  problem,
  type Result,
} from '@headgate/core';
import type { RunRow } from '../store/ports.ts';
import type { CompiledStep } from './compiled.ts';
import { inputOf } from './execute.ts';
import type { Begun, StepInputs } from './step-input.ts';

/** Values that are gone through in search of one. */
const WALK = 500_000;

const SILENT: Pick<Can, 'log' | 'key'> = { log: () => undefined, key: '' };

type Source = { readonly root: 'input' | 'item' | 'step'; readonly step: string | null; readonly value: unknown };

/** Null: the run does not hold the place. */
export const originOf = async (
  inputs: StepInputs,
  row: RunRow,
  at: { readonly step: string; readonly item: readonly number[]; readonly path: string },
): Promise<Result<Origin>> => {
  const begun = await inputs.begun(row, at.step, at.item);
  if (!begun.ok) return begun;
  const { live, step } = begun.value;
  const cs = live.compiled.steps[step.index];
  const names = pointerNames(at.path);
  if (cs === undefined || names === null) return { ok: false, problem: NOWHERE };
  const scope = inputs.scope(begun.value);
  if (step.block !== null) return blockOrigin(begun.value, cs, scope, names);
  const reads = readsOf([cs.fields, ...cs.perItem.map(({ compiled }) => compiled)]);
  if (!cs.pure) return unknown('effect', reads);
  const made = again(cs, scope);
  if (made === null) return unknown('failed', reads);
  return known(made, names, sourcesOf(cs.fields, scope), reads, null);
};

/** The output of `each`: item by item, what the item was made from. A repeat has the last of its turns alone. */
const blockOrigin = (
  { event }: Begun,
  cs: CompiledStep,
  scope: ExprScope,
  [first, ...rest]: readonly string[],
): Result<Origin> => {
  if (event.type !== 'block.opened' || cs.over === null) return unknown('repeat', []);
  const reads = readsOf([cs.over]);
  if (first === undefined) return unknown('whole', reads);
  const over = evaluate(cs.over, scope);
  const item = Number(first);
  if (!over.ok || !Array.isArray(over.value) || !(item < over.value.length)) return unknown('failed', reads);
  // The result of an item is made from it: the item itself is what can be gone to, whatever place in the result was asked for.
  const found = known(over.value, [first], sourcesOf(cs.over, scope), reads, item);
  return found.ok && rest.length > 0 ? { ok: true, value: { ...found.value, exact: false } } : found;
};

/** What the step gives for what it was given; null: it gave nothing. */
const again = (cs: CompiledStep, scope: ExprScope): unknown => {
  const given = inputOf(cs, scope);
  if (!given.ok) return null;
  try {
    const outcome = cs.kind.run(given.value as never, SILENT as Can) as Outcome;
    return 'value' in outcome ? outcome.value : null;
  } catch {
    return null;
  }
};

const known = (
  made: unknown,
  names: readonly string[],
  sources: readonly Source[],
  reads: readonly string[],
  item: number | null,
): Result<Origin> => {
  // The value itself, or the nearest one around it that was handed on as it is.
  const on: unknown[] = [made];
  for (const name of names) {
    const here = on.at(-1);
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return { ok: false, problem: NOWHERE };
    on.push(Reflect.get(here, name));
  }
  for (let depth = on.length - 1; depth >= 0; depth -= 1) {
    const value = on[depth];
    const rest = names.slice(depth).map(inPointer).join('');
    if (typeof value === 'object' && value !== null) {
      for (const source of sources) {
        const place = placeIn(source.value, value);
        if (place !== null)
          return { ok: true, value: { ...from(source, place + rest), item, reads, exact: true, why: null } };
      }
    }
    // Items that are texts or numbers are the same only where the list as a whole was handed on.
  }
  return unknown('made', reads, item);
};

const from = ({ root, step }: Source, path: string): Pick<Origin, 'root' | 'step' | 'path'> => ({ root, step, path });

const unknown = (
  why: Exclude<Origin['why'], null>,
  reads: readonly string[],
  item: number | null = null,
): Result<Origin> => ({
  ok: true,
  value: { root: null, step: null, path: '', item, reads, exact: false, why },
});

const readsOf = (compiled: readonly Compiled[]): readonly string[] => [
  ...new Set(
    compiled.flatMap(({ references }) =>
      references.flatMap(({ root, id }) => (root === 'steps' && id !== undefined ? [id] : [])),
    ),
  ),
];

const sourcesOf = ({ references }: Compiled, scope: ExprScope): readonly Source[] => {
  const made = new Map<string, Source>();
  for (const { root, id } of references) {
    if (root === 'steps' && id !== undefined) made.set(id, { root: 'step', step: id, value: scope.step(id) });
    else if (root === 'input' || root === 'item') made.set(`.${root}`, { root, step: null, value: scope.get(root) });
  }
  return [...made.values()];
};

/** Where a value stands within another, as the very same value; null: nowhere. */
const placeIn = (within: unknown, wanted: object): string | null => {
  let left = WALK;
  const walk = (value: unknown, path: string): string | null => {
    if (value === wanted) return path;
    if (typeof value !== 'object' || value === null) return null;
    for (const [name, one] of Object.entries(value) as [string, unknown][]) {
      left -= 1;
      if (left < 0) return null;
      if (typeof one !== 'object' || one === null) continue;
      const found = walk(one, path + inPointer(name));
      if (found !== null) return found;
    }
    return null;
  };
  return walk(within, '');
};

const NOWHERE: Problem = problem('value.missing', 'There is nothing at this place of the value');
