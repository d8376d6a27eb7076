/**
 * What a delivery of a service's webhook says, by its manifest: which event it is, which one of all, what is handed over, and
 * whether it only asks to be answered. Whether it is from the service at all is judged before (engine/signature.ts).
 */

import { codeHash } from '../access/code-hash.ts';
import type { HookTrigger, Service, Services } from './manifest.ts';
import { valueAt } from './pointer.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A trigger of a service that the service itself calls. */
export const hookTriggerOf = (
  services: Services,
  name: string,
  id: string,
): { readonly service: Service; readonly trigger: HookTrigger } | undefined => {
  const service = services.get(name);
  const trigger = service?.triggers?.find((one) => one.id === id);
  return service !== undefined && trigger?.kind === 'webhook' ? { service, trigger } : undefined;
};

const headerOf = (headers: Headers, name: string | undefined): string | undefined => {
  const value = name === undefined ? undefined : headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
};

const word = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

/** Its names, the general one first (`issues`, `issues.opened`); empty: the service says none. */
export const eventsOf = (trigger: HookTrigger, headers: Headers, body: unknown): readonly string[] => {
  const { event, eventHeader, action } = trigger;
  const name = headerOf(headers, eventHeader) ?? (event === undefined ? undefined : word(valueAt(body, event)));
  if (name === undefined) return [];
  const more = action === undefined ? undefined : word(valueAt(body, action));
  return more === undefined ? [name] : [name, `${name}.${more}`];
};

/** Is it one of those that are asked for? `asked`: names; undefined: all. */
export const wantsEvent = (
  trigger: HookTrigger,
  events: readonly string[],
  asked: readonly string[] | undefined,
): boolean =>
  !events.some((one) => trigger.silent?.includes(one) === true) &&
  (asked === undefined || events.some((one) => asked.includes(one)));

/**
 * Which delivery it is, of one length whatever the service makes of ids; null: it says nothing of that. What is not signed
 * counts only where nothing is.
 */
export const deliveryOf = (trigger: HookTrigger, headers: Headers, body: unknown): string | null => {
  const { item, itemHeader, signature } = trigger;
  const header = signature?.kind === 'token' ? headerOf(headers, itemHeader) : undefined;
  const pointers = item === undefined ? [] : typeof item === 'string' ? [item] : item;
  const parts = header === undefined ? pointers.map((one) => word(valueAt(body, one))) : [header];
  if (parts.length === 0 || parts.includes(undefined)) return null;
  return codeHash(trigger.id, JSON.stringify(parts)).slice(0, 43);
};

/** What a service wants to hear that asks whether anybody is there; null: it does not ask. */
export const challengeOf = ({ challenge }: HookTrigger, body: unknown): string | null =>
  challenge !== undefined && valueAt(body, challenge.at) === challenge.is
    ? (word(valueAt(body, challenge.answer)) ?? null)
    : null;

/** What the run is given. */
export const handedBy = ({ each }: HookTrigger, body: unknown): unknown =>
  each === undefined ? body : valueAt(body, each);
