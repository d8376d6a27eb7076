/**
 * What the questions of one step instance use of budgets: the most that one may use is set aside before it is asked, and what
 * it used is charged when it ended, however it ended.
 *
 * SP1 What is charged is charged to the run too, and stands in the journal with the step that asked.
 */

import type { Problem, Usage } from '@headgate/core';
import type { Broker } from '../broker.ts';
import type { Flight, Live } from '../live.ts';

export type Reserved = { readonly settle: (usage: Usage | undefined) => void };

/** Sets aside what one question may use, or says which budget that would exceed; the run then stops. */
export const reserve = (
  broker: Broker,
  live: Live,
  flight: Pick<Flight, 'used' | 'broke'>,
  most: Usage,
): Reserved | { readonly problem: Problem } => {
  const held = broker.meter(live, most);
  if ('problem' in held) {
    flight.broke = held.problem;
    return held;
  }
  let open = true;
  return {
    settle: (usage) => {
      if (!open) return;
      open = false;
      const charged = held.settle(usage);
      if (charged === undefined) return;
      const { tokens = 0, money = 0, output = 0 } = flight.used ?? {};
      flight.used = {
        tokens: tokens + (charged.tokens ?? 0),
        money: money + (charged.money ?? 0),
        output: output + (charged.output ?? 0),
      };
    },
  };
};

/** Tokens that the run would come to if everything under way used all that was set aside for it. */
export const tokensComing = ({ meter }: Live): number => meter.used.tokens + meter.held.tokens;
