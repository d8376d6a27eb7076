/** Which of the earlier turns an agent is told as they were, and which go into a summary. Pure. */

import type { AgentPast } from '@headgate/core';

/** `n`: its place among all. `outside`: text from outside may be in it. */
export type Past = AgentPast & { readonly n: number; readonly outside: boolean };

/** Turns, and characters of them, that go into a summary at once; what was before those is left out. */
const MOST_SUMMED = 60;
const LONGEST_SUMMED = 60_000;

export const clipped = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1))}…`;

const lengthOf = ({ asked, answered }: AgentPast): number => asked.length + answered.length;

/** The last of them that fit. */
export const fitting = <T extends AgentPast>(all: readonly T[], turns: number, characters: number): readonly T[] => {
  let [from, left] = [all.length, characters];
  while (from > 0 && all.length - from < turns) {
    left -= lengthOf(all[from - 1] ?? { asked: '', answered: '' });
    if (left < 0) break;
    from -= 1;
  }
  return all.slice(from);
};

/**
 * Of turns that stand in no summary yet: those that are told as they were, and those that go into the summary now. Half of the room
 * is made free at once, so that not every turn asks for a summary.
 */
export const toSum = <T extends AgentPast>(
  all: readonly T[],
  turns: number,
  characters: number,
): { readonly turns: readonly T[]; readonly older: readonly T[] } => {
  const whole = fitting(all, turns, characters);
  if (whole.length === all.length) return { turns: whole, older: [] };
  const half = fitting(all, Math.max(1, Math.floor(turns / 2)), Math.floor(characters / 2));
  const kept = half.length > 0 ? half : whole.slice(-1);
  const older = all.slice(0, all.length - kept.length);
  return { turns: kept, older: fitting(older, MOST_SUMMED, LONGEST_SUMMED) };
};
