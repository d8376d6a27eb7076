/** Judges what somebody writes in the place of a power that a step asks for: it may be less, and never more. */

import { covers, parsePower, printPower, type Problem } from '@headgate/core';

export type Narrower =
  /** `all`: it is as much as the step asks for; else the rest is refused when the step runs. */
  | { readonly ok: true; readonly power: string; readonly all: boolean }
  | { readonly ok: false; readonly problem: Problem | null };

export const narrower = (asked: string, written: string): Narrower => {
  const need = parsePower(asked);
  const given = parsePower(written.trim());
  if (!given.ok) return { ok: false, problem: given.problem };
  if (!need.ok || !covers(need.value, given.value)) return { ok: false, problem: null };
  return { ok: true, power: printPower(given.value), all: covers(given.value, need.value) };
};

/** Does a grant lend this, or a part of it? Taking it takes that back. */
export const lends = (grant: string, asked: string): boolean => {
  const [held, need] = [parsePower(grant), parsePower(asked)];
  return held.ok && need.ok && (covers(held.value, need.value) || covers(need.value, held.value));
};
