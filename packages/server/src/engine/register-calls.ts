/**
 * Calls to a service about addresses that stand there: finding one, taking one out, and the call that enters one
 * (registering.ts says when). Each is an effect of the trigger, judged and on record (RG2).
 */

import {
  atPointer,
  codeHash,
  endUse,
  findUse,
  hookTriggerOf,
  type Power,
  printPower,
  type Problem,
  problem,
  type RegisterUse,
  type Service,
  useService,
  withoutPath,
} from '@headgate/core';
import type { Act, Effect } from './broker.ts';
import type { Entered, Offer, Place } from './entered.ts';
import { text } from './entered.ts';
import { FileRefused } from './fetched.ts';
import { send } from './net.ts';
import type { PollRow } from './polls.ts';
import type { RegisterDeps } from './register-deps.ts';
import { CLOSED, told } from './registering-problems.ts';
import { triggerEffect } from './trigger-effect.ts';

const NEVER = new AbortController().signal;

type Effects = <T>(needs: readonly Power[], act: Act<T>) => Promise<Effect<T>>;

export const registerCalls = (d: RegisterDeps) => {
  const use = (
    effect: Effects,
    place: Place,
    service: Service,
    secret: string,
    { operation, input }: RegisterUse,
  ): ReturnType<typeof useService> => {
    const { workspace, project, flow, environment, trigger } = place;
    const of = {
      workspace,
      project,
      flow,
      environment,
      principal: `trigger:${trigger}`,
      run: '',
      step: trigger,
      name: '',
    };
    const sink = () => {
      throw new FileRefused(problem('service.answer', 'The answer is larger than was expected'));
    };
    const from = { of, effect, hops: null, sink, signal: NEVER };
    const most = operation.paging === undefined ? undefined : 1_000;
    return useService(
      { service, operation, input, secret, most, key: codeHash(trigger, JSON.stringify(input)) },
      { request: (request) => send(d, from, request) },
    );
  };

  /**
   * Ids of those that stand there with this address; a Problem: that cannot be said. `taken`: the service keeps one alone, and
   * it is another's.
   */
  const find = async (effect: Effects, place: Place, { service, trigger }: Offer, { url, secret, input }: Entered) => {
    const asked = findUse(service, trigger, input);
    const { find: asks } = trigger.register ?? {};
    if (asked === undefined || asks === undefined) return { ours: [], taken: false };
    const found = await use(effect, place, service, secret, asked);
    if (!found.ok) return found.problem;
    const list = asked.operation.paging === undefined ? found.value : atPointer(found.value, '/items');
    const all: readonly unknown[] = asks.single === true ? [found.value] : Array.isArray(list) ? list : [];
    const ours = all.flatMap((one) => {
      const id = atPointer(one, asks.id);
      return atPointer(one, asks.url) === url && (typeof id === 'string' || typeof id === 'number') ? [id] : [];
    });
    const taken = asks.single === true && ours.length === 0 && text(atPointer(found.value, asks.url)) !== '';
    return { ours, taken };
  };

  /** Effects that end what was begun by a trigger that is gone (RG2). */
  const closing = (place: Place): Effects => {
    const { flows, journal, clock } = d;
    const { workspace, trigger } = place;
    return async (needs, act) => {
      for (const need of needs) {
        const reaches = await flows.reaches(workspace, need);
        const group = journal.audit([
          {
            ...{ at: clock.now(), workspace, actor: `trigger:${trigger}`, action: `power.${need.power}` },
            ...{ object: printPower(withoutPath(need)), decision: reaches ? 'allow' : 'deny' },
            ...{ reason: reaches ? 'trigger.ended' : 'policy.denied', run: null, step: trigger },
          },
        ]);
        await journal.barrier(group);
        if (!reaches) return { ok: false, problem: CLOSED, sent: 'no' };
      }
      return { ok: true, value: await act(() => CLOSED, NEVER) };
    };
  };

  /** Null: it is out, or was already. */
  const takeOut = async (place: Place, row: PollRow | undefined, entered: Entered): Promise<Problem | null> => {
    const { services } = await d.flows.catalogIn(place.workspace);
    const offer = entered.by ?? hookTriggerOf(services, entered.service, entered.trigger);
    const effect = row === undefined ? closing(place) : triggerEffect(d, row);
    const { find: asks } = offer?.trigger.register ?? {};
    if (offer !== undefined && asks?.single === true) {
      const there = await find(effect, place, offer, entered);
      if ('code' in there) return told(offer, there);
      // What stands there is another's, or nothing: to take it out would be to silence somebody else.
      if (there.ours.length === 0) return null;
    } else if (offer !== undefined && asks !== undefined && !entered.sure && entered.id === null) {
      const there = await find(effect, place, offer, entered);
      if ('code' in there) return told(offer, there);
      for (const id of there.ours) {
        const left = await takeOut(place, row, { ...entered, id });
        if (left !== null) return left;
      }
      return null;
    }
    const ending = offer === undefined ? undefined : endUse(offer.service, offer.trigger, entered.input, entered.id);
    // A service that is not there any more is asked for nothing.
    if (offer === undefined || ending === undefined) return null;
    const done = await use(effect, place, offer.service, entered.secret, ending);
    return done.ok || done.problem.code === 'service.not_found' ? null : told(offer, done.problem);
  };

  return { find, takeOut, use };
};
