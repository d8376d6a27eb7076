/** Which field each part of a refused input is about. The engine tells all of them in one text, and the place of the first. */

import type { Problem } from '@headgate/core';

/** By path below the input, as `address.city`; `rest`: what is about none of the fields that are shown. */
export type AtFields = { readonly fields: ReadonlyMap<string, string>; readonly rest: Problem | null };

const PART = /; (?=input(?:[.[][^:;]*)?: )/;
const PLACED = /^(input(?:[.[][^:;]*)?): (.*)$/s;

const below = (place: string): string => place.replace(/^input\.?/, '');

export const atFields = (problem: Problem, shown: (path: string) => boolean): AtFields => {
  if (problem.code !== 'input.invalid') return { fields: new Map(), rest: problem };
  const fields = new Map<string, string>();
  let whole = true;
  problem.text.split(PART).forEach((part, i) => {
    const [, place, text] = PLACED.exec(part) ?? [];
    const path = below(place ?? (i === 0 ? (problem.at?.field ?? '') : ''));
    if (path !== '' && shown(path)) fields.set(path, text ?? part);
    else whole = false;
  });
  return { fields, rest: whole ? null : problem };
};
