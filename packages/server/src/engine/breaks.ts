/** Breakpoints as a caller gives them: which steps of a draft a run holds before (`input.breakpoints`). */

import { problem, type Result } from '@headgate/core';
import type { Target } from './flows.ts';

/** Null: none were asked for. */
export const breaksOf = (
  { compiled, version }: Pick<Target, 'compiled' | 'version'>,
  asked: readonly string[] | undefined,
): Result<readonly string[] | null> => {
  if (asked === undefined || asked.length === 0) return { ok: true, value: null };
  if (version !== null) return refuse('A published version runs without breakpoints', 'Run the draft.');
  const unknown = asked.find((id) => !compiled.shape.byId.has(id));
  if (unknown === undefined) return { ok: true, value: [...new Set(asked)] };
  return refuse(`There is no step ${unknown} to hold before`, 'Name steps that are there.');
};

const refuse = (text: string, fix: string): Result<never> => ({
  ok: false,
  problem: problem('input.breakpoints', text, { at: { field: 'breakpoints' }, fix }),
});
