/**
 * Which files the text of a code step asks for. `can.readReference` needs no power: a reference leads only to what the run
 * has read already.
 *
 * S4 A path counts as literal only in a call whose first argument is a text, or a template up to its first expression, and
 *    only if every use of the name is such a call; else any file is asked for. Each call is judged when it is made.
 */

import type { Need } from '@headgate/core/step';
import { placeNeeds } from '../file.read/place.ts';

const WORD = /(?<![\w$])readFile(?![\w$])/g;

/** A whole text that is a whole argument, or the beginning of a template. */
const CALL = /(?<![\w$])readFile\s*\(\s*(?:(?:'([^'\\\n]*)'|"([^"\\\n]*)"|`([^`\\$]*)`)\s*[,)]|`([^`\\$]*)\$\{)/g;

/** The powers that this text needs for files. */
export const fileNeeds = (source: string): readonly Need[] => {
  const unknown = source.trimStart().startsWith('{{');
  const uses = [...source.matchAll(WORD)].length;
  if (!unknown && uses === 0) return [];
  const calls = [...source.matchAll(CALL)];
  if (unknown || calls.length !== uses) return placeNeeds('read', '{{');
  const needs = calls.flatMap((call) =>
    placeNeeds('read', call[4] === undefined ? (call[1] ?? call[2] ?? call[3]) : `${call[4]}{{`),
  );
  return [...new Map(needs.map((need) => [need.scope, need])).values()];
};
