/** What is thrown when the engine refuses a call. */

import type { Problem } from '@headgate/core';

/** The engine said no. The Problem is as it came: code, text, place, fix. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly problem: Problem;
  /** What came beside the Problem: all problems of a request, the other revision, what was not granted. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: Problem, more: Readonly<Record<string, unknown>>) {
    super(problem.text);
    this.status = status;
    this.problem = problem;
    this.more = more;
  }
}
