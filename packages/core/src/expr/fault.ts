/**
 * How expressions fail: a Problem with the field, the line and column, and what to do instead.
 *
 * Inside this folder a failure at evaluation travels as a thrown ExprProblem, because closures nest
 * deeply and the good path must cost nothing; `evaluate` turns it into a Result at the door. Texts
 * name places, types and names that the author wrote, never a value that flowed (attack row EXP-06).
 */
import { problem, type Problem } from '../problem.ts';
import type { ExprCode } from './codes.ts';

/** One text of a flow file that holds expressions. `field` is its dotted place, empty when unknown. */
export type Source = { readonly text: string; readonly field: string };

/** A place in a source: an offset into its text. */
export type Site = { readonly source: Source; readonly start: number };

/** Internal to expr: carries a Problem from a closure to the door. */
export class ExprProblem extends Error {
  readonly problem: Problem;

  constructor(of: Problem) {
    super(of.code);
    this.name = 'ExprProblem';
    this.problem = of;
  }
}

/** Line and column of an offset, both counted from 1. */
export const position = (text: string, offset: number): { line: number; column: number } => {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: offset - lineStart + 1 };
};

/** The Problem at a site. `text` is a sentence without its position, which is added here. */
export const fault = (site: Site, code: ExprCode, text: string, fix?: string): Problem => {
  const { line, column } = position(site.source.text, site.start);
  return problem(code, `${text} (line ${line}, column ${column})`, {
    ...(site.source.field === '' ? {} : { at: { field: site.source.field } }),
    ...(fix === undefined ? {} : { fix }),
  });
};

export const fail = (site: Site, code: ExprCode, text: string, fix?: string): never => {
  throw new ExprProblem(fault(site, code, text, fix));
};
