/**
 * What is asked of a service so that it calls an address, and no more: by its manifest, with what the trigger says. It sends
 * nothing (engine/registering.ts).
 *
 * RE1 Each operation gets the fields it has, and nothing of the others.
 */

import type { Need } from '../step/define.ts';
import { fieldsOf } from './form.ts';
import { type HookTrigger, type Operation, operationOf, type Service } from './manifest.ts';
import { serviceNeeds } from './powers.ts';

type Input = Readonly<Record<string, unknown>>;
type Register = NonNullable<HookTrigger['register']>;

/** One use of an operation. */
export type RegisterUse = { readonly operation: Operation; readonly input: Input };

const useOf = (service: Service, id: string, input: Input): RegisterUse | undefined => {
  const operation = operationOf(service, id);
  if (operation === undefined) return undefined;
  const fields = fieldsOf(service, operation);
  return {
    operation,
    input: Object.fromEntries(Object.entries(input).filter(([name]) => Object.hasOwn(fields, name))),
  };
};

/** Kinds of events as the service takes them: general ones, each once. */
const eventsFor = ({ events }: Register, asked: readonly string[] | undefined, known: readonly string[]): Input => {
  if (events === undefined) return {};
  const general = (name: string): string => known.find((one) => name === one || name.startsWith(`${one}.`)) ?? name;
  const names = asked === undefined ? undefined : [...new Set(asked.map(general))];
  if ('flags' in events)
    return Object.fromEntries(
      Object.entries(events.flags).map(([name, field]) => [field, names === undefined || names.includes(name)]),
    );
  const list = names ?? events.all;
  return list === undefined ? {} : { [events.field]: list };
};

export type RegisterAsk = {
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[] | undefined;
  readonly input: Input;
};

/** The call that makes the service call the address; undefined: it has none. */
export const makeUse = (service: Service, trigger: HookTrigger, ask: RegisterAsk): RegisterUse | undefined => {
  const { register } = trigger;
  if (register === undefined) return undefined;
  const known = (trigger.events ?? []).map(({ name }) => name);
  return useOf(service, register.operation, {
    ...ask.input,
    [register.url]: ask.url,
    ...(register.secret === undefined ? {} : { [register.secret]: ask.secret }),
    ...eventsFor(register, ask.events, known),
  });
};

/** The call that ends it. `id`: as the service gave it; null: it has none. */
export const endUse = (
  service: Service,
  { register }: HookTrigger,
  input: Input,
  id: string | number | null,
): RegisterUse | undefined =>
  register === undefined
    ? undefined
    : useOf(service, register.remove.operation, {
        ...input,
        ...(register.remove.id === undefined || id === null ? {} : { [register.remove.id]: id }),
      });

/** The call that lists what is registered; undefined: the service lists nothing, or needs no looking. */
export const findUse = (service: Service, { register }: HookTrigger, input: Input): RegisterUse | undefined =>
  register?.find === undefined ? undefined : useOf(service, register.find.operation, input);

/** The powers of all of it, each once. */
export const registerNeeds = (
  service: Service,
  trigger: HookTrigger,
  secret: unknown,
  input: Input,
): readonly Need[] => {
  const { register } = trigger;
  if (register === undefined) return [];
  const names = [
    register.operation,
    register.remove.operation,
    ...(register.find === undefined ? [] : [register.find.operation]),
  ];
  const all = names.flatMap((name) => {
    const use = useOf(service, name, input);
    return use === undefined ? [] : serviceNeeds(service, use.operation, secret, use.input);
  });
  return all.filter(
    (one, at) => all.findIndex(({ power, scope }) => power === one.power && scope === one.scope) === at,
  );
};
