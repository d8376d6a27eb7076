/**
 * The method table: everything that can be called or read by name, assembled and indexed. Names are
 * looked up in maps, never as members of an object, so no name means more than its entry.
 */
import type { Budget } from '../budget.ts';
import type { Opaque } from '../values.ts';
import { dateFields, dates } from './dates.ts';
import { dateFunctions } from './datetimes.ts';
import { durationFields, durationFunctions, durations } from './durations.ts';
import { globals } from './globals.ts';
import { lists } from './lists.ts';
import type { Constant, Field, Method, StaticFunction } from './method.ts';
import { numberConstants, numberFunctions, numbers } from './numbers.ts';
import { objectFunctions } from './objects.ts';
import { regexes, regexFields } from './regexes.ts';
import { texts } from './texts.ts';

export const methods: readonly Method[] = [...texts, ...numbers, ...lists, ...dates, ...durations, ...regexes];
export const functions: readonly StaticFunction[] = [
  ...globals,
  ...objectFunctions,
  ...numberFunctions,
  ...dateFunctions,
  ...durationFunctions,
];
export const constants: readonly Constant[] = numberConstants;
export const fields: readonly Field[] = [...dateFields, ...durationFields, ...regexFields];

type ByKind = Partial<Record<Method['on'], Method>>;

const byName = new Map<string, ByKind>();
for (const method of methods) {
  const known = byName.get(method.name);
  if (known === undefined) byName.set(method.name, { [method.on]: method });
  else known[method.on] = method;
}

const whole = (on: string, name: string): string => (on === '' ? name : `${on}.${name}`);

const functionsByName = new Map(functions.map((one) => [whole(one.on, one.name), one]));
const constantsByName = new Map(constants.map((one) => [whole(one.on, one.name), one]));
const fieldsByName = new Map(fields.map((one) => [whole(one.on, one.name), one]));
const namespaces = new Set([...functions, ...constants].map((one) => one.on).filter((on) => on !== ''));

/** The methods of a name, by the kind of value they are called on. */
export const methodsNamed = (name: string): ByKind | undefined => byName.get(name);

export const methodNames = (): string[] => [...byName.keys()];

export const isMethodName = (name: string): boolean => byName.has(name);

export const isNamespace = (name: string): boolean => namespaces.has(name);

export const functionNamed = (on: string, name: string): StaticFunction | undefined =>
  functionsByName.get(whole(on, name));

export const constantNamed = (on: string, name: string): Constant | undefined => constantsByName.get(whole(on, name));

/** Functions and constants of a namespace, as they are written: `Math.max`. */
export const namesOf = (namespace: string): string[] =>
  [...functionsByName.keys(), ...constantsByName.keys()].filter((name) => name.startsWith(`${namespace}.`));

/** Namespaces and plain functions. */
export const globalNames = (): string[] => [
  ...namespaces,
  ...functions.filter((one) => one.on === '').map((one) => one.name),
];

/** A field of a date, duration or regex, read without a call; undefined when it has no such field. */
export const fieldOf = (value: Opaque, key: string, budget: Budget): unknown =>
  fieldsByName.get(whole(value.kind, key))?.read(value, budget);
