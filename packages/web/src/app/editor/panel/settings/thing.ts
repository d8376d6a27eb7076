/** The step or trigger that a form is about, as it is now. */

import { everyStep, type Flow, type Step, type Trigger } from '@headgate/core';
import { useFlow } from '../../editor-context.ts';
import { useOwner } from './owner.ts';

export const thingIn = (flow: Flow, id: string): Step | Trigger | undefined =>
  [...everyStep(flow)].find((one) => one.id === id) ?? (flow.triggers ?? []).find((one) => one.id === id);

export const useThing = (): Step | Trigger | undefined => {
  const { id } = useOwner();
  return thingIn(useFlow(), id);
};
