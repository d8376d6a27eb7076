/**
 * The state of compiling one expression, and what compiling makes: closures.
 *
 * A closure (`Code`) reads its frame and returns a value; it never sees the syntax tree again. The
 * static cost of a closure is the number of nodes under it, charged once when the expression or the
 * callback it belongs to starts: there are no loops, so that is the most it can run by itself.
 *
 * Locals: only arrow functions bind names, an arrow cannot reach itself and never outlives the call
 * it is written in, so each parameter owns one slot for the whole expression (invariant C1).
 */
import type { Expression } from 'acorn';
import type { Problem } from '../problem.ts';
import type { Budget } from './budget.ts';
import type { ExprCode } from './codes.ts';
import { ExprProblem, fault, type Site, type Source } from './fault.ts';
import type { Origin } from './methods/method.ts';
import type { Root, Scope } from './scope.ts';
import type { Moment } from './values.ts';

export type Frame = {
  readonly scope: Scope;
  readonly budget: Budget;
  readonly locals: unknown[];
  /** The run's time, once it was asked for. */
  now: Moment | undefined;
};

export type Code = (frame: Frame) => unknown;

export type Made = { readonly run: Code; readonly cost: number; readonly origin: Origin };

/** Operations that running one node costs. */
export const NODE_COST = 0.5;

/** What an expression reads. `id` is the step for `steps` and `problems`; `path` the literal keys after it, `length` included. */
export type Reference = {
  readonly root: Root;
  readonly id?: string;
  readonly path: string[];
  /** Dotted place inside the compiled value, such as `value.text`; begins with the field that `compile` was given. */
  readonly field: string;
};

/** Deeper syntax trees are refused; it also bounds how deep closures call each other. */
export const DEEPEST_SYNTAX = 150;

type Visit = (compiler: Compiler, node: Expression) => Made;

export class Compiler {
  readonly source: Source;
  /** Where the expression begins in the source: syntax nodes count from there. */
  readonly base: number;
  readonly problems: Problem[] = [];
  readonly references: Reference[] = [];
  /** Slots used so far: the length of a frame's locals. */
  slots = 0;
  readonly #visit: Visit;
  #names: { readonly name: string; readonly slot: number }[] = [];
  #depth = 0;

  constructor(source: Source, base: number, visit: Visit) {
    this.source = source;
    this.base = base;
    this.#visit = visit;
  }

  visit(node: Expression): Made {
    if (this.#depth >= DEEPEST_SYNTAX) {
      return this.refuse(
        node.start,
        'expr.too_deep',
        `This is nested deeper than ${DEEPEST_SYNTAX} levels`,
        'Split it over several steps.',
      );
    }
    this.#depth += 1;
    const made = this.#visit(this, node);
    this.#depth -= 1;
    return made;
  }

  site(start: number): Site {
    return { source: this.source, start: this.base + start };
  }

  /** Records a Problem and gives code that ends in the same Problem, should it be run all the same. */
  refuse(start: number, code: ExprCode, text: string, fix?: string): Made {
    const found = fault(this.site(start), code, text, fix);
    this.problems.push(found);
    const run = (): never => {
      throw new ExprProblem(found);
    };
    return { run, cost: 1, origin: 'scope' };
  }

  /** The slot of a local name, innermost first. */
  slotOf(name: string): number | undefined {
    return this.#names.findLast((local) => local.name === name)?.slot;
  }

  bind(name: string): number {
    const slot = this.slots;
    this.slots += 1;
    this.#names.push({ name, slot });
    return slot;
  }

  /** Runs `inside` with its own names: what it binds is gone afterwards. */
  scoped<T>(inside: () => T): T {
    const outer = this.#names.length;
    const made = inside();
    this.#names.length = outer;
    return made;
  }

  localNames(): string[] {
    return this.#names.map((local) => local.name);
  }
}
