/**
 * The least powers of one use of an operation, as far as the settings say it plainly: the one method and path it calls,
 * and the one secret for the one origin. What an expression decides is asked for wider, and marked as computed.
 */

import { normalisePath } from '../access/scopes/path.ts';
import type { Need } from '../step/define.ts';
import { knownAddress } from './address.ts';
import type { Operation, Service } from './manifest.ts';

/** Is it plain, no expression anywhere in it? */
const isPlain = (value: unknown): boolean => {
  if (typeof value === 'string') return !value.includes('{{');
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isPlain);
};

const plainIn = (input: unknown): Record<string, unknown> =>
  typeof input === 'object' && input !== null
    ? Object.fromEntries(Object.entries(input).filter(([, value]) => isPlain(value)))
    : {};

/** What the operation of a service needs, with `secret` and `input` as written in the flow. */
export const serviceNeeds = (
  service: Service,
  operation: Operation,
  secret: unknown,
  input: unknown,
): readonly Need[] => {
  const known = knownAddress(service, operation, { ...plainIn(input), ...defaultsOf(service, operation, input) });
  const path = known === undefined ? undefined : normalisePath(known.path);
  const where = known === undefined ? 'at an address that is only known when the flow runs' : `at ${known.origin}`;
  const net: Need = {
    power: 'net',
    scope: `${operation.method} ${known === undefined ? '*:443' : `${known.host}:${known.port}${path ?? ''}`}`,
    ...(known === undefined ? { computed: true } : {}),
    sentence: `${service.title}: ${operation.title}, ${where}.`,
  };
  if (service.auth.kind === 'none' && secret === undefined) return [net];
  const name = typeof secret === 'string' && secret !== '' && !secret.includes('{{') ? secret : undefined;
  if (secret === undefined) return [net];
  const computed = name === undefined || known === undefined;
  const key: Need = {
    power: 'secret',
    scope: `use ${name ?? '*'} for ${known?.origin ?? '*'}`,
    ...(computed ? { computed: true } : {}),
    sentence: `${name === undefined ? 'Use a secret, chosen only when the flow runs,' : `Use the secret “${name}”`} ${where}, without the flow seeing it.`,
  };
  return [net, key];
};

/** Fields of the address that have a default and were left out. */
const defaultsOf = (service: Service, operation: Operation, input: unknown): Record<string, unknown> => {
  const given = typeof input === 'object' && input !== null ? input : {};
  return Object.fromEntries(
    Object.entries({ ...service.fields, ...operation.input }).flatMap(([name, { schema }]) =>
      Object.hasOwn(given, name) || schema['default'] === undefined ? [] : [[name, schema['default']]],
    ),
  );
};

/** Asked for when the service or the operation is not known: whatever it turns out to be. */
export const unknownNeeds: readonly Need[] = [
  {
    power: 'net',
    scope: '* *:*',
    computed: true,
    sentence: 'Call a service that is only known when the flow runs.',
  },
];
