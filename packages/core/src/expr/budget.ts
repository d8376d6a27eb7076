/**
 * The budget of an evaluation: a count, not a clock, so the same expression on the same data always
 * ends the same way. Every operation, and every character or item touched or created, is charged
 * before the work is done, so what cannot be paid for is never begun.
 *
 * One operation stands for at most about 50 ns of work on an ordinary machine; the default therefore
 * bounds an evaluation to about 5 ms. Invariant B1: nothing in this folder does work proportional to
 * data without charging for it first.
 */
import { ExprProblem } from './fault.ts';
import { problem } from '../problem.ts';

export const DEFAULT_OPERATIONS = 100_000;

/** Characters that one operation pays for: copying is cheap, looking at each is dearer. */
export const CHARS_COPIED = 128;
export const CHARS_SCANNED = 16;

/** No single text may be longer, whatever the budget: the platform's own limit throws instead of failing cleanly. */
const LONGEST_TEXT = 2 ** 28;

const over = (): ExprProblem =>
  new ExprProblem(
    problem('expr.budget', 'This expression does more work than one expression may', {
      fix: 'Work on fewer items or shorter texts, or do this in an `each` block or a data step.',
    }),
  );

export class Budget {
  left: number;
  readonly limit: number;
  #met: Set<string> | undefined;

  constructor(operations: number) {
    this.left = operations;
    this.limit = operations;
  }

  /** Pays for work about to be done. The comparison is written so that NaN is refused too. */
  charge(operations: number): void {
    this.left -= operations;
    if (!(this.left >= 0)) throw over();
  }

  /** Gives back what was charged for work that turned out not to be needed. */
  refund(operations: number): void {
    this.left += operations;
  }

  /**
   * Pays for something that is dear the first time in an evaluation and cheap afterwards, such as a
   * time zone: what other evaluations have met does not count, so that the same always costs the same.
   */
  once(name: string, first: number, later: number): void {
    this.#met ??= new Set();
    this.charge(this.#met.has(name) ? later : first);
    this.#met.add(name);
  }

  /** Copying characters into a new text. */
  copy(characters: number): void {
    if (characters > LONGEST_TEXT) throw over();
    this.charge(1 + characters / CHARS_COPIED);
  }

  /** Looking at each character, natively. */
  scan(characters: number): void {
    this.charge(1 + characters / CHARS_SCANNED);
  }

  /** Operations used so far; more than `limit` when it ran out. */
  get used(): number {
    return this.limit - this.left;
  }
}

export const newBudget = (operations: number = DEFAULT_OPERATIONS): Budget => new Budget(operations);
