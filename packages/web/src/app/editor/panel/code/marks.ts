/** What is wrong in a text of code, from all who say so, each at its line and column: types, the check of the flow, the last run. */

import type { Problem } from '@headgate/core';
import type { Complaint } from './types/language.ts';

export type Marked = {
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly by: 'types' | 'check' | 'run';
};

/** Where the lines of a text begin. */
const linesOf = (text: string): readonly number[] => [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];

const spotAt = (lines: readonly number[], at: number): { readonly line: number; readonly column: number } => {
  const line = lines.findLastIndex((begin) => begin <= at);
  return { line: line + 1, column: at - (lines[line] ?? 0) + 1 };
};

const ofProblem = (source: string, lines: readonly number[], problem: Problem, by: 'check' | 'run'): Marked | null => {
  const { line, column = 1 } = problem.at ?? {};
  if (line === undefined) return null;
  const begin = lines[line - 1] ?? source.length;
  const end = (lines[line] ?? source.length + 1) - 1;
  const from = Math.min(begin + column - 1, Math.max(begin, end));
  const word = /^[\w$]+/.exec(source.slice(from, end))?.[0].length ?? 1;
  const text = problem.fix === undefined ? problem.text : `${problem.text} ${problem.fix}`;
  return {
    from,
    to: Math.min(from + word, source.length),
    line,
    column,
    text,
    code: problem.code,
    severity: 'error',
    by,
  };
};

/** In the order of the text; what is said of one place by two is said once, by who checked it first. */
export const marksOf = (
  source: string,
  found: {
    readonly complaints: readonly Complaint[];
    readonly checked: readonly Problem[];
    readonly ran: Problem | null;
  },
): readonly Marked[] => {
  const lines = linesOf(source);
  const checked = found.checked.flatMap((one) => ofProblem(source, lines, one, 'check') ?? []);
  const ran = found.ran === null ? null : ofProblem(source, lines, found.ran, 'run');
  const typed = found.complaints
    // A text that cannot be read is told of once: by the engine, when it has.
    .filter(({ syntax }) => !syntax || !checked.some(({ code }) => code === 'code.syntax'))
    .map(
      ({ from, to, text, code, severity }): Marked => ({
        from,
        to,
        text,
        code,
        severity,
        by: 'types',
        ...spotAt(lines, from),
      }),
    );
  return [...typed, ...checked, ...(ran === null ? [] : [ran])].toSorted((a, b) => a.from - b.from);
};
