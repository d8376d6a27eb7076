/** What `check` finds, gathered: problems (the flow must not be published) and warnings (it may). */

import { problem, type Place, type Problem } from '../../problem.ts';
import type { CodeRead } from '../code/javascript.ts';
import { suggester, type Suggester } from '../suggest.ts';

const MOST = 1_000;

/** Names from outside the flow, where they are known. */
export type CheckContext = {
  /** Ids and names of flows that can be called. */
  readonly flows?: ReadonlySet<string>;
  /** Names that more than one of these flows has. */
  readonly shared?: ReadonlySet<string>;
  /** Names of secrets that exist. */
  readonly secrets?: ReadonlySet<string>;
  /** Names of values of the environment. */
  readonly vars?: ReadonlySet<string>;
  /** What compiling told of the code of `code@1` steps, by step. */
  readonly code?: ReadonlyMap<string, CodeRead>;
};

/** Why a name that two flows have is no name to call by, and what to do. */
export const AMBIGUOUS = {
  text: 'more than one flow of this project has this name',
  fix: 'Give the id of the flow that is meant, or rename the other one.',
};

export type Checked = { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

export class Findings {
  readonly suggest: Suggester = suggester();
  /** Expressions met so far. */
  expressions = 0;
  private readonly found: { readonly problems: Problem[]; readonly warnings: Problem[] } = {
    problems: [],
    warnings: [],
  };
  private readonly seen = new Set<string>();
  private more = 0;

  problem(code: string, text: string, at: Place, fix?: string): void {
    this.add(this.found.problems, problem(code, text, { at, ...(fix === undefined ? {} : { fix }) }));
  }

  warning(code: string, text: string, at: Place, fix?: string): void {
    this.add(this.found.warnings, problem(code, text, { at, ...(fix === undefined ? {} : { fix }) }));
  }

  all(problems: readonly Problem[]): void {
    for (const one of problems) this.add(this.found.problems, one);
  }

  /** As many problems as are shown are found: what comes is counted alone. */
  get full(): boolean {
    return this.found.problems.length >= MOST;
  }

  /** Something that was not looked at, since no more is shown. */
  pass(): void {
    this.more++;
  }

  /** Everything found; past a thousand only how many more there are. */
  done(): Checked {
    const { problems, warnings } = this.found;
    if (this.more === 0) return { problems, warnings };
    const rest = problem('problems.more', `${this.more} more are not shown`, {
      fix: 'Solve the first ones and check again.',
    });
    return problems.length > 0
      ? { problems: [...problems, rest], warnings }
      : { problems, warnings: [...warnings, rest] };
  }

  /** The same thing at the same place is told once, however many ways lead to it. */
  private add(list: Problem[], one: Problem): void {
    if (list.length >= MOST) {
      this.more++;
      return;
    }
    const { step = '', field = '', line = 0, column = 0 } = one.at ?? {};
    const key = `${one.code}\n${step}\n${field}\n${line}:${column}\n${one.text}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    list.push(one);
  }
}
