/**
 * Judges what a step's or trigger's `with` holds by the schema of its kind. Expressions are wild cards: what they give is
 * only known when the flow runs, so nothing is said about where they stand, nor about a whole that depends on them.
 */

import type { z } from 'zod';
import { explain } from '../explain.ts';
import type { Place } from '../../problem.ts';
import { type Path, valueAt } from '../path.ts';
import { fits, leavesOf } from './expressions.ts';
import type { Findings } from './findings.ts';

export type With = {
  readonly schema: z.ZodType;
  readonly value: Record<string, unknown>;
  /** Dotted patterns of fields that are expressions evaluated per item. */
  readonly perItem: readonly (readonly string[])[];
  readonly place: (path: Path) => Place;
};

const keyOf = (path: Path): string => JSON.stringify(path.map(String));

/** Unknown, missing and wrong fields. */
export const checkWith = (of: With, findings: Findings): void => {
  const wild = new Set<string>();
  const above = new Set<string>();
  for (const leaf of leavesOf(of.value, [])) {
    wild.add(keyOf(leaf.path));
    for (let i = 0; i < leaf.path.length; i++) above.add(keyOf(leaf.path.slice(0, i)));
  }
  const isWild = (path: Path): boolean => {
    if (of.perItem.some((pattern) => fits(path, pattern)) && valueAt(of.value, path) !== undefined) return true;
    if (wild.size === 0) return false;
    for (let i = 1; i <= path.length; i++) if (wild.has(keyOf(path.slice(0, i)))) return true;
    return false;
  };
  const answer = of.schema.safeParse(of.value);
  if (!answer.success) {
    const ignore = (path: Path, code: string): boolean => isWild(path) || (code === 'custom' && above.has(keyOf(path)));
    findings.all(
      explain(answer.error.issues, {
        schema: of.schema,
        value: of.value,
        place: of.place,
        suggest: findings.suggest,
        ignore,
      }),
    );
  }
};
