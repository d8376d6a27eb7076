/**
 * A question that nobody waits for any more, read back from the journal of its run: what was asked, and who answered what. It
 * changes nothing.
 */

import { type AskLook, type AskSpec, type Answered, type Event, type Held, isObject } from '@headgate/core';
import type { AskNamed } from '../store/ask.ts';
import { askId } from './ask-rows.ts';
import type { Ends } from './ends.ts';
import type { Values } from './values.ts';

const iso = (at: number): string => new Date(at).toISOString();

/** One answer of a journal, opened. */
export const answered = (
  values: Values,
  workspace: string,
  { by, at, data }: { readonly by: string; readonly at: number; readonly data: Held },
): Answered => {
  const said = values.read(workspace, data) as { answer: unknown; comment: string | null };
  return { answer: said.answer, comment: said.comment, by, at: iso(at) };
};

/** What its row tells of a question. */
export const aboutAsk = ({ flow, flowName, run, step, state, ended }: AskNamed) => ({
  flow,
  flowName,
  run,
  step,
  state,
  ended: ended === null ? null : iso(ended),
});

const isOf = (event: Event, { step, item }: AskNamed): boolean =>
  event.step === step && (event.item ?? []).join('.') === item;

/** Null: its run is gone, and what it asked with it. */
export const askOver = async (
  { values }: { readonly values: Values },
  ends: Pick<Ends, 'events'>,
  workspace: string,
  row: AskNamed,
): Promise<AskLook | null> => {
  let asked: { readonly at: number; readonly spec: AskSpec } | null = null;
  const given: Answered[] = [];
  for await (const event of ends.events(workspace, row.run, 0)) {
    if (!isOf(event, row)) continue;
    if (event.type === 'step.waiting') {
      const { ask, token } = event.data;
      // The same step may have asked before, in an attempt that failed.
      if (ask !== undefined && token !== undefined && askId(token) === row.id) asked = { at: event.at, spec: ask };
    } else if (event.type === 'step.answered' && asked !== null && isObject(event.data))
      given.push(answered(values, workspace, { ...event.data, at: event.at }));
  }
  if (asked === null) return null;
  const { at, spec } = asked;
  return {
    ...aboutAsk(row),
    title: spec.title,
    text: spec.text ?? null,
    wanted: spec.wanted,
    asked: iso(at),
    deadline: row.deadline === null ? null : iso(row.deadline),
    answers: given.length,
    count: spec.count,
    yours: false,
    given,
  };
};
