/** Which problems of a check belong to a field: those at its very place, and for a field without fields of its own those inside. */

import type { Problem } from '@headgate/core';

/** The path as problems write it. */
export type At = { readonly step: string; readonly field: string };

export const problemsAt = (problems: readonly Problem[], { step, field }: At, inside: boolean): readonly Problem[] =>
  problems.filter(({ at }) => {
    // What belongs to no step belongs to the flow, whose fields have an owner without an id.
    if (at === undefined || (at.step ?? '') !== step) return false;
    const place = at.field ?? '';
    return place === field || (inside && (place.startsWith(`${field}.`) || place.startsWith(`${field}[`)));
  });

/** The setting of a kind that a field belongs to, as the reference of the kinds lists it; undefined: one that all kinds have. */
export const settingOf = (field: string): string | undefined => /^with\.(\w+)/.exec(field)?.[1];
