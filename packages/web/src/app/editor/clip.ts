/**
 * Steps as text, for the clipboard: a flow file of its own, so that what was copied can be pasted into another flow, another
 * instance, a chat or a file. Reading it back tells what is wrong with it, as reading any flow file does.
 *
 * CL1 No secret goes along: steps name secrets, and a text that looks like a key is left out and told of.
 */

import {
  bad,
  everyStep,
  type Flow,
  findKeys,
  good,
  type Json,
  parseFlow,
  problem,
  type Result,
  type Step,
  type Trigger,
} from '@headgate/core';

export type Copied = { readonly text: string; readonly count: number; readonly leftOut: number };

/** What stands where a text looked like a key. */
const LEFT_OUT = '';

const withoutKeys = (value: Json, tell: () => void): Json => {
  if (typeof value === 'string') {
    if (findKeys(value).length === 0) return value;
    tell();
    return LEFT_OUT;
  }
  if (Array.isArray(value)) return value.map((one) => withoutKeys(one, tell));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutKeys(one, tell)]));
};

/** The selected of a flow; a step that a selected block holds goes along with the block. */
export const copied = (flow: Flow, ids: ReadonlySet<string>): Copied | null => {
  const steps: Step[] = [];
  const within = new Set<string>();
  for (const step of everyStep(flow)) {
    if (!ids.has(step.id) || within.has(step.id)) continue;
    steps.push(step);
    for (const { id } of everyStep({ ...flow, steps: [step] })) within.add(id);
  }
  const triggers = (flow.triggers ?? []).filter(({ id }) => ids.has(id));
  const notes = Object.entries(flow.notes ?? {}).filter(([id]) => ids.has(id));
  const count = steps.length + triggers.length + notes.length;
  if (count === 0) return null;
  const places = Object.entries(flow.layout ?? {}).filter(([id]) => within.has(id) || ids.has(id));
  const made: Flow = {
    headgate: 1,
    name: flow.name,
    ...(triggers.length === 0 ? {} : { triggers }),
    steps,
    ...(places.length === 0 ? {} : { layout: Object.fromEntries(places) }),
    ...(notes.length === 0 ? {} : { notes: Object.fromEntries(notes) }),
  };
  let leftOut = 0;
  const clean = withoutKeys(made as unknown as Json, () => (leftOut += 1)); // a flow is JSON data
  return { text: JSON.stringify(clean, null, 2), count, leftOut };
};

export type Pasted = { readonly steps: readonly Step[]; readonly triggers: readonly Trigger[]; readonly from: Flow };

/** What a text holds; Problems: `paste.empty`, `paste.foreign`, and those of the flow file. */
export const pasted = (text: string): Result<Pasted> => {
  if (text.trim() === '') return bad(problem('paste.empty', 'There is no text on the clipboard'));
  const read = parseFlow(text);
  if (read.ok) {
    const { steps, triggers = [] } = read.flow;
    if (steps.length + triggers.length > 0) return good({ steps, triggers, from: read.flow });
    return bad(problem('paste.empty', 'The flow on the clipboard has no step'));
  }
  const first = read.problems[0];
  if (isForeign(text))
    return bad(
      problem('paste.foreign', 'The clipboard holds JSON, but no steps of a flow', {
        fix: 'Copy steps in Headgate, or paste a flow file: it begins with {"headgate": 1.',
      }),
    );
  return bad(first ?? problem('paste.foreign', 'The clipboard holds no steps'));
};

/** JSON of something else: nothing in it says that it means to be a flow. */
const isForeign = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value !== 'object' || value === null || !('headgate' in value);
  } catch {
    return false;
  }
};
