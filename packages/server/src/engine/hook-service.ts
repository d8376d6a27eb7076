/**
 * A delivery that a service sent: what its manifest says it is. Its signature held before (signature.ts).
 *
 * HS1 A service sends the same again until it hears a yes, for days: which delivery it is is remembered as long, in one
 *     transaction with the run of it (K3 in hooks.ts).
 */

import {
  challengeOf,
  deliveryOf,
  eventsOf,
  handedBy,
  type HookAnswer,
  type HookRequest,
  type HookTrigger,
  wantsEvent,
} from '@headgate/core';
import { JSON_TYPE } from './hook-refusal.ts';

/** `events`: those that start runs; undefined: all. */
export type HookService = {
  readonly name: string;
  readonly trigger: HookTrigger;
  readonly events: readonly string[] | undefined;
};

/** Longer than the services go on sending the same: Stripe does for three days. */
const REMEMBERED = 7 * 86_400_000;

type Said =
  /** It is answered, and starts nothing. */
  | { readonly answer: HookAnswer }
  | {
      readonly value: unknown;
      /** Which delivery; null: what was signed says it. */
      readonly delivery: string | null;
      readonly remembered: number;
      readonly data: Record<string, unknown>;
    };

export const deliveredBy = ({ name, trigger, events }: HookService, request: HookRequest, body: unknown): Said => {
  const challenge = challengeOf(trigger, body);
  if (challenge !== null)
    return { answer: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: challenge } };
  const named = eventsOf(trigger, request.headers, body);
  if (!wantsEvent(trigger, named, events))
    return { answer: { status: 200, headers: JSON_TYPE, body: '{"ignored":true}' } };
  return {
    value: handedBy(trigger, body),
    delivery: deliveryOf(trigger, request.headers, body),
    remembered: REMEMBERED,
    data: { service: name, trigger: trigger.id, event: named.at(-1) ?? null },
  };
};
