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

/** Where expressions stand, as a tree of keys. */
interface Tree extends Map<string, Tree> {}

const plant = (root: Tree, path: Path): void => {
  let here = root;
  for (const part of path) {
    const next: Tree = here.get(String(part)) ?? new Map();
    here.set(String(part), next);
    here = next;
  }
};

/** Does an expression stand at a path or above it (`at`), somewhere below it (`above`: the path is above), or neither? */
const standing = (root: Tree, path: Path): 'at' | 'above' | undefined => {
  let here = root;
  for (const part of path) {
    const next = here.get(String(part));
    if (next === undefined) return undefined;
    if (next.size === 0) return 'at';
    here = next;
  }
  return here.size === 0 ? undefined : 'above';
};

/** Unknown, missing and wrong fields. */
export const checkWith = (of: With, findings: Findings): void => {
  const answer = of.schema.safeParse(of.value);
  if (answer.success) return;
  const wild: Tree = new Map();
  for (const leaf of leavesOf(of.value, [])) plant(wild, leaf.path);
  const isWild = (path: Path): boolean => {
    if (of.perItem.some((pattern) => fits(path, pattern)) && valueAt(of.value, path) !== undefined) return true;
    return path.length > 0 && standing(wild, path) === 'at';
  };
  const ignore = (path: Path, code: string): boolean =>
    isWild(path) || (code === 'custom' && standing(wild, path) === 'above');
  findings.all(
    explain(answer.error.issues, {
      schema: of.schema,
      value: of.value,
      place: of.place,
      suggest: findings.suggest,
      ignore,
    }),
  );
};
