/** What the steps and triggers of a flow are called, by id. */

import { everyStep, type Flow } from '@headgate/core';

export const namesOf = (flow: Flow): ReadonlyMap<string, string> =>
  new Map([...(flow.triggers ?? []), ...everyStep(flow)].map(({ id, name }) => [id, name ?? id]));
