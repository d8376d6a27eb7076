/** Edits that an assistant wants done to a draft: all of them or none. Nothing is saved here. */

import {
  bad,
  doEdits,
  type Edit,
  type Flow,
  good,
  type Problem,
  renameStep,
  type Result,
  sentenceOf,
} from '@headgate/core';

/** `edits`: as they were done, whole: with what a new id takes along. `did`: each in a sentence. */
export type Edited = { readonly flow: Flow; readonly edits: readonly Edit[]; readonly did: readonly string[] };

/** Does edits to a draft. A Problem names the edit that did not fit: `at.item`. */
export const editedBy = (draft: Flow, edits: readonly Edit[]): Result<Edited> => {
  let flow = draft;
  const whole: Edit[] = [];
  const did: string[] = [];
  for (const [i, edit] of edits.entries()) {
    const made = edit.do === 'rekey' ? renameStep(flow, edit.from, edit.to) : good(edit);
    if (!made.ok) return placed(made.problem, i);
    const done = doEdits(flow, [made.value]);
    if (!done.ok) return placed(done.problem, i);
    whole.push(made.value);
    did.push(sentenceOf(edit));
    ({ flow } = done.value);
  }
  return good({ flow, edits: whole, did });
};

const placed = (problem: Problem, i: number): Result<never> => bad({ ...problem, at: { ...problem.at, item: [i] } });
