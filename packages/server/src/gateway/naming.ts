/** Where a flow names secrets: in its steps' settings and code, and for the signatures of its webhooks. */

import { type Catalog, type Flow, isObject, needsOf, powerOf } from '@headgate/core';

/** A secret by its name, and the step or the trigger that names it. */
export type Naming = { readonly name: string; readonly step: string };

export const secretsIn = (catalog: Catalog, flow: Flow): readonly Naming[] => {
  const named = needsOf(flow, catalog).flatMap(({ step, need }) => {
    const power = powerOf(need);
    return power?.power === 'secret' ? [{ name: power.name, step }] : [];
  });
  const signed = (flow.triggers ?? []).flatMap(({ id, with: settings, disabled }) => {
    const signature = isObject(settings) ? settings['signature'] : undefined;
    const name = isObject(signature) ? signature['secret'] : undefined;
    return typeof name === 'string' && disabled !== true ? [{ name, step: id }] : [];
  });
  return [...named, ...signed].filter(({ name }) => name !== '*');
};
