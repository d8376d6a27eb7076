/**
 * The declared input of a flow: a subset of JSON Schema draft 2020-12, compiled once into closures that judge a value and
 * fill in defaults.
 *
 * The subset has no references and no combinations (`$ref`, `anyOf`, `if`…): what a caller must send can be read off the
 * schema, a form can be drawn from it, and judging takes time linear in the value.
 *
 * IN1 Only own properties are read; names such as `__proto__` and `constructor` are names like any other.
 * IN2 The caller's value is never changed: where a default is filled in, the objects on the way are copied.
 * IN3 No Problem carries a value, only types and the names the schema or the caller gave.
 * IN4 A keyword outside the subset is a Problem of the schema: a rule that is written but not kept would deceive.
 */

import type { Problem } from '../problem.ts';
import { InputCompiler, patternBudget } from './input/compiler.ts';
import { copy, type Run } from './input/judges.ts';
import { suggester } from './suggest.ts';

/** A judged input: with defaults filled in, or everything wrong with it. */
export type InputJudged =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly Problem[] };
export type InputValidator = (value: unknown) => InputJudged;
export type CompiledInput =
  | { readonly ok: true; readonly validate: InputValidator }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A schema that accepts any JSON. */
const anyInput: InputValidator = (value) => ({ ok: true, value: value === undefined ? {} : value });

/**
 * Compiles the `input` of a flow; without one any JSON is accepted. Problems of the schema have places such as
 * `input.properties.name.type`; problems of a value such as `input.name`, with codes `input.missing`, `input.unknown`,
 * `input.wrong`. An input that was not given at all counts as `{}`, unless the schema has a default.
 */
export const compileInput = (schema: unknown): CompiledInput => {
  if (schema === undefined) return { ok: true, validate: anyInput };
  const compiler = new InputCompiler();
  const judge = compiler.compile(schema, ['input'], 0);
  const absent = compiler.defaultOf(schema, judge, ['input']);
  if (compiler.problems.length > 0) return { ok: false, problems: compiler.problems };
  return {
    ok: true,
    validate: (value) => {
      const run: Run = { path: ['input'], problems: [], suggest: suggester(2_000), patterns: patternBudget() };
      const made = judge(value === undefined ? (absent === undefined ? {} : copy(absent.value)) : value, run);
      return run.problems.length === 0 ? { ok: true, value: made } : { ok: false, problems: run.problems };
    },
  };
};
