/**
 * Evaluates what a step is given and, for pure steps, runs it: synchronous, no effect, bounded by an operation budget.
 *
 * E1 A step's `run` sees its evaluated and checked input, per-item functions and what its needs declared; nothing else.
 */

import {
  type Compiled,
  evaluate,
  type ExprScope,
  newBudget,
  type Outcome,
  type Problem,
  problem,
  type Result,
} from '@headgate/core';
import type { CompiledStep } from './compiled.ts';
import { atItem } from './scope.ts';

/** Operations that all items of one data step may use together: some tenths of a second at the very worst. */
const STEP_OPERATIONS = 4_000_000;

/** Carries a Problem of a per-item expression through the step's own code, back to the engine. */
export class PerItemFault extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

/**
 * The input of a step: its `with` evaluated in this scope and checked by the kind's schema. `given`: what somebody gave it
 * in place of what its expressions say; what is evaluated for each item, and what is taken as written, stays.
 */
export const inputOf = (cs: CompiledStep, scope: ExprScope, given?: { readonly value: unknown }): Result<unknown> => {
  if (given === undefined && cs.constant !== null) return { ok: true, value: cs.constant.input };
  const evaluated = given === undefined ? evaluate(cs.fields, scope) : { ok: true as const, value: given.value };
  if (!evaluated.ok) return evaluated;
  let fields = evaluated.value;
  if (cs.perItem.length > 0) {
    const budget = newBudget(STEP_OPERATIONS);
    for (const { path, compiled } of cs.perItem) fields = insert(fields, path, perItem(compiled, scope, budget));
  }
  if (cs.plain !== null) fields = { ...(fields as Record<string, unknown>), ...cs.plain };
  const parsed = cs.kind.input.safeParse(fields);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  const field = issue === undefined ? '' : issue.path.join('.');
  return {
    ok: false,
    problem: problem(
      'step.input',
      `The field ${field === '' ? 'with' : field} got a value it cannot take: ${issue?.message ?? 'not what the step expects'}`,
      {
        at: { field: field === '' ? 'with' : `with.${field}` },
        fix: 'Look at what the expression of this field gives, and at what the step expects there.',
      },
    ),
  };
};

const perItem =
  (compiled: Compiled, scope: ExprScope, budget: ReturnType<typeof newBudget>) =>
  (item: unknown, index: number): unknown => {
    const result = evaluate(compiled, atItem(scope, item, index), budget);
    if (!result.ok) throw new PerItemFault({ ...result.problem, text: `${result.problem.text} (item ${index})` });
    return result.value;
  };

/** A copy of `value` with `leaf` at `path`; only what lies on the path is copied. */
const insert = (value: unknown, path: readonly (string | number)[], leaf: unknown): unknown => {
  const [head, ...rest] = path;
  if (head === undefined) return leaf;
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value];
    copy[Number(head)] = insert(copy[Number(head)], rest, leaf);
    return copy;
  }
  const record = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const copy: Record<string, unknown> = { ...record };
  copy[String(head)] = insert(Object.hasOwn(record, String(head)) ? record[String(head)] : undefined, rest, leaf);
  return copy;
};

/** What a thrown error of a step's code becomes: a Problem of its expression, or a bug of ours told without details. */
export const faultOf = (error: unknown, report: (error: unknown) => void): Outcome => {
  if (error instanceof PerItemFault) return { kind: 'problem', problem: error.problem };
  report(error);
  return {
    kind: 'problem',
    problem: problem('step.bug', 'The step failed in a way it does not know', {
      fix: "Look at the server's log under this run's id.",
      retry: 'no',
    }),
  };
};
