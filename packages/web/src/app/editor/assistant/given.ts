/** What steps and triggers that a proposal adds are set to, as it is read before it is applied. */

import { type Change, type Edit, fieldPath } from '@headgate/core';

/** By id, in the order of the edits: what it came with, and what was set of it afterwards. */
export const givenBy = (edits: readonly Edit[]): ReadonlyMap<string, readonly Change[]> => {
  const given = new Map<string, readonly Change[]>();
  const put = (thing: Readonly<Record<string, unknown>> & { readonly id: string }): void => {
    const said = Object.entries(thing).filter(([key]) => key !== 'id' && key !== 'kind');
    given.set(
      thing.id,
      said.map(([path, to]) => ({ path, to })),
    );
  };
  for (const edit of edits) {
    if (edit.do === 'step.put') put(edit.step);
    else if (edit.do === 'trigger.put') put(edit.trigger);
    else if (edit.do === 'set' && edit.of !== null) {
      const id = 'step' in edit.of ? edit.of.step : edit.of.trigger;
      const path = fieldPath(edit.path);
      const before = given.get(id)?.filter((one) => one.path !== path);
      if (before !== undefined) given.set(id, [...before, { path, to: edit.value ?? null }]);
    }
  }
  return given;
};
