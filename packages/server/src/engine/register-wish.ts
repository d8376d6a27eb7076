/** What a trigger wants to stand at its service, by what is published and lent now (registering.ts). It calls nobody. */

import {
  codeHash,
  hookTriggerOf,
  knownAddress,
  makeUse,
  type Power,
  type Problem,
  type RegisterUse,
} from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import { type Entered, type Offer, record, text } from './entered.ts';
import { hasOwner } from './owner.ts';
import type { PollRow } from './polls.ts';
import type { RegisterDeps } from './register-deps.ts';
import { NOBODY, UNKNOWN } from './registering-problems.ts';
import { triggerEffect } from './trigger-effect.ts';

/** `make`: the call that makes it so. */
export type Wish = { readonly offer: Offer; readonly entered: Entered; readonly make: RegisterUse };

/** What is to stand at the service, with the call that makes it so. */
export const wishOf = async (d: RegisterDeps, row: PollRow): Promise<Wish | Problem> => {
  const { flows, store, publicUrl, credentials } = d;
  const { workspace, project, flow, environment, trigger } = row;
  const target = await flows.live(workspace, flow, environment);
  if (!target.ok) return target.problem;
  if (!(await hasOwner(store, workspace, target.value.row))) return NOBODY;
  const settings = record(row.with);
  const given = record(settings['register']);
  const { services } = await flows.catalogIn(workspace);
  const offer = hookTriggerOf(services, text(settings['service']), text(settings['trigger']));
  if (offer?.trigger.register === undefined) return UNKNOWN;
  const scoped = store.in(workspace);
  const hooks =
    environment === DEFAULT_ENVIRONMENT
      ? await scoped.flows.hooks(flow)
      : await scoped.deployments.hooks(flow, environment);
  const token = hooks.find((one) => one.trigger === trigger)?.token;
  if (token === undefined) return UNKNOWN;
  const [secret, signing, input] = [text(given['secret']), text(settings['signing']), record(given['input'])];
  const url = `${publicUrl}/api/v1/webhook/${token}`;
  const events = Array.isArray(settings['events']) ? settings['events'].map(String) : undefined;
  const operation = makeUse(offer.service, offer.trigger, { url, secret: '', events, input })?.operation;
  const origin = operation === undefined ? undefined : knownAddress(offer.service, operation, input)?.origin;
  if (origin === undefined) return UNKNOWN;
  let shared = '';
  let version = '';
  if (offer.trigger.register.secret !== undefined) {
    const of = { workspace, project, flow, environment, principal: `trigger:${trigger}`, run: '', step: trigger };
    const needs: readonly Power[] = [{ power: 'secret', name: signing, origin }];
    const read = await triggerEffect(d, row)(needs, () => credentials.shared({ ...of, name: signing }, origin));
    if (!read.ok) return read.problem;
    if ('problem' in read.value) return read.value.problem;
    ({ value: shared, version } = read.value);
  }
  const make = makeUse(offer.service, offer.trigger, { url, secret: shared, events, input });
  if (make === undefined) return UNKNOWN;
  const { name } = offer.service;
  const said = JSON.stringify([name, offer.trigger.id, url, secret, input, events ?? null, signing, version]);
  const entered: Entered = {
    service: name,
    trigger: offer.trigger.id,
    url,
    secret,
    input,
    with: codeHash('register', said),
    id: null,
    sure: false,
    by: closingOf(offer),
  };
  return { offer, entered, make };
};

/** As much of a description as finding and taking out need. */
const closingOf = ({ service, trigger }: Offer): Offer => {
  const { remove, find } = trigger.register ?? {};
  const needed = new Set([remove?.operation, find?.operation]);
  return {
    trigger,
    service: { ...service, triggers: [], operations: service.operations.filter(({ id }) => needed.has(id)) },
  };
};
