/**
 * The values of a flow file: plain JSON in which any text may be a template or one expression.
 *
 * `Dear {{ steps.lookup.name }}` is a template and gives a text; a text that is nothing but one
 * `{{ … }}` keeps the type of its value. `\{{` stands for `{{` itself (and `\\{{` for a backslash
 * before an expression). Compiling reports every Problem at once; it executes nothing and reads
 * nothing. Evaluating gives JSON-safe data (see json.ts) or one Problem.
 */
import { bad, good, problem, type Problem, type Result } from '../problem.ts';
import { newBudget, type Budget } from './budget.ts';
import { NODE_COST, type Made, type Reference } from './compiler.ts';
import { compileExpression } from './expression.ts';
import { ExprProblem, fault, type Source } from './fault.ts';
import { put, settle, settleSimple, write } from './json.ts';
import { findEnd, parse } from './parse.ts';
import type { Scope } from './scope.ts';
import { isPlain, Opaque, type Plain } from './values.ts';

export type { Reference } from './compiler.ts';

export type Compiled = {
  /** No expression anywhere inside: the value stands for itself. */
  readonly constant: boolean;
  readonly references: Reference[];
  /** Gives JSON-safe data; throws ExprProblem and nothing else. Use `evaluate` unless inside expr. */
  readonly evaluate: (scope: Scope, budget: Budget) => unknown;
};

/** Values of a flow file nested deeper than this are refused. */
const DEEPEST_VALUE = 100;

type Build = { readonly references: Reference[]; readonly problems: Problem[] };

type Run = Compiled['evaluate'];

/** A compiled part: undefined stands for "the value itself". */
type Part = Run | undefined;

const joined = (field: string, key: string | number): string => (field === '' ? String(key) : `${field}.${key}`);

/**
 * Compiles any JSON value of a flow file. `field` is the dotted place of the value, and begins the
 * place of every Problem and Reference found inside. With Problems, what is compiled still can be
 * evaluated and ends in the first of them.
 */
export const compile = (value: unknown, field = ''): { compiled: Compiled; problems: Problem[] } => {
  const build: Build = { references: [], problems: [] };
  const part = compileValue(value, field, build, 0);
  const [first] = build.problems;
  const evaluate: Run =
    first !== undefined
      ? () => {
          throw new ExprProblem(first);
        }
      : (part ?? (() => value));
  return {
    compiled: { constant: part === undefined && first === undefined, references: build.references, evaluate },
    problems: build.problems,
  };
};

/** Evaluates against a scope. The Problem, if any, has a code and `at.field`; no text of it holds a value. */
export const evaluate = (compiled: Compiled, scope: Scope, budget: Budget = newBudget()): Result<unknown> => {
  try {
    return good(compiled.evaluate(scope, budget));
  } catch (thrown) {
    if (thrown instanceof ExprProblem) return bad(thrown.problem);
    throw thrown;
  }
};

const compileValue = (value: unknown, field: string, build: Build, depth: number): Part => {
  if (typeof value === 'string') return compileText({ text: value, field }, build);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEEPEST_VALUE) {
    const text = `This value is nested deeper than ${DEEPEST_VALUE} levels`;
    build.problems.push(problem('expr.too_deep', text, { at: { field } }));
    return undefined;
  }
  if (Array.isArray(value)) return compileList(value, field, build, depth);
  return isPlain(value) ? compileObject(value, field, build, depth) : undefined;
};

const compileList = (list: readonly unknown[], field: string, build: Build, depth: number): Part => {
  const parts = list.map((item, i) => compileValue(item, joined(field, i), build, depth + 1));
  if (parts.every((part) => part === undefined)) return undefined;
  return (scope, budget) => {
    budget.charge(list.length);
    return parts.map((part, i) => (part === undefined ? list[i] : part(scope, budget)));
  };
};

const compileObject = (object: Plain, field: string, build: Build, depth: number): Part => {
  const keys = Object.keys(object);
  if (keys.includes('__proto__')) {
    build.problems.push(
      problem('expr.forbidden', 'An object cannot have the key `__proto__`', {
        at: { field: joined(field, '__proto__') },
        fix: 'Choose another key.',
      }),
    );
    return undefined;
  }
  const parts = keys.map((key) => ({
    key,
    value: object[key],
    part: compileValue(object[key], joined(field, key), build, depth + 1),
  }));
  if (parts.every(({ part }) => part === undefined)) return undefined;
  return (scope, budget) => {
    budget.charge(parts.length);
    const made: Plain = {};
    for (const { key, value, part } of parts) put(made, key, part === undefined ? value : part(scope, budget));
    return made;
  };
};

const MOST_EXPRESSIONS = 1000;
const MOST_PROBLEMS = 100;

/** A text cut into literal pieces and expressions. */
type Piece = string | { readonly start: number; readonly end: number };

const compileText = (source: Source, build: Build): Part => {
  if (!source.text.includes('{{') || build.problems.length > MOST_PROBLEMS) return undefined;
  const pieces = cut(source, build);
  const [only] = pieces;
  if (pieces.length === 1 && typeof only === 'object') return wholeValue(source, only, build);
  const parts = pieces.map((piece) => (typeof piece === 'string' ? piece : partOf(source, piece, build)));
  const texts = parts.filter((part) => typeof part === 'string');
  if (texts.length === parts.length) {
    const text = texts.join('');
    return () => text;
  }
  return guarded(source, (scope, budget) => {
    let total = '';
    for (const part of parts) {
      const text = typeof part === 'string' ? part : render(part, scope, budget, source);
      budget.copy(total.length + text.length);
      total += text;
    }
    return total;
  });
};

const cut = (source: Source, build: Build): Piece[] => {
  const { text } = source;
  const pieces: Piece[] = [];
  let literal = '';
  let expressions = 0;
  let from = 0;
  for (let open = text.indexOf('{{'); open !== -1; open = text.indexOf('{{', from)) {
    let slashes = 0;
    while (open - slashes - 1 >= from && text[open - slashes - 1] === '\\') slashes += 1;
    literal += text.slice(from, open - slashes) + '\\'.repeat(Math.floor(slashes / 2));
    if (slashes % 2 === 1) {
      literal += '{{';
      from = open + 2;
      continue;
    }
    const start = open + 2;
    expressions += 1;
    if (expressions > MOST_EXPRESSIONS || build.problems.length >= MOST_PROBLEMS) {
      build.problems.push(
        fault(
          { source, start: open },
          'expr.too_long',
          `A text may hold ${MOST_EXPRESSIONS} expressions, and ${MOST_PROBLEMS} problems are shown at once`,
        ),
      );
      return pieces;
    }
    const { end, problem: found } = findEnd(source, start);
    if (found !== undefined) build.problems.push(found);
    if (end === undefined) {
      if (found === undefined)
        build.problems.push(
          fault(
            { source, start: open },
            'expr.syntax',
            'This {{ is never closed',
            'Close it with }}, or write \\{{ for the two braces themselves.',
          ),
        );
      return pieces;
    }
    if (literal !== '') pieces.push(literal);
    literal = '';
    if (found === undefined) pieces.push({ start, end });
    from = end + 2;
  }
  const rest = literal + text.slice(from);
  if (rest !== '') pieces.push(rest);
  return pieces;
};

type Inner = { readonly made: Made; readonly slots: number; readonly start: number };

const partOf = (source: Source, piece: { start: number; end: number }, build: Build): Inner => {
  const enough = build.problems.length >= MOST_PROBLEMS;
  const parsed = enough ? undefined : parse(source, piece.start, piece.end);
  if (parsed === undefined || 'problem' in parsed) {
    if (parsed !== undefined) build.problems.push(parsed.problem);
    return { made: { run: () => undefined, cost: 1, origin: 'scope' }, slots: 0, start: piece.start };
  }
  const { made, compiler } = compileExpression(source, piece.start, parsed.node);
  build.problems.push(...compiler.problems);
  build.references.push(...compiler.references);
  return { made, slots: compiler.slots, start: piece.start + parsed.node.start };
};

const run = ({ made, slots }: Inner, scope: Scope, budget: Budget): unknown => {
  budget.charge(1 + made.cost * NODE_COST);
  return made.run({
    scope,
    budget,
    locals: slots === 0 ? NO_LOCALS : new Array<unknown>(slots).fill(undefined),
    now: undefined,
  });
};

const NO_LOCALS: unknown[] = [];

const wholeValue = (source: Source, piece: { start: number; end: number }, build: Build): Run => {
  const inner = partOf(source, piece, build);
  const site = { source, start: inner.start };
  const finish = inner.made.origin === 'fresh' ? settle : settleSimple;
  return guarded(source, (scope, budget) => finish(run(inner, scope, budget), budget, site));
};

/** A value inside a text: nothing is empty, a date its ISO form, lists and objects their JSON. */
const render = (inner: Inner, scope: Scope, budget: Budget, source: Source): string => {
  const value = run(inner, scope, budget);
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  const site = { source, start: inner.start };
  if (value instanceof Opaque) return String(settleSimple(value, budget, site) ?? '');
  return write(value, budget, site) ?? '';
};

/** Running out of budget knows no place; the field is added here. */
const guarded =
  (source: Source, inner: Run): Run =>
  (scope, budget) => {
    try {
      return inner(scope, budget);
    } catch (thrown) {
      if (thrown instanceof ExprProblem && thrown.problem.at === undefined && source.field !== '') {
        throw new ExprProblem({ ...thrown.problem, at: { field: source.field } });
      }
      throw thrown;
    }
  };

/** Where the expressions of a text stand, as far as it can be read: from after `{{` to before `}}`. */
export const expressionsIn = (text: string): readonly { readonly start: number; readonly end: number }[] =>
  cut({ text, field: '' }, { references: [], problems: [] }).filter((piece) => typeof piece === 'object');
